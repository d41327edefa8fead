package site

import (
	"net/http"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// States of a step. That one was skipped or broke again only the browser knows:
// the facts say how things are, not how they were.
const (
	stepNotStarted = "notStarted"
	stepPartly     = "partly"
	stepDone       = "done"
	stepUnknown    = "unknown" // the person may not read what it is judged by
)

// guideStep is one of the eight steps with what it was judged by; the pages put
// it into words.
type guideStep struct {
	Step  string         `json:"step"`
	State string         `json:"state"`
	Facts map[string]any `json:"facts"`
}

type guideAnswer struct {
	Steps []guideStep `json:"steps"`
}

// showGuide answers GET /ui/guide.
func (h *Handler) showGuide(w http.ResponseWriter, r *http.Request, v *visitor) error {
	f, err := h.Facts.ReadFacts(r.Context(), directory.TenantID(v.principal.Tenant))
	if err != nil {
		return fault.Wrap("read the guide's facts", err)
	}
	steps := guide(&f)
	for i := range steps {
		if !v.principal.HasAny(guidePermissions[i]) {
			steps[i] = guideStep{steps[i].Step, stepUnknown, map[string]any{}}
		}
	}
	writeJSON(w, http.StatusOK, guideAnswer{steps})
	return nil
}

// guidePermissions read over Graph what each step is judged by.
var guidePermissions = [8]string{
	access.PolicyReadAll, access.PolicyReadDeviceConfiguration, access.DeviceManagementServiceConfigReadAll, access.GroupReadAll,
	access.DeviceManagementConfigurationReadAll, access.DeviceManagementServiceConfigReadAll, access.DeviceManagementServiceConfigReadAll, access.DeviceManagementServiceConfigReadAll,
}

// guide judges the steps by the facts.
func guide(f *enrollment.Facts) []guideStep {
	step := func(name string, done, begun bool, facts map[string]any) guideStep {
		state := stepNotStarted
		if done {
			state = stepDone
		} else if begun {
			state = stepPartly
		}
		return guideStep{name, state, facts}
	}
	reached := func(r directory.Reach, users int) (done, begun bool) {
		return r == directory.ReachAll || r == directory.ReachSelected && users > 0, r == directory.ReachSelected
	}
	scoped, scoping := reached(f.Scope, f.ScopeUsers)
	joins, joining := reached(f.Join, f.JoinUsers)
	return []guideStep{
		step("enrollment", scoped, scoping, map[string]any{"scope": f.Scope, "groups": f.ScopeGroups, "users": f.ScopeUsers}),
		step("join", joins, joining, map[string]any{"scope": f.Join, "users": f.JoinUsers, "mfa": f.JoinMFA}),
		step("register", f.Devices > 0, f.FailedRows > 0, map[string]any{"devices": f.Devices, "failed": f.FailedRows}),
		step("group", f.HoldingGroup != "", f.DeviceGroups > 0, map[string]any{"name": f.HoldingGroup, "groups": f.DeviceGroups}),
		step("esp", f.ESP != "", f.ESPs > 0, map[string]any{"name": f.ESP, "pages": f.ESPs}),
		step("profile", f.Assigned > 0, f.Profiles > 0, map[string]any{"name": f.Profile, "profiles": f.Profiles, "assigned": f.Assigned, "assigning": f.Assigning}),
		step("user", f.WithUser, false, map[string]any{}),
		step("deploy", f.Succeeded != "", f.Running > 0 || f.LastFailed != "", map[string]any{"deployment": f.Succeeded, "running": f.Running, "failed": f.LastFailed, "reason": f.LastFailedWhy}),
	}
}
