package servertest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

// Password is what every person of a test signs in with.
const Password = "Correct-Horse-7-Battery"

// Member is somebody of a tenant who can sign in, made through Graph.
type Member struct{ ID, UPN string }

// NewMember makes a person with these roles.
func (p *Process) NewMember(t testing.TB, tenant *Tenant, name string, roles ...directory.RoleID) Member {
	t.Helper()
	who := Member{UPN: strings.ToLower(name) + "@" + tenant.Domain}
	made := p.Must(t, tenant.Token, http.MethodPost, "/v1.0/users", map[string]any{
		"userPrincipalName": who.UPN, "displayName": name, "accountEnabled": true,
		"passwordProfile": map[string]any{"password": Password, "forceChangePasswordNextSignIn": false},
	}, http.StatusCreated)
	who.ID, _ = made.JSON["id"].(string)
	for _, role := range roles {
		p.Must(t, tenant.Token, http.MethodPost, "/v1.0/roleManagement/directory/roleAssignments", map[string]any{
			"roleDefinitionId": role, "principalId": who.ID, "directoryScopeId": "/",
		}, http.StatusCreated)
	}
	return who
}

// SignIn gets a token with which the tenant's app acts for a person, as far as
// the scopes go. The tenant is a lab: elsewhere nobody signs in without a page.
func (p *Process) SignIn(t testing.TB, tenant *Tenant, upn, password string, scopes ...string) string {
	t.Helper()
	token, problem := p.TrySignIn(t, tenant, upn, password, scopes...)
	if token == "" {
		t.Fatalf("sign %s in: %s", upn, problem)
	}
	return token
}

// TrySignIn is SignIn for one that may be refused; problem says why.
func (p *Process) TrySignIn(t testing.TB, tenant *Tenant, upn, password string, scopes ...string) (token, problem string) {
	t.Helper()
	p.allow(t, tenant)
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = access.GraphURL + "/" + s
	}
	form := url.Values{
		"grant_type": {"password"}, "client_id": {tenant.App.AppID}, "client_secret": {tenant.App.Secret},
		"username": {upn}, "password": {password}, "scope": {strings.Join(names, " ")},
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, BaseURL+"/"+tenant.ID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatalf("ask for a token: %v", err)
	}
	defer closeBody(t, resp)
	var body struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		t.Fatalf("ask for a token: %s %v", resp.Status, err)
	}
	return body.AccessToken, body.Description
}

// allow lets the tenant's app do everything for everybody, once.
func (p *Process) allow(t testing.TB, tenant *Tenant) {
	t.Helper()
	if tenant.allowed.Swap(true) {
		return
	}
	p.Must(t, tenant.Token, http.MethodPost, "/v1.0/oauth2PermissionGrants", map[string]any{
		"clientId": p.ServicePrincipal(t, tenant), "consentType": signin.ForEverybody, "resourceId": access.GraphAppID, "scope": strings.Join(access.Scopes(), " "),
	}, http.StatusCreated)
}

// ServicePrincipal is the service principal id of the tenant's app.
func (p *Process) ServicePrincipal(t testing.TB, tenant *Tenant) string {
	t.Helper()
	a := p.Must(t, tenant.Token, http.MethodGet, "/v1.0/servicePrincipals(appId='"+tenant.App.AppID+"')", nil, http.StatusOK)
	id, _ := a.JSON["id"].(string)
	return id
}

// AddFactor gives a person an authenticator app, past the page where people do
// it themselves, and returns its id.
func (p *Process) AddFactor(t testing.TB, tenant, user string) string {
	t.Helper()
	master, err := sqlstore.LoadMasterKey(p.Config.DataDir, p.Config.MasterKey.Reveal())
	if err != nil {
		t.Fatalf("read the master key: %v", err)
	}
	db, err := sqlstore.Open(context.Background(), sqlstore.Options{
		URL: p.Config.Database.URL.Reveal(), Dir: p.Config.DataDir, MasterKey: master, MaxConns: 2, Logger: slog.New(slog.DiscardHandler), Clock: p.now,
	})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	}()
	f := signin.TOTP{ID: uuid.NewString(), Secret: make([]byte, 20), CreatedAt: p.now(), ConfirmedAt: p.now()}
	e := directory.AuditEvent{ID: uuid.NewString(), At: p.now(), Activity: "Set up authenticator", Category: "user", TargetID: user, TargetType: "user"}
	if err := db.PutTOTP(context.Background(), directory.TenantID(tenant), directory.ObjectID(user), f, nil, e); err != nil {
		t.Fatalf("store an authenticator: %v", err)
	}
	return f.ID
}
