package servertest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/servertest"
)

// step is one change of a random walk: what kind it is, and numbers that pick
// what it touches among what there is. It names nothing by its id, so that a
// sequence still means something when steps are taken out of it.
type step struct {
	kind int
	pick [4]uint32
}

// planned is a step that has found what it touches: the request, the status
// that the oracle expects (want), and for a refusal its code.
type planned struct {
	edit
	says string // for people
	code string
	// note notes the success like apply, and may find fault with the answer.
	note func(answer map[string]any) error
}

// walkKind is a kind of step. A plan that finds nothing to touch does nothing.
type walkKind struct {
	name   string
	weight int
	plan   func(m *estateRecord, at [4]uint32) (planned, bool)
}

// walkKinds are all kinds of steps.
func walkKinds() []walkKind {
	return slices.Concat(pcKinds(), personKinds(), groupKinds(), profileKinds(), pageKinds())
}

// The most of each that a walk keeps, so that it meets the same things again.
const (
	walkPCs      = 40
	walkGroups   = 18
	walkProfiles = 7
	walkPages    = 5
	walkPeople   = 10
)

func choose[T any](from []T, n uint32) T { return from[int(n)%len(from)] }

// some are up to four different ones of a list.
func some[T comparable](from []T, n uint32) (out []T) {
	for i := range 1 + n%4 {
		if one := choose(from, n>>(3*i)); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

func nothing() (planned, bool) { return planned{}, false }

// refused is a request that has to end in this refusal.
func refused(status int, code, says, method, path string, body any) (planned, bool) {
	return planned{edit: edit{method: method, path: path, body: body, want: status}, says: says, code: code}, true
}

// done is a request that has to succeed.
func done(says, method, path string, body any, want int, apply func()) (planned, bool) {
	return planned{edit: edit{method: method, path: path, body: body, want: want, apply: func(map[string]any) { apply() }}, says: says}, true
}

// usual is an edit as storms make them.
func usual(says string, e edit) (planned, bool) { return planned{edit: e, says: says}, true }

func walkTag(n uint32) string {
	if n%9 == 0 {
		return ""
	}
	return fmt.Sprintf("%s-%d", choose(tagFamilies, n), n/4%10)
}

func pcKinds() []walkKind {
	return []walkKind{
		{"import", 9, planImport},
		{"import again", 1, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.present()) == 0 {
				return nothing()
			}
			pc := choose(m.present(), at[0])
			return importRows(m, []*pcRecord{pc}, nil, nil)
		}},
		{"tag", 14, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.present()) == 0 {
				return nothing()
			}
			pc, tag := choose(m.present(), at[0]), walkTag(at[1])
			if at[2]%2 == 0 {
				return usual(fmt.Sprintf("%s gets the tag %q", pc.serial, tag), m.retag(pc, tag))
			}
			return done(fmt.Sprintf("%s gets the tag %q by PATCH", pc.serial, tag), http.MethodPatch, identitiesPath+"/"+pc.id, object{"groupTag": " " + tag}, http.StatusOK, func() { pc.tag = tag })
		}},
		{"name", 4, planName},
		{"assign user", 5, planAssignUser},
		{"unassign user", 2, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.present()) == 0 {
				return nothing()
			}
			pc := choose(m.present(), at[0])
			return done("nobody is assigned to "+pc.serial, http.MethodPost, identitiesPath+"/"+pc.id+"/unassignUserFromDevice", object{}, http.StatusNoContent, func() {
				m.pcsMore[pc].upn, m.pcsMore[pc].user = "", ""
			})
		}},
		{"deregister", 4, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if at[1]%8 == 0 {
				return refused(http.StatusNotFound, "ResourceNotFound", "a PC that was never there is deregistered", http.MethodDelete, identitiesPath+"/"+unknownID, nil)
			}
			if len(m.present()) == 0 {
				return nothing()
			}
			pc := choose(m.present(), at[0])
			return done(pc.serial+" is deregistered", http.MethodDelete, identitiesPath+"/"+pc.id, nil, http.StatusNoContent, func() { m.leave(pc) })
		}},
		{"deregister many", 2, planDeleteDevices},
		{"settings", 1, func(m *estateRecord, at [4]uint32) (planned, bool) {
			only := at[0]%2 == 0
			return done(fmt.Sprintf("only the assigned user may sign in: %t", only), http.MethodPatch, "/beta/deviceManagement/windowsAutopilotSettings", object{"onlyAssignedUserMaySignIn": only}, http.StatusOK, func() { m.onlyAssigned = only })
		}},
	}
}

