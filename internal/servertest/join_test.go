package servertest_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

// joinSite is a tenant whose people bring PCs in.
type joinSite struct {
	*estate

	t *testing.T
	w *servertest.World
	p *servertest.Process
}

func newJoinSite(t *testing.T, db servertest.Database, options ...servertest.Option) *joinSite {
	t.Helper()
	w := servertest.Start(t, db, options...)
	return &joinSite{furnish(t, w.First(), "Contoso"), t, w, w.First()}
}

// newPerson makes a person and a token of a sign-in by password alone.
func (s *joinSite) newPerson(name string) (id, token string) {
	s.t.Helper()
	who := s.newJoining(name)
	return string(who.ID), s.p.JoinPassword(s.t, s.ID, who.UPN, who.Password)
}

// newJoining makes a person who can sign in.
func (s *joinSite) newJoining(name string) *servertest.Person {
	s.t.Helper()
	return newJoining(s.t, s.p, s.Tenant, name)
}

func newJoining(t *testing.T, p *servertest.Process, c *servertest.Tenant, name string) *servertest.Person {
	t.Helper()
	m := p.NewMember(t, c, name)
	return &servertest.Person{Tenant: c.ID, ID: directory.ObjectID(m.ID), UPN: m.UPN, Password: servertest.Password}
}

// policy sets the device settings.
func (s *joinSite) policy(change object) {
	s.t.Helper()
	body := policyBody()
	maps.Copy(body, change)
	s.p.Must(s.t, s.Token, http.MethodPut, joinPolicy, body, http.StatusOK)
}

// verdict is what a refused join must be told.
type verdict struct {
	status        int
	code, subcode string
}

// The refusals of the documented codes.
var (
	notAllowed = verdict{http.StatusForbidden, "0x801c0003", "JoinNotAllowed"}
	quotaFull  = verdict{http.StatusBadRequest, "0x801c000e", "DeviceQuotaReached"}
	needsMFA   = verdict{http.StatusForbidden, "0x801c0002", "MultiFactorAuthenticationRequired"}
)

func (s *joinSite) refused(what, token string, body any, want verdict) {
	s.t.Helper()
	refusedJoin(s.t, s.p, what, token, body, want)
}

// refusedJoin checks that a join is refused with this reason and HRESULT.
func refusedJoin(t *testing.T, p *servertest.Process, what, token string, body any, want verdict) {
	t.Helper()
	a, err := p.Graph(t.Context(), token, http.MethodPost, servertest.JoinPath, body)
	if err != nil {
		t.Fatal(err)
	}
	checkRefusal(t, what, a, want)
}

func checkRefusal(t *testing.T, what string, a servertest.Answer, want verdict) {
	t.Helper()
	got := verdict{status: a.Status}
	got.code, _ = a.JSON["code"].(string)
	got.subcode, _ = a.JSON["subcode"].(string)
	complete := true
	for _, name := range []string{"ErrorType", "Message", "TraceId", "Time", "operation"} {
		text, _ := a.JSON[name].(string)
		complete = complete && text != ""
	}
	if got != want || !complete || a.JSON["Certificate"] != nil {
		t.Errorf("%s: %d %s, want %v", what, a.Status, a.Raw, want)
	}
}

func (s *joinSite) deviceOf(deviceID string) object {
	s.t.Helper()
	return s.p.Must(s.t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+deviceID+"')", nil, http.StatusOK).JSON
}

// ticketOf is what a registered PC gets with its profile.
func (s *joinSite) ticketOf(pc *servertest.PC, hash string) string {
	s.t.Helper()
	status, doc := s.p.AskProven(s.t, "/ztd/profile", pc, hash)
	ticket, _ := doc["DeviceTicket"].(string)
	if status != http.StatusOK || ticket == "" {
		s.t.Fatalf("the PC got %d %v", status, doc)
	}
	return ticket
}

// sidOf is a directory object's SID: the four parts of its id as Windows lays
// a GUID out in memory.
func sidOf(t *testing.T, id string) string {
	t.Helper()
	field := strings.Split(id, "-")
	number := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	tail, err := hex.DecodeString(field[3] + field[4])
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(tail) // little-endian
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", number(field[0]), number(field[2])<<16|number(field[1]), number(hex.EncodeToString(tail[4:])), number(hex.EncodeToString(tail[:4])))
}

