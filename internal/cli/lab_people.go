package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// labLogin is how one of the sample's people signs in.
type labLogin struct {
	UserPrincipalName string    `json:"userPrincipalName"`
	Password          string    `json:"password"`
	Role              string    `json:"role,omitempty"`
	SetAt             time.Time `json:"passwordChangedDateTime"` // when the password was given
	Changed           bool      `json:"changed,omitempty"`       // somebody has changed it since
}

// labLogins is DATA/lab-people.json. The passwords are made for this data
// directory and stay the same through resets.
type labLogins struct {
	Tenant string     `json:"tenant"`
	People []labLogin `json:"people"`
}

func labLoginsFile(cfg config.Config) string { return filepath.Join(cfg.DataDir, "lab-people.json") }

// signIns gives the sample's people their passwords and roles. Who has a
// password keeps it, who was deleted stays so.
func (l *lab) signIns(ctx context.Context, cfg config.Config, admin *server.Admin) error {
	var saved labLogins
	if err := readJSONFile(labLoginsFile(cfg), &saved); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if saved.Tenant != string(l.tenant.ID) {
		saved = labLogins{Tenant: string(l.tenant.ID)}
	}
	for _, u := range l.sample.Users {
		path := personPath("/tenants/"+url.PathEscape(saved.Tenant), u.UserPrincipalName)
		at := slices.IndexFunc(saved.People, func(p labLogin) bool { return p.UserPrincipalName == u.UserPrincipalName })
		login := labLogin{UserPrincipalName: u.UserPrincipalName, Role: u.Role}
		if at >= 0 {
			login = saved.People[at]
		}
		err := login.ensure(ctx, admin, path)
		switch {
		case fault.Is(err, fault.NotFound): // somebody deleted this person
			continue
		case err != nil:
			return err
		}
		l.logins = append(l.logins, login)
		if at < 0 {
			saved.People = append(saved.People, login)
		} else {
			saved.People[at] = login
		}
		// Saved one by one: a password that was given is never lost.
		if err := writePrivateJSON(labLoginsFile(cfg), saved); err != nil {
			return err
		}
	}
	return nil
}

// ensure gives a person without a password theirs, and the role with it.
func (p *labLogin) ensure(ctx context.Context, admin *server.Admin, path string) error {
	var now server.AdminPerson
	if err := admin.Call(ctx, "GET", path, nil, &now); err != nil {
		return err
	}
	if now.HasPassword {
		p.Changed = !now.PasswordChangedAt.Equal(p.SetAt)
		return nil
	}
	if p.Role != "" {
		if err := admin.Call(ctx, "POST", path+"/roles", map[string][]string{"add": {p.Role}}, nil); err != nil {
			return err
		}
	}
	if err := admin.Call(ctx, "POST", path+"/password", map[string]any{"password": p.Password, "generate": p.Password == ""}, &now); err != nil {
		return err
	}
	if now.Password != "" {
		p.Password = now.Password
	}
	p.SetAt, p.Changed = *now.PasswordChangedAt, false
	return nil
}

func (l *lab) accountPage(cfg config.Config) string {
	return cfg.BaseURL + "/" + string(l.tenant.ID) + "/account"
}

func (l *lab) codePage(cfg config.Config) string {
	return cfg.BaseURL + "/" + string(l.tenant.ID) + "/oauth2/deviceauth"
}

// writeLogins tells who can sign in and where. It is a lab: its passwords are
// there to be seen.
func (l *lab) writeLogins(w io.Writer, cfg config.Config) error {
	fmt.Fprintln(w)
	if err := card(w, field{"Account page", l.accountPage(cfg)}, field{"Device code page", l.codePage(cfg)}); err != nil {
		return err
	}
	fmt.Fprintln(w)
	rows := make([][]string, len(l.logins))
	for i := range l.logins {
		p := &l.logins[i]
		password := p.Password
		if p.Changed {
			password = "changed since"
		}
		rows[i] = []string{p.UserPrincipalName, password, p.Role}
	}
	return table(w, []string{"Who can sign in", "Password", "Role"}, rows)
}
