package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// JoinRequest is a PC that a signed-in person brings into the directory.
type JoinRequest struct {
	User            ObjectID
	MFA             bool // the sign-in had a second factor
	Type            JoinType
	DisplayName     string // the computer's name
	OperatingSystem string
	OSVersion       string
	// Object is the device object the PC has proved to be: the one its
	// Autopilot registration made, or the one it joined as before. Empty makes
	// a new one.
	Object ObjectID
	// Assigned is the user principal name of whom Autopilot assigned the PC to;
	// empty for nobody.
	Assigned string
	// Once are values that this join uses up: a join that is refused leaves
	// them as they are.
	Once []Once
	// Certify makes the certificate for the device id.
	Certify func(id DeviceID) (DeviceCertificate, error)
}

// Joined is what became of a join.
type Joined struct {
	Device      Device
	User        User
	Certificate DeviceCertificate
	// LocalAdmin and GlobalAdmins say who becomes a local administrator by the
	// directory's settings; an Autopilot profile can take the first away.
	LocalAdmin   bool
	GlobalAdmins bool
}

// Limits of the texts a PC sends about itself, in characters.
const (
	maxComputerName = 256
	maxOSText       = 128
)

func (r *JoinRequest) check() error {
	if r.Type != JoinEntra && r.Type != JoinRegister {
		return fault.Field(fault.Invalid, "JoinTypeNotSupported", "JoinType", fmt.Sprintf("The join type %d is not offered.", r.Type), "Send 0 to join the directory or 4 to register a personal device.")
	}
	for _, text := range []struct {
		name, value string
		least, most int
	}{
		{"DeviceDisplayName", r.DisplayName, 1, maxComputerName},
		{"DeviceType", r.OperatingSystem, 1, maxOSText},
		{"OSVersion", r.OSVersion, 0, maxOSText},
	} {
		if n := len([]rune(text.value)); n < text.least || n > text.most || strings.ContainsFunc(text.value, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return fault.Field(fault.Invalid, "InvalidDeviceText", text.name, fmt.Sprintf("The text %s has %d to %d printable characters.", text.name, text.least, text.most), "Send the PC's own name, system and version.")
		}
	}
	return nil
}

// Join takes a PC into the directory, or takes one that is there anew with
// another key: its older certificates end. Who may is decided with the person
// locked, so that joins at once cannot pass the quota together. The groups and
// the profile that follow are settled before the call returns.
//
// Refusals: fault.Denied with one of the Code… constants or UserDisabled,
// fault.NotFound for person or device object, fault.Conflict with DeviceKeyUsed
// or AlreadyUsed for what was used before.
func (s *Service) Join(ctx context.Context, t TenantID, r JoinRequest) (Joined, error) {
	if err := r.check(); err != nil {
		return Joined{}, err
	}
	id := DeviceID(s.NewID())
	if r.Object != "" {
		d, err := s.Store.GetDevice(ctx, t, r.Object)
		if err != nil {
			return Joined{}, fault.Wrap("read device object", err)
		}
		id = d.DeviceID
	}
	certificate, err := r.Certify(id)
	if err != nil {
		return Joined{}, fault.Wrap("certify the device "+string(id), err)
	}
	object := r.Object
	if object == "" {
		object = ObjectID(s.NewID())
	}
	var out Joined
	err = s.Store.InTx(ctx, func(tx Tx) error {
		out = Joined{}
		was, err := s.lockJoining(ctx, tx, t, &r)
		if err != nil {
			return err
		}
		if err := s.admit(ctx, tx, t, &r, &out); err != nil {
			return err
		}
		if out.Device, err = s.writeJoined(ctx, tx, t, &r, was, object, id); err != nil {
			return err
		}
		c := certificate
		c.Object, c.DeviceID, c.CreatedAt = object, id, s.Clock.Real()
		if err := tx.ReplaceDeviceCertificate(ctx, t, c); err != nil {
			return err
		}
		out.Certificate = c
		for _, o := range r.Once {
			if err := tx.SpendOnce(ctx, o); err != nil {
				return err
			}
		}
		return s.auditJoin(ctx, tx, t, &r, was, &out)
	})
	if err != nil {
		return Joined{}, fault.Wrap("join", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicDevice, []ObjectID{object})
	return out, nil
}

// lockJoining locks the device object, when there is one, and returns it.
func (s *Service) lockJoining(ctx context.Context, tx Tx, t TenantID, r *JoinRequest) (*Device, error) {
	if r.Object == "" {
		return nil, nil //nolint:nilnil // a new PC has no object yet
	}
	found, err := tx.LockDevices(ctx, t, []ObjectID{r.Object})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.Missing("device", string(r.Object))
	}
	// One that an administrator disabled does not come back by joining anew. A
	// PC that has not joined yet is always disabled.
	if found[0].Joined() && !found[0].AccountEnabled {
		return nil, fault.Field(fault.Denied, CodeDeviceDisabled, "device", "The device is disabled.", "Ask an administrator to enable it.")
	}
	return &found[0], nil
}

