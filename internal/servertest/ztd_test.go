package servertest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"taxiway/internal/hwhash"
	"taxiway/internal/servertest"
)

// knock sends a PC's request and returns the answer with every byte of it,
// headers too.
func knock(t *testing.T, p *servertest.Process, path string, body object) (status int, answer object, all string) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, servertest.DeviceURL+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatalf("POST %s: %s: %s", path, resp.Status, raw)
	}
	var head bytes.Buffer
	if err := resp.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, answer, head.String() + string(raw)
}

func asks(pc *servertest.PC, hash string) object {
	return object{"hardwareHash": hash, "serialNumber": pc.Hardware.SystemSerial, "manufacturer": "LENOVO", "model": "21HES0AB00", "osVersion": "10.0.26100.1", "productType": "pro"}
}

// names is what only the right PC may learn.
func (e *estate) names() []string {
	return []string{e.upn, e.Domain, e.ID, "Sales profile", "Everyone profile", "Megan", e.identity, e.deviceID}
}

func mustNotTell(t *testing.T, what, answer string, names []string) {
	t.Helper()
	for _, name := range names {
		for _, text := range []string{name, base64.StdEncoding.EncodeToString([]byte(name))} {
			if strings.Contains(strings.ToLower(answer), strings.ToLower(text)) {
				t.Errorf("%s tells %q: %s", what, name, answer)
			}
		}
	}
}

func TestAnAssignedPCGetsItsWholeProfile(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		settings, _ := tutorialProfile("")["outOfBoxExperienceSetting"].(object)
		p.Must(t, e.Token, http.MethodPatch, profiles+"/"+e.all, object{
			"@odata.type": tutorialProfile("")["@odata.type"], "deviceNameTemplate": "XW%SERIAL%", "locale": "de-DE", "outOfBoxExperienceSetting": with(with(settings, "userType", "standard"), "escapeLinkHidden", false),
		}, http.StatusOK)
		other := servertest.NewPC(t, "PF-OTHER")
		otherHash := other.Hash(t)
		_, otherID := register(t, p, e.Token, other, otherHash, "", "")
		otherDevice, _ := p.Must(t, e.Token, http.MethodGet, identities+"/"+otherID, nil, http.StatusOK).JSON["azureAdDeviceId"].(string)

		for _, c := range []struct {
			name string
			pc   *servertest.PC
			hash string
			want object
		}{
			{"the tutorial's profile, administrator, by a group", e.pc, e.hash, object{
				"ZtdRegistrationId": e.identity, "AadDeviceId": e.deviceID,
				"CloudAssignedOobeConfig": 1308.0, "CloudAssignedDomainJoinMethod": 0.0, "CloudAssignedForcedEnrollment": 1.0,
				"CloudAssignedTenantDomain": "contoso.example", "CloudAssignedTenantId": e.ID, "CloudAssignedTenantUpn": "meg@contoso.example",
				"CloudAssignedMdmId": "0000000a-0000-0000-c000-000000000000", "CloudAssignedLanguage": "os-default", "CloudAssignedRegion": "os-default",
				"CloudAssignedAadServerData":           `{"ZeroTouchConfig":{"CloudAssignedTenantUpn":"meg@contoso.example","ForcedEnrollment":1,"CloudAssignedTenantDomain":"contoso.example"}}`,
				"CloudAssignedAutopilotUpdateDisabled": 1.0, "CloudAssignedAutopilotUpdateTimeout": 1800000.0, "CloudAssignedPrivacyDiagnostics": 0.0,
				"DeploymentProfileName": "Sales profile of Contoso", "IsExplicitProfileAssignment": true, "HybridJoinSkipDCConnectivityCheck": 0.0, "AutopilotMode": 0.0,
			}},
			{"a standard user's with a name template, by All devices", other, otherHash, object{
				"ZtdRegistrationId": otherID, "AadDeviceId": otherDevice,
				"CloudAssignedOobeConfig": 1310.0, "CloudAssignedDomainJoinMethod": 0.0, "CloudAssignedForcedEnrollment": 0.0,
				"CloudAssignedTenantDomain": "contoso.example", "CloudAssignedTenantId": e.ID,
				"CloudAssignedMdmId": "0000000a-0000-0000-c000-000000000000", "CloudAssignedDeviceName": "XW%SERIAL%", "CloudAssignedLanguage": "de-DE", "CloudAssignedRegion": "de-DE",
				"CloudAssignedAadServerData":           `{"ZeroTouchConfig":{"CloudAssignedTenantUpn":"","ForcedEnrollment":0,"CloudAssignedTenantDomain":"contoso.example"}}`,
				"CloudAssignedAutopilotUpdateDisabled": 1.0, "CloudAssignedAutopilotUpdateTimeout": 1800000.0, "CloudAssignedPrivacyDiagnostics": 0.0,
				"DeploymentProfileName": "Everyone profile of Contoso", "IsExplicitProfileAssignment": false, "HybridJoinSkipDCConnectivityCheck": 0.0, "AutopilotMode": 0.0,
			}},
		} {
			status, got := p.AskProven(t, "/ztd/profile", c.pc, c.hash)
			if status != http.StatusOK {
				t.Fatalf("%s: %d %v", c.name, status, got)
			}
			if text, _ := got["AutopilotServiceCorrelationId"].(string); uuid.Validate(text) != nil {
				t.Errorf("%s: the correlation id is %q", c.name, text)
			}
			text, _ := got["AutopilotCreationDate"].(string)
			if at, err := time.Parse(time.RFC3339, text); err != nil || time.Since(at).Abs() > 5*time.Minute {
				t.Errorf("%s: the creation date is %q", c.name, text)
			}
			delete(got, "AutopilotServiceCorrelationId")
			delete(got, "AutopilotCreationDate")
			if ticket, _ := got["DeviceTicket"].(string); len(ticket) < 40 {
				t.Errorf("%s: the ticket that joins the PC to its device object is %q", c.name, ticket)
			}
			delete(got, "DeviceTicket")
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.name, diff)
			}
		}

		// Whether the region is asked for does not depend on the keyboard.
		for _, c := range []struct {
			locale   string
			language any
		}{{"de-DE", "de-DE"}, {"", nil}} {
			p.Must(t, e.Token, http.MethodPatch, profiles+"/"+e.all, object{
				"@odata.type": tutorialProfile("")["@odata.type"], "locale": c.locale, "outOfBoxExperienceSetting": with(settings, "keyboardSelectionPageSkipped", false),
			}, http.StatusOK)
			if _, got := p.AskProven(t, "/ztd/profile", other, otherHash); got["CloudAssignedLanguage"] != c.language || got["CloudAssignedOobeConfig"] != 1308.0-1024 {
				t.Errorf("with the keyboard page and the locale %q the profile is %v", c.locale, got)
			}
		}
	})
}

func TestWithoutTheProofAPCLearnsNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		for _, path := range []string{"/ztd/profile", "/ztd/hardware"} {
			status, got, all := knock(t, p, path, asks(e.pc, e.hash))
			if status != http.StatusOK || len(got) != 2 || got["Challenge"] == "" || got["EncryptedNonce"] == "" {
				t.Errorf("POST %s: %d %v", path, status, got)
			}
			mustNotTell(t, "POST "+path, all, e.names())
			sealed, err := base64.RawURLEncoding.DecodeString(got["Challenge"].(string))
			if err != nil {
				t.Fatal(err)
			}
			mustNotTell(t, "the challenge of POST "+path, string(sealed), e.names())
		}
	})
}

// refusedWith checks a negative answer in the service's words.
func refusedWith(t *testing.T, what string, got object, code float64, reason string) {
	t.Helper()
	if diff := cmp.Diff(object{"ErrorCode": code, "ErrorReason": reason}, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAPCWithoutAProfileIsToldWhyAndNothingElse(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		lone := p.NewTenant(t, "Lone", false)
		unassigned := servertest.NewPC(t, "PF-NONE")
		noneHash := unassigned.Hash(t)
		register(t, p, lone.Token, unassigned, noneHash, "", "")
		stranger := servertest.NewPC(t, "PF-STRANGER")
		otherTPM, noTPM := *e.pc, *e.pc
		otherTPM.Hardware.EKModulus = stranger.Hardware.EKModulus
		noTPM.Hardware.EKModulus = nil
		// Only serial number, maker and model are those of a registered PC.
		serialOnly := *servertest.NewPC(t, "PF-X")
		serialOnly.Hardware.SystemSerial = e.pc.Hardware.SystemSerial
		for _, c := range []struct {
			name   string
			asks   object
			code   float64
			reason string
		}{
			{"an unknown PC", asks(stranger, stranger.Hash(t)), 807, "ZtdDeviceIsNotRegistered"},
			{"a registered PC without a profile", asks(unassigned, noneHash), 815, "ZtdDeviceHasNoAssignedProfile"},
			{"another serial number than in the hash", with(asks(e.pc, e.hash), "serialNumber", "PF-WRONG"), 908, "SerialNumberMismatch"},
			{"a registered board with another TPM", asks(&otherTPM, otherTPM.Hash(t)), 908, "HardwareMismatchDetected"},
			{"a registered board without a TPM", asks(&noTPM, noTPM.Hash(t)), 908, "HardwareMismatchDetected"},
			{"a registered serial number on another PC", asks(&serialOnly, serialOnly.Hash(t)), 908, "HardwareMismatchDetected"},
		} {
			status, got, all := knock(t, p, "/ztd/profile", c.asks)
			if status != http.StatusOK {
				t.Errorf("%s: status %d", c.name, status)
			}
			refusedWith(t, c.name, got, c.code, c.reason)
			mustNotTell(t, c.name, all, append(e.names(), lone.ID, lone.Domain, "Lone"))
		}
	})
}

