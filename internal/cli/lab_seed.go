package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
	"taxiway/internal/server"
)

// lab is the sample tenant with a way to it.
type lab struct {
	tenant server.AdminTenant
	access savedAccess
	client *graphclient.Client
	sample labdata.Sample
	file   string        // the CSV of its PCs
	report *importReport // nil when the tenant was filled before
	logins []labLogin
}

// labMark is DATA/lab.json: the sample is whole, so what is missing in the
// tenant was taken away on purpose and is not put back.
type labMark struct {
	Tenant string `json:"tenant"`
	Filled bool   `json:"filled"`
	// PC is the virtual PC for which the tenant was set up; a tenant of a release
	// that had none gets it at the next start.
	PC string `json:"pc,omitempty"`
}

func labMarkFile(cfg config.Config) string { return filepath.Join(cfg.DataDir, "lab.json") }

func forgetLab(cfg config.Config) error {
	if err := os.Remove(labMarkFile(cfg)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("forget the lab's state: %w", err)
	}
	return nil
}

// fill makes the lab tenant and what is missing in it. A run that was broken
// off is finished by the next one.
func (a *app) fill(ctx context.Context, cfg config.Config, admin *server.Admin, address string) (*lab, error) {
	sample, err := labdata.Contoso()
	if err != nil {
		return nil, err
	}
	l := &lab{sample: sample, file: filepath.Join(cfg.DataDir, "contoso.csv")}
	if l.tenant, err = labTenant(ctx, admin, &sample); err != nil {
		return nil, err
	}
	if l.access, err = labAccess(ctx, cfg, admin, &l.tenant); err != nil {
		return nil, err
	}
	if l.client, err = a.clientOf(l.access, address); err != nil {
		return nil, err
	}
	mark := labMark{Tenant: string(l.tenant.ID), Filled: true}
	filled, err := readLabMark(cfg)
	if err != nil {
		return nil, err
	}
	if mark.PC = filled.PC; filled == mark {
		return l, l.signIns(ctx, cfg, admin)
	}
	if err := l.people(ctx); err != nil {
		return nil, err
	}
	if err := l.signIns(ctx, cfg, admin); err != nil {
		return nil, err
	}
	if err := l.rules(ctx); err != nil {
		return nil, err
	}
	if err := a.register(ctx, l); err != nil {
		return nil, err
	}
	mark.PC = "" // another tenant's says nothing about this one
	return l, writePrivateJSON(labMarkFile(cfg), mark)
}

func readLabMark(cfg config.Config) (labMark, error) {
	var m labMark
	err := readJSONFile(labMarkFile(cfg), &m)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return m, err
}

// labTenant finds the sample tenant or makes it.
func labTenant(ctx context.Context, admin *server.Admin, s *labdata.Sample) (server.AdminTenant, error) {
	tenants, err := listTenants(ctx, admin)
	if err != nil {
		return server.AdminTenant{}, err
	}
	for _, t := range tenants {
		if t.Domain != s.Domain {
			continue
		}
		if !t.Lab {
			return t, fault.Field(fault.Conflict, "NotALabTenant", "tenant", "There is a tenant "+s.Domain+" that is no lab.", "Name another data directory with --data.")
		}
		return t, nil
	}
	var t server.AdminTenant
	err = admin.Call(ctx, "POST", "/tenants", map[string]any{"displayName": s.DisplayName, "domain": s.Domain, "lab": true}, &t)
	return t, err
}

// labAccess is the saved access if it still opens the lab tenant; else an app
// is registered and saved.
func labAccess(ctx context.Context, cfg config.Config, admin *server.Admin, t *server.AdminTenant) (savedAccess, error) {
	saved, err := loadAccess(cfg)
	if err != nil {
		return saved, err
	}
	pem, err := readAuthority(ctx, admin)
	if err != nil {
		return saved, err
	}
	apps, err := listApps(ctx, admin, string(t.ID))
	if err != nil {
		return saved, err
	}
	if saved.Tenant == string(t.ID) {
		for i := range apps {
			if apps[i].AppID == saved.ClientID {
				if err := allowLab(ctx, admin, t, &apps[i]); err != nil {
					return saved, err
				}
				saved.URL, saved.CA = cfg.BaseURL, pem
				return saved, saveAccess(cfg, saved)
			}
		}
	}
	made, err := createApp(ctx, admin, string(t.ID), newApp{DisplayName: "Contoso lab command line", Permissions: labPermissions()})
	if err != nil {
		return saved, err
	}
	saved = savedAccess{URL: cfg.BaseURL, Tenant: string(t.ID), ClientID: made.AppID, ClientSecret: made.Secret, CA: pem}
	return saved, saveAccess(cfg, saved)
}

