package screen

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"taxiway/internal/virtualpc/machine"
)

// Offer shows a PC's screen to browsers on this machine. Nobody sees anything
// without one of its two codes, which the PC shows: one to watch, one to drive.
// Wrong codes are counted and end the offer; whoever has come in stays.
//
//	GET  /oobe/<pc>, /admin/assets/…   the page, for everybody
//	any  /ui/signin                    repeats the code
//	GET  /ui/session                   what the browser may do
//	any  /ui/pcs/<pc>…                 frames and actions, as the admin site has them
//	GET  /admin/…                      leads to the server's own site
type Offer struct {
	Host    *Host
	Files   fs.FS  // the built pages
	Address string // host and port that browsers use
	Site    string // base address of the server's own site
	Now     func() time.Time

	watch, drive string

	mu    sync.Mutex
	wrong int
	in    map[string]bool // who repeated a code: whether they may drive
}

// mostWrong is how many wrong codes end an offer.
const mostWrong = 5

// NewOffer makes the codes of an offer.
func NewOffer(h *Host, files fs.FS, address, site string, now func() time.Time) *Offer {
	return &Offer{Host: h, Files: files, Address: address, Site: strings.TrimRight(site, "/"), Now: now, watch: newCode(), drive: newCode(), in: map[string]bool{}}
}

// Codes are what the PC shows: repeating one lets a browser watch, the other
// drive.
func (o *Offer) Codes() (watch, drive string) { return o.watch, o.drive }

// codeLetters leave out what is easily mistaken; 32 of them are five bits each.
const codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// newCode is 40 random bits, far more than five tries can find.
func newCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = codeLetters[b[i]%byte(len(codeLetters))]
	}
	return string(b[:4]) + "-" + string(b[4:])
}

// offerPolicy is the site's Content-Security-Policy.
const offerPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP answers the addresses above. A request that names another host was
// made by a site whose name was pointed here, and one from another origin by
// another site: both are refused.
func (o *Offer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", offerPolicy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin") // with none, a form of the page itself would have no origin
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "no-store")
	origin := r.Header.Get("Origin")
	if r.Host != o.Address || origin != "" && origin != "http://"+o.Address {
		o.fail(w, http.StatusForbidden, "AnotherOrigin", "This screen is shown at http://"+o.Address+" only.")
		return
	}
	name := o.name()
	switch at := r.URL.Path; {
	case at == "/ui/signin":
		o.signIn(w, r)
	case at == "/ui/session" && r.Method == http.MethodGet:
		o.session(w, r)
	case at == "/ui/pcs/"+name || strings.HasPrefix(at, "/ui/pcs/"+name+"/"):
		o.pc(w, r, strings.TrimPrefix(at, "/ui/pcs/"+name))
	case strings.HasPrefix(at, "/admin/assets/"):
		o.file(w, r, strings.TrimPrefix(at, "/admin/"))
	case at == "/oobe/"+name:
		o.file(w, r, "oobe.html")
	case strings.HasPrefix(at, "/admin/"):
		http.Redirect(w, r, o.Site+at, http.StatusFound) //nolint:gosec // a path of the server's own site
	case at == "/":
		http.Redirect(w, r, "/oobe/"+name, http.StatusFound)
	default:
		http.NotFound(w, r)
	}
}

func (o *Offer) name() string { return strings.ToLower(o.Host.Summary().PC.Name) }

