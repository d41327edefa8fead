package servertest_test

import (
	"net/http"
	"time"
)

// Where things are in Graph.
const (
	identitiesPath = "/beta/deviceManagement/windowsAutopilotDeviceIdentities"
	importsPath    = "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities"
	profilesPath   = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles"
	groupsPath     = "/v1.0/groups"
	graphType      = "#microsoft.graph."
)

// edit is one write through Graph and what it means for the record.
type edit struct {
	method, path string
	body         any
	want         int // the status of success
	before       func()
	// apply notes the success; answer is the body that came back. It runs
	// with the record locked.
	apply func(answer map[string]any)
	// happened finds out from what Graph shows whether the edit took effect
	// when its answer was lost, and what the answer would have been.
	happened func(s *state) (answer map[string]any, ok bool)
}

func (r *record) retag(pc *pcRecord, tag string) edit {
	return edit{
		method: http.MethodPost, path: identitiesPath + "/" + pc.id + "/updateDeviceProperties", body: map[string]any{"groupTag": tag}, want: http.StatusNoContent,
		apply:    func(map[string]any) { pc.tag = tag },
		happened: func(s *state) (map[string]any, bool) { d := s.identities[pc.id]; return d, d["groupTag"] == tag },
	}
}

func (r *record) deregister(pc *pcRecord) edit {
	return edit{
		method: http.MethodDelete, path: identitiesPath + "/" + pc.id, want: http.StatusNoContent,
		apply:    func(map[string]any) { pc.gone = true },
		happened: func(s *state) (map[string]any, bool) { return nil, s.identities[pc.id] == nil },
	}
}

func (r *record) createGroup(owner int, rule *condition) edit {
	g := &groupRecord{name: r.name("Group"), rule: rule, members: map[*pcRecord]bool{}, owner: owner}
	body := map[string]any{"displayName": g.name, "mailNickname": "g" + g.name[len(g.name)-4:], "mailEnabled": false, "securityEnabled": true}
	if rule != nil {
		body["groupTypes"], body["membershipRule"], body["membershipRuleProcessingState"] = []string{"DynamicMembership"}, rule.text(), "On"
	}
	return edit{
		method: http.MethodPost, path: groupsPath, body: body, want: http.StatusCreated,
		apply: func(answer map[string]any) {
			g.id, _ = answer["id"].(string)
			r.groups[g.id] = g
		},
		happened: func(s *state) (map[string]any, bool) { return named(s.groups, g.name) },
	}
}

func (r *record) changeRule(g *groupRecord, rule *condition) edit {
	return r.patchGroup(g, "membershipRule", rule.text(), func() { g.rule = rule })
}

func (r *record) pause(g *groupRecord, paused bool) edit {
	word := "On"
	if paused {
		word = "Paused"
	}
	return r.patchGroup(g, "membershipRuleProcessingState", word, func() { g.paused = paused })
}

func (r *record) patchGroup(g *groupRecord, property, value string, apply func()) edit {
	return edit{
		method: http.MethodPatch, path: groupsPath + "/" + g.id, body: map[string]any{property: value}, want: http.StatusNoContent,
		apply:    func(map[string]any) { apply() },
		happened: func(s *state) (map[string]any, bool) { return nil, s.groups[g.id][property] == value },
	}
}

func (r *record) deleteGroup(g *groupRecord) edit {
	return edit{
		method: http.MethodDelete, path: groupsPath + "/" + g.id, want: http.StatusNoContent,
		apply:    func(map[string]any) { g.deleted = true },
		happened: func(s *state) (map[string]any, bool) { return nil, s.groups[g.id] == nil },
	}
}

func (r *record) addMember(g *groupRecord, pc *pcRecord) edit {
	return edit{
		method: http.MethodPost, path: groupsPath + "/" + g.id + "/members/$ref", want: http.StatusNoContent,
		body:     map[string]any{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/" + pc.object},
		apply:    func(map[string]any) { g.members[pc] = true },
		happened: func(s *state) (map[string]any, bool) { return nil, s.members[g.id][pc.serial] },
	}
}

func (r *record) removeMember(g *groupRecord, pc *pcRecord) edit {
	return edit{
		method: http.MethodDelete, path: groupsPath + "/" + g.id + "/members/" + pc.object + "/$ref", want: http.StatusNoContent,
		apply:    func(map[string]any) { delete(g.members, pc) },
		happened: func(s *state) (map[string]any, bool) { return nil, !s.members[g.id][pc.serial] },
	}
}

func (r *record) createProfile(owner int) edit {
	p := &profileRecord{name: r.name("Profile"), targets: map[string]bool{}, owner: owner}
	return edit{
		method: http.MethodPost, path: profilesPath, want: http.StatusCreated,
		body: map[string]any{
			"@odata.type": graphType + "azureADWindowsAutopilotDeploymentProfile", "displayName": p.name, "locale": "os-default",
			"outOfBoxExperienceSetting": map[string]any{"eulaHidden": true, "userType": "standard", "deviceUsageType": "singleUser"},
		},
		apply: func(answer map[string]any) {
			p.id, _ = answer["id"].(string)
			created, _ := answer["createdDateTime"].(string)
			p.created, _ = time.Parse(time.RFC3339Nano, created)
			r.profiles[p.id] = p
		},
		happened: func(s *state) (map[string]any, bool) { return named(s.profiles, p.name) },
	}
}

func (r *record) deleteProfile(p *profileRecord) edit {
	return edit{
		method: http.MethodDelete, path: profilesPath + "/" + p.id, want: http.StatusNoContent,
		apply:    func(map[string]any) { p.deleted = true },
		happened: func(s *state) (map[string]any, bool) { return nil, s.profiles[p.id] == nil },
	}
}

// assign gives p to a group, keeps it from one, or gives it to All devices
// when target is allDevices with the direction include.
func (r *record) assign(p *profileRecord, target string) edit {
	group, direction := target[:len(target)-2], target[len(target)-2:]
	body := map[string]any{"@odata.type": graphType + "groupAssignmentTarget", "groupId": group}
	switch {
	case group == allDevices:
		body = map[string]any{"@odata.type": graphType + "allDevicesAssignmentTarget"}
	case direction == exclude:
		body["@odata.type"] = graphType + "exclusionGroupAssignmentTarget"
	}
	return edit{
		method: http.MethodPost, path: profilesPath + "/" + p.id + "/assignments", body: map[string]any{"target": body}, want: http.StatusCreated,
		apply:    func(map[string]any) { p.target(target, true) },
		happened: func(s *state) (map[string]any, bool) { return nil, s.assignments[p.id][target] },
	}
}

func (r *record) unassign(p *profileRecord, target string) edit {
	return edit{
		method: http.MethodDelete, path: profilesPath + "/" + p.id + "/assignments/" + p.id + "_" + target, want: http.StatusNoContent,
		apply:    func(map[string]any) { p.target(target, false) },
		happened: func(s *state) (map[string]any, bool) { return nil, !s.assignments[p.id][target] },
	}
}

func (p *profileRecord) target(target string, on bool) {
	switch {
	case target == allDevices+include:
		p.all = on
	case on:
		p.targets[target] = true
	default:
		delete(p.targets, target)
	}
}

// named finds what carries a name.
func named(all map[string]map[string]any, name string) (map[string]any, bool) {
	for _, one := range all {
		if one["displayName"] == name {
			return one, true
		}
	}
	return nil, false
}
