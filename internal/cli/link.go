package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

// linkFile is a one-time link as it is kept in the data directory, for its
// owner alone.
type linkFile struct {
	Tenant    string    `json:"tenant"`
	Person    string    `json:"userPrincipalName,omitempty"`
	File      string    `json:"file"`
	ExpiresAt time.Time `json:"expiresDateTime"`
	address   string
}

// askLink has a one-time link made and puts it into a file. Who reads the file
// or the terminal gets in; a log or a pipe never holds the link.
func askLink(ctx context.Context, cfg config.Config, admin *server.Admin, path, file string) (linkFile, error) {
	var l server.AdminLink
	if err := admin.Call(ctx, "POST", path, nil, &l); err != nil {
		return linkFile{}, err
	}
	out := linkFile{Tenant: string(l.Tenant), Person: l.Person, File: filepath.Join(cfg.DataDir, file), ExpiresAt: l.ExpiresAt, address: l.URL}
	return out, writePrivate(out.File, []byte(l.URL+"\n"))
}

func firstAdminLink(ctx context.Context, cfg config.Config, admin *server.Admin, tenant string) (linkFile, error) {
	return askLink(ctx, cfg, admin, "/tenants/"+url.PathEscape(tenant)+"/first-admin", "first-admin.url")
}

// write tells where the link is, and on a terminal the link itself.
func (a *app) writeLink(w io.Writer, l *linkFile, purpose string) error {
	fmt.Fprintf(w, "The link %s is in %s. It is good once, until %s.\n", purpose, l.File, moment(l.ExpiresAt))
	if f, ok := a.Out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(w, "\n  %s\n", l.address)
	}
	return nil
}

// resetFileName keeps a user principal name usable as a file name.
func resetFileName(upn string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' || r == '@' {
			return r
		}
		return '_'
	}, strings.ToLower(upn))
	return "reset-" + safe + ".url"
}

var errNoPassword = errors.New("no password was given")

// readPassword asks on a terminal, twice and without showing it, or takes the
// first line of standard input.
func (a *app) readPassword() (string, error) {
	if f, ok := a.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return a.askPassword(int(f.Fd()))
	}
	const most = 4096
	text, err := io.ReadAll(io.LimitReader(a.In, most))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" {
		return "", errNoPassword
	}
	return line, nil
}

func (a *app) askPassword(fd int) (string, error) {
	var typed [2]string
	for i, prompt := range []string{"Password: ", "Again: "} {
		fmt.Fprint(a.Err, prompt)
		text, err := term.ReadPassword(fd)
		fmt.Fprintln(a.Err)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return "", errors.New("the two passwords differ")
	}
	if typed[0] == "" {
		return "", errNoPassword
	}
	return typed[0], nil
}
