package site

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/seal"
	"taxiway/internal/signin"
)

// Sessions are the browsers that are signed in at the sign-in pages;
// signin.People is one. What ended is fault.Unauthenticated.
type Sessions interface {
	FindSession(ctx context.Context, cookie string) (directory.TenantID, signin.Session, directory.User, error)
	// PeekSession is the same without being a use of the session.
	PeekSession(ctx context.Context, cookie string) (directory.TenantID, signin.Session, directory.User, error)
	EndSession(ctx context.Context, cookie string) error
}

// Tenants names tenants; directory.Reader is one.
type Tenants interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
}

// Verifier turns sessions and tokens into principals; access.Verifier is one.
type Verifier interface {
	Verify(ctx context.Context, token string) (*access.Principal, error)
	Person(ctx context.Context, s access.SignedIn) (*access.Principal, error)
}

// Config is what the site needs. All fields but Log, Streams and Throttle are
// required.
type Config struct {
	Base        string // the server's public base URL without a final slash
	Version     string // of the program, shown on the pages
	Files       fs.FS  // the built pages; without index.html a page says so
	Sessions    Sessions
	LoginCookie string // the name of the sign-in pages' cookie
	Tenants     Tenants
	Signs       directory.SignReader // of changes, for the live streams
	Facts       enrollment.FactReader
	Streams     func(n float64) // counts open streams; nil counts none
	Verifier    Verifier
	SignIn      http.Handler // the provider, for redeeming codes
	Graph       http.Handler // Graph for the principal in the request's context
	Key         []byte       // 32 random bytes that every process has
	Clock       directory.Clock
	NewID       directory.NewID
	RequestID   func(context.Context) string
	PCs         VirtualPCs
	Screens     Screens
	About       About
	// Throttle counts a request against a person's allowance, and names the
	// setting of one that is used up; nil does not count.
	Throttle func(p *access.Principal) (setting string, wait time.Duration)
	Log      *slog.Logger // nil discards
}

// Handler answers the addresses of doc.go.
type Handler struct {
	Config
	key      *seal.Key
	files    *files
	routes   []Route
	watchers *watchers
}

// Route is one line of the table. A route is for anyone, for whoever is signed
// in, or for whoever holds one of the permissions.
type Route struct {
	Method      string // empty: any
	Path        string // with a final slash: everything below it; {id} is one segment
	Anyone      bool
	SignedIn    bool
	Permissions []string
	handle      func(h *Handler, w http.ResponseWriter, r *http.Request, v *visitor) error
}

// Routes is the whole table, the longest paths first.
func Routes() []Route {
	return append(pcRoutes(), []Route{
		{Path: graphPath, SignedIn: true, handle: (*Handler).forward},                             // Graph has permissions of its own
		{Method: http.MethodGet, Path: eventsPath, SignedIn: true, handle: (*Handler).showEvents}, // each kind by its own permission
		{Method: http.MethodGet, Path: "/ui/guide", SignedIn: true, handle: (*Handler).showGuide}, // each step by its own permission
		{Method: http.MethodGet, Path: "/ui/about", Permissions: []string{access.DeviceManagementServiceConfigReadAll}, handle: (*Handler).showAbout},
		{Method: http.MethodPost, Path: "/ui/screens", SignedIn: true, handle: (*Handler).showScreens}, // it reads nothing but what is sent
		{Method: http.MethodGet, Path: "/ui/session", SignedIn: true, handle: (*Handler).showSession},
		{Method: http.MethodPost, Path: "/ui/signout", SignedIn: true, handle: (*Handler).signOut},
		{Method: http.MethodGet, Path: signin.SitePath, Anyone: true, handle: (*Handler).finishSignIn},
		{Method: http.MethodGet, Path: signInPath, Anyone: true, handle: (*Handler).beginSignIn},
		{Method: http.MethodGet, Path: screenPath, Anyone: true, handle: (*Handler).serveScreen},
		{Method: http.MethodGet, Path: adminPath, Anyone: true, handle: (*Handler).serveFile},
	}...)
}

// New makes the handler.
func New(c Config) (*Handler, error) {
	key, err := seal.New(c.Key)
	if err != nil {
		return nil, err
	}
	list, err := readFiles(c.Files)
	if err != nil {
		return nil, err
	}
	h := &Handler{Config: c, key: key, files: list, routes: Routes()}
	h.watchers = newWatchers(c.Signs, h.log(), c.Streams)
	return h, nil
}

// Owns reports whether a path is one of this package's addresses.
func (h *Handler) Owns(path string) bool {
	return path == "/" || path == "/admin" || strings.HasPrefix(path, adminPath) || strings.HasPrefix(path, screenPath) || strings.HasPrefix(path, "/ui/")
}

// ServeHTTP finds the address, checks who asks, and renders what is refused.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if r.URL.Path == "/" || r.URL.Path == "/admin" {
		http.Redirect(w, r, adminPath, http.StatusFound)
		return
	}
	if err := h.serve(w, r); err != nil {
		h.fail(w, r, err)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) error {
	route, err := h.find(w, r)
	if err != nil {
		return err
	}
	if route.Anyone {
		return route.handle(h, w, r, nil)
	}
	v, err := h.visitor(r)
	if err != nil {
		return err
	}
	if err := v.guarded(r); err != nil {
		return err
	}
	if len(route.Permissions) > 0 && !v.principal.HasAny(route.Permissions...) {
		return fault.Field(fault.Denied, "Authorization_RequestDenied", "Authorization", "This needs "+strings.Join(route.Permissions, " or ")+".", "Ask an administrator for a role that has it.")
	}
	return route.handle(h, w, r, v)
}

// fits tells whether an address is the route's.
func (r *Route) fits(path string) bool {
	before, after, one := strings.Cut(r.Path, "{id}")
	switch {
	case one:
		id, found := strings.CutPrefix(path, before)
		id, ends := strings.CutSuffix(id, after)
		return found && ends && id != "" && !strings.Contains(id, "/")
	case strings.HasSuffix(r.Path, "/"):
		return strings.HasPrefix(path, r.Path)
	}
	return path == r.Path
}

func (h *Handler) find(w http.ResponseWriter, r *http.Request) (*Route, error) {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var allowed []string
	for i := range h.routes {
		route := &h.routes[i]
		if !route.fits(r.URL.Path) {
			continue
		}
		if route.Method == "" || route.Method == method {
			return route, nil
		}
		if !slices.Contains(allowed, route.Method) {
			allowed = append(allowed, route.Method)
		}
	}
	if len(allowed) == 0 {
		return nil, fault.New(fault.NotFound, "ResourceNotFound", "There is nothing at this address.")
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return nil, fault.New(fault.Unsupported, codeMethod, "This address takes "+strings.Join(allowed, ", ")+" only.")
}

func (h *Handler) log() *slog.Logger {
	if h.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Log
}
