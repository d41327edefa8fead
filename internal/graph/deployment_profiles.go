package graph

import (
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

var deploymentProfiles = &resource[autopilot.Profile]{
	path: profilesPath, table: profileTable, paging: intunePaging, read: stored(Lists.ListProfiles), show: profileWires, find: (*call).profile,
	key: func(_ *call, p *autopilot.Profile) (string, int64) { return string(p.ID), p.Version },
	create: func(c *call, o odata.Object) (autopilot.Profile, error) {
		p := autopilot.Profile{Join: autopilot.EntraJoined, Locale: autopilot.LocaleOSDefault}
		if err := knows(o, "", profileTable, "assignedDevices"); err != nil {
			return p, err
		}
		if err := readProfile(o, &p, true); err != nil {
			return p, err
		}
		return c.h.Autopilot.CreateProfile(c.ctx(), c.tenant, p)
	},
	update: func(c *call, match int64, o odata.Object) (autopilot.Profile, error) {
		if err := knows(o, "", profileTable, "assignedDevices"); err != nil {
			return autopilot.Profile{}, err
		}
		return c.h.Autopilot.UpdateProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), match, func(p *autopilot.Profile) error {
			return readProfile(o, p, false)
		})
	},
	remove: func(c *call, match int64) error {
		return c.h.Autopilot.DeleteProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), match)
	},
}

// profileWires maps a page; assignments of all its profiles are one read.
func profileWires(c *call, q *odata.Query, items []autopilot.Profile) ([]any, error) {
	out := make([]any, len(items))
	var of map[autopilot.ProfileID][]assignment
	if q != nil && q.Expands("assignments") && len(items) > 0 {
		_, all, _, err := c.h.Registrations.LoadConfig(c.ctx(), c.tenant)
		if err != nil {
			return nil, err
		}
		of = map[autopilot.ProfileID][]assignment{}
		for i := range all {
			of[all[i].Profile] = append(of[all[i].Profile], profileAssignmentWire(&all[i]))
		}
	}
	for i := range items {
		w := profileWire(&items[i])
		if w.Assignments = of[items[i].ID]; w.Assignments == nil {
			w.Assignments = []assignment{}
		}
		out[i] = &w
	}
	return out, nil
}

func (c *call) profile() (autopilot.Profile, error) {
	p, err := c.h.Registrations.GetProfile(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]))
	return p, missing(err, "deployment profile", c.keys["id"], "List windowsAutopilotDeploymentProfiles to find the right id.")
}

// listAssignedDevices answers the assignedDevices navigation of a profile.
func (h *Handler) listAssignedDevices(c *call) error {
	p, err := c.profile()
	if err != nil {
		return err
	}
	return list(c, identityTable, intunePaging, identitiesPath, func(c *call, q *odata.Query) (odata.List[autopilot.Device], error) {
		return c.h.Lists.ListAutopilotDevices(c.ctx(), c.tenant, p.ID, q)
	}, identityWires)
}