// The people who administer every joined PC, by the template ids of their roles.
const (
	globalAdministrators = "62e90394-69f5-4237-9190-012177145e10"
	localAdministrators  = "9f06204d-73c1-4d4c-880a-6edb90606fd8"
)

// admins checks who becomes a local administrator.
func (s *joinSite) admins(what string, a servertest.Answer, ids ...string) {
	s.t.Helper()
	var got []string
	changes, _ := a.JSON["MembershipChanges"].([]any)
	for _, c := range changes {
		change, _ := c.(object)
		if change["LocalSID"] != "S-1-5-32-544" {
			s.t.Errorf("%s: the group is %v", what, change["LocalSID"])
		}
		added, _ := change["AddSIDs"].([]any)
		for _, sid := range added {
			got = append(got, fmt.Sprint(sid))
		}
	}
	var want []string
	for _, id := range ids {
		want = append(want, sidOf(s.t, id))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: administrators are %v, want %v", what, got, want)
	}
}

func (s *joinSite) setProfile(profile, userType string) {
	s.t.Helper()
	settings, _ := tutorialProfile("")["outOfBoxExperienceSetting"].(object)
	s.p.Must(s.t, s.Token, http.MethodPatch, profiles+"/"+profile, object{
		"@odata.type": tutorialProfile("")["@odata.type"], "outOfBoxExperienceSetting": with(settings, "userType", userType),
	}, http.StatusOK)
}

// who checks whom Graph names as the owner and user of a device, and that each
// of them has it.
func (s *joinSite) belongs(object, user string) {
	s.t.Helper()
	for _, path := range []string{"/v1.0/devices/" + object + "/registeredOwners", "/v1.0/devices/" + object + "/registeredUsers"} {
		if people := s.p.All(s.t, s.Token, path); len(people) != 1 || people[0]["id"] != user || people[0]["@odata.type"] != "#microsoft.graph.user" {
			s.t.Errorf("GET %s: %v, want %s", path, people, user)
		}
	}
	for _, path := range []string{"/v1.0/users/" + user + "/ownedDevices", "/v1.0/users/" + user + "/registeredDevices"} {
		devices := s.p.All(s.t, s.Token, path)
		if !slices.ContainsFunc(devices, func(d map[string]any) bool { return d["id"] == object && d["@odata.type"] == "#microsoft.graph.device" }) {
			s.t.Errorf("GET %s lacks %s: %v", path, object, devices)
		}
	}
}

