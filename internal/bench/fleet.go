package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
)

const (
	importChunk = 500 // rows of one request, Microsoft's limit for a file
	plainTags   = 40
	plainGroups = 60
	profileSum  = 12
	pilots      = 80 // PCs that carry the rare tag
)

// fleet is the tenant's PCs: plain tags in turn, and some pilots.
type fleet struct {
	ids      []string // registrations
	serials  []string
	tags     []string
	profiles map[string]string // tag -> name of the profile it brings
}

func pilotEvery(count int) int { return max(count/pilots, 4) }

func tagOf(count int) func(i int) string {
	plain := labdata.Tags("Tag", plainTags)
	return func(i int) string {
		if i%pilotEvery(count) == pilotEvery(count)-1 {
			return "Pilot01"
		}
		return plain(i)
	}
}

// prepare makes groups and profiles: one group per tag, one for pilots, and
// further ones that look at maker and model. Every tag brings one profile.
func (r *run) prepare(ctx context.Context) (*fleet, error) {
	f := &fleet{profiles: map[string]string{}}
	var ids, names []string
	for i := range profileSum {
		p, err := r.graph.CreateProfile(ctx, graphclient.Profile{
			DisplayName: fmt.Sprintf("Profile %02d", i+1), Locale: "os-default", DeviceNameTemplate: "PC-%SERIAL%", DeviceType: "windowsPc",
			OOBE: graphclient.OOBE{EULAHidden: true, PrivacySettingsHidden: true, UserType: "standard", DeviceUsageType: "singleUser"},
		})
		if err != nil {
			return nil, fmt.Errorf("make a profile: %w", err)
		}
		ids, names = append(ids, p.ID), append(names, p.DisplayName)
	}
	for i := range plainGroups {
		group := graphclient.Group{DisplayName: fmt.Sprintf("Group %02d", i+1), MailNickname: fmt.Sprintf("group%02d", i+1)}
		tag := ""
		switch {
		case i < plainTags:
			tag = labdata.Tags("Tag", plainTags)(i)
			group.MembershipRule = tagRule(tag)
		case i == plainTags:
			tag = "Pilot01"
			group.MembershipRule = `(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:Pilot"))`
		default:
			m := labdata.Models()[i%len(labdata.Models())]
			group.MembershipRule = fmt.Sprintf(`(device.deviceManufacturer -eq %q) and (device.deviceModel -eq "%s") and (device.displayName -startsWith "%c")`, m.Manufacturer, m.Name, 'A'+i%26)
		}
		made, err := r.graph.CreateGroup(ctx, group)
		if err != nil {
			return nil, fmt.Errorf("make a group: %w", err)
		}
		if tag == "" {
			continue
		}
		if _, err := r.graph.Assign(ctx, ids[i%profileSum], graphclient.Target{Type: graphclient.TargetGroup, GroupID: made.ID}); err != nil {
			return nil, fmt.Errorf("assign a profile: %w", err)
		}
		f.profiles[tag] = names[i%profileSum]
	}
	return f, nil
}

func tagRule(tag string) string {
	return `(device.devicePhysicalIds -any (_ -eq "[OrderID]:` + tag + `"))`
}

