package soap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/soap"
)

// prefixes are the short names of this test for the namespaces, from the
// specifications and not from the package.
var prefixes = map[string]string{
	"http://www.w3.org/2003/05/soap-envelope":                                            "soap",
	"http://www.w3.org/2005/08/addressing":                                               "wsa",
	"http://schemas.microsoft.com/2004/09/servicemodel/diagnostics":                      "diag",
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd": "wsu",
	"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd":  "wsse",
	"http://docs.oasis-open.org/ws-sx/ws-trust/200512":                                   "wst",
	"http://schemas.xmlsoap.org/ws/2006/12/authorization":                                "auth",
	"http://schemas.microsoft.com/windows/management/2012/01/enrollment":                 "disc",
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy":                  "xcep",
	"http://schemas.microsoft.com/windows/pki/2009/01/enrollment":                        "enr",
	"http://www.w3.org/2001/XMLSchema-instance":                                          "xsi",
	"http://www.w3.org/XML/1998/namespace":                                               "xml",
	"xml":                                                                                "xml",
}

// outline walks a message with the standard library's token reader alone: every
// element with its resolved namespace and attributes, children in brackets.
func outline(t *testing.T, message []byte) string {
	t.Helper()
	short := func(name xml.Name) string {
		if name.Space == "" {
			return name.Local
		}
		prefix, ok := prefixes[name.Space]
		if !ok {
			t.Errorf("%s is in the unknown namespace %q", name.Local, name.Space)
		}
		return prefix + ":" + name.Local
	}
	var b strings.Builder
	dec := xml.NewDecoder(bytes.NewReader(message))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "( )", "")), " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			b.WriteString(" " + short(token.Name))
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					b.WriteString("@" + short(a.Name))
				}
			}
			b.WriteString("( ")
		case xml.EndElement:
			b.WriteString(") ")
		}
	}
}

