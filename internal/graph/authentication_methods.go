package graph

import (
	"net/http"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// passwordMethodWire is Graph's passwordAuthenticationMethod. The password is
// always null.
type passwordMethodWire struct {
	Type            string    `json:"@odata.type,omitempty"`
	ID              string    `json:"id"`
	CreatedDateTime time.Time `json:"createdDateTime"`
	Password        *string   `json:"password"`
}

// oathMethodWire is Graph's softwareOathAuthenticationMethod, an authenticator
// app. The secret is always null.
type oathMethodWire struct {
	Type            string    `json:"@odata.type,omitempty"`
	ID              string    `json:"id"`
	CreatedDateTime time.Time `json:"createdDateTime"`
	SecretKey       *string   `json:"secretKey"`
}

// authenticationMethod is either of them.
type authenticationMethod struct {
	kind    string
	id      string
	created time.Time
}

func (m *authenticationMethod) wire() any {
	if m.kind == passwordMethod {
		return &passwordMethodWire{Type: m.kind, ID: m.id, CreatedDateTime: m.created.UTC()}
	}
	return &oathMethodWire{Type: m.kind, ID: m.id, CreatedDateTime: m.created.UTC()}
}

func methodWires(_ *call, _ *odata.Query, items []authenticationMethod) ([]any, error) {
	out := make([]any, len(items))
	for i := range items {
		out[i] = items[i].wire()
	}
	return out, nil
}

// passwordMethodID is the id of everybody's password (Graph page
// "passwordAuthenticationMethod resource type").
const passwordMethodID = "28c10230-6103-485e-b985-444c60001490" //nolint:gosec // an id that everybody knows

// kinds of methods, as Graph's types.
const (
	passwordMethod = "#microsoft.graph.passwordAuthenticationMethod"
	oathMethod     = "#microsoft.graph.softwareOathAuthenticationMethod"
)

func methodTable(name string, secrets ...string) *odata.Table {
	t := &odata.Table{Name: "microsoft.graph." + name, Properties: []odata.Property{prop("id", odata.GUID, readOnly), prop("createdDateTime", odata.Time, readOnly)}}
	for _, s := range secrets {
		t.Properties = append(t.Properties, prop(s, odata.String, readOnly))
	}
	return t
}

// methodTables is the table for each collection below authentication.
var methodTables = map[string]*odata.Table{
	"methods":             methodTable("authenticationMethod", "password", "secretKey"),
	"passwordMethods":     methodTable("passwordAuthenticationMethod", "password"),
	"softwareOathMethods": methodTable("softwareOathAuthenticationMethod", "secretKey"),
}

// methods are what a person signs in with: of one kind, or with an empty kind
// all of them.
func (c *call) methods(kind string) (all []authenticationMethod, u directory.User, err error) {
	if u, err = c.user(); err != nil {
		return nil, u, err
	}
	info, err := c.h.People.Methods(c.ctx(), c.tenant, u.ID)
	if err != nil {
		return nil, u, err
	}
	if info.HasPassword && kind != oathMethod {
		all = append(all, authenticationMethod{passwordMethod, passwordMethodID, info.PasswordChangedAt})
	}
	if info.TOTP != nil && kind != passwordMethod {
		all = append(all, authenticationMethod{oathMethod, info.TOTP.ID, info.TOTP.CreatedAt})
	}
	return all, u, nil
}

func methodKey(m *authenticationMethod) string { return m.id }

func (c *call) listMethods(collection, kind string) error {
	all, u, err := c.methods(kind)
	if err != nil {
		return err
	}
	fragment := "users('" + string(u.ID) + "')/authentication/" + collection
	return list(c, methodTables[collection], directoryPaging, fragment, func(c *call, q *odata.Query) (odata.List[authenticationMethod], error) {
		return local(q, all, methodKey, func(*authenticationMethod, string) any { return nil }), nil
	}, methodWires)
}

// method finds the one in the path.
func (c *call) method(kind string) (authenticationMethod, directory.User, error) {
	all, u, err := c.methods(kind)
	if err != nil {
		return authenticationMethod{}, u, err
	}
	for _, m := range all {
		if strings.EqualFold(m.id, c.keys["method"]) {
			return m, u, nil
		}
	}
	return authenticationMethod{}, u, notFound("authentication method", c.keys["method"], "List the person's authentication/methods to find the right id.")
}

func (c *call) getMethod(collection, kind string) error {
	q, err := c.single(methodTables[collection])
	if err != nil {
		return err
	}
	m, u, err := c.method(kind)
	if err != nil {
		return err
	}
	return c.object(http.StatusOK, c.view(m.wire(), methodTables[collection], q, "users('"+string(u.ID)+"')/authentication/"+collection+selected(q)+"/$entity", ""))
}

func (h *Handler) listMethods(c *call) error { return c.listMethods("methods", "") }
func (h *Handler) getMethod(c *call) error   { return c.getMethod("methods", "") }

func (h *Handler) listPasswordMethods(c *call) error {
	return c.listMethods("passwordMethods", passwordMethod)
}

func (h *Handler) getPasswordMethod(c *call) error {
	return c.getMethod("passwordMethods", passwordMethod)
}

func (h *Handler) listOathMethods(c *call) error {
	return c.listMethods("softwareOathMethods", oathMethod)
}

func (h *Handler) getOathMethod(c *call) error { return c.getMethod("softwareOathMethods", oathMethod) }

// deleteOathMethod takes a person's authenticator app away, with its recovery
// codes: for somebody who has lost the phone.
func (h *Handler) deleteOathMethod(c *call) error {
	_, u, err := c.method(oathMethod)
	if err != nil {
		return err
	}
	if err := c.mayTouch(u.ID, access.UserAuthenticationMethodReadWriteAll); err != nil {
		return err
	}
	if err := h.People.RemoveTOTP(c.ctx(), c.tenant, u.ID); err != nil {
		return err
	}
	return c.noContent()
}

// resetAnswer is Graph's passwordResetResponse.
type resetAnswer struct {
	Context     string `json:"@odata.context,omitempty"`
	NewPassword string `json:"newPassword,omitempty"`
}

// resetPassword answers POST methods/{password}/resetPassword: with the
// password sent, or one made here, which the person has to change.
func (h *Handler) resetPassword(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "newPassword"); err != nil {
		return err
	}
	var fresh string
	r := reader{o: o}
	r.text("newPassword", &fresh)
	if r.err != nil {
		return r.err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	if !strings.EqualFold(c.keys["method"], passwordMethodID) {
		return notFound("password", c.keys["method"], "Everybody's password has the id "+passwordMethodID+".")
	}
	if err := c.notSelf(u.ID); err != nil {
		return err
	}
	if err := c.mayTouch(u.ID, access.UserAuthenticationMethodReadWriteAll); err != nil {
		return err
	}
	answer := resetAnswer{}
	for fresh == "" || answer.NewPassword != "" && signin.CheckNewPassword(u.UserPrincipalName, u.DisplayName, fresh) != nil {
		fresh = signin.GeneratePassword()
		answer = resetAnswer{Context: c.contextURL("microsoft.graph.passwordResetResponse"), NewPassword: fresh}
	}
	if err := h.People.SetPassword(c.ctx(), c.tenant, u.ID, fresh, true); err != nil {
		return atPassword(err, "newPassword")
	}
	writeJSON(c.w, http.StatusAccepted, answer)
	return nil
}