// csvFile writes the PCs from first on as the file an admin uploads.
func (r *run) csvFile(first, n int) ([]byte, error) {
	pcs, err := labdata.Fleet(r.Seed, n, labdata.From(first), labdata.WithTags(tagOf(r.Count)))
	if err != nil {
		return nil, err
	}
	rows := make([]hwhash.Row, n)
	for i := range pcs {
		rows[i] = pcs[i].Row
	}
	var file bytes.Buffer
	if err := hwhash.WriteCSV(&file, rows); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

// upload reads the file and registers its rows through Graph.
func (r *run) upload(ctx context.Context, f *fleet, file []byte) error {
	send := make([]graphclient.ImportRow, 0, importChunk)
	flush := func() error {
		results, err := r.graph.Import(ctx, send)
		if err != nil {
			return fmt.Errorf("import: %w", err)
		}
		if len(results) != len(send) {
			return fmt.Errorf("the server answered for %d of %d rows", len(results), len(send))
		}
		for i := range results {
			if !results[i].Done() {
				return fmt.Errorf("%s was not registered: %s", send[i].SerialNumber, results[i].State.ErrorMessage)
			}
			f.ids = append(f.ids, results[i].State.Registration)
			f.serials = append(f.serials, results[i].SerialNumber)
			f.tags = append(f.tags, results[i].GroupTag)
		}
		send = send[:0]
		return nil
	}
	err := hwhash.ScanCSV(bytes.NewReader(file), hwhash.Tolerant, func(row hwhash.Row, problem *hwhash.RowError) error {
		if problem != nil {
			return problem
		}
		send = append(send, graphclient.ImportRow{SerialNumber: row.SerialNumber, HardwareHash: row.HardwareHash, GroupTag: row.GroupTag})
		if len(send) == importChunk {
			return flush()
		}
		return nil
	})
	if err == nil && len(send) > 0 {
		err = flush()
	}
	return err
}

// assigned waits until no PC is on its way to a profile, and reports an error
// when one has none.
func (r *run) assigned(ctx context.Context, want int) error {
	tenant := r.served.id(string(r.tenant.ID))
	err := r.wait(ctx, func() (bool, error) {
		var open int
		err := r.served.pool.QueryRowContext(ctx, r.served.sql("SELECT (SELECT count(*) FROM dirty WHERE tenant_id = $1) + (SELECT count(*) FROM fills WHERE tenant_id = $2)"), tenant, tenant).Scan(&open)
		return open == 0, err
	})
	if err != nil {
		return fmt.Errorf("wait for the assignments: %w", err)
	}
	var got int
	err = r.served.pool.QueryRowContext(ctx, r.served.sql("SELECT count(*) FROM autopilot_identities WHERE tenant_id = $1 AND assigned_at > 0"), tenant).Scan(&got)
	if err != nil {
		return fmt.Errorf("count the assigned PCs: %w", err)
	}
	if got != want {
		return fmt.Errorf("%d of %d PCs are assigned", got, want)
	}
	return nil
}

// checkAssigned looks at PCs through Graph, as an admin would.
func (r *run) checkAssigned(ctx context.Context, f *fleet, every int) error {
	for i := 0; i < len(f.ids); i += max(every, 1) {
		d, err := r.graph.DeviceIdentity(ctx, f.ids[i])
		if err != nil {
			return fmt.Errorf("read a PC: %w", err)
		}
		if want := f.profiles[f.tags[i]]; d.Status() != graphclient.Assigned || d.ProfileName() != want {
			return fmt.Errorf("%s with tag %s is %s with profile %q instead of %q", d.SerialNumber, d.GroupTag, d.Status(), d.ProfileName(), want)
		}
	}
	return nil
}

// registered gives the tenant's fleet, making it when no benchmark did before.
func (r *run) registered(ctx context.Context) (*fleet, error) {
	if r.fleet != nil {
		return r.fleet, nil
	}
	f, err := r.prepare(ctx)
	if err != nil {
		return nil, err
	}
	bar := r.progress("registering", r.Count)
	defer bar.Done()
	for first := 0; first < r.Count; {
		n := min(importChunk, r.Count-first)
		file, err := r.csvFile(first, n)
		if err != nil {
			return nil, err
		}
		if err := r.upload(ctx, f, file); err != nil {
			return nil, err
		}
		first += n
		bar.Add(n)
	}
	if err := errors.Join(r.assigned(ctx, r.Count), r.checkAssigned(ctx, f, r.Count/20)); err != nil {
		return nil, err
	}
	r.fleet = f
	return f, nil
}

// thousands writes a number as people do: 49,000.
func thousands(n int) string {
	text := strconv.Itoa(n)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
