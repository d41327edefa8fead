package enrollment

import (
	"context"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ActionName is what an admin asks of a managed device; the values are Graph's
// (deviceActionResult.actionName).
type ActionName string

// The actions. ActionAutopilotReset keeps the join, the enrolment and Wi-Fi.
const (
	ActionSync           ActionName = "syncDevice"
	ActionReboot         ActionName = "rebootNow"
	ActionWipe           ActionName = "factoryReset"
	ActionWipeKeep       ActionName = "factoryResetKeepEnrollmentData"
	ActionAutopilotReset ActionName = "automaticRedeployment"
	ActionRetire         ActionName = "removeCompanyData"
	ActionRename         ActionName = "setDeviceName"
)

// WipeOptions are what a wipe keeps.
type WipeOptions struct {
	KeepEnrollment bool // the PC stays enrolled
	KeepUserData   bool
	Protected      bool // cannot be stopped by switching the PC off
}

// rebootNode restarts the PC within five minutes.
const rebootNode = "./Device/Vendor/MSFT/Reboot/RebootNow"

const wipeNode = "./Device/Vendor/MSFT/RemoteWipe/"

// unenrolNode takes the provider's id and ends its management.
const unenrolNode = "./Device/Vendor/MSFT/DMClient/Unenroll"

// renameLater is how long after a rename the PC is asked for its name: it has
// to restart first.
const renameLater = time.Minute

// Sync marks that an admin waits for the PC; it comes at its next poll, this
// server cannot call it.
func (s *Service) Sync(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return s.act(ctx, t, id, ActionSync, "Sync device", nil, func(*Device) ([]Command, error) {
		return []Command{{Op: Operation{Verb: Get, URI: nodeOSVersion}}}, nil
	})
}

// Reboot restarts the PC at its next check-in.
func (s *Service) Reboot(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return s.act(ctx, t, id, ActionReboot, "Reboot device", nil, func(*Device) ([]Command, error) {
		return []Command{{Once: true, Op: execNull(rebootNode)}}, nil
	})
}

// Wipe resets the PC at its next check-in. Unless the enrolment is kept its
// management ends when the PC has taken the command.
func (s *Service) Wipe(ctx context.Context, t directory.TenantID, id DeviceID, o WipeOptions) error {
	name, verb := ActionWipe, "doWipe"
	switch {
	case o.KeepEnrollment:
		name, verb = ActionWipeKeep, "doWipePersistProvisionedData"
	case o.KeepUserData:
		verb = "doWipePersistUserData"
	case o.Protected:
		verb = "doWipeProtected"
	}
	changes := &directory.Differences{}
	changes.Flag("keepEnrollmentData", false, o.KeepEnrollment)
	changes.Flag("keepUserData", false, o.KeepUserData)
	changes.Flag("useProtectedWipe", false, o.Protected)
	return s.act(ctx, t, id, name, "Wipe device", changes.List, func(d *Device) ([]Command, error) {
		d.State = WipePending
		return []Command{{Once: true, Op: execNull(wipeNode + verb)}}, nil
	})
}

// AutopilotReset takes the PC back to a business-ready state (RemoteWipe CSP:
// AutomaticRedeployment).
func (s *Service) AutopilotReset(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return s.act(ctx, t, id, ActionAutopilotReset, "Autopilot reset device", nil, func(*Device) ([]Command, error) {
		return []Command{{Once: true, Op: execNull(wipeNode + "AutomaticRedeployment/doAutomaticRedeployment")}}, nil
	})
}

// Retire ends the PC's management at its next check-in and leaves the user's
// data on it.
func (s *Service) Retire(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return s.act(ctx, t, id, ActionRetire, "Retire device", nil, func(d *Device) ([]Command, error) {
		d.State = RetirePending
		return []Command{{Once: true, Op: Operation{Verb: Exec, URI: unenrolNode, Format: "chr", Type: "text/plain", Data: new(ProviderID)}}}, nil
	})
}

// Rename gives the PC another name and restarts it, for only then the name is
// taken (DevDetail CSP: DNSComputerName). The name may hold %SERIAL% or %RAND:x%.
func (s *Service) Rename(ctx context.Context, t directory.TenantID, id DeviceID, name string) error {
	if err := autopilot.ValidateNameTemplate(name); err != nil {
		if f, ok := fault.As(err); ok {
			return fault.Field(fault.Invalid, "InvalidDeviceName", "deviceName", f.Message, "Give a name of at most 15 letters, digits and hyphens, not all digits.")
		}
		return err
	}
	return s.act(ctx, t, id, ActionRename, "Rename device", []directory.Change{{Property: "deviceName", New: name}}, func(*Device) ([]Command, error) {
		return []Command{
			{Op: Operation{Verb: Replace, URI: nodeComputerName, Format: "chr", Type: "text/plain", Data: new(name)}},
			{Once: true, Op: execNull(rebootNode)},
		}, nil
	})
}

func execNull(uri string) Operation {
	return Operation{Verb: Exec, URI: uri, Format: "null", Type: "text/plain"}
}

// act queues an action's commands, which share its key: an action that is under
// way is not asked for twice.
func (s *Service) act(ctx context.Context, t directory.TenantID, id DeviceID, name ActionName, activity string, changes []directory.Change, commands func(*Device) ([]Command, error)) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		d, err := tx.LockManagedDevice(ctx, t, id)
		if err != nil {
			return err
		}
		if d.State != Managed && name != ActionSync {
			return fault.Field(fault.Precondition, "DeviceNotManaged", "managementState", "The device is not managed at present (managementState "+string(d.State)+").", "Wait until it has enrolled again, or delete it.")
		}
		was := d.State
		cs, err := commands(&d)
		if err != nil {
			return err
		}
		now := s.Clock.Now(t)
		for i := range cs {
			cs[i].ID, cs[i].Device, cs[i].Owner, cs[i].Of, cs[i].State, cs[i].CreatedAt = s.NewID(), id, OwnerAction, string(name), Queued, now
			cs[i].Key = "action:" + string(name) + ":" + cs[i].Op.URI
		}
		stored, err := tx.Queue(ctx, t, cs)
		if err != nil {
			return err
		}
		if len(stored) < len(cs) && name != ActionSync {
			return fault.Field(fault.Conflict, "ActionPending", "id", "This action is under way at the device already.", "Wait for its result in deviceActionResults.")
		}
		if d.State != was {
			if err := tx.UpdateManagedDevice(ctx, t, d); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, t, activity, auditDevice, string(id), d.Name, changes...)
	})
	return fault.Wrap(string(name)+" of "+string(id), err)
}

