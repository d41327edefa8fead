package soap_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/soap"
)

// shapes are what the files of testdata/shapes say: requests in the forms that
// different clients give them.
func shapes() map[string]*soap.Message {
	const id = "urn:uuid:7d2f1f0a-95a6-4f3b-8d35-0b7d2f9a6e"
	return map[string]*soap.Message{
		"windows11_issue": {
			Header: header(soap.ActionRequestSecurityToken, id+"10", "https://mdm.example.com/EnrollmentServer/Enrollment.svc"),
			Security: &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
				ValueType: soap.ValueTypeJWT, EncodingType: soap.EncodingBase64, Content: "ZXlK\naC5i\nLmM=",
			}},
			Body: &soap.SecurityTokenRequest{
				TokenType: soap.TokenTypeDevice, RequestType: soap.Issue,
				Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: "MAMC\nAQo="},
				Context: []soap.ContextItem{
					{Name: "UXInitiated", Value: "false"},
					{Name: "HWDevID", Value: "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"},
					{Name: "Locale", Value: "en-US"},
					{Name: "TargetedUserLoggedIn", Value: "True"},
					{Name: "OSEdition", Value: "4"},
					{Name: "DeviceName", Value: "DESKTOP-TW01"},
					{Name: "MAC", Value: "02-00-00-AA-BB-01"},
					{Name: "MAC", Value: "02-00-00-AA-BB-02"},
					{Name: "MAC", Value: "02-00-00-AA-BB-03"},
					{Name: "DeviceID", Value: "0123456789ABCDEF0123456789ABCDEF"},
					{Name: "EnrollmentType", Value: "Device"},
					{Name: "DeviceType", Value: "CIMClient_Windows"},
					{Name: "OSVersion", Value: "10.0.26200.9278"},
					{Name: "ApplicationVersion", Value: "10.0.26200.9278"},
					{Name: "NotInOobe", Value: "false"},
					{Name: "Manufacturer", Value: "Contoso"},
					{Name: "DeviceModel", Value: "Book & Desk 14"},
					{Name: "SerialNumber", Value: "SN-4711"},
					{Name: "RequestVersion", Value: "9.0"},
					{Name: "AttestationStatus", Value: "0"},
					{Name: "ZeroTouchProvisioning", Value: "3b7f0f2c-7a43-4f0e-8f54-0a6c2d6c9b55"},
				},
			},
		},
		"soap11_discover": {
			Header: soap.Header{Action: soap.ActionDiscover, MessageID: id + "11"},
			Body: &soap.Discover{
				EmailAddress: "ada@example.com", OSEdition: "3", RequestVersion: "3.0", DeviceType: "WindowsPhone",
				ApplicationVersion: "10.0.0.0", AuthPolicies: []soap.AuthPolicy{soap.OnPremise},
			},
		},
		"blanks_discover": {
			Header: header(soap.ActionDiscover, "urn:uuid: 7d2f1f0a-95a6-4f3b-8d35-0b7d2f9a6e12", "https://enterpriseenrollment.example.com/EnrollmentServer/Discovery.svc"),
			Body:   &soap.Discover{EmailAddress: "ada@example.com", RequestVersion: "9.0", AuthPolicies: []soap.AuthPolicy{soap.Federated}},
		},
		"prefixed_policies": {
			Header: soap.Header{Action: soap.ActionGetPolicies, MessageID: id + "13"},
			Security: &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
				ValueType: soap.ValueTypeUserToken, EncodingType: soap.EncodingBase64, Content: "d3Jlc3VsdA==",
			}},
			Body: &soap.GetPolicies{TPMManufacturer: "IFX", TPMFirmwareVersion: "7.85"},
		},
		"unprefixed_renew": {
			Header: soap.Header{Action: soap.ActionRequestSecurityToken, MessageID: id + "14"},
			Security: &soap.Security{
				Timestamp: &soap.Timestamp{
					Created: time.Date(2026, 3, 1, 9, 30, 0, 579_000_000, time.UTC),
					Expires: time.Date(2026, 3, 1, 9, 35, 0, 579_000_000, time.UTC),
				},
				UsernameToken: &soap.UsernameToken{Username: "ada@example.com", Type: soap.PasswordText},
			},
			Body: &soap.SecurityTokenRequest{
				TokenType: soap.TokenTypeDevice, RequestType: soap.Renew,
				Token:   soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS7, EncodingType: soap.EncodingBase64, Content: "MAMCAQs="},
				Context: []soap.ContextItem{{Name: "DeviceType", Value: "CIMClient_Windows"}, {Name: "ApplicationVersion", Value: "10.0.26100.1742"}},
			},
		},
		"base64url_issue": {
			Header: soap.Header{Action: soap.ActionRequestSecurityToken, MessageID: id + "15"},
			Security: &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
				ValueType: soap.ValueTypeJWT, EncodingType: soap.EncodingBase64, Content: "-__-Pg==",
			}},
			Body: &soap.SecurityTokenRequest{
				TokenType: soap.TokenTypeDevice, RequestType: soap.Issue,
				Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: "MAMCAQo"},
				Context: []soap.ContextItem{
					{Name: "DeviceID", Value: "3b7f0f2c-7a43-4f0e-8f54-0a6c2d6c9b55"}, {Name: "EnrollmentType", Value: "Full"},
				},
			},
		},
	}
}

