package mdm

import (
	"bytes"
	"crypto/x509"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/soap"
	"taxiway/internal/wapdoc"
)

// renew answers a PC that renews its certificate by itself ([MS-MDE2]
// 3.4.4.1.1.2): with the present one in TLS, which was checked before, and the
// new request signed with the same key.
func (h *Handler) renew(c *call, in *soap.Message, q *soap.SecurityTokenRequest) (*soap.Message, error) {
	der, err := q.DER()
	if err != nil {
		return nil, err
	}
	inner, err := openSigned(der, c.device.certificate)
	if err != nil {
		return nil, fault.Field(fault.Invalid, codeSignature, "BinarySecurityToken", "The renewal is not signed with the key of the present certificate: "+err.Error()+".", "Send a PKCS #7 message with the new request, signed with the present key and SHA-256.")
	}
	csr, err := x509.ParseCertificateRequest(inner)
	if err != nil {
		return nil, refusedCSR("The certificate request inside the renewal is no PKCS #10 request in DER.")
	}
	if own, err := x509.MarshalPKIXPublicKey(csr.PublicKey); err != nil || bytes.Equal(own, c.device.certificate.RawSubjectPublicKeyInfo) {
		return nil, refusedCSR("The renewal asks for a certificate of the present key.")
	}
	e, err := h.Enrolments.Renew(c.ctx(), enrollment.RenewRequest{Certificate: c.device.certificate, CSR: csr})
	if err != nil {
		return nil, err
	}
	out := wapdoc.Renewal{Client: e.Leaf, Store: storeOf(&e.Device), ProviderID: enrollment.ProviderID}
	document, err := out.Document()
	if err != nil {
		return nil, fault.Wrap("make the renewal document", err)
	}
	text, err := document.Encode()
	if err != nil {
		return nil, fault.Wrap("write the renewal document", err)
	}
	return h.issued(in, q, text), nil
}
