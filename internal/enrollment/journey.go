package enrollment

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// downloadQuiet is how long a PC that asks for the same profile again adds
// nothing to its timeline: it asks at every start of its setup.
const downloadQuiet = 10 * time.Minute

// downloads remembers, in this process, which downloads are on a timeline.
type downloads struct {
	mu   sync.Mutex
	seen map[downloadKey]time.Time
}

type downloadKey struct {
	tenant directory.TenantID
	device autopilot.DeviceID
	// version is the registration's: a PC that was enrolled or left in between
	// is at another setup.
	version int64
	profile int64 // version of the profile
	text    string
}

// mostDownloads bounds the memory; past it everything is forgotten at once.
const mostDownloads = 100_000

// fresh reports whether a download is worth a line.
func (m *downloads) fresh(k downloadKey, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.seen[k]
	return !ok || !now.Before(at.Add(downloadQuiet)) || now.Before(at)
}

// told remembers a download that is on a timeline: one that did not get there is
// worth a line when the PC asks again.
func (m *downloads) told(k downloadKey, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seen == nil || len(m.seen) >= mostDownloads {
		m.seen = map[downloadKey]time.Time{}
	}
	m.seen[k] = now
}

// Graph's words for how a deployment was enrolled (windowsAutopilotEnrollmentType).
const (
	enrolledWithProfile        = "azureADJoinedWithAutopilotProfile"
	enrolledWithOfflineProfile = "azureADJoinedWithOfflineAutopilotProfile"
)

// What a line about a download has as facts.
const (
	factProfile        = "profile"
	factProfileVersion = "profileVersion"
)

// Downloaded notes that a PC that proved itself got its profile: here a
// deployment begins. A PC whose last deployment had enrolled begins another.
func (s *Service) Downloaded(ctx context.Context, a *autopilot.Asked, doc *autopilot.Document) error {
	text := "The PC proved itself and downloaded the profile '" + doc.DeploymentProfileName + "'."
	if doc.PreProvisioning != "" {
		text += " It asked to be pre-provisioned, which this server does not do: its setup goes on user-driven."
	}
	return fault.Wrap("note a profile download", s.atSetup(ctx, a, Event{
		Kind: EventDownloaded, Text: text, Facts: map[string]string{factProfile: a.Profile, factProfileVersion: strconv.FormatInt(a.ProfileVersion, 10)},
	}))
}

// PreProvisioningRefused notes that a PC that proved itself asked to be
// pre-provisioned, and that its profile does not allow it.
func (s *Service) PreProvisioningRefused(ctx context.Context, a *autopilot.Asked, r *autopilot.Refusal) error {
	return fault.Wrap("note a refused pre-provisioning", s.atSetup(ctx, a, Event{
		Kind: EventRefused, Code: fmt.Sprintf("0x%08x", r.Code), Text: "The PC asked to be pre-provisioned, which the profile '" + a.Profile + "' does not allow.",
		Remedy: "Set 'Allow pre-provisioned deployment' of the profile to Yes, or set the PC up without pre-provisioning.",
	}))
}

// atSetup adds a line to the deployment of a PC that is at the start of its
// setup; the first one begins it.
func (s *Service) atSetup(ctx context.Context, a *autopilot.Asked, line Event) error {
	t, d := a.Tenant, &a.Device
	now := s.Clock.Now(t)
	key := downloadKey{t, d.ID, d.Version, a.ProfileVersion, line.Text}
	if !s.downloads.fresh(key, now) {
		return nil
	}
	pc := PC{Registration: d.ID, Object: d.Object}
	line.At = now
	change := func(y *Deployment) {
		y.SerialNumber, y.Profile, y.RegisteredAt, y.Kind = d.SerialNumber, a.Profile, d.CreatedAt, enrolledWithProfile
		if line.Kind == EventRefused {
			y.Failure = line.Code + ": " + line.Text + " " + line.Remedy
		}
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		y, ok, err := tx.OpenDeployment(ctx, t, pc.Registration, pc.Object, "")
		if err != nil {
			return err
		}
		if ok && y.Device == "" {
			_, err = s.note(ctx, tx, t, pc, y, true, change, []Event{line})
			return err
		}
		_, err = s.Begin(ctx, tx, t, pc, now, change,
			Event{At: d.CreatedAt, Kind: EventRegistered, Text: "The PC was registered with the serial number " + d.SerialNumber + "."},
			Event{At: d.AssignedAt, Kind: EventProfileChosen, Text: "The profile '" + a.Profile + "' was assigned."},
			line)
		return err
	})
	if err == nil {
		s.downloads.told(key, now)
	}
	return err
}

