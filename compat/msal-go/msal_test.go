package msalgo_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"taxiway/compat/person"
)

const graph = "https://graph.microsoft.com/"

var delegated = []string{graph + "User.Read", graph + "Device.Read.All"}

// graphTools is Microsoft's own client id of the Graph command line tools: an
// app that every tenant has, which alone can be used before the tenant is known.
const graphTools = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

func publicClient(t *testing.T, w world, client *http.Client, tenant, app string) public.Client {
	t.Helper()
	c, err := public.New(app, public.WithAuthority(w.Base+"/"+tenant), public.WithHTTPClient(client), public.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// works calls Graph with the token.
func works(t *testing.T, w world, client *http.Client, token, path string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s %s %v", path, resp.Status, body, err)
	}
}

func claims(t *testing.T, token string) (c map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func verifier() (text, challenge string) {
	var b [32]byte
	_, _ = rand.Read(b[:])
	text = base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(text))
	return text, base64.RawURLEncoding.EncodeToString(sum[:])
}

func TestAPersonSignsInByCodeWithPKCEAndRefreshes(t *testing.T) {
	for _, tenant := range []string{"tenant id", "domain", "organizations"} {
		t.Run(tenant, func(t *testing.T) {
			w, client := open(t)
			app := w.PublicApp
			if tenant == "organizations" {
				app = graphTools
			}
			c := publicClient(t, w, client, map[string]string{"tenant id": w.Tenant, "domain": w.Domain, "organizations": "organizations"}[tenant], app)
			redirect := "http://localhost:51234"
			address, err := c.AuthCodeURL(t.Context(), app, redirect, delegated)
			if err != nil {
				t.Fatal(err)
			}
			text, challenge := verifier()
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			q.Set("code_challenge", challenge)
			q.Set("code_challenge_method", "S256")
			q.Set("state", "xyz")
			u.RawQuery = q.Encode()
			left, page, err := person.New(w.Base, w.User, w.Password, client, nil).Visit(u.String())
			if err != nil {
				t.Fatal(err)
			}
			one, err := person.Code(left, page, "xyz")
			if err != nil {
				t.Fatal(err)
			}
			result, err := c.AcquireTokenByAuthCode(t.Context(), one, redirect, delegated, public.WithChallenge(text))
			if err != nil {
				t.Fatal(err)
			}
			signedIn(t, w, client, c, result)
		})
	}
}

// signedIn checks the account, uses the token, and gets another one silently,
// from the cache and with the refresh token.
func signedIn(t *testing.T, w world, client *http.Client, c public.Client, result public.AuthResult) {
	t.Helper()
	if result.Account.PreferredUsername != w.User || result.IDToken.TenantID != w.Tenant || result.IDToken.Oid == "" {
		t.Errorf("the account is %s, the id token's tenant %s", result.Account.PreferredUsername, result.IDToken.TenantID)
	}
	works(t, w, client, result.AccessToken, "/v1.0/me")
	works(t, w, client, result.AccessToken, "/v1.0/devices")
	silent, err := c.AcquireTokenSilent(t.Context(), delegated, public.WithSilentAccount(result.Account))
	if err != nil {
		t.Fatal(err)
	}
	if silent.Metadata.TokenSource != public.TokenSourceCache || silent.AccessToken != result.AccessToken {
		t.Errorf("the first silent token came from %v; the spelling of the scopes makes clients miss their cache", silent.Metadata.TokenSource)
	}
	// Asking for claims makes MSAL leave its cache and use the refresh token.
	for range 2 {
		fresh, err := c.AcquireTokenSilent(t.Context(), delegated, public.WithSilentAccount(result.Account), public.WithClaims(`{"access_token":{"xms_cc":{"values":["CP1"]}}}`))
		if err != nil {
			t.Fatal(err)
		}
		if fresh.Metadata.TokenSource != public.TokenSourceIdentityProvider || fresh.AccessToken == result.AccessToken {
			t.Error("the refresh token gave no fresh access token")
		}
		works(t, w, client, fresh.AccessToken, "/v1.0/me")
	}
}

func TestAPersonSignsInInTheSystemBrowser(t *testing.T) {
	w, client := open(t)
	c := publicClient(t, w, client, w.Tenant, w.PublicApp)
	result, err := c.AcquireTokenInteractive(t.Context(), delegated, public.WithOpenURL(func(address string) error {
		left, page, err := person.New(w.Base, w.User, w.Password, client, nil).Visit(address)
		if err != nil {
			return err
		}
		if left == nil { // the answer went to the client as a form
			if !strings.Contains(page, "Authentication complete") {
				return fmt.Errorf("the browser stayed on a page: %s", page)
			}
			return nil
		}
		go func() { // the client listens at this address; its page is of no interest
			if resp, err := http.Get(left.String()); err == nil {
				resp.Body.Close()
			}
		}()
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	signedIn(t, w, client, c, result)
}

func TestAPersonSignsInWithADeviceCode(t *testing.T) {
	w, client := open(t)
	c := publicClient(t, w, client, w.Tenant, w.PublicApp)
	dc, err := c.AcquireTokenByDeviceCode(t.Context(), delegated)
	if err != nil {
		t.Fatal(err)
	}
	if dc.Result.UserCode == "" || !strings.Contains(dc.Result.Message, dc.Result.UserCode) || !strings.HasPrefix(dc.Result.VerificationURL, w.Base) {
		t.Errorf("the device code is %+v", dc.Result)
	}
	left, page, err := person.New(w.Base, w.User, w.Password, client, map[string]string{"otc": dc.Result.UserCode}).Visit(dc.Result.VerificationURL)
	if err != nil || left != nil {
		t.Fatalf("the browser came to %v, %q, %v", left, page, err)
	}
	result, err := dc.AuthenticationResult(t.Context())
	if err != nil {
		t.Fatalf("after the page %q: %v", page, err)
	}
	signedIn(t, w, client, c, result)
}

func TestAnAppSignsInWithASecretAndWithACertificate(t *testing.T) {
	w, client := open(t)
	secret, err := confidential.NewCredFromSecret(w.Secret)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(w.CertFile)
	if err != nil {
		t.Fatal(err)
	}
	certs, key, err := confidential.CertFromPEM(pem, "")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := confidential.NewCredFromCert(certs, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		credential confidential.Credential
		proof      string
		options    []confidential.Option
	}{
		"secret":               {secret, "1", nil},
		"certificate":          {certificate, "2", nil},
		"certificate with x5c": {certificate, "2", []confidential.Option{confidential.WithX5C()}},
	} {
		t.Run(name, func(t *testing.T) {
			options := append([]confidential.Option{confidential.WithHTTPClient(client), confidential.WithInstanceDiscovery(false)}, test.options...)
			c, err := confidential.New(w.Base+"/"+w.Tenant, w.DaemonApp, test.credential, options...)
			if err != nil {
				t.Fatal(err)
			}
			result, err := c.AcquireTokenByCredential(t.Context(), []string{graph + ".default"})
			if err != nil {
				t.Fatal(err)
			}
			got := claims(t, result.AccessToken)
			if got["appid"] != w.DaemonApp || got["appidacr"] != test.proof || got["idtyp"] != "app" || got["tid"] != w.Tenant {
				t.Errorf("claims %v", got)
			}
			works(t, w, client, result.AccessToken, "/v1.0/devices")
			again, err := c.AcquireTokenByCredential(t.Context(), []string{graph + ".default"})
			if err != nil || again.Metadata.TokenSource != confidential.TokenSourceCache {
				t.Errorf("the second token came from %v, %v", again.Metadata.TokenSource, err)
			}
			if _, err := c.AcquireTokenByCredential(context.WithoutCancel(t.Context()), []string{graph + ".default"}, confidential.WithClaims(`{"access_token":{"xms_cc":{"values":["CP1"]}}}`)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAWrongSecretIsToldInEntrasWords(t *testing.T) {
	w, client := open(t)
	wrong, err := confidential.NewCredFromSecret(strings.Repeat("0", 64))
	if err != nil {
		t.Fatal(err)
	}
	c, err := confidential.New(w.Base+"/"+w.Tenant, w.DaemonApp, wrong, confidential.WithHTTPClient(client), confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.AcquireTokenByCredential(t.Context(), []string{graph + ".default"}); err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
		t.Errorf("a wrong secret: %v", err)
	}
}
