package drs

import (
	"crypto/rsa"
	"log/slog"
	"slices"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// joinAnswer is the DeviceEnrollmentResponse of [MS-DVRJ] 3.1.5.1.1.2.
// MembershipChanges is a list, as the live service sends it; the text of the
// protocol has one object.
type joinAnswer struct {
	Certificate       issued             `json:"Certificate"`
	User              joinedBy           `json:"User"`
	MembershipChanges []membershipChange `json:"MembershipChanges"`
}

type issued struct {
	Thumbprint string `json:"Thumbprint"` // SHA-1, hexadecimal
	RawBody    string `json:"RawBody"`    // base64 of the DER, in one line
}

type joinedBy struct {
	UPN string `json:"Upn"`
}

// membershipChange says who becomes a member of a local group of the PC.
type membershipChange struct {
	LocalSID string   `json:"LocalSID"`
	AddSIDs  []string `json:"AddSIDs"`
}

// joinRequest is the body of a join, read and checked for form.
type joinRequest struct {
	kind                    int
	name, system, osVersion string
	domain, ticket, nonce   string
	public, transport       *rsa.PublicKey
}

func readJoin(o object) (*joinRequest, error) {
	var in joinRequest
	var err error
	if in.kind, err = o.number("JoinType"); err != nil {
		return nil, err
	}
	if err := offered(in.kind); err != nil {
		return nil, err
	}
	attributes, err := o.inner("attributes")
	if err != nil {
		return nil, err
	}
	request, err := o.inner("CertificateRequest")
	if err != nil {
		return nil, err
	}
	var kind, data, transport string
	for _, t := range []struct {
		from object
		name string
		to   *string
	}{
		{o, "DeviceDisplayName", &in.name},
		{o, "DeviceType", &in.system},
		{o, "OSVersion", &in.osVersion},
		{o, "TargetDomain", &in.domain},
		{o, "TransportKey", &transport},
		{request, "Type", &kind},
		{request, "Data", &data},
		{attributes, "MSA-DDID", &in.ticket},
		{attributes, "Nonce", &in.nonce},
	} {
		if *t.to, err = t.from.text(t.name); err != nil {
			return nil, err
		}
	}
	if in.public, err = parseCSR(kind, data); err != nil {
		return nil, err
	}
	in.transport, err = parseTransportKey(transport)
	return &in, err
}

// offered refuses the join types that need what this server has not.
func offered(kind int) error {
	switch kind {
	case int(directory.JoinEntra), int(directory.JoinRegister):
		return nil
	case 6:
		return fault.Field(fault.Invalid, "HybridJoinNotOffered", "JoinType", "Hybrid join needs an Active Directory that is synchronised with this directory, and there is none.", "Send JoinType 0 to join this directory.")
	default:
		return fault.Field(fault.Invalid, "JoinTypeNotOffered", "JoinType", "This join type is not offered.", "Send JoinType 0 to join this directory or 4 to register a personal device.")
	}
}

// join answers POST device: a person brings a PC into the directory.
func (h *Handler) join(c *call) (any, error) {
	if err := c.version("1.0", joinVersion); err != nil {
		return nil, err
	}
	body, err := c.readBody()
	if err != nil {
		return nil, err
	}
	in, err := readJoin(body)
	if err != nil {
		return nil, err
	}
	t := directory.TenantID(c.principal.Tenant)
	if err := h.checkDomain(c, t, in.domain); err != nil {
		return nil, err
	}
	kind := directory.JoinType(in.kind)
	who, err := h.identify(c, t, kind, in)
	if err != nil {
		return nil, err
	}
	user := directory.ObjectID(c.principal.ObjectID)
	var der []byte
	joined, err := h.Directory.Join(c.ctx(), t, directory.JoinRequest{
		User: user, MFA: slices.Contains(c.principal.Methods, "mfa"), Type: kind,
		DisplayName: strings.TrimSpace(in.name), OperatingSystem: in.system, OSVersion: in.osVersion,
		Object: who.object, Assigned: who.assigned, Once: who.once,
		Certify: func(id directory.DeviceID) (certificate directory.DeviceCertificate, err error) {
			certificate, der, err = h.Authority.Certify(directory.Subject{Tenant: t, Device: id, User: user, Type: kind}, in.public, in.transport)
			return certificate, err
		},
	})
	if err != nil {
		h.noted(c, h.Timeline.JoinRefused(c.ctx(), t, who.registration, c.principal.UserPrincipalName, err))
		return nil, spoken(err)
	}
	told := joined
	told.LocalAdmin = joined.LocalAdmin && !who.standardUser
	h.noted(c, h.Timeline.Joined(c.ctx(), t, who.registration, &told))
	return joinAnswer{
		Certificate:       issued{joined.Certificate.Thumbprint(), plainBase64(der)},
		User:              joinedBy{joined.User.UserPrincipalName},
		MembershipChanges: localAdmins(kind, &joined, who.standardUser),
	}, nil
}

// noted logs what did not get onto a timeline, which never stands in the way of
// a PC.
func (h *Handler) noted(c *call, err error) {
	if err != nil {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "a join is not on the timeline", slog.Any("error", err))
	}
}