func TestRequestsInEveryClientsShapeAreRead(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/shapes/*.xml")
	if err != nil || len(files) != len(shapes()) {
		t.Fatalf("%d files, %d messages, %v", len(files), len(shapes()), err)
	}
	for name, want := range shapes() {
		got, err := decode(golden(t, "shapes/"+name+".xml"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTokensAndRequestsOfEveryShapeGiveTheirBytes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ token, der string }{
		"windows11_issue":  {"eyJh.b.c", "\x30\x03\x02\x01\x0a"},
		"base64url_issue":  {"\xfb\xff\xfe\x3e", "\x30\x03\x02\x01\x0a"},
		"unprefixed_renew": {"", "\x30\x03\x02\x01\x0b"},
	}
	for name, want := range tests {
		m, err := decode(golden(t, "shapes/"+name+".xml"))
		if err != nil {
			t.Fatal(err)
		}
		der, err := m.Body.(*soap.SecurityTokenRequest).DER()
		if err != nil || string(der) != want.der {
			t.Errorf("%s: request %x, %v", name, der, err)
		}
		if want.token == "" {
			continue
		}
		token, err := m.Security.BinarySecurityToken.Decode()
		if err != nil || string(token) != want.token {
			t.Errorf("%s: token %q, %v", name, token, err)
		}
	}
}

func TestARenewalThatIsBase64TwiceIsTheSameRenewal(t *testing.T) {
	t.Parallel()
	q := soap.SecurityTokenRequest{RequestType: soap.Renew}
	for content, ok := range map[string]bool{
		"MAMCAQs=":     true,  // 30 03 02 01 0B
		"TUFNQ0FRcz0=": true,  // "MAMCAQs="
		"TUFNQ0FRcw":   true,  // "MAMCAQs"
		"TVpa":         false, // "MZZ", base64 of something that is no DER
		"TUFNQ0FRcz0":  true,  // without padding
		"VFVGTlEw":     false, // three times
		"aGVsbG8=":     false, // "hello"
		"*":            false,
		"":             false,
	} {
		q.Token.Content = content
		der, err := q.DER()
		if ok && (err != nil || string(der) != "\x30\x03\x02\x01\x0b") {
			t.Errorf("%q: %x, %v", content, der, err)
		}
		if !ok && soapError(t, err).Subcode != soap.SubcodeCertificateRequest {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestItemsAreFoundByNameInTheMessagesOrder(t *testing.T) {
	t.Parallel()
	q := shapes()["windows11_issue"].Body.(*soap.SecurityTokenRequest)
	if got := q.Items(soap.ItemMAC); !slices.Equal(got, []string{"02-00-00-AA-BB-01", "02-00-00-AA-BB-02", "02-00-00-AA-BB-03"}) {
		t.Errorf("MAC: %q", got)
	}
	if got := q.Item(soap.ItemMAC); got != "02-00-00-AA-BB-01" {
		t.Errorf("first MAC: %q", got)
	}
	if q.Item(soap.ItemIMEI) != "" || q.Items(soap.ItemIMEI) != nil {
		t.Error("an item that was not sent has a value")
	}
	for name, want := range map[string][2]bool{
		soap.ItemNotInOobe: {false, true}, soap.ItemTargetedUserLoggedIn: {true, true},
		soap.ItemBulkAADJ: {false, false}, soap.ItemLocale: {false, false}, "AttestationStatus": {false, true},
	} {
		if value, sent := q.Bool(name); value != want[0] || sent != want[1] {
			t.Errorf("%s: %v, sent %v", name, value, sent)
		}
	}
}

func TestAnswersInOtherServersShapesAreRead(t *testing.T) {
	t.Parallel()
	tests := map[string]*soap.Message{
		"soap11_issue_response": {
			Header: soap.Header{Action: soap.ActionRequestSecurityTokenResponse, RelatesTo: "urn:uuid:7d2f1f0a-95a6-4f3b-8d35-0b7d2f9a6e10"},
			Security: &soap.Security{Timestamp: &soap.Timestamp{
				Created: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
				Expires: time.Date(2026, 3, 1, 9, 35, 0, 0, time.UTC),
			}},
			Body: &soap.SecurityTokenResponse{TokenType: soap.TokenTypeDevice, Document: []byte("<x/>")},
		},
		"small_letters_fault": {
			Header: soap.Header{Action: "http://schemas.microsoft.com/windows/pki/2009/01/enrollment/rstrc/wstep", ActivityID: "5b1d6c1e"},
			Body:   &soap.Fault{Subcode: soap.SubcodeAuthorization, Reason: "No."},
		},
	}
	for name, want := range tests {
		got, err := decodeResponse(golden(t, "answers/"+name+".xml"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAPasswordKeepsItsBlanks(t *testing.T) {
	t.Parallel()
	m := exactMessages()["policies"]
	for _, password := range []string{" leading", "trailing ", "in side", "line\nbreak\r", "tab\t"} {
		m.Security.UsernameToken.Password = password
		out, err := soap.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(out)
		if err != nil || got.Security.UsernameToken.Password != password {
			t.Errorf("%q came back as %q, %v", password, got.Security.UsernameToken.Password, err)
		}
	}
}

func TestTheLowerVersionIsAnswered(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{
		{"9.0", "4.0", "4.0"},
		{"3.0", "4.0", "3.0"},
		{"4.0", "4.0", "4.0"},
		{"10.0", "4.0", "4.0"},
		{"3", "4.0", "3"},
		{"", "4.0", "4.0"},
		{"x", "4.0", "4.0"},
		{"-1.0", "4.0", "4.0"},
	} {
		if got := soap.LowerVersion(tt[0], tt[1]); got != tt[2] {
			t.Errorf("asked %q, ours %q: %q", tt[0], tt[1], got)
		}
	}
}

func TestAPolicyIsAcceptedWhenThePCNamesItOrNone(t *testing.T) {
	t.Parallel()
	both, none := &soap.Discover{AuthPolicies: []soap.AuthPolicy{soap.OnPremise, "Other"}}, &soap.Discover{}
	if !both.Accepts(soap.OnPremise) || both.Accepts(soap.Federated) || !none.Accepts(soap.Federated) || none.Accepts(soap.Certificate) {
		t.Error("a policy is accepted that should not be, or the other way round")
	}
}

func TestAByteOrderMarkAndADeclarationMayBegin(t *testing.T) {
	t.Parallel()
	message := string(golden(t, "shapes/soap11_discover.xml"))
	for _, start := range []string{"\ufeff", `<?xml version="1.0"?>`, "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\n", "\n  "} {
		if _, err := decode([]byte(start + message)); err != nil {
			t.Errorf("%q: %v", start, err)
		}
	}
	if _, err := decode([]byte(strings.TrimSpace(message) + "\n<!-- end -->\n")); err != nil {
		t.Error(err)
	}
}

func TestAValueIsOneTextWhateverIsMixedIn(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"ada@example.com<!-- -->.example.net": "ada@example.com.example.net", // never cut at a comment
		"<![CDATA[ada@]]>example.com":         "ada@example.com",
		"ada&#64;example&#x2e;com":            "ada@example.com",
		"&lt;ada&gt;":                         "<ada>",
	} {
		m, err := decode([]byte(around(t, "<EmailAddress>"+content+"</EmailAddress>")))
		if err != nil {
			t.Errorf("%s: %v", content, err)
			continue
		}
		if got := m.Body.(*soap.Discover).EmailAddress; got != want {
			t.Errorf("%s: %q, want %q", content, got, want)
		}
	}
}

func TestAPasswordWithoutTypeIsInClear(t *testing.T) {
	t.Parallel()
	const typed = ` Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"`
	m, err := decode([]byte(change(t, "exact/policies.xml", typed, "")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(exactMessages()["policies"], m); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}
