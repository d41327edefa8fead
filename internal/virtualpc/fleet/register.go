package fleet

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
)

// Registration is how a fleet becomes known to a tenant.
type Registration struct {
	Tag     string // group tag of every PC
	Group   string // dynamic group of PCs with the tag, made when there is none; empty: none is made
	Profile string // deployment profile for the group, made when there is none; empty: none is made
	// User is who signs in at every PC, with Password. Without one, people are
	// made for the fleet: as many as the limit of devices asks for.
	User, Password string
	Now            func() time.Time
	// Told hears what is done; nil for nobody.
	Told func(text string)
}

const (
	// perPerson is how many PCs somebody may enrol (Intune page "Create device
	// limit restrictions").
	perPerson = 15
	// perImport is how many devices a CSV file may have for Intune.
	perImport = 500
)

// Register makes people, group and profile as far as they are missing, hands the
// PCs' hardware hashes over as CSV files, and waits until the PCs have a profile.
func (f *Fleet) Register(ctx context.Context, c *graphclient.Client, r Registration) error {
	if r.Told == nil {
		r.Told = func(string) {}
	}
	if err := f.people(ctx, c, &r); err != nil {
		return err
	}
	if r.Group != "" {
		if err := arrange(ctx, c, &r); err != nil {
			return err
		}
	}
	for start := 0; start < len(f.PCs); start += perImport {
		if err := importFile(ctx, c, f.PCs[start:min(start+perImport, len(f.PCs))], &r); err != nil {
			return err
		}
	}
	return f.assigned(ctx, c, &r)
}

// people says who signs in where.
func (f *Fleet) people(ctx context.Context, c *graphclient.Client, r *Registration) error {
	if r.User != "" {
		for _, pc := range f.PCs {
			pc.User, pc.password = r.User, r.Password
		}
		return nil
	}
	org, err := c.Organization(ctx)
	if err != nil {
		return err
	}
	domain := ""
	for _, d := range org.VerifiedDomains {
		if domain == "" || d.IsDefault {
			domain = d.Name
		}
	}
	run := strings.ToLower(rand.Text()[:6])
	var upn, password string
	for i, pc := range f.PCs {
		if i%perPerson == 0 {
			// Long enough, and of every kind of character, for any rule.
			upn, password = fmt.Sprintf("fleet-%s-%03d@%s", run, i/perPerson+1, domain), "Fl7-"+rand.Text()
			_, err := c.CreateUser(ctx, graphclient.User{
				UserPrincipalName: upn, DisplayName: fmt.Sprintf("Fleet %s %03d", run, i/perPerson+1), AccountEnabled: true, MDMLicensed: true,
				PasswordProfile: &graphclient.PasswordProfile{Password: password},
			})
			if err != nil {
				return fmt.Errorf("make a person: %w", err)
			}
		}
		pc.User, pc.password = upn, password
	}
	r.Told(fmt.Sprintf("People made: %d", (len(f.PCs)+perPerson-1)/perPerson))
	return nil
}

// arrange makes the group and its profile when they are missing.
func arrange(ctx context.Context, c *graphclient.Client, r *Registration) error {
	group, err := c.Group(ctx, r.Group)
	if missing(err) {
		group, err = c.CreateGroup(ctx, graphclient.Group{
			DisplayName: r.Group, Description: "PCs with the group tag " + r.Tag, MailNickname: "fleet-" + strings.ToLower(rand.Text()[:6]),
			MembershipRule: `(device.devicePhysicalIds -any (_ -eq "[OrderID]:` + r.Tag + `"))`,
		})
		r.Told("Group made: " + r.Group)
	}
	if err != nil {
		return fmt.Errorf("find or make the group %s: %w", r.Group, err)
	}
	if r.Profile == "" {
		return nil
	}
	profile, err := c.Profile(ctx, r.Profile)
	if missing(err) {
		profile, err = c.CreateProfile(ctx, graphclient.Profile{
			DisplayName: r.Profile, Locale: "os-default", DeviceType: "windowsPc",
			OOBE: graphclient.OOBE{PrivacySettingsHidden: true, EULAHidden: true, UserType: "standard", DeviceUsageType: "singleUser", KeyboardSkipped: true, EscapeLinkHidden: true},
		})
		r.Told("Profile made: " + r.Profile)
	}
	if err != nil {
		return fmt.Errorf("find or make the profile %s: %w", r.Profile, err)
	}
	want := graphclient.Target{Type: graphclient.TargetGroup, GroupID: group.ID}
	for _, a := range profile.Assignments {
		if a.Target.Is(want) {
			return nil
		}
	}
	_, err = c.Assign(ctx, profile.ID, want)
	return err
}

func missing(err error) bool {
	refused, ok := errors.AsType[*graphclient.Error](err)
	return ok && refused.Status == http.StatusNotFound
}

// importFile writes a CSV file of PCs and sends what an administrator's program
// reads from it.
func importFile(ctx context.Context, c *graphclient.Client, pcs []*PC, r *Registration) error {
	rows := make([]hwhash.Row, len(pcs))
	for i, pc := range pcs {
		hash, err := pc.machine.HandOver(r.Now())
		if err != nil {
			return err
		}
		rows[i] = hwhash.Row{SerialNumber: pc.Serial, HardwareHash: hash, GroupTag: r.Tag, AssignedUser: pc.User}
	}
	var file bytes.Buffer
	if err := hwhash.WriteCSV(&file, rows); err != nil {
		return err
	}
	read, bad, err := hwhash.ReadCSV(file.Bytes(), hwhash.Tolerant)
	if err != nil {
		return err
	}
	if len(bad) > 0 {
		return fmt.Errorf("line %d of the file of PCs: %s: %s", bad[0].Line, bad[0].Code, bad[0].Reason)
	}
	send := make([]graphclient.ImportRow, len(read))
	for i, row := range read {
		send[i] = graphclient.ImportRow{SerialNumber: row.SerialNumber, HardwareHash: row.HardwareHash, GroupTag: row.GroupTag, AssignedUser: row.AssignedUser}
	}
	results, err := c.Import(ctx, send)
	if err != nil {
		return fmt.Errorf("import %d PCs: %w", len(send), err)
	}
	if len(results) != len(pcs) {
		return fmt.Errorf("the server answered for %d of %d PCs", len(results), len(pcs))
	}
	for i := range results {
		s := &results[i].State
		if !results[i].Done() || s.Registration == "" {
			return fmt.Errorf("register %s: %d %s: %s", pcs[i].Serial, s.ErrorCode, s.ErrorName, s.ErrorMessage)
		}
		pcs[i].Registration = s.Registration
	}
	r.Told(fmt.Sprintf("PCs registered: %d", len(results)))
	return nil
}

// mostLooks is how many times, a second apart, a tenant is looked at for PCs
// that wait for their profile. One that has none after that is deployed
// without: it then says itself what it misses.
const mostLooks = 60

func (f *Fleet) assigned(ctx context.Context, c *graphclient.Client, r *Registration) error {
	ours := map[string]bool{}
	for _, pc := range f.PCs {
		ours[pc.Registration] = true
	}
	for look := 1; ; look++ {
		left := 0
		for d, err := range c.DeviceIdentities(ctx, graphclient.List{}) {
			if err != nil {
				return err
			}
			if ours[d.ID] && d.Status() != graphclient.Assigned {
				left++
			}
		}
		if left == 0 || look == mostLooks {
			r.Told(fmt.Sprintf("Profile status Assigned: %d of %d", len(f.PCs)-left, len(f.PCs)))
			return nil
		}
		if err := f.o.PC.Wait(ctx, time.Second); err != nil {
			return err
		}
	}
}
