package servertest_test

import (
	"net/http"
	"testing"

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

// person makes a person and a token of a sign-in by password and these methods.
func (s *joinSite) person(name string, methods ...string) (id, token string) {
	s.t.Helper()
	a := s.p.Must(s.t, s.Token, http.MethodPost, "/v1.0/users", object{"userPrincipalName": name + "@" + s.Domain, "displayName": name, "accountEnabled": true}, http.StatusCreated)
	id, _ = a.JSON["id"].(string)
	return id, s.w.JoinToken(s.t, s.ID, id, methods...)
}

// policy sets the device settings.
func (s *joinSite) policy(change object) {
	s.t.Helper()
	body := policyBody()
	for name, value := range change {
		body[name] = value
	}
	s.p.Must(s.t, s.Token, http.MethodPut, joinPolicy, body, http.StatusOK)
}

// refused checks that a join is refused with this reason and HRESULT.
func (s *joinSite) refused(what, token string, body any, status int, code, subcode string) {
	s.t.Helper()
	a, err := s.p.Graph(s.t.Context(), token, http.MethodPost, servertest.JoinPath, body)
	if err != nil {
		s.t.Fatal(err)
	}
	wrong := a.Status != status || a.JSON["code"] != code || a.JSON["subcode"] != subcode
	for _, name := range []string{"ErrorType", "Message", "TraceId", "Time"} {
		if text, _ := a.JSON[name].(string); text == "" {
			wrong = true
		}
	}
	if wrong || a.JSON["Certificate"] != nil {
		s.t.Errorf("%s: status %d %s, want %d %s %s", what, a.Status, a.Raw, status, code, subcode)
	}
}

func (s *joinSite) device(deviceID string) object {
	s.t.Helper()
	return s.p.Must(s.t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+deviceID+"')", nil, http.StatusOK).JSON
}

// ticket is what the site's registered PC gets with its profile.
func (s *joinSite) ticket() string {
	s.t.Helper()
	status, doc := s.p.AskProven(s.t, "/ztd/profile", s.pc, s.hash)
	ticket, _ := doc["DeviceTicket"].(string)
	if status != http.StatusOK || ticket == "" {
		s.t.Fatalf("the PC got %d %v", status, doc)
	}
	return ticket
}

func TestARegisteredPCJoinsAndTakesOverItsDeviceObject(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		user, token := s.person("ann")
		j := servertest.NewJoiner(t)
		a := s.p.Join(t, token, j.Body(t, "XW-0001", servertest.Ticketed(s.ticket())), http.StatusOK)
		if got := j.Take(t, a); got != s.deviceID {
			t.Errorf("the PC is %s, want the registered %s", got, s.deviceID)
		}
		d := s.device(s.deviceID)
		for name, want := range map[string]any{
			"id": s.estate.device, "accountEnabled": true, "trustType": "AzureAd", "displayName": "XW-0001", "operatingSystem": "Windows",
			"operatingSystemVersion": "10.0.26100.1", "deviceOwnership": "Company", "profileType": "RegisteredDevice",
		} {
			if d[name] != want {
				t.Errorf("%s is %v, want %v", name, d[name], want)
			}
		}
		if physical, _ := d["physicalIds"].([]any); len(physical) < 2 {
			t.Errorf("the physical ids are %v", d["physicalIds"])
		}
		if d["registrationDateTime"] == nil || user == "" {
			t.Errorf("the device is %v", d)
		}
	})
}
