package servertest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
)

func TestASecretReachesThePCAndIsKeptInNoQueue(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
		const secret = "glass umbrella piano"
		node := policyURI("Wifi")
		one := customs + "/" + id(t, p.Must(t, s.Token, http.MethodPost, customs, with(customSettings("Wi-Fi"), "omaSettings", []object{
			{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": node, "value": secret, "isEncrypted": true},
		}), http.StatusCreated))
		p.Must(t, s.Token, http.MethodPost, one+"/assign", object{"assignments": []object{target("allDevicesAssignmentTarget", "")}}, http.StatusOK)
		managed := "/beta/deviceManagement/managedDevices/" + string(managedID(d))
		look := func(when string) {
			t.Helper()
			for _, path := range []string{one, managed, managed + "/commands", audits} {
				if a := p.Must(t, s.Token, http.MethodGet, path, nil, http.StatusOK); bytes.Contains(a.Raw, []byte("umbrella")) {
					t.Errorf("%s %s shows the secret: %s", when, path, a.Raw)
				}
			}
			var standing enrollment.Standing
			s.tx(func(ctx context.Context, tx enrollment.Tx) (err error) {
				standing, err = tx.GetStanding(ctx, s.id(), managedID(d))
				return err
			})
			queue, err := s.store.ListCommands(t.Context(), s.id(), managedID(d), 1000)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := json.Marshal([]any{queue, standing.Sessions})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(kept, []byte(node)) {
				t.Errorf("%s nothing is kept of the command: the search is blind", when)
			}
			if bytes.Contains(kept, []byte("umbrella")) {
				t.Errorf("%s the secret is kept: %s", when, kept)
			}
		}
		// Every answer is lost once and asked for again, and the PC stops in the
		// middle of its first session.
		s.session(d, servertest.MDMScript{DeafAt: 1})
		look("on its way,")
		s.session(d, servertest.MDMScript{LoseAnswer: func(msg int) bool { return true }})
		if got, _ := d.Device.Value(node); got != secret {
			t.Errorf("the PC got %q", got)
		}
		look("at its end,")
	})
}