func planImport(m *estateRecord, at [4]uint32) (planned, bool) {
	if len(m.absent()) == 0 {
		return nothing()
	}
	pcs := some(m.absent(), at[0])
	tags := make([]string, len(pcs))
	people := make([]*personRecord, len(pcs))
	for i := range pcs {
		tags[i] = walkTag(at[1] >> (4 * i))
		if len(m.living()) > 0 && at[2]>>i%3 == 0 {
			people[i] = choose(m.living(), at[2])
		}
	}
	return importRows(m, pcs, tags, people)
}

// importRows registers PCs; those that are registered stay as they are.
func importRows(m *estateRecord, pcs []*pcRecord, tags []string, people []*personRecord) (planned, bool) {
	var rows []object
	var says []string
	for i, pc := range pcs {
		row := object{"serialNumber": pc.serial, "hardwareIdentifier": pc.hash, "groupTag": "Again-1"}
		if tags != nil {
			row["groupTag"] = tags[i]
		}
		if people != nil && people[i] != nil {
			row["assignedUserPrincipalName"] = people[i].upn
		}
		rows = append(rows, row)
		says = append(says, fmt.Sprintf("%s with the tag %q for %v", pc.serial, row["groupTag"], row["assignedUserPrincipalName"]))
	}
	registered := make([]bool, len(pcs))
	for i, pc := range pcs {
		registered[i] = pc.id != "" && !pc.gone
	}
	p := planned{says: "import " + strings.Join(says, "; ")}
	p.edit = edit{method: http.MethodPost, path: importsPath + "/import", body: object{"importedWindowsAutopilotDeviceIdentities": rows}, want: http.StatusOK}
	p.note = func(answer map[string]any) error {
		list, _ := answer["value"].([]any)
		if len(list) != len(pcs) {
			return fmt.Errorf("%d rows were answered for %d", len(list), len(pcs))
		}
		for i, pc := range pcs {
			row, _ := list[i].(object)
			state, _ := row["state"].(object)
			switch {
			case row["serialNumber"] != pc.serial:
				return fmt.Errorf("row %d is of %v, not of %s", i, row["serialNumber"], pc.serial)
			case registered[i]:
				if state["deviceErrorCode"] != 806.0 {
					return fmt.Errorf("%s is registered already: %v", pc.serial, state)
				}
				continue
			case state["deviceImportStatus"] != "complete":
				return fmt.Errorf("import of %s: %v", pc.serial, state)
			}
			pc.id, _ = state["deviceRegistrationId"].(string)
			pc.gone, pc.object, pc.tag = false, "", tags[i]
			*m.pcsMore[pc] = pcMore{}
			if people[i] != nil {
				*m.pcsMore[pc] = pcMore{upn: people[i].upn, user: people[i].name}
			}
		}
		return nil
	}
	return p, true
}

func planName(m *estateRecord, at [4]uint32) (planned, bool) {
	if len(m.present()) == 0 {
		return nothing()
	}
	pc, name := choose(m.present(), at[0]), fmt.Sprintf("PC-%04d", at[1]%10_000)
	path := identitiesPath + "/" + pc.id
	switch at[2] % 5 {
	case 0:
		return refused(http.StatusBadRequest, "InvalidDeviceName", pc.serial+" is to be called 12345", http.MethodPatch, path, object{"displayName": "12345"})
	case 1:
		name = ""
	}
	return done(fmt.Sprintf("%s is called %q", pc.serial, name), http.MethodPost, path+"/updateDeviceProperties", object{"displayName": name}, http.StatusNoContent, func() { m.pcsMore[pc].name = name })
}

func planAssignUser(m *estateRecord, at [4]uint32) (planned, bool) {
	if len(m.present()) == 0 || len(m.living()) == 0 {
		return nothing()
	}
	pc, u := choose(m.present(), at[0]), choose(m.living(), at[1])
	path, more := identitiesPath+"/"+pc.id+"/assignUserToDevice", m.pcsMore[pc]
	if at[2]%6 == 0 {
		return refused(http.StatusBadRequest, "UserNotFound", "nobody's name is assigned to "+pc.serial, http.MethodPost, path, object{"userPrincipalName": "nobody@" + u.upn[strings.IndexByte(u.upn, '@')+1:], "addressableUserName": ""})
	}
	name, shown := "", u.name
	if at[2]%2 == 0 {
		name, shown = "Called "+u.name, "Called "+u.name
	}
	return done(fmt.Sprintf("%s is assigned to %s as %q", pc.serial, u.upn, name), http.MethodPost, path, object{"userPrincipalName": strings.ToUpper(u.upn[:1]) + u.upn[1:], "addressableUserName": name}, http.StatusNoContent, func() { more.upn, more.user = u.upn, shown })
}