func TestAProofIsGoodOnceInTimeForOnePC(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var clock movable
		p := servertest.Start(t, db, servertest.WithClock(clock.now)).First()
		e, f := furnish(t, p, "Contoso"), furnish(t, p, "Fabrikam")
		prove := func(pc *servertest.PC, hash string) object {
			_, got, _ := knock(t, p, "/ztd/profile", asks(pc, hash))
			return with(with(asks(pc, hash), "challenge", got["Challenge"]), "nonce", pc.Decrypt(t, got))
		}
		refused := func(what string, proof object, code string) {
			t.Helper()
			for _, path := range []string{"/ztd/profile", "/ztd/hardware"} {
				status, got, all := knock(t, p, path, proof)
				e1, _ := got["error"].(object)
				remedy, _ := e1["remedy"].(string)
				if status != http.StatusUnauthorized || e1["code"] != code || e1["target"] != "challenge" || !strings.Contains(remedy, "Ask again") {
					t.Errorf("%s: POST %s: %d %v, want %s", what, path, status, got, code)
				}
				mustNotTell(t, what, all, append(e.names(), f.names()...))
			}
		}
		good := prove(e.pc, e.hash)
		if status, got, _ := knock(t, p, "/ztd/profile", good); status != http.StatusOK || got["CloudAssignedTenantUpn"] != e.upn {
			t.Fatalf("the good proof got %d %v", status, got)
		}
		refused("a nonce used twice", good, "ProofUsed")
		fresh := prove(e.pc, e.hash)
		flip := func(name string, at int) object {
			switch v := fresh[name].(type) {
			case string:
				raw, err := base64.RawURLEncoding.DecodeString(v)
				if err != nil {
					t.Fatal(err)
				}
				raw[(at+len(raw))%len(raw)] ^= 1
				return with(fresh, name, base64.RawURLEncoding.EncodeToString(raw))
			case []byte:
				raw := bytes.Clone(v)
				raw[at] ^= 1
				return with(fresh, name, raw)
			}
			t.Fatalf("no %s", name)
			return nil
		}
		refused("a challenge with its first bit flipped", flip("challenge", 0), "ProofWrong")
		refused("a challenge with a bit flipped", flip("challenge", 40), "ProofWrong")
		refused("a challenge with its last bit flipped", flip("challenge", -1), "ProofWrong")
		refused("a nonce with a bit flipped", flip("nonce", 7), "ProofWrong")
		refused("a challenge that is none", with(fresh, "challenge", "AAAA"), "ProofWrong")
		refused("a challenge without nonce", with(fresh, "nonce", nil), "ProofWrong")
		refused("another PC with this proof", with(with(asks(f.pc, f.hash), "challenge", fresh["challenge"]), "nonce", fresh["nonce"]), "ProofWrong")
		refused("this PC with another tenant's proof", with(with(asks(e.pc, e.hash), "challenge", prove(f.pc, f.hash)["challenge"]), "nonce", fresh["nonce"]), "ProofWrong")
		changed := *e.pc
		changed.Hardware.Disks = []hwhash.Disk{{Serial: "D-NEW", Model: "Disk"}}
		refused("other hardware than the challenge was made for", with(with(asks(&changed, changed.Hash(t)), "challenge", fresh["challenge"]), "nonce", fresh["nonce"]), "ProofWrong")
		// The failed attempts did not spend it; time does.
		clock.ahead(90 * time.Second) // the clock goes on by itself too
		if status, got, _ := knock(t, p, "/ztd/profile", fresh); status != http.StatusOK || got["CloudAssignedTenantUpn"] != e.upn {
			t.Errorf("a proof after 90 seconds got %d %v", status, got)
		}
		late := prove(e.pc, e.hash)
		clock.ahead(121 * time.Second)
		refused("a proof after 121 seconds", late, "ProofExpired")
	})
}
