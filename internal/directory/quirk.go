package directory

import (
	"context"
	"slices"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// Quirk is a habit of Microsoft's service that taxiway does not have, and that a
// lab tenant can switch on to try programs and people against it.
type Quirk string

// QuirkSync429 refuses a second sync of Autopilot devices within ten minutes
// (Graph page windowsAutopilotSettings: sync; microsoft-graph-docs issue 9691).
const QuirkSync429 Quirk = "sync-429"

// Quirks are all there are, in the order they are shown.
func Quirks() []Quirk { return []Quirk{QuirkSync429} }

// syncPause is how long Microsoft's service refuses a second sync.
const syncPause = 10 * time.Minute

// QuirkUse is a quirk that is on, and when what it limits was last done: zero
// when it was not since it is on.
type QuirkUse struct {
	Quirk  Quirk
	UsedAt time.Time
}

// QuirkReader reads which quirks are on, in the order of Quirks.
type QuirkReader interface {
	ListQuirks(ctx context.Context, t TenantID) ([]QuirkUse, error)
}

// QuirkTx switches quirks and notes their use.
type QuirkTx interface {
	// SetQuirk tells whether it changed anything. One that is on keeps its use.
	SetQuirk(ctx context.Context, t TenantID, q Quirk, on bool) (bool, error)
	// UseQuirk notes that what the quirk limits is done now, and returns zero.
	// If it was done after the time free, that time is returned and nothing is
	// noted; of two at once one is. A quirk that is off limits nothing.
	UseQuirk(ctx context.Context, t TenantID, q Quirk, now, free time.Time) (time.Time, error)
}

// ListQuirks returns the quirks of a lab tenant that are on. An ordinary tenant
// is refused.
func (s *Service) ListQuirks(ctx context.Context, id TenantID) ([]QuirkUse, error) {
	t, err := s.Store.GetTenant(ctx, id)
	if err != nil {
		return nil, err
	}
	if !t.Lab {
		return nil, noLab(&t, "it has no quirks.", "Create a lab tenant to try programs against them.")
	}
	return s.Store.ListQuirks(ctx, id)
}

// SetQuirk switches a quirk of a lab tenant on or off.
func (s *Service) SetQuirk(ctx context.Context, id TenantID, q Quirk, on bool) error {
	if !slices.Contains(Quirks(), q) {
		names := make([]string, len(Quirks()))
		for i, known := range Quirks() {
			names[i] = string(known)
		}
		return fault.Field(fault.Invalid, "UnknownQuirk", "quirk", "There is no quirk "+quote(string(q))+".", "Give one of: "+strings.Join(names, ", ")+".")
	}
	t, err := s.Store.GetTenant(ctx, id)
	if err != nil {
		return err
	}
	if !t.Lab {
		return noLab(&t, "it has no quirks.", "Create a lab tenant to try programs against them.")
	}
	return fault.Wrap("switch the quirk "+string(q), s.Store.InTx(ctx, func(tx Tx) error {
		changed, err := tx.SetQuirk(ctx, id, q, on)
		if err != nil || !changed {
			return err
		}
		var d Differences
		d.Flag(string(q), !on, on)
		return s.audit(ctx, tx, id, "Switch quirk", "organization", string(id), t.DisplayName, d.List...)
	}))
}

// RequestSync is the button that nothing here waits for: there is nothing to do,
// so it is never too soon, but for a lab that wants it as Microsoft has it.
func (s *Service) RequestSync(ctx context.Context, t TenantID) error {
	on, _, err := s.quirk(ctx, t, QuirkSync429)
	if err != nil || !on {
		return err
	}
	now := s.Clock.Now(t)
	var last time.Time
	err = s.Store.InTx(ctx, func(tx Tx) (err error) {
		last, err = tx.UseQuirk(ctx, t, QuirkSync429, now, now.Add(-syncPause))
		return err
	})
	if err != nil {
		return fault.Wrap("note the sync", err)
	}
	if last.IsZero() {
		return nil
	}
	return &fault.Error{
		Kind: fault.Throttled, Code: "TooManyRequests", Message: "The last sync was requested less than 10 minutes ago.", RetryAfter: last.Add(syncPause).Sub(now),
		Details: []fault.Detail{{
			Target: "sync", Code: "TooManyRequests", Message: "This lab tenant refuses a second sync within 10 minutes, as Microsoft's service does (quirk " + string(QuirkSync429) + ").",
			Remedy: "Wait, or switch it off with 'taxiway lab quirk " + string(QuirkSync429) + " off'. No change waits for a sync here.",
		}},
	}
}

// LastSync is when the last sync was requested; zero unless the quirk that
// limits it is on.
func (s *Service) LastSync(ctx context.Context, t TenantID) (time.Time, error) {
	_, at, err := s.quirk(ctx, t, QuirkSync429)
	return at, err
}

// quirk tells whether a tenant has a quirk on, and its last use.
func (s *Service) quirk(ctx context.Context, t TenantID, q Quirk) (bool, time.Time, error) {
	all, err := s.Store.ListQuirks(ctx, t)
	if err != nil {
		return false, time.Time{}, err
	}
	at := slices.IndexFunc(all, func(u QuirkUse) bool { return u.Quirk == q })
	if at < 0 {
		return false, time.Time{}, nil
	}
	return true, all[at].UsedAt, nil
}
