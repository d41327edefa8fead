package directory

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// CreateTenant adds an organisation. An empty id is made up.
func (s *Service) CreateTenant(ctx context.Context, t Tenant) (Tenant, error) {
	if t.ID == "" {
		t.ID = TenantID(s.NewID())
	}
	t.Domain = strings.ToLower(strings.TrimSpace(t.Domain))
	t.CreatedAt = s.Clock.Real()
	t.ClockOffset = 0
	if err := t.Validate(); err != nil {
		return Tenant{}, err
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.CreateTenant(ctx, t); err != nil {
			return err
		}
		return s.audit(ctx, tx, t.ID, "Create tenant", "organization", string(t.ID), t.DisplayName)
	})
	return t, fault.Wrap("create tenant", err)
}

// DeleteTenant removes an organisation and everything that belongs to it.
func (s *Service) DeleteTenant(ctx context.Context, id TenantID) error {
	return fault.Wrap("delete tenant", s.Store.InTx(ctx, func(tx Tx) error { return tx.DeleteTenant(ctx, id) }))
}

// UpdateTenant changes what change sets of a tenant's name and settings.
func (s *Service) UpdateTenant(ctx context.Context, id TenantID, change func(*Tenant)) (Tenant, error) {
	was, err := s.Store.GetTenant(ctx, id)
	if err != nil {
		return Tenant{}, err
	}
	t := was
	change(&t)
	t.ID, t.Lab, t.ClockOffset, t.CreatedAt = was.ID, was.Lab, was.ClockOffset, was.CreatedAt
	if err := t.Validate(); err != nil {
		return Tenant{}, err
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.UpdateTenant(ctx, t); err != nil {
			return err
		}
		d := Differences{}
		d.Text("displayName", was.DisplayName, t.DisplayName)
		d.Text("domain", was.Domain, t.Domain)
		d.Flag("profileWithoutTpm", was.ProfileWithoutTPM, t.ProfileWithoutTPM)
		return s.audit(ctx, tx, id, "Update tenant", "organization", string(id), t.DisplayName, d.List...)
	})
	return t, fault.Wrap("update tenant", err)
}

// AdvanceClock moves a lab tenant's clock forward. It never moves back, and an
// ordinary tenant's clock is the server's.
func (s *Service) AdvanceClock(ctx context.Context, id TenantID, by time.Duration) (Tenant, error) {
	t, err := s.Store.GetTenant(ctx, id)
	if err != nil {
		return Tenant{}, err
	}
	if !t.Lab {
		return Tenant{}, noLab(&t, "its clock is the server's.", "Create a lab tenant to practise with time.")
	}
	if by <= 0 {
		return Tenant{}, fault.Field(fault.Invalid, "InvalidDuration", "by", "A lab's clock only goes forward.", "Give a positive duration such as 24h.")
	}
	t.ClockOffset += by
	err = s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.UpdateTenant(ctx, t); err != nil {
			return err
		}
		return s.audit(ctx, tx, id, "Advance clock", "organization", string(id), t.DisplayName, Change{Property: "clockOffset", New: t.ClockOffset.String()})
	})
	return t, fault.Wrap("advance clock", err)
}

// noLab refuses what only a tenant made for practice has.
func noLab(t *Tenant, so, remedy string) error {
	return fault.Field(fault.Denied, "NotALabTenant", "tenant", "The tenant "+quote(t.DisplayName)+" is not a lab; "+so, remedy)
}
