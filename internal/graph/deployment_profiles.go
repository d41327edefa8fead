package graph

import (
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/odata"
)

var profileTable = &odata.Table{
	Name: "microsoft.graph.windowsAutopilotDeploymentProfile",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("displayName", odata.String, filter|sorted|search),
		prop("description", odata.String, filter|search),
		prop("language", odata.String, filter),
		prop("locale", odata.String, filter),
		prop("createdDateTime", odata.Time, filter|sorted|readOnly),
		prop("lastModifiedDateTime", odata.Time, filter|sorted|readOnly),
		prop("enableWhiteGlove", odata.Bool, filter),
		prop("preprovisioningAllowed", odata.Bool, filter),
		prop("extractHardwareHash", odata.Bool, filter),
		prop("hardwareHashExtractionEnabled", odata.Bool, filter),
		prop("deviceNameTemplate", odata.String, filter),
		enum("deviceType", "microsoft.graph.windowsAutopilotDeviceType", filter, "windowsPc", "holoLens", "surfaceHub2", "surfaceHub2S", "virtualMachine", "unknownFutureValue"),
		prop("roleScopeTagIds", odata.Strings, filter),
		prop("managementServiceAppId", odata.String, 0),
		nested("outOfBoxExperienceSetting", "microsoft.graph.outOfBoxExperienceSetting", 0),
		nested("outOfBoxExperienceSettings", "microsoft.graph.outOfBoxExperienceSettings", 0),
		nested("enrollmentStatusScreenSettings", "microsoft.graph.windowsEnrollmentStatusScreenSettings", 0),
		prop("hybridAzureADJoinSkipConnectivityCheck", odata.Bool, 0),
	},
	Navigations: []string{"assignments"},
}

const profilesPath = "deviceManagement/windowsAutopilotDeploymentProfiles"

func (h *Handler) listProfiles(c *call) error {
	return list(c, profileTable, intunePaging, profilesPath, func(q *odata.Query) (odata.List[autopilot.Profile], error) {
		return h.Lists.ListProfiles(c.ctx(), c.tenant, q)
	}, c.profileWires)
}

// profileWires maps a page; assignments of all its profiles are one read.
func (c *call) profileWires(q *odata.Query, items []autopilot.Profile) ([]any, error) {
	out := make([]any, len(items))
	var of map[autopilot.ProfileID][]profileAssignment
	if q != nil && q.Expands("assignments") && len(items) > 0 {
		_, all, _, err := c.h.Registrations.LoadConfig(c.ctx(), c.tenant)
		if err != nil {
			return nil, err
		}
		of = map[autopilot.ProfileID][]profileAssignment{}
		for i := range all {
			of[all[i].Profile] = append(of[all[i].Profile], assignmentWire(&all[i]))
		}
	}
	for i := range items {
		w := profileWire(&items[i])
		if w.Assignments = of[items[i].ID]; w.Assignments == nil {
			w.Assignments = []profileAssignment{}
		}
		out[i] = &w
	}
	return out, nil
}

func (c *call) profile() (autopilot.Profile, error) {
	p, err := c.h.Registrations.GetProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]))
	return p, missing(err, "deployment profile", c.keys["id"], "List windowsAutopilotDeploymentProfiles to find the right id.")
}

func (c *call) profileAnswer(status int, p *autopilot.Profile, q *odata.Query) error {
	wires, err := c.profileWires(q, []autopilot.Profile{*p})
	if err != nil {
		return err
	}
	return c.object(status, c.view(wires[0], profileTable, q, profilesPath+selected(q)+"/$entity", etagOf(p.Version)))
}

func (h *Handler) getProfile(c *call) error {
	q, err := c.single(profileTable)
	if err != nil {
		return err
	}
	p, err := c.profile()
	if err != nil {
		return err
	}
	return c.profileAnswer(http.StatusOK, &p, q)
}

func (h *Handler) createProfile(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", profileTable, "assignedDevices"); err != nil {
		return err
	}
	p := autopilot.Profile{Join: autopilot.EntraJoined, Locale: autopilot.LocaleOSDefault}
	if err := readProfile(o, &p, true); err != nil {
		return err
	}
	made, err := h.Autopilot.CreateProfile(c.ctx(), c.tenant, p)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+profilesPath+"/"+string(made.ID))
	return c.profileAnswer(http.StatusCreated, &made, nil)
}

func (h *Handler) updateProfile(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", profileTable, "assignedDevices"); err != nil {
		return err
	}
	p, err := h.Autopilot.UpdateProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), match, func(p *autopilot.Profile) error {
		return readProfile(o, p, false)
	})
	if err != nil {
		return err
	}
	return c.profileAnswer(http.StatusOK, &p, nil)
}

func (h *Handler) deleteProfile(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	if err := h.Autopilot.DeleteProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), match); err != nil {
		return err
	}
	return c.noContent()
}

// listAssignedDevices answers the assignedDevices navigation of a profile.
func (h *Handler) listAssignedDevices(c *call) error {
	p, err := c.profile()
	if err != nil {
		return err
	}
	return list(c, identityTable, intunePaging, identitiesPath, func(q *odata.Query) (odata.List[autopilot.Device], error) {
		return h.Lists.ListAutopilotDevices(c.ctx(), c.tenant, p.ID, q)
	}, c.identityWires)
}
