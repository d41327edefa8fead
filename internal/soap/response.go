package soap

import (
	"cmp"
	"log/slog"
	"strconv"
)

// SecurityTokenResponse is the answer to a SecurityTokenRequest ([MS-MDE2]
// 3.4.4.1.1.3): the certificate is inside the document. Its message needs a
// Security with a Timestamp of some minutes around now.
type SecurityTokenResponse struct {
	TokenType string // as asked; TokenTypeDevice when ""
	Document  []byte // the provisioning document, see package wapdoc
	RequestID uint32 // 0 is right
}

// LogValue leaves the document out: it holds passwords.
func (a *SecurityTokenResponse) LogValue() slog.Value {
	return slog.StringValue(a.TokenType + " ***")
}

func (*SecurityTokenResponse) action() string { return ActionRequestSecurityTokenResponse }

const pathResponse = "Envelope/Body/RequestSecurityTokenResponseCollection/RequestSecurityTokenResponse"

func (a *SecurityTokenResponse) check(r *reading) {
	if a.TokenType != "" && a.TokenType != TokenTypeDevice {
		r.fail(CodeValue, pathResponse+"/TokenType", "The token type is not "+TokenTypeDevice+".", remedyProtocol)
	}
	if len(a.Document) == 0 {
		r.fail(CodeMissing, pathResponse+"/RequestedSecurityToken", "There is no provisioning document.", remedyProtocol)
	}
}

func readSecurityTokenResponse(r *reading, n *node) Body {
	n = r.need(n, nsTrust, "RequestSecurityTokenResponse")
	holder := r.need(n, nsTrust, "RequestedSecurityToken")
	place := r.need(holder, nsSecurity, "BinarySecurityToken")
	a := &SecurityTokenResponse{TokenType: r.text(r.need(n, nsTrust, "TokenType"))}
	token := readBinaryToken(r, place)
	if r.err == nil && token.ValueType != ValueTypeProvisionDoc {
		r.fail(CodeValue, place.path()+"/@ValueType", "The token is no provisioning document.", remedyProtocol)
	}
	if r.one(n, nsEnroll, "RequestID") != nil {
		a.RequestID = uint32(r.number(n, nsEnroll, "RequestID", 32)) //nolint:gosec // read as 32 bits
	}
	if r.err == nil {
		document, err := token.Decode()
		if err != nil {
			r.fail(CodeValue, place.path(), "The token is no base64, or empty.", remedyProtocol)
		}
		a.Document = document
	}
	return a
}

func (a *SecurityTokenResponse) write(w *writer) {
	w.open("RequestSecurityTokenResponseCollection", "xmlns", nsTrust)
	w.open("RequestSecurityTokenResponse")
	w.leaf("TokenType", cmp.Or(a.TokenType, TokenTypeDevice))
	w.leaf("DispositionMessage", "", "xmlns", nsEnroll)
	w.open("RequestedSecurityToken")
	token := BinarySecurityToken{ValueType: ValueTypeProvisionDoc, Content: EncodeToken(a.Document)}
	token.write(w, "BinarySecurityToken", "xmlns", nsSecurity)
	w.close("RequestedSecurityToken")
	w.leaf("RequestID", strconv.FormatUint(uint64(a.RequestID), 10), "xmlns", nsEnroll)
	w.close("RequestSecurityTokenResponse")
	w.close("RequestSecurityTokenResponseCollection")
}