// Joined notes that somebody joined a PC to the directory. Only the PC of a
// registration has a deployment before it enrols.
func (s *Service) Joined(ctx context.Context, t directory.TenantID, registration autopilot.DeviceID, j *directory.Joined) error {
	if registration == "" {
		return nil
	}
	account := "a standard user"
	if j.LocalAdmin {
		account = "an administrator"
	}
	lines := []Event{
		{Kind: EventSignedIn, Text: j.User.UserPrincipalName + " signed in."},
		{Kind: EventJoined, Text: "The PC joined Microsoft Entra ID as '" + j.Device.DisplayName + "'; " + j.User.UserPrincipalName + " is " + account + " on it."},
	}
	unmanaged, err := s.unmanaged(ctx, t, &j.User)
	if err != nil {
		return fault.Wrap("note a join", err)
	}
	if unmanaged != nil {
		lines = append(lines, *unmanaged)
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		_, err := s.Note(ctx, tx, t, PC{Registration: registration, Object: j.Device.ID}, func(y *Deployment) {
			y.User, y.UPN, y.DeviceName = j.User.ID, j.User.UserPrincipalName, j.Device.DisplayName
			if unmanaged != nil {
				y.State, y.Failure = DeploymentFailure, unmanaged.Text+" "+unmanaged.Remedy
			}
		}, lines...)
		return err
	})
	return fault.Wrap("note a join", err)
}

// unmanaged is the line about a PC that nobody will manage: Windows is told so
// at the sign-in and does not even ask to be enrolled. nil when it will be.
func (s *Service) unmanaged(ctx context.Context, t directory.TenantID, u *directory.User) (*Event, error) {
	mdm, err := s.Joins.GetMobilityPolicy(ctx, t, directory.MDM)
	if err != nil {
		return nil, err
	}
	c := candidate{kind: KindEntraJoin, user: u}
	if mdm.AppliesTo == directory.ReachSelected {
		if c.groups, err = s.Joins.GroupsAround(ctx, t, u.ID); err != nil {
			return nil, err
		}
	}
	refusal, ok := fault.As((&rules{mdm: mdm}).admitScope(&c))
	if !ok {
		return nil, nil //nolint:nilnil // it will be managed
	}
	return &Event{Kind: EventRefused, Code: refusal.Code, Text: "Nobody manages the PC: " + u.UserPrincipalName + " is not in the MDM user scope.", Remedy: refusal.Details[0].Remedy}, nil
}

// JoinRefused notes why a registered PC was not joined. What went wrong in this
// server is no refusal.
func (s *Service) JoinRefused(ctx context.Context, t directory.TenantID, registration autopilot.DeviceID, upn string, refusal error) error {
	f, ok := fault.As(refusal)
	if registration == "" || !ok || f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		return nil
	}
	line := Event{Kind: EventRefused, Text: upn + " could not join the PC: " + f.Message, Code: f.Code}
	if len(f.Details) > 0 {
		line.Remedy = f.Details[0].Remedy
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		_, err := s.Note(ctx, tx, t, PC{Registration: registration}, func(y *Deployment) { y.Failure = f.Message }, line)
		return err
	})
	return fault.Wrap("note a refused join", err)
}