// file serves one of the built pages.
func (o *Offer) file(w http.ResponseWriter, r *http.Request, name string) {
	if !fs.ValidPath(name) {
		http.NotFound(w, r)
		return
	}
	content, err := fs.ReadFile(o.Files, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kinds := map[string]string{".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
	if kind := kinds[path.Ext(name)]; kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	_, _ = w.Write(content) //nolint:gosec // a built page; and when the client is gone, nobody is left to tell
}

// cookie is named after the port: browsers share cookies between ports.
func (o *Offer) cookie() string {
	_, port, _ := strings.Cut(o.Address, ":")
	return "taxiway-pc-" + port
}

// visitor is who asks: whether they repeated a code, and may drive.
func (o *Offer) visitor(r *http.Request) (token string, drives, in bool) {
	c, err := r.Cookie(o.cookie())
	if err != nil {
		return "", false, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	drives, in = o.in[c.Value]
	return c.Value, drives, in
}

const signInPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Virtual PC - taxiway</title>
<main><h1>Repeat the code</h1><p>MESSAGE</p><form method="post"><p><label>Code <input name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus></label> <button>Show the screen</button></p></form></main></html>
`

// signIn asks for a code and takes it.
func (o *Offer) signIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	status, message := http.StatusOK, "The terminal that switched this PC on shows two codes: one to watch, one to drive."
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
		token, ended := o.enter(r.PostFormValue("code"))
		switch {
		case token != "":
			http.SetCookie(w, &http.Cookie{Name: o.cookie(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // loopback has no TLS
			http.Redirect(w, r, "/oobe/"+o.name(), http.StatusSeeOther)
			return
		case ended:
			status, message = http.StatusGone, "Too many wrong codes: nobody else is let in. Switch the PC off and boot it again."
		default:
			status, message = http.StatusForbidden, "That is none of the two codes."
		}
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.Replace(signInPage, "MESSAGE", message, 1)) // the client is gone; nobody is left to tell
}

// enter takes a code; ended is that there were too many wrong ones.
func (o *Offer) enter(code string) (token string, ended bool) {
	code = strings.ToUpper(strings.TrimSpace(code))
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wrong >= mostWrong {
		return "", true
	}
	watches := subtle.ConstantTimeCompare([]byte(code), []byte(o.watch)) == 1
	drives := subtle.ConstantTimeCompare([]byte(code), []byte(o.drive)) == 1
	if !watches && !drives {
		o.wrong++
		return "", o.wrong >= mostWrong
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	token = base64.RawURLEncoding.EncodeToString(b[:])
	o.in[token] = drives
	return token, false
}

// csrfOf is what unsafe requests carry in a header: it follows from the cookie.
func csrfOf(token string) string {
	sum := sha256.Sum256([]byte("screen csrf " + token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// session tells the page what the browser may do, in the site's own form.
func (o *Offer) session(w http.ResponseWriter, r *http.Request) {
	token, drives, in := o.visitor(r)
	if !in {
		o.fail(w, http.StatusUnauthorized, "SignedOut", "Nobody has repeated a code here.")
		return
	}
	permissions := []string{"DeviceManagementManagedDevices.Read.All"}
	if drives {
		permissions = append(permissions, "DeviceManagementManagedDevices.PrivilegedOperations.All")
	}
	o.show(w, http.StatusOK, map[string]any{"permissions": permissions, "csrf": csrfOf(token)})
}

// pc is the PC itself: frames for who watches, actions for who drives.
func (o *Offer) pc(w http.ResponseWriter, r *http.Request, below string) {
	token, drives, in := o.visitor(r)
	sent := r.Header.Get("X-Taxiway-Csrf")
	switch {
	case !in:
		o.fail(w, http.StatusUnauthorized, "SignedOut", "Nobody has repeated a code here.")
	case r.Method != http.MethodGet && subtle.ConstantTimeCompare([]byte(sent), []byte(csrfOf(token))) != 1:
		o.fail(w, http.StatusForbidden, "CsrfHeader", "The request does not carry the header of this session.")
	case r.Method == http.MethodGet && below == "":
		after, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // what is no number is 0: the newest frame
		ctx, cancel := context.WithTimeout(r.Context(), longestWatch)
		defer cancel()
		o.show(w, http.StatusOK, o.Host.Frame(ctx, after, drives))
	case !drives:
		o.fail(w, http.StatusForbidden, "WatchOnly", "This browser repeated the code for watching.")
	case r.Method == http.MethodPost && below == "":
		var a Action
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, longestAction)).Decode(&a); err != nil {
			o.fail(w, http.StatusBadRequest, CodeAction, "The body is no action.")
			return
		}
		o.done(w, o.Host.Do(a))
	case r.Method == http.MethodPost && below == "/hash":
		csv, err := o.Host.HashCSV(o.Now())
		if err != nil {
			o.done(w, err)
			return
		}
		o.show(w, http.StatusOK, map[string]string{"name": o.name() + ".csv", "content": string(csv)})
	case r.Method == http.MethodGet && below == "/diagnostics":
		zip, err := o.Host.Diagnostics(o.Now())
		if err != nil {
			o.done(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", `attachment; filename="`+o.name()+`-diagnostics.zip"`) // the name is checked
		_, _ = w.Write(zip)                                                                          // the client is gone; nobody is left to tell
	default:
		o.fail(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "That cannot be done here.")
	}
}

// How long a request waits for a frame, and how long an action may be.
const (
	longestWatch  = 20 * time.Second
	longestAction = 16 << 10
)

// done answers an action.
func (o *Offer) done(w http.ResponseWriter, err error) {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if e, ok := errors.AsType[*Error](err); ok {
		status := http.StatusConflict
		if e.Code == CodeAction {
			status = http.StatusBadRequest
		}
		o.fail(w, status, e.Code, e.Message+" "+e.Remedy)
		return
	}
	if e, ok := errors.AsType[*machine.Error](err); ok {
		o.fail(w, http.StatusConflict, e.Code, e.Message+" "+e.Remedy)
		return
	}
	o.fail(w, http.StatusInternalServerError, "PCFailed", err.Error())
}

func (o *Offer) fail(w http.ResponseWriter, status int, code, message string) {
	o.show(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

func (o *Offer) show(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"PCFailed"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client is gone; nobody is left to tell
}