// A person signs in with a password at the token endpoint and joins the PC of
// the tutorial, as administrator and as standard user.
func TestARegisteredPCJoinsAndTakesOverItsDeviceObject(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		ann := s.newJoining("ann")
		upn, user, token := ann.UPN, string(ann.ID), s.p.JoinPassword(t, s.ID, ann.UPN, ann.Password)
		joinedPCs := id(t, s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Joined PCs", `(device.accountEnabled -eq true) and (device.displayName -startsWith "XW-") and (device.deviceOwnership -eq "Company")`), http.StatusCreated))
		j := servertest.NewJoiner(t)
		a := s.p.Join(t, token, j.Body(t, "XW-0001", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), http.StatusOK)
		if got := j.Take(t, a); got != s.deviceID {
			t.Fatalf("the PC is %s, want the registered %s", got, s.deviceID)
		}
		if by, _ := a.JSON["User"].(object); by["Upn"] != upn {
			t.Errorf("joined by %v, want %s", by, upn)
		}
		s.admins("an administrator", a, localAdministrators, globalAdministrators, user)
		d := s.deviceOf(s.deviceID)
		for name, want := range map[string]any{
			"id": s.device, "accountEnabled": true, "trustType": "AzureAd", "displayName": "XW-0001", "operatingSystem": "Windows",
			"operatingSystemVersion": "10.0.26100.1", "deviceOwnership": "Company", "profileType": "RegisteredDevice",
			"enrollmentProfileName": "Sales profile of Contoso",
		} {
			if d[name] != want {
				t.Errorf("%s is %v, want %v", name, d[name], want)
			}
		}
		if physical, _ := d["physicalIds"].([]any); !slices.Contains(physical, any("[OrderID]:Sales")) || !slices.Contains(physical, any("[ZTDId]:"+s.identity)) {
			t.Errorf("the physical ids are %v", d["physicalIds"])
		}
		if d["registrationDateTime"] == nil || d["approximateLastSignInDateTime"] == nil {
			t.Errorf("the device has no times: %v", d)
		}
		s.belongs(s.device, user)
		if members := s.p.All(t, s.Token, "/v1.0/groups/"+joinedPCs+"/members"); len(members) != 1 || members[0]["id"] != s.device {
			t.Errorf("the dynamic group of joined PCs has %v", members)
		}

		// The same PC joins anew, now for a standard user.
		s.setProfile(s.profile, "standard")
		first := *j
		again := servertest.NewJoiner(t)
		b := s.p.Join(t, token, again.Body(t, "XW-0002", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), http.StatusOK)
		if got := again.Take(t, b); got != s.deviceID {
			t.Errorf("joined anew the PC is %s, want %s", got, s.deviceID)
		}
		s.admins("a standard user", b, localAdministrators, globalAdministrators)
		gone, err := s.p.As(t, &first).Graph(t.Context(), "", http.MethodDelete, servertest.DeviceURL+"/EnrollmentServer/device/"+s.deviceID, nil)
		if err != nil {
			t.Fatal(err)
		}
		checkRefusal(t, "the certificate from before", gone, verdict{http.StatusUnauthorized, "0x801c0002", "DeviceCertificateRevoked"})
		if owned := s.p.All(t, s.Token, "/v1.0/users/"+user+"/ownedDevices"); len(owned) != 1 {
			t.Errorf("the person owns %d devices after joining one twice", len(owned))
		}
		trail := s.p.All(t, s.Token, audits)
		n := 0
		for _, e := range trail {
			if actor, _ := e["actor"].(object); e["activity"] == "Join device" && actor["userPrincipalName"] == upn {
				n++
			}
		}
		if n != 2 {
			t.Errorf("the audit trail has %d joins of %s, want 2", n, upn)
		}
	})
}

// A PC that nobody registered joins as a new device; a personal one registers.
func TestAnUnregisteredPCJoinsAsANewDevice(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		user, token := s.newPerson("ann")
		j := servertest.NewJoiner(t)
		deviceID := j.Take(t, s.p.Join(t, token, j.Body(t, "DESKTOP-1", nil), http.StatusOK))
		d := s.deviceOf(deviceID)
		if d["trustType"] != "AzureAd" || d["accountEnabled"] != true || d["id"] == s.device || len(d["physicalIds"].([]any)) != 0 {
			t.Errorf("the device is %v", d)
		}
		s.belongs(d["id"].(string), user)

		// ReuseDevice proves nothing, its certificate does.
		stranger := servertest.NewJoiner(t)
		if got := stranger.Take(t, s.p.Join(t, token, stranger.Body(t, "DESKTOP-1", nil), http.StatusOK)); got == deviceID {
			t.Error("a PC took another's device over by its name")
		}
		anew := servertest.NewJoiner(t)
		if got := anew.Take(t, s.p.As(t, j).Join(t, token, anew.Body(t, "DESKTOP-2", nil), http.StatusOK)); got != deviceID {
			t.Errorf("the PC with its certificate joined as %s, want %s", got, deviceID)
		}
		if got := s.deviceOf(deviceID)["displayName"]; got != "DESKTOP-2" {
			t.Errorf("its name is %v", got)
		}

		// The settings say who becomes a local administrator.
		s.policy(object{"azureADJoin": object{"allowedToJoin": everyone(), "localAdmins": object{
			"enableGlobalAdmins": false, "registeringUsers": object{"@odata.type": "#microsoft.graph.noDeviceRegistrationMembership"},
		}}})
		plain := servertest.NewJoiner(t)
		s.admins("nobody by the settings", s.p.Join(t, token, plain.Body(t, "DESKTOP-3", nil), http.StatusOK), localAdministrators)

		own := servertest.NewJoiner(t)
		a := s.p.Join(t, token, own.Body(t, "HOME", object{"JoinType": 4}), http.StatusOK)
		s.admins("a personal PC", a)
		if d := s.deviceOf(own.Take(t, a)); d["trustType"] != "Workplace" || d["deviceOwnership"] != "Personal" {
			t.Errorf("the personal PC is %v", d)
		}
	})
}