// admit locks the person and applies the join policy.
func (s *Service) admit(ctx context.Context, tx Tx, t TenantID, r *JoinRequest, out *Joined) error {
	users, err := tx.LockUsers(ctx, t, []ObjectID{r.User})
	if err != nil {
		return err
	}
	if len(users) == 0 {
		return fault.Missing("user", string(r.User))
	}
	out.User = users[0]
	if !out.User.AccountEnabled {
		return fault.Field(fault.Denied, "UserDisabled", "user", "The account of the user is disabled.", "Ask an administrator to enable it.")
	}
	p, err := tx.JoinPolicyNow(ctx, t)
	if err != nil {
		return err
	}
	who := Joiner{User: r.User, MFA: r.MFA, UPN: out.User.UserPrincipalName, Assigned: r.Assigned}
	if slices.ContainsFunc([]*Audience{&p.Join, &p.Register, &p.RegisteringUsers}, func(a *Audience) bool { return len(a.Groups) > 0 }) {
		if who.Groups, err = tx.GroupsAround(ctx, t, r.User); err != nil {
			return err
		}
	}
	if who.Devices, err = tx.CountOwned(ctx, t, r.User, r.Object); err != nil {
		return err
	}
	if err := p.Admit(r.Type, &who); err != nil {
		return err
	}
	out.LocalAdmin = r.Type == JoinEntra && p.RegisteringUsers.Holds(r.User, who.Groups)
	out.GlobalAdmins = r.Type == JoinEntra && p.GlobalAdmins
	return nil
}

// writeJoined stores the device object as joined. Groups and profile follow
// from its mark.
func (s *Service) writeJoined(ctx context.Context, tx Tx, t TenantID, r *JoinRequest, was *Device, object ObjectID, id DeviceID) (Device, error) {
	now := s.Clock.Now(t)
	d := Device{ID: object, DeviceID: id, CreatedAt: now, Version: 1}
	if was != nil {
		d = *was
	}
	d.Attributes = maps.Clone(d.Attributes)
	if d.Attributes == nil {
		d.Attributes = map[string]string{}
	}
	d.DisplayName, d.OperatingSystem, d.OperatingSystemVersion = r.DisplayName, r.OperatingSystem, r.OSVersion
	d.AccountEnabled, d.RegisteredUser, d.RegisteredAt, d.LastSeen = true, r.User, now, now
	d.TrustType, d.DeviceOwnership = TrustEntra, "Company"
	if r.Type == JoinRegister {
		d.TrustType, d.DeviceOwnership = TrustWorkplace, "Personal"
	}
	d.Attributes["profileType"] = ProfileRegistered
	var err error
	if was == nil {
		err = tx.CreateDevices(ctx, t, []Device{d})
	} else if err = tx.UpdateDevice(ctx, t, d); err == nil {
		d.Version++
	}
	if err != nil {
		return d, err
	}
	if err := tx.PutDeviceOwner(ctx, t, object, r.User, now); err != nil {
		return d, err
	}
	return d, tx.MarkDirty(ctx, t, TopicDevice, []ObjectID{object}, 0, s.Lease())
}

func (s *Service) auditJoin(ctx context.Context, tx Tx, t TenantID, r *JoinRequest, was *Device, out *Joined) error {
	if was == nil {
		was = &Device{}
	}
	activity := "Join device"
	if r.Type == JoinRegister {
		activity = "Register device"
	}
	d := deviceChanges(was, &out.Device)
	d.Text("registeredOwners", string(was.RegisteredUser), string(r.User))
	return s.audit(ctx, tx, t, activity, "device", string(out.Device.ID), out.Device.DisplayName, d.List...)
}

// Unjoin lets a PC leave by itself. The device object that an Autopilot
// registration stands on goes back to what it was before the PC joined; any
// other is deleted.
func (s *Service) Unjoin(ctx context.Context, t TenantID, object ObjectID) error {
	registered := false
	err := s.Store.InTx(ctx, func(tx Tx) error {
		was, err := lockDevice(ctx, tx, t, object, 0)
		if err != nil {
			return err
		}
		registered = was.PhysicalID(PhysicalZTDID) != ""
		if !registered {
			if err := tx.DeleteDevices(ctx, t, []ObjectID{object}); err != nil {
				return err
			}
			return s.audit(ctx, tx, t, "Leave directory", "device", string(object), was.DisplayName)
		}
		d := was
		d.AccountEnabled, d.DeviceOwnership, d.RegisteredUser, d.RegisteredAt = false, "", "", time.Time{}
		if err := tx.EndDeviceRegistration(ctx, t, object, s.Clock.Real()); err != nil {
			return err
		}
		if err := tx.UpdateDevice(ctx, t, d); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, TopicDevice, []ObjectID{object}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Leave directory", "device", string(object), d.DisplayName, deviceChanges(&was, &d).List...)
	})
	if err != nil {
		return fault.Wrap("leave the directory", err)
	}
	if registered {
		s.Settler.SettleObjects(ctx, t, TopicDevice, []ObjectID{object})
	}
	return nil
}
