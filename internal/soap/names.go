package soap

// ContentType is the media type of every message, in both directions.
const ContentType = "application/soap+xml; charset=utf-8"

// Namespaces of what is read and written.
const (
	nsSOAP12    = "http://www.w3.org/2003/05/soap-envelope"
	nsSOAP11    = "http://schemas.xmlsoap.org/soap/envelope/"
	nsAddress   = "http://www.w3.org/2005/08/addressing"
	nsUtility   = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
	nsSecurity  = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	nsTrust     = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
	nsContext   = "http://schemas.xmlsoap.org/ws/2006/12/authorization"
	nsDiscovery = "http://schemas.microsoft.com/windows/management/2012/01/enrollment"
	nsPolicy    = "http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy"
	nsEnroll    = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment"
	nsDiagnose  = "http://schemas.microsoft.com/2004/09/servicemodel/diagnostics"
	nsSchema    = "http://www.w3.org/2001/XMLSchema"
	nsInstance  = "http://www.w3.org/2001/XMLSchema-instance"
)

// The values of a:Action.
const (
	ActionDiscover                     = nsDiscovery + "/IDiscoveryService/Discover"
	ActionDiscoverResponse             = nsDiscovery + "/IDiscoveryService/DiscoverResponse"
	ActionGetPolicies                  = nsPolicy + "/IPolicy/GetPolicies"
	ActionGetPoliciesResponse          = nsPolicy + "/IPolicy/GetPoliciesResponse"
	ActionRequestSecurityToken         = nsEnroll + "/RST/wstep"
	ActionRequestSecurityTokenResponse = nsEnroll + "/RSTRC/wstep"
	// ActionFault is for a fault about a message whose action could not be
	// read (WS-Addressing 1.0 SOAP Binding, 6).
	ActionFault = nsAddress + "/soap/fault"
)

// Anonymous is the ReplyTo of every request: answer on the same connection.
const Anonymous = nsAddress + "/anonymous"

// The ValueType of a BinarySecurityToken: what is in it ([MS-MDE2] 3.3, 3.4).
const (
	// ValueTypeUserToken is the opaque text of the server's own sign-in page.
	ValueTypeUserToken = "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentUserToken" //nolint:gosec // a name, no credential
	// ValueTypeJWT is the access token of an Entra-driven enrolment.
	ValueTypeJWT = "urn:ietf:params:oauth:token-type:jwt"
	// ValueTypePKCS10 is a certificate request.
	ValueTypePKCS10 = nsEnroll + "#PKCS10"
	// ValueTypePKCS7 is a certificate request signed with the old key.
	ValueTypePKCS7 = nsSecurity + "#PKCS7"
	// ValueTypeProvisionDoc is the provisioning document of the answer.
	ValueTypeProvisionDoc = "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc"
)

const (
	// EncodingBase64 is the EncodingType of every BinarySecurityToken.
	EncodingBase64 = nsSecurity + "#base64binary"
	// TokenTypeDevice is the TokenType that is asked for and given.
	TokenTypeDevice = "http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken" //nolint:gosec // a name, no credential
	// PasswordText is the Type of a password in clear.
	PasswordText = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText" //nolint:gosec // a name, no credential
)

// usernameTokenID is the u:Id that [MS-MDE2] 3.3.4.1.1.1.3 wants on every
// UsernameToken.
const usernameTokenID = "uuid-cc1ccc1f-2fba-4bcf-b063-ffc0cac77917-4" //nolint:gosec // the same everywhere, no credential

// ResponseAction is the action that answers a request's action, also when the
// answer is a fault; "" for any other action.
func ResponseAction(request string) string {
	switch request {
	case ActionDiscover:
		return ActionDiscoverResponse
	case ActionGetPolicies:
		return ActionGetPoliciesResponse
	case ActionRequestSecurityToken:
		return ActionRequestSecurityTokenResponse
	}
	return ""
}
