package soap

import (
	"cmp"
	"strings"
)

// RequestType is why a certificate is asked for.
type RequestType string

// The request types of WS-Trust 1.3 that enrolment uses.
const (
	Issue RequestType = nsTrust + "/Issue" // the first certificate
	Renew RequestType = nsTrust + "/Renew" // the next one, asked for with the old
)

// SecurityTokenRequest asks for a certificate ([MS-MDE2] 3.4.4.1.1.1,
// [MS-WSTEP] 3.1.4.1.2.5).
type SecurityTokenRequest struct {
	TokenType   string // TokenTypeDevice when the message names none
	RequestType RequestType
	Token       BinarySecurityToken // PKCS#10 to Issue, PKCS#7 to Renew
	Context     []ContextItem       // in the message's order
}

// DER is the PKCS#10 request, or the PKCS#7 message around it when RequestType
// is Renew. A renewal that a user starts is base64 twice over, an automatic one
// once (Microsoft Learn, "Certificate Renewal"); both are taken.
func (q *SecurityTokenRequest) DER() ([]byte, error) {
	data, err := q.Token.Decode()
	// DER begins with the byte '0', base64 of DER with the letter M.
	if err == nil && data[0] == 'M' {
		data, err = DecodeToken(string(data))
	}
	if err != nil || data[0] != '0' {
		return nil, &Error{
			Code: CodeValue, Element: pathRequest + "/BinarySecurityToken", Message: "The token is no DER in base64.",
			Remedy: "Send the certificate request as DER in base64.", Subcode: SubcodeCertificateRequest,
		}
	}
	return data, nil
}

const pathRequest = "Envelope/Body/RequestSecurityToken"

func (*SecurityTokenRequest) action() string { return ActionRequestSecurityToken }

func (q *SecurityTokenRequest) check(r *reading) {
	if q.TokenType != "" && q.TokenType != TokenTypeDevice {
		r.fail(CodeValue, pathRequest+"/TokenType", "The token type is not "+TokenTypeDevice+".", remedyProtocol)
	}
	var form string
	switch q.RequestType {
	case Issue:
		form = "#PKCS10"
	case Renew:
		form = "#PKCS7"
	default:
		r.fail(CodeValue, pathRequest+"/RequestType", "The request type is neither Issue nor Renew.", remedyProtocol)
	}
	r.under(SubcodeCertificateRequest, func() {
		q.Token.check(r, pathRequest+"/BinarySecurityToken")
		// Clients write the two forms with either of two namespaces before them.
		if !strings.HasSuffix(q.Token.ValueType, form) {
			r.fail(CodeValue, pathRequest+"/BinarySecurityToken/@ValueType", "The value type does not end in "+form+", as this request type wants.", remedyProtocol)
		}
	})
	for _, item := range q.Context {
		if item.Name == "" {
			r.fail(CodeMissing, pathRequest+"/AdditionalContext/ContextItem/@Name", "An item has no name.", remedyProtocol)
		}
	}
}

func readSecurityTokenRequest(r *reading, n *node) Body {
	q := &SecurityTokenRequest{
		TokenType:   cmp.Or(r.value(n, nsTrust, "TokenType"), TokenTypeDevice),
		RequestType: RequestType(r.text(r.need(n, nsTrust, "RequestType"))),
		Token:       readBinaryToken(r, r.need(n, nsSecurity, "BinarySecurityToken")),
	}
	for _, item := range r.all(r.one(n, nsContext, "AdditionalContext"), nsContext, "ContextItem") {
		q.Context = append(q.Context, ContextItem{Name: r.attr(item, "Name"), Value: r.value(item, nsContext, "Value")})
	}
	return q
}

func (q *SecurityTokenRequest) write(w *writer) {
	w.open("wst:RequestSecurityToken")
	w.leaf("wst:TokenType", cmp.Or(q.TokenType, TokenTypeDevice))
	w.leaf("wst:RequestType", string(q.RequestType))
	q.Token.write(w, "wsse:BinarySecurityToken")
	w.open("ac:AdditionalContext", "xmlns", nsContext)
	for _, item := range q.Context {
		w.open("ac:ContextItem", "Name", item.Name)
		w.leaf("ac:Value", item.Value)
		w.close("ac:ContextItem")
	}
	w.close("ac:AdditionalContext")
	w.close("wst:RequestSecurityToken")
}
