package soap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"taxiway/internal/soap"
)

// around puts content in place of the address of a discovery request, which is
// five elements deep there: Envelope, Body, Discover, request and itself.
func around(t testing.TB, content string) string {
	t.Helper()
	return change(t, "exact/discover.xml", "<EmailAddress>ada@example.com</EmailAddress>", content)
}

func change(t testing.TB, file, from, to string) string {
	t.Helper()
	message := string(golden(t, file))
	if strings.Count(message, from) != 1 {
		t.Fatalf("%s has %q %d times", file, from, strings.Count(message, from))
	}
	return strings.Replace(message, from, to, 1)
}

func nested(levels int) string {
	return strings.Repeat("<n>", levels) + strings.Repeat("</n>", levels)
}

func TestMessagesAtALimitAreReadAndOneOverIsRefusedByName(t *testing.T) {
	t.Parallel()
	plain := around(t, "")
	elements := strings.Count(plain, "<") - strings.Count(plain, "</")
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` a%d=""`, i)
		}
		return "<n" + b.String() + "/>"
	}
	tests := []struct {
		name, fits, over string
		code, says       string
	}{
		{"depth", around(t, nested(28)), around(t, nested(29)), soap.CodeTooDeep, "32"},
		{"elements", around(t, strings.Repeat("<n/>", 4096-elements)), around(t, strings.Repeat("<n/>", 4097-elements)), soap.CodeTooManyElements, "4096"},
		{"attributes", around(t, attributes(64)), around(t, attributes(65)), soap.CodeTooManyAttrs, "64"},
	}
	for _, tt := range tests {
		if _, err := decode([]byte(tt.fits)); err != nil {
			t.Errorf("%s: at the limit: %v", tt.name, err)
		}
		_, err := decode([]byte(tt.over))
		if e := soapError(t, err); e.Code != tt.code || !strings.Contains(e.Message, tt.says) || e.Subcode != soap.SubcodeMessageFormat {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestTheByteLimitIsTheCallers(t *testing.T) {
	t.Parallel()
	message := golden(t, "exact/discover.xml")
	for _, reader := range []func() io.Reader{
		func() io.Reader { return bytes.NewReader(message) },
		func() io.Reader { return iotest.OneByteReader(bytes.NewReader(message)) },
		func() io.Reader { return iotest.DataErrReader(bytes.NewReader(message)) },
	} {
		size := int64(len(message))
		if _, err := soap.Decode(reader(), size); err != nil {
			t.Errorf("at the limit: %v", err)
		}
		for _, limit := range []int64{size - 1, size / 2, 0} {
			_, err := soap.Decode(reader(), limit)
			if e := soapError(t, err); e.Code != soap.CodeTooLarge || !strings.Contains(e.Message, strconv.FormatInt(limit, 10)) {
				t.Errorf("%d bytes allowed: %v", limit, err)
			}
		}
	}
}

func TestAnErrorOfTheReaderIsNoErrorOfTheMessage(t *testing.T) {
	t.Parallel()
	gone := errors.New("connection gone")
	_, err := soap.Decode(io.MultiReader(strings.NewReader("<s:Envelope"), iotest.ErrReader(gone)), soap.DefaultMaxBytes)
	var e *soap.Error
	if !errors.Is(err, gone) || errors.As(err, &e) {
		t.Errorf("got %v", err)
	}
}

func TestWhatAMessageMayNotHaveIsRefusedByName(t *testing.T) {
	t.Parallel()
	const discover, issue, policies = "exact/discover.xml", "exact/issue.xml", "exact/policies.xml"
	const body, head = "Envelope/Body/RequestSecurityToken", "Envelope/Header"
	second := func(file, element string) string { return change(t, file, element, element+element) }
	tests := []struct {
		name, message, code, element string
		subcode                      soap.Subcode
	}{
		{"nothing", "", soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"no XML", "hello", soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"JSON", `{"a":1}`, soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"an end too few", strings.TrimSuffix(string(golden(t, discover)), "</s:Envelope>\n"), soap.CodeNotXML, "Envelope", soap.SubcodeMessageFormat},
		{"text after the end", string(golden(t, discover)) + "x", soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"a second envelope", string(golden(t, discover)) + "<s/>", soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"another encoding", `<?xml version="1.0" encoding="utf-16"?>` + string(golden(t, discover)), soap.CodeNotXML, "", soap.SubcodeMessageFormat},
		{"bytes that are not UTF-8", around(t, "<n>\xff</n>"), soap.CodeNotXML, "Envelope/Body/Discover/request/n", soap.SubcodeMessageFormat},
		{"a document type", "<!DOCTYPE s>" + string(golden(t, discover)), soap.CodeForbidden, "", soap.SubcodeMessageFormat},
		{"an entity declared", `<!DOCTYPE s [<!ENTITY x "y">]>` + around(t, "<n>&x;</n>"), soap.CodeForbidden, "", soap.SubcodeMessageFormat},
		{"an entity used", around(t, "<n>&x;</n>"), soap.CodeForbidden, "Envelope/Body/Discover/request/n", soap.SubcodeMessageFormat},
		{"a style sheet", `<?xml-stylesheet href="x"?>` + string(golden(t, discover)), soap.CodeForbidden, "", soap.SubcodeMessageFormat},
		{"a late declaration", string(golden(t, discover)) + `<?xml version="1.0"?>`, soap.CodeForbidden, "", soap.SubcodeMessageFormat},
		{"an attribute twice", around(t, `<n b="1" b="2"/>`), soap.CodeDuplicate, "Envelope/Body/Discover/request/n", soap.SubcodeMessageFormat},
		{"no envelope", "<Envelope/>", soap.CodeUnexpected, "Envelope", soap.SubcodeMessageFormat},
		{"no header", `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>`, soap.CodeMissing, "Envelope", soap.SubcodeMessageFormat},
		{"two headers", change(t, discover, "<s:Body>", "<s:Header/><s:Body>"), soap.CodeDuplicate, head, soap.SubcodeMessageFormat},
		{"two bodies", change(t, discover, "<s:Body>", "<s:Body/><s:Body>"), soap.CodeDuplicate, "Envelope/Body", soap.SubcodeMessageFormat},
		{"an empty body", strings.NewReplacer("<Discover ", "<!--", "</Discover>", "-->").Replace(string(golden(t, discover))), soap.CodeUnexpected, "Envelope/Body", soap.SubcodeMessageFormat},
		{"two things in the body", change(t, discover, "<s:Body>", "<s:Body><n/>"), soap.CodeUnexpected, "Envelope/Body", soap.SubcodeMessageFormat},
		{"an unknown body", change(t, discover, `<Discover xmlns="http://schemas.microsoft.com/windows/management/2012/01/enrollment">`, `<Discover xmlns="urn:x">`), soap.CodeUnexpected, "Envelope/Body/Discover", soap.SubcodeMessageFormat},
		{"no action", strings.NewReplacer("a:Action", "a:Acting").Replace(string(golden(t, discover))), soap.CodeMissing, head, soap.SubcodeMessageFormat},
		{"an empty action", change(t, discover, soap.ActionDiscover, " "), soap.CodeMissing, head, soap.SubcodeMessageFormat},
		{"another body's action", change(t, discover, soap.ActionDiscover, soap.ActionGetPolicies), soap.CodeValue, head + "/Action", soap.SubcodeMessageFormat},
		{"two actions", change(t, discover, "<a:ReplyTo>", "<a:Action>x</a:Action><a:ReplyTo>"), soap.CodeDuplicate, head + "/Action", soap.SubcodeMessageFormat},
		{"two message ids", change(t, discover, "<a:ReplyTo>", "<a:MessageID>x</a:MessageID><a:ReplyTo>"), soap.CodeDuplicate, head + "/MessageID", soap.SubcodeMessageFormat},
		{"two addresses", change(t, discover, "<a:ReplyTo>", "<a:To>x</a:To><a:ReplyTo>"), soap.CodeDuplicate, head + "/To", soap.SubcodeMessageFormat},
		{"two security headers", change(t, issue, "<wsse:Security ", "<wsse:Security/><wsse:Security "), soap.CodeDuplicate, head + "/Security", soap.SubcodeMessageFormat},
		{"elements in an action", change(t, discover, soap.ActionDiscover, soap.ActionDiscover+"<n/>"), soap.CodeUnexpected, head + "/Action/n", soap.SubcodeMessageFormat},
		{"no request in a discovery", strings.NewReplacer("<request ", "<asked ", "</request>", "</asked>").Replace(string(golden(t, discover))), soap.CodeMissing, "Envelope/Body/Discover", soap.SubcodeMessageFormat},
		{"two mail addresses", second(discover, "<EmailAddress>ada@example.com</EmailAddress>"), soap.CodeDuplicate, "Envelope/Body/Discover/request/EmailAddress", soap.SubcodeMessageFormat},
		{"no client in a policy request", strings.NewReplacer("<client>", "<asked>", "</client>", "</asked>").Replace(string(golden(t, policies))), soap.CodeMissing, "Envelope/Body/GetPolicies", soap.SubcodeMessageFormat},
		{"two users", second(policies, "<wsse:Username>ada@example.com</wsse:Username>"), soap.CodeDuplicate, head + "/Security/UsernameToken/Username", soap.SubcodeInvalidSecurity},
		{"no user", change(t, policies, "<wsse:Username>ada@example.com</wsse:Username>", ""), soap.CodeMissing, head + "/Security/UsernameToken", soap.SubcodeInvalidSecurity},
		{"a token without type", change(t, issue, `ValueType="urn:ietf:params:oauth:token-type:jwt" `, ""), soap.CodeMissing, head + "/Security/BinarySecurityToken/@ValueType", soap.SubcodeInvalidSecurity},
		{"a token of two types", change(t, issue, `ValueType="urn:ietf:params:oauth:token-type:jwt" `, `ValueType="a" wsse:ValueType="b" `), soap.CodeDuplicate, head + "/Security/BinarySecurityToken/@ValueType", soap.SubcodeInvalidSecurity},
		{"an empty token", change(t, issue, "ZXlKaC5iLmM=", " "), soap.CodeMissing, head + "/Security/BinarySecurityToken", soap.SubcodeInvalidSecurity},
		{"a wrong time", change(t, "shapes/unprefixed_renew.xml", "2026-03-01T09:30:00.579Z", "2026-03-01"), soap.CodeValue, head + "/Security/Timestamp/Created", soap.SubcodeInvalidSecurity},
		{"an end before the beginning", change(t, "shapes/unprefixed_renew.xml", "2026-03-01T09:35:00.579Z", "2026-03-01T09:25:00.579Z"), soap.CodeValue, head + "/Security/Timestamp", soap.SubcodeInvalidSecurity},
		{"a year of five digits", change(t, "shapes/unprefixed_renew.xml", "2026-03-01T09:35:00.579Z", "9999-12-31T23:59:59-01:00"), soap.CodeValue, head + "/Security/Timestamp", soap.SubcodeInvalidSecurity},
		{"another token type", change(t, issue, "/DeviceEnrollmentToken<", "/Other<"), soap.CodeValue, body + "/TokenType", soap.SubcodeMessageFormat},
		{"another request type", change(t, issue, "/Issue<", "/Cancel<"), soap.CodeValue, body + "/RequestType", soap.SubcodeMessageFormat},
		{"no request type", change(t, issue, "<wst:RequestType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue</wst:RequestType>", ""), soap.CodeMissing, body, soap.SubcodeMessageFormat},
		{"a renewal of a plain request", change(t, issue, "/Issue<", "/Renew<"), soap.CodeValue, body + "/BinarySecurityToken/@ValueType", soap.SubcodeCertificateRequest},
		{"no certificate request", change(t, issue, "MAMCAQo=", ""), soap.CodeMissing, body + "/BinarySecurityToken", soap.SubcodeCertificateRequest},
		{"two certificate requests", change(t, issue, "<wst:RequestType>", `<wsse:BinarySecurityToken/><wst:RequestType>`), soap.CodeDuplicate, body + "/BinarySecurityToken", soap.SubcodeMessageFormat},
		{"an item without name", change(t, issue, ` Name="DeviceID"`, ""), soap.CodeMissing, body + "/AdditionalContext/ContextItem/@Name", soap.SubcodeMessageFormat},
		{"an item with two values", change(t, issue, "<ac:Value>Device</ac:Value>", "<ac:Value>Device</ac:Value><ac:Value>Full</ac:Value>"), soap.CodeDuplicate, body + "/AdditionalContext/ContextItem/Value", soap.SubcodeMessageFormat},
	}
	for _, tt := range tests {
		m, err := decode([]byte(tt.message))
		if m != nil || err == nil {
			t.Errorf("%s: was read", tt.name)
			continue
		}
		if e := soapError(t, err); e.Code != tt.code || e.Element != tt.element || e.Subcode != tt.subcode {
			t.Errorf("%s: got %s %s %s (%s), want %s %s %s", tt.name, e.Code, e.Subcode, e.Element, e.Message, tt.code, tt.subcode, tt.element)
		}
	}
}

func TestAnswersThatWindowsCouldNotUseAreRefused(t *testing.T) {
	t.Parallel()
	const discover, policies, issue = "exact/discover_response.xml", "exact/policies_response.xml", "exact/issue_response.xml"
	tests := []struct{ name, message, element string }{
		{"an unknown policy", change(t, discover, ">Federated<", ">Guess<"), "DiscoverResult/AuthPolicy"},
		{"no enrolment address", change(t, discover, "<EnrollmentServiceUrl>https://mdm.example.com/EnrollmentServer/Enrollment.svc</EnrollmentServiceUrl>", ""), "DiscoverResult/EnrollmentServiceUrl"},
		{"plain http", change(t, discover, ">https://mdm.example.com/EnrollmentServer/Policy", ">http://mdm.example.com/EnrollmentServer/Policy"), "DiscoverResult/EnrollmentPolicyServiceUrl"},
		{"no sign-in page", change(t, discover, "<AuthenticationServiceUrl>https://mdm.example.com/enroll/signin?a=1&amp;b=2</AuthenticationServiceUrl>", ""), "DiscoverResult/AuthenticationServiceUrl"},
		{"an address without host", change(t, discover, "https://mdm.example.com/enroll/signin?a=1&amp;b=2", "https:///enroll"), "DiscoverResult/AuthenticationServiceUrl"},
		{"another schema", change(t, policies, "<policySchema>3<", "<policySchema>2<"), "attributes/policySchema"},
		{"no permission", change(t, policies, "<enroll>true<", "<enroll>false<"), "attributes/permission/enroll"},
		{"no number", change(t, policies, ">2048<", ">many<"), "privateKeyAttributes/minimalKeyLength"},
		{"a number too large", change(t, policies, ">2048<", ">4294967296<"), "privateKeyAttributes/minimalKeyLength"},
		{"a reference to nothing", change(t, policies, "<hashAlgorithmOIDReference>0<", "<hashAlgorithmOIDReference>7<"), "attributes/hashAlgorithmOIDReference"},
		{"a reference that is none", change(t, policies, "<hashAlgorithmOIDReference>0<", "<hashAlgorithmOIDReference>x<"), "attributes/hashAlgorithmOIDReference"},
		{"one reference twice", change(t, policies, "<oIDReferenceID>1<", "<oIDReferenceID>0<"), "oID/oIDReferenceID"},
		{"no time stamp", strings.NewReplacer("<u:Timestamp", "<u:Stamp", "</u:Timestamp", "</u:Stamp").Replace(string(golden(t, issue))), "Security/Timestamp"},
		{"another document", change(t, issue, "DeviceEnrollmentProvisionDoc", "Other"), "BinarySecurityToken/@ValueType"},
		{"no base64", change(t, issue, "PHgvPg==", "PHgv*"), "BinarySecurityToken"},
		{"no document", change(t, issue, "PHgvPg==", ""), "BinarySecurityToken"},
		{"another token type", change(t, issue, "/DeviceEnrollmentToken<", "/Other<"), "TokenType"},
		{"a request id that is none", change(t, issue, ">0<", ">-1<"), "RequestID"},
		{"a subcode that is no name", change(t, "exact/fault.xml", "s:Authorization", "s:a b"), "Subcode/Value"},
		{"a fault without code", strings.NewReplacer("s:Code", "s:Cod").Replace(string(golden(t, "exact/fault.xml"))), "Fault"},
	}
	for _, tt := range tests {
		m, err := decodeResponse([]byte(tt.message))
		if m != nil || err == nil {
			t.Errorf("%s: was read", tt.name)
			continue
		}
		if e := soapError(t, err); !strings.HasSuffix(e.Element, tt.element) {
			t.Errorf("%s: %v, want it to name %s", tt.name, err, tt.element)
		}
	}
}

func TestEncodeRefusesWhatDecodeWould(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, element string
		spoil         func(map[string]*soap.Message) *soap.Message
	}{
		{"nothing", "Envelope/Body", func(map[string]*soap.Message) *soap.Message { return nil }},
		{"no body", "Envelope/Body", func(map[string]*soap.Message) *soap.Message { return &soap.Message{} }},
		{"another action", "Envelope/Header/Action", func(m map[string]*soap.Message) *soap.Message {
			m["discover"].Action = soap.ActionGetPolicies
			return m["discover"]
		}},
		{"no time stamp", "Security/Timestamp", func(m map[string]*soap.Message) *soap.Message {
			m["issue_response"].Security = nil
			return m["issue_response"]
		}},
		{"a time stamp that was never set", "Security/Timestamp", func(m map[string]*soap.Message) *soap.Message {
			m["issue_response"].Security.Timestamp = &soap.Timestamp{}
			return m["issue_response"]
		}},
		{"a token without type", "Security/BinarySecurityToken/@ValueType", func(m map[string]*soap.Message) *soap.Message {
			m["issue"].Security.BinarySecurityToken.ValueType = ""
			return m["issue"]
		}},
		{"no address", "EnrollmentServiceUrl", func(m map[string]*soap.Message) *soap.Message {
			m["discover_response"].Body = &soap.DiscoverResponse{AuthPolicy: soap.OnPremise}
			return m["discover_response"]
		}},
		{"a control character", "wsse:Password", func(m map[string]*soap.Message) *soap.Message {
			m["policies"].Security.UsernameToken.Password = "a\x00b"
			return m["policies"]
		}},
		{"bytes that are not UTF-8", "EmailAddress", func(m map[string]*soap.Message) *soap.Message {
			m["discover"].Body.(*soap.Discover).EmailAddress = "a\xff"
			return m["discover"]
		}},
		{"a control character in an attribute", "@Name", func(m map[string]*soap.Message) *soap.Message {
			m["issue"].Body.(*soap.SecurityTokenRequest).Context[0].Name = "\x1b"
			return m["issue"]
		}},
	}
	for _, tt := range tests {
		out, err := soap.Encode(tt.spoil(exactMessages()))
		if e := soapError(t, err); out != nil || !strings.HasSuffix(e.Element, tt.element) || e.Subcode != soap.SubcodeInternalServiceFault {
			t.Errorf("%s: %v, subcode %s", tt.name, err, e.Subcode)
		}
	}
}
