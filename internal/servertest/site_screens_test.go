package servertest_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

// tried is a profile as the pages send it, with changes.
func tried(change object) object {
	body := object{
		"joinType": "azureAD", "locale": "os-default", "deviceNameTemplate": "", "network": "wired", "serialNumber": "1234567",
		"outOfBoxExperienceSetting": object{
			"privacySettingsHidden": true, "eulaHidden": true, "userType": "standard", "deviceUsageType": "singleUser", "keyboardSelectionPageSkipped": true, "escapeLinkHidden": true,
		},
	}
	maps.Copy(body, change)
	return body
}

func TestWhichScreensAProfileShowsIsSaidBeforeItIsSaved(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b := d.p.NewBrowser(t)
	csrf := enter(t, b, d.bob) // who may do nothing: nothing of the tenant is in it
	ask := func(change object) servertest.Answer {
		return b.Script(t, http.MethodPost, "/ui/screens", tried(change), csrfHeader, csrf)
	}
	shown := func(a servertest.Answer) string {
		t.Helper()
		if a.Status != http.StatusOK {
			t.Fatalf("the screens: %d %s", a.Status, a.Raw)
		}
		var out []string
		all, _ := a.JSON["screens"].([]any)
		for _, s := range all {
			if screen, _ := s.(map[string]any); screen["shown"] == true {
				name, _ := screen["name"].(string)
				out = append(out, name)
			}
		}
		return strings.Join(out, " ")
	}
	if got := shown(ask(nil)); got != "profile account password desktop" {
		t.Errorf("everything hidden, wired: %s", got)
	}
	if got := shown(ask(object{"network": "none"})); got != "region keyboard layout network profile account password desktop" {
		t.Errorf("everything hidden, no network: %s", got)
	}
	a := ask(object{"deviceNameTemplate": "PC-%SERIAL%"})
	if got := shown(a); got != "profile rename account password desktop" || a.JSON["deviceName"] != "PC-1234567" {
		t.Errorf("with a template: %s, the name %v", got, a.JSON["deviceName"])
	}
	if a := ask(object{"deviceNameTemplate": "PC-%RAND:4%"}); a.JSON["deviceName"] != "PC-????" {
		t.Errorf("with random digits: %v", a.JSON["deviceName"])
	}
	for what, c := range map[string]struct {
		change object
		code   string
	}{
		"no network":         {object{"network": "carrier pigeon"}, "InvalidNetwork"},
		"no serial number":   {object{"serialNumber": ""}, "InvalidSerialNumber"},
		"a template":         {object{"deviceNameTemplate": "a b"}, "InvalidDeviceNameTemplate"},
		"a mode":             {object{"outOfBoxExperienceSetting": object{"deviceUsageType": "nobody"}}, "InvalidDeviceUsageType"},
		"a type":             {object{"joinType": "x"}, "InvalidProfileType"},
		"a field unknown":    {object{"x": 1}, "InvalidBody"},
		"another kind of it": {object{"locale": 7}, "InvalidBody"},
	} {
		wants(t, what, ask(c.change), http.StatusBadRequest, c.code)
	}
	wants(t, "nobody signed in", d.p.NewBrowser(t).Script(t, http.MethodPost, "/ui/screens", tried(nil)), http.StatusUnauthorized, "SignedOut")
	wants(t, "without the header", b.Script(t, http.MethodPost, "/ui/screens", tried(nil)), http.StatusForbidden, "CsrfHeader")
}
