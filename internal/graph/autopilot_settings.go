package graph

import (
	"net/http"
	"time"

	"taxiway/internal/odata"
)

// autopilotSettings is Graph's windowsAutopilotSettings, a singleton. Nothing
// here waits for a synchronisation: every change is in force when its call
// returns, so the last one is always just over.
type autopilotSettings struct {
	ID         string    `json:"id"`
	LastSync   time.Time `json:"lastSyncDateTime"`
	LastManual time.Time `json:"lastManualSyncTriggerDateTime"`
	Status     string    `json:"syncStatus"`
	// OnlyAssigned is ours: Microsoft's service lets anybody of the tenant sign
	// in to a PC that is assigned to somebody.
	OnlyAssigned bool `json:"onlyAssignedUserMaySignIn"`
}

var settingsTable = &odata.Table{
	Name: "microsoft.graph.windowsAutopilotSettings",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("lastSyncDateTime", odata.Time, readOnly),
		prop("lastManualSyncTriggerDateTime", odata.Time, readOnly),
		enum("syncStatus", "microsoft.graph.windowsAutopilotSyncStatus", readOnly, "unknown", "inProgress", "completed", "failed"),
		prop("onlyAssignedUserMaySignIn", odata.Bool, 0),
	},
}

func (h *Handler) getSettings(c *call) error {
	q, err := c.single(settingsTable)
	if err != nil {
		return err
	}
	return c.settings(q)
}

func (c *call) settings(q *odata.Query) error {
	policy, err := c.h.Directory.GetJoinPolicy(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	now := c.h.Clock.Now(c.tenant)
	manual, err := c.h.Directory.LastSync(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	if manual.IsZero() {
		manual = now
	}
	second := func(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }
	w := autopilotSettings{ID: string(c.tenant), LastSync: second(now), LastManual: second(manual), Status: "completed", OnlyAssigned: policy.OnlyAssignedUser}
	return c.object(http.StatusOK, c.view(&w, settingsTable, q, "deviceManagement/windowsAutopilotSettings/$entity", ""))
}

// updateSettings answers PATCH, which Graph does not have: what Graph keeps
// here cannot be written.
func (h *Handler) updateSettings(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", settingsTable); err != nil {
		return err
	}
	r := &reader{o: o}
	only := r.flagUnlessNull("onlyAssignedUserMaySignIn")
	if r.err != nil {
		return r.err
	}
	if only != nil {
		if err := h.Directory.SetOnlyAssignedUser(c.ctx(), c.tenant, *only); err != nil {
			return err
		}
	}
	return c.settings(nil)
}

// syncSettings answers the action sync: there is nothing to do, so it is never
// running, and too soon only where a lab wants that.
func (h *Handler) syncSettings(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	if err := h.Directory.RequestSync(c.ctx(), c.tenant); err != nil {
		return err
	}
	return c.noContent()
}
