package autopilot

import (
	"context"
	"fmt"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// Refusal is why a PC gets no profile, in the service's own codes.
type Refusal struct {
	Code   int
	Reason string
}

// The refusals a PC knows.
var (
	refusedNotRegistered = Refusal{807, "ZtdDeviceIsNotRegistered"}
	refusedProfileGone   = Refusal{809, "ZtdProfileIsNotRegistered"}
	refusedNoProfile     = Refusal{815, "ZtdDeviceHasNoAssignedProfile"}
	refusedHardware      = Refusal{908, "HardwareMismatchDetected"}
	refusedSerial        = Refusal{908, "SerialNumberMismatch"}
)

// refusedPreProvisioning is what Windows shows while the profile's "Allow
// pre-provisioned deployment" is No; its reason is this server's word.
var refusedPreProvisioning = Refusal{0x80180005, "PreProvisioningNotAllowed"}

// ForPreProvisioning reports whether the PC was refused because of its profile's
// "Allow pre-provisioned deployment".
func (r *Refusal) ForPreProvisioning() bool { return r.Code == refusedPreProvisioning.Code }

// Asked is a PC that asks for its profile, matched with its registration.
type Asked struct {
	Tenant     directory.TenantID
	Device     Device
	Presented  *hwhash.Hash
	Registered *hwhash.Hash
	// PreProvisioned: the PC asks to be set up before its user gets it.
	PreProvisioned bool
	// Profile is the name of its profile, once ProfileFor has read it.
	Profile string
	// ProfileVersion counts the changes of that profile.
	ProfileVersion int64
}

// NeedsProof reports whether the registered hash holds a TPM key, so that the
// PC must show that it has it.
func (a *Asked) NeedsProof() bool { return len(a.Registered.EKModulus) > 0 }

// FindAsking matches the hardware hash of a PC that asks for its profile with a
// registration in any tenant, and refuses when there is no profile to give.
// What it returns must not be shown before the PC has proved itself.
func (s *Service) FindAsking(ctx context.Context, h *hwhash.Hash, serial string) (*Asked, *Refusal, error) {
	a, refused, err := s.FindReporting(ctx, h, serial)
	if err != nil || refused != nil {
		return nil, refused, err
	}
	switch {
	case a.Device.Remediation == RemediationManual:
		return nil, &refusedHardware, nil
	case a.Device.ProfileGone:
		return nil, &refusedProfileGone, nil
	case a.Device.Profile == "":
		return nil, &refusedNoProfile, nil
	}
	return a, nil, nil
}

// FindReporting matches the hardware hash of a PC that reports its hardware
// with a registration in any tenant.
func (s *Service) FindReporting(ctx context.Context, h *hwhash.Hash, serial string) (*Asked, *Refusal, error) {
	if serial != "" && !strings.EqualFold(strings.TrimSpace(serial), strings.TrimSpace(h.SystemSerial)) {
		return nil, &refusedSerial, nil
	}
	best, err := s.holder(ctx, h)
	if err != nil {
		return nil, nil, err
	}
	if best == nil {
		return nil, &refusedNotRegistered, nil
	}
	d, err := s.Store.GetRegisteredDevice(ctx, best.Tenant, best.Device)
	if fault.Is(err, fault.NotFound) {
		return nil, &refusedNotRegistered, nil
	}
	if err != nil {
		return nil, nil, fault.Wrap("read registration", err)
	}
	raw, err := s.Store.GetHash(ctx, best.Tenant, best.Device)
	if err != nil {
		return nil, nil, fault.Wrap("read registered hash", err)
	}
	registered, err := hwhash.ParseBytes(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("parse registered hash of %s: %w", d.ID, err)
	}
	cmp := hwhash.Compare(registered, h)
	mine, _ := registered.EKKey()
	shown, _ := h.EKKey()
	// A PC with another TPM than the registered one cannot prove itself.
	if cmp.Verdict == hwhash.AnotherDevice || mine != shown {
		return nil, &refusedHardware, nil
	}
	return &Asked{Tenant: best.Tenant, Device: d, Presented: h, Registered: registered}, nil, nil
}

// holder finds the registration of a PC in any tenant by its strongest key that
// is held; nil when there is none.
func (s *Service) holder(ctx context.Context, h *hwhash.Hash) (*Claimed, error) {
	claims := ClaimsOf(h) // strongest first
	keys := make([]ClaimKey, len(claims))
	for i := range claims {
		keys[i] = claims[i].Key
	}
	held, err := s.Store.FindClaims(ctx, keys)
	if err != nil {
		return nil, fault.Wrap("find registration", err)
	}
	for _, k := range keys {
		for i := range held {
			if held[i].Key == k {
				return &held[i], nil
			}
		}
	}
	return nil, nil //nolint:nilnil // nobody holds it, and that is an answer
}

// ProfileFor hands a PC its profile. proven says that it holds the registered
// TPM key; only then the assigned user is named and the presented hardware
// believed. Without a TPM key in the registered hash the tenant decides.
func (s *Service) ProfileFor(ctx context.Context, a *Asked, proven bool) (Document, *Refusal, error) {
	t, err := s.Directory.GetTenant(ctx, a.Tenant)
	if err != nil {
		return Document{}, nil, fault.Wrap("read tenant", err)
	}
	if !proven && (a.NeedsProof() || !t.ProfileWithoutTPM) {
		return Document{}, &refusedHardware, nil
	}
	if proven {
		refused, err := s.checkIn(ctx, a)
		if err != nil || refused != nil {
			return Document{}, refused, err
		}
	}
	p, err := s.Store.GetProfile(ctx, a.Tenant, a.Device.Profile)
	if fault.Is(err, fault.NotFound) {
		return Document{}, &refusedProfileGone, nil
	}
	if err != nil {
		return Document{}, nil, fault.Wrap("read profile", err)
	}
	if a.Profile, a.ProfileVersion = p.DisplayName, p.Version; a.PreProvisioned && !p.PreprovisioningAllowed {
		return Document{}, &refusedPreProvisioning, nil
	}
	user := ""
	if proven {
		user = a.Device.UserPrincipalName
		if err := s.noteDownload(ctx, a, &p); err != nil {
			return Document{}, nil, err
		}
	}
	doc := newDocument(&t, &a.Device, &p, user, s.NewID(), s.Clock.Now(a.Tenant))
	if a.PreProvisioned {
		doc.PreProvisioning = preProvisioningNotOffered
	}
	if user != "" {
		policy, err := s.Joins.GetJoinPolicy(ctx, a.Tenant)
		if err != nil {
			return Document{}, nil, fault.Wrap("read who may sign in", err)
		}
		doc.OnlyAssignedUserMaySignIn = policy.OnlyAssignedUser
	}
	return doc, nil, nil
}

// ReportProven believes the hardware that a PC presents which has proved itself.
func (s *Service) ReportProven(ctx context.Context, a *Asked) (Device, error) {
	return s.reportHash(ctx, a.Tenant, a.Device.ID, a.Presented)
}

// checkIn believes the hardware that a proven PC presents.
func (s *Service) checkIn(ctx context.Context, a *Asked) (*Refusal, error) {
	if hwhash.Compare(a.Registered, a.Presented).Verdict == hwhash.Same && a.Device.Remediation != RemediationAutomatic {
		return nil, nil
	}
	d, err := s.reportHash(ctx, a.Tenant, a.Device.ID, a.Presented)
	if err != nil {
		return nil, err
	}
	if d.Remediation == RemediationManual {
		return &refusedHardware, nil
	}
	return nil, nil
}

// noteDownload writes the profile's name on the device object, where rules see
// it (enrollmentProfileName). The change counts as one that followed from a
// decision: a rule that sends the device round and round is stopped.
func (s *Service) noteDownload(ctx context.Context, a *Asked, p *Profile) error {
	o, err := s.Directory.GetDevice(ctx, a.Tenant, a.Device.Object)
	if err != nil {
		return fault.Wrap("read device object", err)
	}
	if o.Attributes["enrollmentProfileName"] == p.DisplayName {
		return nil
	}
	err = s.withDevice(ctx, a.Tenant, a.Device.ID, 0, func(tx Tx, d Device, o directory.Device) error {
		if o.Attributes == nil {
			o.Attributes = map[string]string{}
		}
		o.Attributes["enrollmentProfileName"] = p.DisplayName
		if err := tx.UpdateDevice(ctx, a.Tenant, o); err != nil {
			return err
		}
		return tx.MarkDirty(ctx, a.Tenant, directory.TopicDevice, []directory.ObjectID{o.ID}, d.Chain+1, s.Lease())
	})
	if err != nil {
		return fault.Wrap("note download", err)
	}
	s.Settler.SettleObjects(ctx, a.Tenant, directory.TopicDevice, []directory.ObjectID{a.Device.Object})
	return nil
}