func planDeleteDevices(m *estateRecord, at [4]uint32) (planned, bool) {
	if len(m.present()) < walkPCs/2 {
		return nothing()
	}
	pcs := some(m.present(), at[0])
	serials := []string{"NOBODY-HAS-THIS"}
	for _, pc := range pcs {
		serials = append(serials, pc.serial)
	}
	p := planned{says: "deleteDevices " + strings.Join(serials, ", ")}
	p.edit = edit{method: http.MethodPost, path: identitiesPath + "/deleteDevices", body: object{"serialNumbers": serials}, want: http.StatusOK}
	p.note = func(answer map[string]any) error {
		list, _ := answer["value"].([]any)
		for i, serial := range serials {
			want := "accepted"
			if i == 0 {
				want = "failed"
			}
			if i >= len(list) {
				return fmt.Errorf("%d outcomes for %d serial numbers", len(list), len(serials))
			}
			if state, _ := list[i].(object); state["serialNumber"] != serial || state["deletionState"] != want {
				return fmt.Errorf("the outcome of %s is %v, want %s", serial, state, want)
			}
		}
		for _, pc := range pcs {
			m.leave(pc)
		}
		return nil
	}
	return p, true
}

var walkDepartments = []string{"Sales", "Office", "Plant"}

func personKinds() []walkKind {
	const path = "/v1.0/users"
	return []walkKind{
		{"new person", 4, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.living()) >= walkPeople {
				return nothing()
			}
			name := m.name("Person")
			u := &personRecord{upn: strings.ToLower(strings.ReplaceAll(name, " ", "")) + "@" + m.domain, name: name, department: choose(walkDepartments, at[0]), enabled: at[1]%3 != 0}
			p := planned{says: fmt.Sprintf("%s of %s, enabled %t", u.name, u.department, u.enabled)}
			p.edit = edit{method: http.MethodPost, path: path, want: http.StatusCreated, body: object{"userPrincipalName": u.upn, "displayName": u.name, "accountEnabled": u.enabled, "department": u.department}}
			p.apply = func(answer map[string]any) {
				u.id, _ = answer["id"].(string)
				m.people = append(m.people, u)
			}
			return p, true
		}},
		{"change person", 5, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.living()) == 0 {
				return nothing()
			}
			u, is := choose(m.living(), at[0]), *choose(m.living(), at[0])
			body := object{}
			if at[1]%2 == 0 {
				is.department = choose(walkDepartments, at[2])
				body["department"] = is.department
			}
			if at[1]%3 == 0 {
				is.name = m.name("Person")
				body["displayName"] = is.name
			}
			if at[1]%5 == 0 {
				is.upn = strings.ToLower(strings.ReplaceAll(m.name("moved"), " ", "")) + "@" + m.domain
				body["userPrincipalName"] = is.upn
			}
			if len(body) == 0 {
				is.enabled = !is.enabled
				body["accountEnabled"] = is.enabled
			}
			return done(fmt.Sprintf("%s becomes %v", u.upn, body), http.MethodPatch, path+"/"+u.id, body, http.StatusNoContent, func() { *u = is })
		}},
		{"delete person", 2, func(m *estateRecord, at [4]uint32) (planned, bool) {
			if len(m.living()) < walkPeople/2 {
				return nothing()
			}
			u := choose(m.living(), at[0])
			return done(u.upn+" is deleted", http.MethodDelete, path+"/"+u.id, nil, http.StatusNoContent, func() {
				u.gone = true
				for _, g := range m.groups {
					delete(m.more(g).people, u)
					delete(m.more(g).owners, u)
					delete(m.more(g).kept, u)
				}
			})
		}},
	}
}

// refOf is how clients name an object, of Microsoft's or of this server.
func refOf(id string, n uint32) string {
	if n%2 == 0 {
		return "https://graph.microsoft.com/v1.0/directoryObjects/" + id
	}
	return servertest.BaseURL + "/v1.0/directoryObjects('" + id + "')"
}
