package soap_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/soap"
)

// golden reads a message of testdata without its source line.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	source, message, _ := bytes.Cut(file, []byte("\n"))
	if !bytes.HasPrefix(source, []byte("<!-- source: ")) || !bytes.HasSuffix(source, []byte(" -->")) {
		t.Fatalf("%s does not begin with a line that names its source", name)
	}
	return message
}

// oneLine takes the layout away that the exact goldens have for their readers.
func oneLine(message []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(message)) {
		b.WriteString(strings.Trim(line, " \r\n"))
	}
	return b.String()
}

func decode(message []byte) (*soap.Message, error) {
	return soap.Decode(bytes.NewReader(message), soap.DefaultMaxBytes)
}

func decodeResponse(message []byte) (*soap.Message, error) {
	return soap.DecodeResponse(bytes.NewReader(message), soap.DefaultMaxBytes)
}

// soapError is the error as what every error about a message is.
func soapError(t testing.TB, err error) *soap.Error {
	t.Helper()
	var e *soap.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a soap.Error, got %v", err)
	}
	if e.Code == "" || e.Message == "" || e.Remedy == "" || e.Subcode == "" {
		t.Fatalf("incomplete: %+v", e)
	}
	return e
}

// The header of the requests that were typed by hand.
func header(action, id, to string) soap.Header {
	return soap.Header{Action: action, MessageID: id, ReplyTo: soap.Anonymous, To: to}
}

const (
	firstID  = "urn:uuid:0c9f7a52-4a53-4c0e-9a3e-6f2d5a3b1c01"
	secondID = "urn:uuid:0c9f7a52-4a53-4c0e-9a3e-6f2d5a3b1c02"
	thirdID  = "urn:uuid:0c9f7a52-4a53-4c0e-9a3e-6f2d5a3b1c03"
)

// exactMessages are what the files of testdata/exact say.
func exactMessages() map[string]*soap.Message {
	jwt := &soap.BinarySecurityToken{ValueType: "urn:ietf:params:oauth:token-type:jwt", EncodingType: soap.EncodingBase64, Content: "ZXlKaC5iLmM="}
	return map[string]*soap.Message{
		"discover": {
			Header: header(soap.ActionDiscover, firstID, "https://enterpriseenrollment.example.com/EnrollmentServer/Discovery.svc"),
			Body: &soap.Discover{
				EmailAddress: "ada@example.com", RequestVersion: "5.0", DeviceType: "CIMClient_Windows",
				ApplicationVersion: "10.0.26100.1742", OSEdition: "48", AuthPolicies: []soap.AuthPolicy{soap.OnPremise, soap.Federated},
			},
		},
		"discover_response": {
			Header: soap.Header{Action: soap.ActionDiscoverResponse, RelatesTo: firstID, ActivityID: "5b1d6c1e-2f3a-4d27-8e0b-7d0a2b9c4e11"},
			Body: &soap.DiscoverResponse{
				AuthPolicy: soap.Federated, EnrollmentVersion: "4.0",
				PolicyServiceURL:         "https://mdm.example.com/EnrollmentServer/Policy.svc",
				EnrollmentServiceURL:     "https://mdm.example.com/EnrollmentServer/Enrollment.svc",
				AuthenticationServiceURL: "https://mdm.example.com/enroll/signin?a=1&b=2",
			},
		},
		"policies": {
			Header:   header(soap.ActionGetPolicies, secondID, "https://mdm.example.com/EnrollmentServer/Policy.svc"),
			Security: &soap.Security{UsernameToken: &soap.UsernameToken{Username: "ada@example.com", Password: "a<b&c d", Type: soap.PasswordText}},
			Body:     &soap.GetPolicies{},
		},
		"policies_response": {
			Header: soap.Header{Action: soap.ActionGetPoliciesResponse, RelatesTo: secondID},
			Body: &soap.PolicyResponse{
				CommonName: "taxiway", ValiditySeconds: 31536000, RenewalSeconds: 5184000, MinimalKeyLength: 2048,
				CryptoProviders: []string{soap.ProviderTPM, soap.ProviderSoftware},
				HashReference:   0, OIDs: []soap.OID{soap.SHA256OID(), soap.RSAOID()},
			},
		},
		"issue": {
			Header:   header(soap.ActionRequestSecurityToken, thirdID, "https://mdm.example.com/EnrollmentServer/Enrollment.svc"),
			Security: &soap.Security{BinarySecurityToken: jwt},
			Body: &soap.SecurityTokenRequest{
				TokenType: soap.TokenTypeDevice, RequestType: soap.Issue,
				Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: "MAMCAQo="},
				Context: []soap.ContextItem{
					{Name: "DeviceType", Value: "CIMClient_Windows"},
					{Name: "MAC", Value: "02-00-00-AA-BB-01"},
					{Name: "DeviceID", Value: "0123456789ABCDEF0123456789ABCDEF"},
					{Name: "MAC", Value: "02-00-00-AA-BB-02"},
					{Name: "EnrollmentType", Value: "Device"},
					{Name: "NotInOobe", Value: "false"},
					{Name: "EnrollmentData"},
				},
			},
		},
		"issue_response": {
			Header: soap.Header{Action: soap.ActionRequestSecurityTokenResponse, RelatesTo: thirdID, ActivityID: "5b1d6c1e-2f3a-4d27-8e0b-7d0a2b9c4e13"},
			Security: &soap.Security{Timestamp: &soap.Timestamp{
				Created: time.Date(2026, 3, 1, 9, 30, 0, 250_000_000, time.UTC),
				Expires: time.Date(2026, 3, 1, 9, 35, 0, 250_000_000, time.UTC),
			}},
			Body: &soap.SecurityTokenResponse{TokenType: soap.TokenTypeDevice, Document: []byte("<x/>")},
		},
		"fault": {
			Header: soap.Header{Action: soap.ActionRequestSecurityTokenResponse, RelatesTo: thirdID, ActivityID: "5b1d6c1e-2f3a-4d27-8e0b-7d0a2b9c4e14"},
			Body: &soap.Fault{
				Subcode: soap.SubcodeAuthorization, Reason: "Ada has 20 devices; 20 are allowed.",
				Detail: &soap.FaultDetail{
					ErrorType: soap.DeviceCapReached, Message: "Remove a device that is no longer used.",
					TraceID: "5b1d6c1e-2f3a-4d27-8e0b-7d0a2b9c4e14",
				},
			},
		},
		"fault_plain": {
			Header: soap.Header{Action: soap.ActionGetPoliciesResponse, RelatesTo: secondID},
			Body:   &soap.Fault{Subcode: soap.SubcodeInvalidSecurity, Reason: "The security header has no token."},
		},
	}
}

