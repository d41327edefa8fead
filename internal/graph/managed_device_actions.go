package graph

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// act runs an action on the device in the path.
func (c *call) act(do func(context.Context, directory.TenantID, enrollment.DeviceID) error) error {
	if err := do(c.ctx(), c.tenant, enrollment.DeviceID(c.keys["id"])); err != nil {
		return missing(err, "managed device", c.keys["id"], "List managedDevices to find the right id.")
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// actBare is act for an action without parameters.
func (c *call) actBare(do func(context.Context, directory.TenantID, enrollment.DeviceID) error) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	return c.act(do)
}

func (h *Handler) syncManagedDevice(c *call) error   { return c.actBare(h.Managed.Sync) }
func (h *Handler) rebootManagedDevice(c *call) error { return c.actBare(h.Managed.Reboot) }
func (h *Handler) retireManagedDevice(c *call) error { return c.actBare(h.Managed.Retire) }
func (h *Handler) resetManagedDevice(c *call) error  { return c.actBare(h.Managed.AutopilotReset) }

func (h *Handler) wipeManagedDevice(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "keepEnrollmentData", "keepUserData", "macOsUnlockCode", "persistEsimDataPlan", "useProtectedWipe", "obliterationBehavior"); err != nil {
		return err
	}
	var wipe enrollment.WipeOptions
	r := reader{o: o}
	r.flag("keepEnrollmentData", &wipe.KeepEnrollment)
	r.flag("keepUserData", &wipe.KeepUserData)
	r.flag("useProtectedWipe", &wipe.Protected)
	if r.err != nil {
		return r.err
	}
	return c.act(func(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error {
		return h.Managed.Wipe(ctx, t, id, wipe)
	})
}

func (h *Handler) renameManagedDevice(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "deviceName"); err != nil {
		return err
	}
	var name string
	r := reader{o: o}
	r.text("deviceName", &name)
	if r.err != nil {
		return r.err
	}
	if name == "" {
		return fault.Field(fault.Invalid, "DeviceNameRequired", "deviceName", "The request has no name.", "Send the new name as deviceName.")
	}
	return c.act(func(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error {
		return h.Managed.Rename(ctx, t, id, name)
	})
}

// deviceCommand is ours: one command of a PC's queue. What it carries is not
// shown, for it may hold a secret.
type deviceCommand struct {
	ID          string     `json:"id"`
	Owner       string     `json:"owner"`
	Verb        string     `json:"verb"`
	URI         *string    `json:"locUri"`
	State       string     `json:"state"`
	Status      *int       `json:"statusCode"`
	Tries       int        `json:"sentCount"`
	CreatedAt   time.Time  `json:"createdDateTime"`
	SentAt      *time.Time `json:"sentDateTime"`
	CompletedAt *time.Time `json:"completedDateTime"`
}

func (h *Handler) listDeviceCommands(c *call) error {
	d, err := c.managed()
	if err != nil {
		return err
	}
	commands, err := h.ManagedDevices.ListCommands(c.ctx(), c.tenant, d.ID, lastCommands)
	if err != nil {
		return err
	}
	out := struct {
		Context string          `json:"@odata.context"`
		Value   []deviceCommand `json:"value"`
	}{c.contextURL(managedPath + "/commands"), make([]deviceCommand, len(commands))}
	for i := range commands {
		m := &commands[i]
		w := deviceCommand{
			ID: m.ID, Owner: string(m.Owner), Verb: string(m.Op.Verb), URI: orNull(m.Op.URI), State: string(m.State), Tries: m.Tries,
			CreatedAt: m.CreatedAt.UTC(), SentAt: timeOrNull(m.SentAt), CompletedAt: timeOrNull(m.DoneAt),
		}
		if m.Status != 0 {
			w.Status = &m.Status
		}
		out.Value[i] = w
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}