// Actions follows what admins asked of PCs.
type Actions struct{ Service *Service }

// Plan implements CommandOwner: actions are queued by admins.
func (o *Actions) Plan(context.Context, Tx, *Visit) error { return nil }

// Ended implements CommandOwner.
func (o *Actions) Ended(ctx context.Context, tx Tx, v *Visit, c *Command) error {
	took := c.State == Done || c.State == Unconfirmed
	switch ActionName(c.Of) {
	case ActionWipe:
		o.gone(v, took, WipeIssued)
	case ActionWipeKeep:
		v.Device.State = Managed
	case ActionRetire:
		o.gone(v, took, RetireIssued)
	case ActionRename:
		return o.renamed(ctx, tx, v, c)
	case ActionSync, ActionReboot, ActionAutopilotReset:
	}
	return nil
}

// gone ends the management of a PC that took its last command; one that refused
// it stays managed.
func (o *Actions) gone(v *Visit, took bool, issued Management) {
	if !took {
		v.Device.State = Managed
		return
	}
	v.Device.State = issued
	t, id, actor := v.Tenant, v.Device.ID, v.actor()
	v.Later = append(v.Later, func(ctx context.Context) error {
		return o.Service.Leave(directory.WithActor(ctx, actor), t, id)
	})
}

// renamed takes the restart back when the name was refused, and asks for the
// new name after it.
func (o *Actions) renamed(ctx context.Context, tx Tx, v *Visit, c *Command) error {
	if c.Op.URI == nodeComputerName {
		if c.State == Failed {
			_, err := tx.CancelCommands(ctx, v.Tenant, v.Device.ID, OwnerAction, c.Of, v.Now)
			return err
		}
		return nil
	}
	ask := o.Service.command(v, OwnerInventory, nodeDeviceName, "inventory:renamed", Operation{Verb: Get, URI: nodeDeviceName})
	ask.NotBefore = v.Now.Add(renameLater)
	_, err := tx.Queue(ctx, v.Tenant, []Command{ask})
	return err
}

// ActionState is Graph's actionState.
type ActionState string

// The values this server gives.
const (
	ActionPending ActionState = "pending"
	ActionActive  ActionState = "active"
	ActionDone    ActionState = "done"
	ActionFailed  ActionState = "failed"
)

// ActionResult is what became of an action (Graph: deviceActionResult).
type ActionResult struct {
	Name      ActionName
	State     ActionState
	StartedAt time.Time
	UpdatedAt time.Time
}

// ActionResults sums up the newest run of each action from commands, which are
// the newest first (DeviceReader.LastActions).
func ActionResults(cs []Command) []ActionResult {
	var out []ActionResult
	at := map[ActionName]int{}
	for i := range cs {
		c := &cs[i]
		if c.Owner != OwnerAction {
			continue
		}
		n, seen := at[ActionName(c.Of)]
		if !seen {
			at[ActionName(c.Of)] = len(out)
			out = append(out, ActionResult{Name: ActionName(c.Of), State: actionState(c), StartedAt: c.CreatedAt, UpdatedAt: latest(c)})
			continue
		}
		// The commands of one run were queued at one time.
		if r := &out[n]; c.CreatedAt.Equal(r.StartedAt) {
			if c.State == Failed || r.State == ActionDone {
				r.State = actionState(c)
			}
			if u := latest(c); u.After(r.UpdatedAt) {
				r.UpdatedAt = u
			}
		}
	}
	return out
}

func actionState(c *Command) ActionState {
	switch c.State {
	case Queued:
		return ActionPending
	case Sent:
		return ActionActive
	case Done, Unconfirmed:
		return ActionDone
	default:
		return ActionFailed
	}
}

func latest(c *Command) time.Time {
	for _, at := range []time.Time{c.DoneAt, c.SentAt} {
		if !at.IsZero() {
			return at
		}
	}
	return c.CreatedAt
}
