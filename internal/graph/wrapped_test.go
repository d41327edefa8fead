package graph_test

import (
	"net/http"
	"testing"
)

// A change is read inside the transaction that it belongs to.
func TestAValueOfAWrongTypeIsTheCallersAlsoInAChange(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	for path, target := range map[string]string{
		"/beta/deviceManagement/windowsAutopilotDeploymentProfiles/" + ids["profile"]: "displayName",
		"/beta/deviceManagement/deviceEnrollmentConfigurations/" + ids["statusPage"]:  "displayName",
		"/beta/deviceManagement/deviceConfigurations/" + ids["custom"]:                "displayName",
		"/v1.0/groups/" + ids["group"]:                                                "displayName",
		"/v1.0/devices/" + ids["device"]:                                              "displayName",
		"/v1.0/users/" + ids["user"]:                                                  "displayName",
	} {
		w := send(t, s, everything(), http.MethodPatch, path, map[string]any{target: 5})
		e := decode[errorBody](t, w).Error
		if w.Code != http.StatusBadRequest || len(e.Details) != 1 || e.Details[0].Target != target {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}
