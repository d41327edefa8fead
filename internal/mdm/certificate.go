package mdm

import (
	"crypto/x509"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/soap"
)

// maxItem is the longest fact of a PC that is kept, in bytes.
const maxItem = 512

// enrolmentType is what EnrollmentType says when a PC enrols with its own
// identity rather than its user's.
const enrolmentTypeDevice = "Device"

// certify answers a certificate request ([MS-MDE2] 3.4.4.1): a PC enrols, or
// renews its certificate.
func (h *Handler) certify(c *call, in *soap.Message) (*soap.Message, error) {
	q, ok := in.Body.(*soap.SecurityTokenRequest)
	if !ok {
		return nil, wrongMessage("RequestSecurityToken")
	}
	if q.RequestType == soap.Renew {
		return h.renew(c, in, q)
	}
	der, err := q.DER()
	if err != nil {
		return nil, err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, refusedCSR("The certificate request is no PKCS #10 request in DER.")
	}
	r, err := h.request(c, q)
	if err != nil {
		return nil, err
	}
	r.CSR = csr
	if err := h.spend(c); err != nil {
		return nil, err
	}
	e, err := h.Enrolments.Enrol(c.ctx(), r)
	if err != nil {
		return nil, err
	}
	t, err := h.Tenants.GetTenant(c.ctx(), r.Tenant)
	if err != nil {
		return nil, fault.Wrap("read the organisation of a PC", err)
	}
	document, err := h.provision(&e, t.DisplayName)
	if err != nil {
		return nil, err
	}
	return h.issued(in, q, document), nil
}

func refusedCSR(message string) error {
	return fault.Field(fault.Invalid, enrollment.CodeInvalidCSR, "BinarySecurityToken", message, "Send a PKCS #10 request for an RSA key of 2,048 bits, signed with SHA-256.")
}

// request is what the PC tells and what its person proved. Items identify, they
// prove nothing; those of no use here are not kept.
func (h *Handler) request(c *call, q *soap.SecurityTokenRequest) (enrollment.EnrolRequest, error) {
	p := c.person
	for _, item := range []string{
		soap.ItemDeviceID, soap.ItemHWDevID, soap.ItemDeviceName, soap.ItemOSVersion, soap.ItemOSEdition, soap.ItemManufacturer, soap.ItemDeviceModel,
		soap.ItemSerialNumber, soap.ItemZeroTouchProvisioning, soap.ItemOfflineAutopilot, soap.ItemEnrollmentType,
	} {
		if len(q.Item(item)) > maxItem {
			return enrollment.EnrolRequest{}, fault.Field(fault.Invalid, codeData, item, "The item "+item+" is longer than 512 bytes.", "Send what Windows sends.")
		}
	}
	if err := h.Tokens.accepted(q.Item(soap.ItemEnrollmentData), p); err != nil {
		return enrollment.EnrolRequest{}, err
	}
	joined, err := h.joined(c, p)
	if err != nil {
		return enrollment.EnrolRequest{}, err
	}
	r := enrollment.EnrolRequest{
		Tenant: p.tenant, User: p.user.ID, UPN: p.user.UserPrincipalName, Proof: p.proof, EntraDevice: joined,
		WireID: q.Item(soap.ItemDeviceID), HardwareID: q.Item(soap.ItemHWDevID), Name: q.Item(soap.ItemDeviceName),
		OSVersion: q.Item(soap.ItemOSVersion), OSEdition: q.Item(soap.ItemOSEdition),
		Manufacturer: q.Item(soap.ItemManufacturer), Model: q.Item(soap.ItemDeviceModel), Serial: q.Item(soap.ItemSerialNumber),
		Machine: strings.EqualFold(q.Item(soap.ItemEnrollmentType), enrolmentTypeDevice),
		ZTDID:   q.Item(soap.ItemZeroTouchProvisioning), Correlator: q.Item(soap.ItemOfflineAutopilot),
		Data: q.Item(soap.ItemEnrollmentData), MACs: q.Items(soap.ItemMAC),
	}
	if outside, sent := q.Bool(soap.ItemNotInOobe); sent {
		r.InOOBE = !outside
	}
	r.Kind = kindOf(p.proof, r.Machine)
	return r, nil
}

// kindOf is how a PC came in, as far as the message tells.
func kindOf(p enrollment.Proof, machine bool) enrollment.Kind {
	switch {
	case p != enrollment.ProofEntra:
		return enrollment.KindUser
	case machine:
		return enrollment.KindEntraJoin
	default:
		return enrollment.KindAutomatic
	}
}

// joined is the joined PC that enrols: the one the person's token names, or the
// one whose certificate the connection uses. They must not disagree. A
// certificate of another authority, or one that is no good any more, is as good
// as none.
func (h *Handler) joined(c *call, p *person) (directory.DeviceID, error) {
	shown := c.shown()
	if shown == nil {
		return p.device, nil
	}
	d, err := h.Joined.Check(c.ctx(), shown)
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return p.device, nil
	case err != nil:
		return "", err
	case d.Tenant != p.tenant:
		return "", fault.Field(fault.Denied, "OrganizationMismatch", "certificate", "The PC is joined to another organisation than the person who enrols it is of.", "Enrol with an account of the organisation that the PC is joined to.")
	case p.device != "" && !strings.EqualFold(string(p.device), string(d.Device.DeviceID)):
		return "", fault.Field(fault.Unauthenticated, codeSecurity, "certificate", "The token was issued on another PC than the one whose certificate is shown.", "Sign in on the PC that enrols.")
	}
	return d.Device.DeviceID, nil
}

// spend uses up a token that is good for one certificate.
func (h *Handler) spend(c *call) error {
	if c.person.token == nil {
		return nil
	}
	once := c.person.token.once
	fresh, err := h.Spent.SpendNonce(c.ctx(), once.Value, once.Expires)
	if err != nil {
		return fault.Wrap("use up a sign-in token", err)
	}
	if !fresh {
		return fault.Field(fault.Unauthenticated, "WebTokenUsed", "BinarySecurityToken", "A PC was enrolled with this token already.", "Sign in again for each PC.")
	}
	return nil
}