// checkDomain refuses a PC that wants to join another organisation than the
// person who signed in is of.
func (h *Handler) checkDomain(c *call, t directory.TenantID, domain string) error {
	if domain == "" {
		return nil
	}
	mine, err := h.Tenants.GetTenant(c.ctx(), t)
	if err != nil {
		return err
	}
	if strings.EqualFold(domain, mine.Domain) || strings.EqualFold(domain, string(mine.ID)) {
		return nil
	}
	return fault.Field(fault.NotFound, codeTenant, "TargetDomain", "The domain to join is not one of the organisation that the person who signed in belongs to.", "Join the domain of the address that signs in.")
}

// identity is the PC that joins, as far as it has proved one.
type identity struct {
	object       directory.ObjectID
	standardUser bool
	assigned     string // user principal name of whom the PC is assigned to
	once         []directory.Once
	registration autopilot.DeviceID // that the PC proved to be; else empty
}

// identify finds the device object that the PC may take over: that of its
// Autopilot registration by a device ticket, or the one it joined as before by
// the certificate it uses in TLS. A certificate that is no good any more is as
// good as none: that PC joins as a new one. ReuseDevice alone proves nothing.
func (h *Handler) identify(c *call, t directory.TenantID, kind directory.JoinType, in *joinRequest) (identity, error) {
	var who identity
	if in.nonce != "" {
		once, err := h.Nonces.check(t, in.nonce)
		if err != nil {
			return who, err
		}
		who.once = append(who.once, once)
	}
	if in.ticket != "" {
		err := h.openTicket(c, t, kind, in.ticket, &who)
		return who, err
	}
	if c.r.TLS == nil || len(c.r.TLS.PeerCertificates) == 0 {
		return who, nil
	}
	d, err := h.Authority.Check(c.ctx(), c.r.TLS.PeerCertificates[0])
	switch {
	case fault.Is(err, fault.Unauthenticated), fault.Is(err, fault.Denied):
		return who, nil
	case err != nil:
		return who, err
	case d.Tenant != t:
		return who, nil
	}
	who.object = d.Device.ID
	// A registered PC is assigned to whom it was, however it proves itself.
	registration := autopilot.DeviceID(d.Device.PhysicalID(directory.PhysicalZTDID))
	if registration == "" {
		return who, nil
	}
	joining, err := h.Registrations.JoiningOf(c.ctx(), t, registration)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return who, err
	}
	who.assigned = joining.Assigned
	return who, nil
}

func (h *Handler) openTicket(c *call, t directory.TenantID, kind directory.JoinType, sent string, who *identity) error {
	text, ok := decodeBase64(sent)
	if !ok {
		return fault.Field(fault.Invalid, "InvalidTicket", "MSA-DDID", "The device ticket is not base64.", "Send base64 of the DeviceTicket that came with the profile.")
	}
	ticket, err := h.Tickets.Open(string(text))
	if err != nil {
		return err
	}
	if ticket.Tenant != t {
		return fault.Field(fault.Denied, "OrganizationMismatch", "MSA-DDID", "The PC is registered with another organisation than the person who signed in is of.", "Sign in with an account of the organisation that owns the PC.")
	}
	if kind != directory.JoinEntra {
		return fault.Field(fault.Invalid, "TicketOnlyForJoin", "MSA-DDID", "A PC that is registered with Autopilot joins the directory; it is not registered as a personal device.", "Send JoinType 0, or leave the device ticket out.")
	}
	joining, err := h.Registrations.JoiningOf(c.ctx(), t, ticket.Device)
	if fault.Is(err, fault.NotFound) {
		return fault.Field(fault.Denied, "RegistrationGone", "MSA-DDID", "The PC's registration was deleted.", "Ask an administrator to register the PC again, then start its setup again.")
	}
	if err != nil {
		return err
	}
	who.object, who.standardUser, who.assigned = joining.Object, joining.StandardUser, joining.Assigned
	who.once, who.registration = append(who.once, ticket.Once()), ticket.Device
	return nil
}

// spoken adds what to do to refusals that are about values used twice.
func spoken(err error) error {
	e, ok := fault.As(err)
	if !ok || len(e.Details) > 0 {
		return err
	}
	switch e.Code {
	case "DeviceKeyUsed":
		return fault.Field(fault.Conflict, e.Code, "CertificateRequest", "A certificate was issued for this key before.", "Make a new key and a new certificate request for each join.")
	case "AlreadyUsed":
		return fault.Field(fault.Conflict, e.Code, "attributes", "The nonce or the device ticket was used before.", "Ask for a new nonce, and for the profile again to get a new ticket.")
	}
	return err
}