// isRequest says which of the two decoders reads a message.
func isRequest(m *soap.Message) bool {
	switch m.Body.(type) {
	case *soap.Discover, *soap.GetPolicies, *soap.SecurityTokenRequest:
		return true
	}
	return false
}

func TestEveryExactGoldenHasAMessage(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/exact/*.xml")
	if err != nil || len(files) != len(exactMessages()) {
		t.Errorf("%d files, %d messages, %v", len(files), len(exactMessages()), err)
	}
}

func TestMessagesTypedByHandAreWhatEncodeWrites(t *testing.T) {
	t.Parallel()
	for name, message := range exactMessages() {
		got, err := soap.Encode(message)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(oneLine(golden(t, "exact/"+name+".xml")), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMessagesTypedByHandReadToEveryField(t *testing.T) {
	t.Parallel()
	for name, want := range exactMessages() {
		read, other := decode, decodeResponse
		if !isRequest(want) {
			read, other = other, read
		}
		message := golden(t, "exact/"+name+".xml")
		got, err := read(message)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, err := other(message); soapError(t, err).Code != soap.CodeUnexpected {
			t.Errorf("%s: the other direction's decoder says %v", name, err)
		}
	}
}

func TestEncodeFillsInWhatFollowsFromTheBody(t *testing.T) {
	t.Parallel()
	for name, full := range exactMessages() {
		lean := *full
		if _, fault := full.Body.(*soap.Fault); !fault {
			lean.Action = ""
		}
		switch body := full.Body.(type) {
		case *soap.SecurityTokenRequest:
			b := *body
			b.TokenType, b.Token.EncodingType = "", ""
			lean.Body = &b
		case *soap.SecurityTokenResponse:
			b := *body
			b.TokenType = ""
			lean.Body = &b
		}
		if s := full.Security; s != nil && s.UsernameToken != nil {
			lean.Security = &soap.Security{UsernameToken: &soap.UsernameToken{Username: s.UsernameToken.Username, Password: s.UsernameToken.Password}}
		}
		got, err := soap.Encode(&lean)
		if err != nil || string(got) != oneLine(golden(t, "exact/"+name+".xml")) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func TestAFaultAboutAnUnreadableMessageHasTheGeneralAction(t *testing.T) {
	t.Parallel()
	_, err := decode([]byte("hello"))
	e := soapError(t, err)
	out, err := soap.Encode((&soap.Message{Header: e.Header}).Answer(e.Fault()))
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeResponse(out)
	if err != nil {
		t.Fatal(err)
	}
	want := &soap.Message{
		Header: soap.Header{Action: "http://www.w3.org/2005/08/addressing/soap/fault"},
		Body:   &soap.Fault{Subcode: soap.SubcodeMessageFormat, Reason: e.Message + " " + e.Remedy},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
}

func TestAFaultIsRelatedToARequestOfWhichOnlyTheHeaderCouldBeRead(t *testing.T) {
	t.Parallel()
	broken := strings.Replace(string(golden(t, "exact/issue.xml")), "/Issue<", "/Validate<", 1)
	_, err := decode([]byte(broken))
	e := soapError(t, err)
	answer := (&soap.Message{Header: e.Header}).Answer(e.Fault())
	want := &soap.Message{
		Header: soap.Header{Action: soap.ActionRequestSecurityTokenResponse, RelatesTo: thirdID},
		Body:   &soap.Fault{Subcode: soap.SubcodeMessageFormat, Reason: "Envelope/Body/RequestSecurityToken/RequestType: The request type is neither Issue nor Renew. Send the message as [MS-MDE2] describes it."},
	}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestARequestIsAnsweredWithItsOwnIdAndTheAnsweringAction(t *testing.T) {
	t.Parallel()
	answers := map[string]string{"discover": "discover_response", "policies": "policies_response", "issue": "issue_response"}
	messages := exactMessages()
	for request, response := range answers {
		want := messages[response]
		got := messages[request].Answer(want.Body)
		ignored := cmpopts.IgnoreFields(soap.Message{}, "Security", "Header.ActivityID")
		if diff := cmp.Diff(want, got, ignored); diff != "" {
			t.Errorf("%s (-want +got):\n%s", request, diff)
		}
	}
}