func TestTheJoinSettingsDecideWhoJoins(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		annHerself := s.newJoining("ann")
		ann, annToken := string(annHerself.ID), s.p.JoinSignIn(t, annHerself, false)
		bob, bobToken := s.newPerson("bob")
		_, eveToken := s.newPerson("eve")
		j := servertest.NewJoiner(t)
		may := func(what, token string) {
			t.Helper()
			one := servertest.NewJoiner(t)
			one.Take(t, s.p.Join(t, token, one.Body(t, what, nil), http.StatusOK))
		}
		body := j.Body(t, "PC", nil)

		s.policy(object{"azureADJoin": object{"allowedToJoin": object{"@odata.type": "#microsoft.graph.noDeviceRegistrationMembership"}}})
		s.refused("nobody may", annToken, body, notAllowed)
		s.refused("nobody may, with a ticket", annToken, j.Body(t, "PC", servertest.Ticketed(s.ticketOf(s.pc, s.hash))), notAllowed)

		// Selected: ann by name, bob in a group of a group in a circle.
		inner := id(t, s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups", plainGroup("Inner"), http.StatusCreated))
		outer := id(t, s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups", plainGroup("Outer"), http.StatusCreated))
		for group, member := range map[string]string{inner: bob, outer: inner} {
			s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups/"+group+"/members/$ref", reference(member), http.StatusNoContent)
		}
		s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups/"+inner+"/members/$ref", reference(outer), http.StatusNoContent)
		s.policy(object{"azureADJoin": object{"allowedToJoin": enumerated([]string{ann}, []string{outer})}})
		may("selected by name", annToken)
		may("in a nested group", bobToken)
		s.refused("not selected", eveToken, body, notAllowed)
		if all := s.p.All(t, s.Token, "/v1.0/groups/"+outer+"/transitiveMembers"); len(all) != 2 {
			t.Errorf("transitiveMembers of the outer group are %v", all)
		}
		s.p.Must(t, s.Token, http.MethodDelete, "/v1.0/groups/"+outer+"/members/"+inner+"/$ref", nil, http.StatusNoContent)
		s.refused("the inner group was taken out", bobToken, body, notAllowed)

		// A second factor.
		s.policy(object{"multiFactorAuthConfiguration": "required"})
		s.refused("a password alone", annToken, body, needsMFA)
		s.p.SetUpAuthenticator(t, annHerself)
		may("password and authenticator", s.p.JoinSignIn(t, annHerself, true))

		// The quota: ann has two.
		s.policy(object{"userDeviceQuota": 2})
		s.refused("the quota is reached", annToken, body, quotaFull)
		s.refused("the quota counts for registering too", annToken, j.Body(t, "PC", object{"JoinType": 4}), quotaFull)
		owned := s.p.All(t, s.Token, "/v1.0/users/"+ann+"/ownedDevices")
		first, _ := owned[0]["id"].(string)
		s.p.Must(t, s.Token, http.MethodDelete, "/v1.0/devices/"+first, nil, http.StatusNoContent)
		may("one was removed", annToken)

		// Registering has a setting of its own.
		s.policy(object{"azureADRegistration": object{"allowedToRegister": object{"@odata.type": "#microsoft.graph.noDeviceRegistrationMembership"}}})
		s.refused("registering is off", bobToken, j.Body(t, "PC", object{"JoinType": 4}), notAllowed)
		may("joining is not", bobToken)
		s.refused("hybrid", bobToken, j.Body(t, "PC", object{"JoinType": 6}), verdict{http.StatusBadRequest, "0x801c0001", "HybridJoinNotOffered"})
		s.refused("type 8", bobToken, j.Body(t, "PC", object{"JoinType": 8}), verdict{http.StatusBadRequest, "0x801c0001", "JoinTypeNotOffered"})
	})
}
