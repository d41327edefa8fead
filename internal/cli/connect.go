package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
	"taxiway/internal/server"
)

// target is which server, which tenant and as whom, as flags.
type target struct{ url, tenant, clientID, secretFile, caFile string }

// graphCommand is a parent whose children speak Graph.
func (a *app) graphCommand(use, short string, children func(t *target) []*cobra.Command) *cobra.Command {
	t := &target{}
	cmd := a.parent(use, short, children(t)...)
	f := cmd.PersistentFlags()
	f.StringVar(&t.url, "url", "", "the server's address (TAXIWAY_URL)")
	f.StringVar(&t.tenant, "tenant", "", "tenant id or domain (TAXIWAY_TENANT)")
	f.StringVar(&t.clientID, "client-id", "", "the app registration's id (TAXIWAY_CLIENT_ID)")
	f.StringVar(&t.secretFile, "client-secret-file", "", "file with the app's secret (TAXIWAY_CLIENT_SECRET)")
	f.StringVar(&t.caFile, "ca-file", "", "PEM file with the certificate authority to trust")
	return cmd
}

// client makes the Graph client of a command.
func (a *app) client(ctx context.Context, t *target) (*graphclient.Client, error) {
	cfg, err := a.config()
	if err != nil {
		return nil, err
	}
	saved, err := loadAccess(cfg)
	if err != nil {
		return nil, err
	}
	given, err := a.given(t)
	if err != nil {
		return nil, err
	}
	s, err := merge(given, saved, cfg)
	if err != nil {
		return nil, err
	}
	if s.CA == "" || t.caFile == "" {
		// The running server knows its own authority best.
		if pem := authorityOf(ctx, cfg); pem != "" && s.URL == cfg.BaseURL {
			s.CA = pem
		}
	}
	return a.clientOf(s, "")
}

func (a *app) clientOf(s savedAccess, address string) (*graphclient.Client, error) {
	c, err := graphclient.New(graphclient.Config{
		BaseURL: s.URL, Tenant: s.Tenant, ClientID: s.ClientID, ClientSecret: s.ClientSecret, CA: []byte(s.CA), Address: address, Now: a.Now,
	})
	if err != nil {
		return nil, fault.Field(fault.Invalid, "InvalidAddress", "url", err.Error()+".", "Correct it with --url or --ca-file.")
	}
	return c, nil
}

// given is what flags and environment say.
func (a *app) given(t *target) (savedAccess, error) {
	first := func(flag, env string) string {
		if flag != "" {
			return flag
		}
		return a.lookup(env)
	}
	s := savedAccess{
		URL: strings.TrimRight(first(t.url, "TAXIWAY_URL"), "/"), Tenant: first(t.tenant, "TAXIWAY_TENANT"),
		ClientID: first(t.clientID, "TAXIWAY_CLIENT_ID"), ClientSecret: a.lookup("TAXIWAY_CLIENT_SECRET"),
	}
	for flag, file := range map[string]struct {
		path string
		into *string
	}{"client-secret-file": {t.secretFile, &s.ClientSecret}, "ca-file": {t.caFile, &s.CA}} {
		if file.path == "" {
			continue
		}
		data, err := os.ReadFile(file.path)
		if err != nil {
			return s, flagError(flag, fmt.Sprintf("The file cannot be read: %v.", err), "Name a file that you can read.")
		}
		*file.into = strings.TrimSpace(string(data))
	}
	return s, nil
}

// merge fills what was not given from the saved access. A secret is sent only
// to the server it was saved for.
func merge(given, saved savedAccess, cfg config.Config) (savedAccess, error) {
	s := given
	if s.URL == "" {
		s.URL = saved.URL
	}
	if s.URL == "" {
		s.URL = cfg.BaseURL
	}
	if s.URL == saved.URL {
		fill(&s.CA, saved.CA)
		fill(&s.Tenant, saved.Tenant)
		sameTenant := s.Tenant == saved.Tenant
		if sameTenant {
			fill(&s.ClientID, saved.ClientID)
		}
		if sameTenant && s.ClientID == saved.ClientID {
			fill(&s.ClientSecret, saved.ClientSecret)
		}
	}
	missing := &fault.Error{Kind: fault.Unauthenticated, Code: "NoCredentials", Message: "The command line does not know as whom to speak to " + s.URL + "."}
	for _, m := range []struct{ value, flag, env string }{
		{s.Tenant, "--tenant", "TAXIWAY_TENANT"}, {s.ClientID, "--client-id", "TAXIWAY_CLIENT_ID"}, {s.ClientSecret, "--client-secret-file", "TAXIWAY_CLIENT_SECRET"},
	} {
		if m.value == "" {
			missing.Details = append(missing.Details, fault.Detail{
				Target: m.flag, Code: "NoCredentials", Message: "It is not given.",
				Remedy: "Set " + m.flag + " or " + m.env + ", run 'taxiway app create --save', or name the data directory with --data.",
			})
		}
	}
	if len(missing.Details) > 0 {
		return s, missing
	}
	return s, nil
}

func fill(value *string, with string) {
	if *value == "" {
		*value = with
	}
}

// authorityOf asks the server that holds the data directory for the
// certificate of its authority; "" when none runs.
func authorityOf(ctx context.Context, cfg config.Config) string {
	admin, err := server.ConnectAdmin(ctx, cfg)
	if err != nil || admin == nil {
		return ""
	}
	defer admin.Close() //nolint:errcheck // only read
	pem, err := readAuthority(ctx, admin)
	if err != nil {
		return ""
	}
	return pem
}

func readAuthority(ctx context.Context, admin *server.Admin) (string, error) {
	var out struct {
		Certificate string `json:"certificate"`
	}
	err := admin.Call(ctx, "GET", "/authority", nil, &out)
	return out.Certificate, err
}

// withAdmin runs fn on the private door: that of the running server, or of the
// store when none runs.
func (a *app) withAdmin(ctx context.Context, fn func(cfg config.Config, admin *server.Admin) error) (err error) {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	admin, err := server.OpenAdmin(ctx, cfg, server.Options{Log: a.quiet()})
	if err != nil {
		return err
	}
	defer func() {
		if cerr := admin.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close the store: %w", cerr)
		}
	}()
	return fn(cfg, admin)
}
