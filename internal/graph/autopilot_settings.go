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
}

var settingsTable = &odata.Table{
	Name: "microsoft.graph.windowsAutopilotSettings",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("lastSyncDateTime", odata.Time, readOnly),
		prop("lastManualSyncTriggerDateTime", odata.Time, readOnly),
		enum("syncStatus", "microsoft.graph.windowsAutopilotSyncStatus", readOnly, "unknown", "inProgress", "completed", "failed"),
	},
}

func (h *Handler) getSettings(c *call) error {
	q, err := c.single(settingsTable)
	if err != nil {
		return err
	}
	now := h.Clock.Now(c.tenant).UTC().Truncate(time.Second)
	w := autopilotSettings{ID: string(c.tenant), LastSync: now, LastManual: now, Status: "completed"}
	return c.object(http.StatusOK, c.view(&w, settingsTable, q, "deviceManagement/windowsAutopilotSettings/$entity", ""))
}

// syncSettings answers the action sync: there is nothing to do, so it is never
// too soon and never running.
func (h *Handler) syncSettings(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	return c.noContent()
}
