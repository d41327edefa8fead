package oidc

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"taxiway/internal/signin"
)

const (
	// guestCookie marks a browser that fills in a form before any sign-in is
	// under way: a device's code, a one-time link.
	guestCookie = "__Host-taxiway-guest"
	// flashCookie carries what was wrong with such a form to the page shown
	// next; it is the browser's own and read once.
	flashCookie = "__Host-taxiway-flash"
	guestLife   = 24 * 60 * 60 // seconds
	flashLife   = 60
	maxFlash    = 3 << 10 // bytes of the cookie
)

var noCookies = &problem{http.StatusBadRequest, invalidRequest, 90100, "The form does not belong to this browser. Allow cookies for this server, open the page again and fill it in there."}

func setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// guest gives the browser a cookie, when it has none, and returns its text.
func guest(w http.ResponseWriter, r *http.Request) string {
	if text := guestOf(r); text != "" {
		return text
	}
	text := randomText()
	setCookie(w, guestCookie, text, guestLife)
	return text
}

func guestOf(r *http.Request) string {
	cookies := r.CookiesNamed(guestCookie)
	if len(cookies) != 1 || len(cookies[0].Value) != len(randomText()) {
		return ""
	}
	return cookies[0].Value
}

// guestCanary guards the form of a page against other sites and other links.
func guestCanary(guest, page string) string {
	sum := sha256.Sum256([]byte("guest " + page + " " + guest))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// guestForm reads a form that a guest's own page sent.
func guestForm(w http.ResponseWriter, r *http.Request, page string) (form, error) {
	if err := ownForm(r); err != nil {
		return nil, err
	}
	f, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	text := guestOf(r)
	if text == "" || subtle.ConstantTimeCompare([]byte(f[canaryField]), []byte(guestCanary(text, page))) != 1 {
		return nil, noCookies
	}
	return f, nil
}

// flash is what the page shown next has to say.
type flash struct {
	signin.Flaw
	Good   string            `json:"good,omitempty"`
	Values map[string]string `json:"values,omitempty"` // what was typed, never a secret
}

// again answers a form by showing the page at the address with what f says.
func again(w http.ResponseWriter, address string, f flash) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if value := base64.RawURLEncoding.EncodeToString(text); len(value) <= maxFlash {
		setCookie(w, flashCookie, value, flashLife)
	}
	seeOther(w, address)
	return nil
}

// flashOf reads what a form left for this page, and forgets it.
func flashOf(w http.ResponseWriter, r *http.Request, page string) flash {
	var f flash
	cookies := r.CookiesNamed(flashCookie)
	if len(cookies) != 1 {
		return f
	}
	text, err := base64.RawURLEncoding.DecodeString(cookies[0].Value)
	if err != nil || json.Unmarshal(text, &f) != nil || f.Page != page {
		return flash{}
	}
	setCookie(w, flashCookie, "", -1)
	return f
}

// flaw is what the frame shows of it.
func (f *flash) flaw() *signin.Flaw {
	if f.Text == "" {
		return nil
	}
	return &f.Flaw
}