func TestElementsStandInTheSpecifiedOrderAndNamespaces(t *testing.T) {
	t.Parallel()
	const asked = "wsa:Action@soap:mustUnderstand wsa:MessageID wsa:ReplyTo( wsa:Address ) wsa:To@soap:mustUnderstand"
	const answered = "wsa:Action@soap:mustUnderstand diag:ActivityId@CorrelationId wsa:RelatesTo"
	const token = "wsse:BinarySecurityToken@ValueType@EncodingType"
	const fault = "soap:Code( soap:Value soap:Subcode( soap:Value ) ) soap:Reason( soap:Text@xml:lang )"
	envelope := func(header, body string) string {
		return "soap:Envelope( soap:Header( " + header + " ) soap:Body( " + body + " ) )"
	}
	want := map[string]string{
		"discover": envelope(asked, "disc:Discover( disc:request( disc:EmailAddress disc:RequestVersion disc:DeviceType disc:ApplicationVersion disc:OSEdition "+
			"disc:AuthPolicies( disc:AuthPolicy disc:AuthPolicy ) ) )"),
		"discover_response": envelope(answered, "disc:DiscoverResponse( disc:DiscoverResult( disc:AuthPolicy disc:EnrollmentVersion disc:EnrollmentPolicyServiceUrl "+
			"disc:EnrollmentServiceUrl disc:AuthenticationServiceUrl ) )"),
		"policies": envelope(asked+" wsse:Security@soap:mustUnderstand( wsse:UsernameToken@wsu:Id( wsse:Username wsse:Password@Type ) )",
			"xcep:GetPolicies( xcep:client( xcep:lastUpdate@xsi:nil xcep:preferredLanguage@xsi:nil ) xcep:requestFilter@xsi:nil )"),
		"policies_response": envelope("wsa:Action@soap:mustUnderstand wsa:RelatesTo",
			"xcep:GetPoliciesResponse( xcep:response( xcep:policyID xcep:policyFriendlyName@xsi:nil xcep:nextUpdateHours@xsi:nil xcep:policiesNotChanged@xsi:nil "+
				"xcep:policies( xcep:policy( xcep:policyOIDReference xcep:cAs@xsi:nil xcep:attributes( xcep:commonName xcep:policySchema "+
				"xcep:certificateValidity( xcep:validityPeriodSeconds xcep:renewalPeriodSeconds ) xcep:permission( xcep:enroll xcep:autoEnroll ) "+
				"xcep:privateKeyAttributes( xcep:minimalKeyLength xcep:keySpec@xsi:nil xcep:keyUsageProperty@xsi:nil xcep:permissions@xsi:nil "+
				"xcep:algorithmOIDReference@xsi:nil xcep:cryptoProviders( xcep:provider xcep:provider ) ) "+
				"xcep:revision( xcep:majorRevision xcep:minorRevision ) xcep:supersededPolicies@xsi:nil xcep:privateKeyFlags@xsi:nil "+
				"xcep:subjectNameFlags@xsi:nil xcep:enrollmentFlags@xsi:nil xcep:generalFlags@xsi:nil xcep:hashAlgorithmOIDReference "+
				"xcep:rARequirements@xsi:nil xcep:keyArchivalAttributes@xsi:nil xcep:extensions@xsi:nil ) ) ) ) "+
				"xcep:cAs@xsi:nil xcep:oIDs( xcep:oID( xcep:value xcep:group xcep:oIDReferenceID xcep:defaultName ) "+
				"xcep:oID( xcep:value xcep:group xcep:oIDReferenceID xcep:defaultName ) ) )"),
		"issue": envelope(asked+" wsse:Security@soap:mustUnderstand( "+token+" )",
			"wst:RequestSecurityToken( wst:TokenType wst:RequestType "+token+" auth:AdditionalContext( "+
				strings.Repeat("auth:ContextItem@Name( auth:Value ) ", 7)+") )"),
		"issue_response": envelope(answered+" wsse:Security@soap:mustUnderstand( wsu:Timestamp@wsu:Id( wsu:Created wsu:Expires ) )",
			"wst:RequestSecurityTokenResponseCollection( wst:RequestSecurityTokenResponse( wst:TokenType enr:DispositionMessage "+
				"wst:RequestedSecurityToken( "+token+" ) enr:RequestID ) )"),
		"fault": envelope(answered, "soap:Fault( "+fault+" soap:Detail( enr:DeviceEnrollmentServiceError( enr:ErrorType enr:Message enr:TraceId ) ) )"),
		"fault_plain": envelope("wsa:Action@soap:mustUnderstand wsa:RelatesTo",
			"soap:Fault( "+fault+" )"),
	}
	for name, message := range exactMessages() {
		out, err := soap.Encode(message)
		if err != nil {
			t.Fatal(err)
		}
		// A leaf closes at once: "( )" is taken away on both sides.
		if diff := cmp.Diff(strings.Fields(want[name]), strings.Fields(strings.ReplaceAll(outline(t, out), "( )", ""))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEveryPartAMessageCanHaveIsInItsNamespace(t *testing.T) {
	t.Parallel()
	full := exactMessages()
	full["discover"].Body.(*soap.Discover).OSVersion = "10.0.26100.1742"
	policies := full["policies"].Body.(*soap.GetPolicies)
	*policies = soap.GetPolicies{LastUpdate: "2026-01-01T00:00:00Z", PreferredLanguage: "en-US", TPMManufacturer: "IFX", TPMFirmwareVersion: "7.85"}
	full["policies_response"].Body.(*soap.PolicyResponse).CryptoProviders = nil
	both := full["issue_response"].Security
	for name, message := range full {
		// Time stamp, name and token can stand in any message.
		message.Security = &soap.Security{
			Timestamp:           both.Timestamp,
			UsernameToken:       &soap.UsernameToken{Username: "ada@example.com"},
			BinarySecurityToken: &soap.BinarySecurityToken{ValueType: soap.ValueTypeJWT, Content: "YQ=="},
		}
		out, err := soap.Encode(message)
		if err != nil {
			t.Fatal(err)
		}
		const security = "wsse:Security@soap:mustUnderstand( wsu:Timestamp@wsu:Id( wsu:Created wsu:Expires ) wsse:UsernameToken@wsu:Id( wsse:Username wsse:Password@Type ) wsse:BinarySecurityToken@ValueType@EncodingType )"
		got := strings.Join(strings.Fields(outline(t, out)), " ")
		for _, part := range append([]string{security}, map[string][]string{
			"discover":          {"disc:OSEdition disc:OSVersion disc:AuthPolicies("},
			"policies":          {"xcep:client( xcep:lastUpdate xcep:preferredLanguage xcep:TPMManufacturer xcep:TPMFirmwareVersion )"},
			"policies_response": {"xcep:algorithmOIDReference@xsi:nil xcep:cryptoProviders@xsi:nil )"},
		}[name]...) {
			if !strings.Contains(got, part) {
				t.Errorf("%s has not %s:\n%s", name, part, got)
			}
		}
	}
}