// allowLab gives the lab's app what it may not do yet: that of an earlier release
// could do less.
func allowLab(ctx context.Context, admin *server.Admin, t *server.AdminTenant, app *server.AdminApp) error {
	list := slices.Clone(app.Permissions)
	for _, p := range labPermissions() {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	if len(list) == len(app.Permissions) {
		return nil
	}
	slices.Sort(list)
	return admin.Call(ctx, "PATCH", appsPath(string(t.ID))+"/"+app.AppID, map[string]any{"permissions": list}, nil)
}

// people makes the users that are missing.
func (l *lab) people(ctx context.Context) error {
	have := map[string]bool{}
	for u, err := range l.client.Users(ctx) {
		if err != nil {
			return err
		}
		have[u.UserPrincipalName] = true
	}
	for _, u := range l.sample.Users {
		if have[u.UserPrincipalName] {
			continue
		}
		_, err := l.client.CreateUser(ctx, graphclient.User{
			UserPrincipalName: u.UserPrincipalName, DisplayName: u.DisplayName, GivenName: u.GivenName, Surname: u.Surname,
			Department: u.Department, JobTitle: u.JobTitle, AccountEnabled: true, MDMLicensed: true,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rules makes the groups, profiles and assignments that are missing.
func (l *lab) rules(ctx context.Context) error {
	groups := map[string]string{}
	for g, err := range l.client.Groups(ctx) {
		if err != nil {
			return err
		}
		groups[g.DisplayName] = g.ID
	}
	for i, g := range l.sample.Groups {
		if groups[g.DisplayName] != "" {
			continue
		}
		made, err := l.client.CreateGroup(ctx, graphclient.Group{DisplayName: g.DisplayName, Description: g.Description, MailNickname: fmt.Sprintf("lab%d", i+1), MembershipRule: g.Rule})
		if err != nil {
			return err
		}
		groups[g.DisplayName] = made.ID
	}
	have, err := graphclient.Collect(l.client.Profiles(ctx))
	if err != nil {
		return err
	}
	for _, p := range l.sample.Profiles {
		if err := l.profile(ctx, p, have, groups[p.IncludedGroup]); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) profile(ctx context.Context, p labdata.Profile, have []graphclient.Profile, group string) error {
	var there graphclient.Profile
	for i := range have {
		if have[i].DisplayName == p.DisplayName {
			there = have[i]
		}
	}
	if there.ID == "" {
		var err error
		there, err = l.client.CreateProfile(ctx, graphclient.Profile{
			DisplayName: p.DisplayName, Description: p.Description, Locale: "os-default", DeviceNameTemplate: p.NameTemplate, DeviceType: "windowsPc",
			OOBE: graphclient.OOBE{PrivacySettingsHidden: true, EULAHidden: true, UserType: p.UserType, DeviceUsageType: "singleUser", KeyboardSkipped: true, EscapeLinkHidden: true},
		})
		if err != nil {
			return err
		}
	}
	want := graphclient.Target{Type: graphclient.TargetGroup, GroupID: group}
	for _, a := range there.Assignments {
		if a.Target.Is(want) {
			return nil
		}
	}
	_, err := l.client.Assign(ctx, there.ID, want)
	return err
}

// register writes the file of PCs and registers what it holds, as an admin
// would.
func (a *app) register(ctx context.Context, l *lab) error {
	file, err := l.sample.CSV()
	if err != nil {
		return err
	}
	if err := writePrivate(l.file, file); err != nil {
		return err
	}
	rows, report, err := readDevices(l.file, file, hwhash.Tolerant)
	if err != nil {
		return err
	}
	bar := a.newProgress("registering PCs", len(rows))
	// A few at a time, so that there is something to see.
	const few = 5
	for start := 0; start < len(rows) && err == nil; start += few {
		err = importRows(ctx, l.client, rows[start:min(start+few, len(rows))], &report, bar.add)
	}
	bar.done()
	l.report = &report
	return err
}

func (l *lab) writeSums(w io.Writer) error {
	if l.report == nil {
		_, err := fmt.Fprintf(w, "Tenant %s (%s), as it was left\n", l.tenant.DisplayName, l.tenant.Domain)
		return err
	}
	fmt.Fprintf(w, "Tenant %s (%s): %s, %s, %s\n", l.tenant.DisplayName, l.tenant.Domain,
		plural(len(l.sample.Users), "user"), plural(len(l.sample.Groups), "dynamic group"), plural(len(l.sample.Profiles), "profile"))
	return l.report.write(w)
}
