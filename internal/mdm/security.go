package mdm

import (
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
	"taxiway/internal/soap"
)

// appName is how enrolments are named in the audit trail.
const appName = "Windows enrolment"

// proveMessage finds out who sends a message. A renewal is the PC's own, by the
// certificate it has; whoever else has no token may show that one to read the
// policy before.
func (h *Handler) proveMessage(c *call, m *soap.Message) error {
	request, isRequest := m.Body.(*soap.SecurityTokenRequest)
	switch {
	case isRequest && request.RequestType == soap.Renew:
		return h.proveCertificate(c)
	case !isRequest && !carries(m.Security) && c.shown() != nil:
		return h.proveCertificate(c)
	}
	p, err := h.personOf(c, m.Security)
	if err != nil {
		return err
	}
	h.seen(c, p)
	return nil
}

// carries reports whether a security header has a credential.
func carries(s *soap.Security) bool {
	return s != nil && (s.UsernameToken != nil || s.BinarySecurityToken != nil)
}

// seen notes who is calling.
func (h *Handler) seen(c *call, p *person) {
	c.person = p
	c.as(directory.Actor{AppName: appName, ObjectID: p.user.ID, Principal: p.user.UserPrincipalName, Address: h.Address(c.r), Correlation: h.RequestID(c.ctx())})
}

// personOf checks the credential of a security header. There is one, and one
// only: two could name two people.
func (h *Handler) personOf(c *call, s *soap.Security) (*person, error) {
	switch {
	case !carries(s):
		return nil, unusable("The message carries neither a user name nor a token.", "Send the credential that the discovery answer asks for in the header Security.")
	case s.UsernameToken != nil && s.BinarySecurityToken != nil:
		return nil, unusable("The message carries a user name and a token.", "Send one of them.")
	case s.UsernameToken != nil:
		return h.byPassword(c, s.UsernameToken)
	}
	token := s.BinarySecurityToken
	if !strings.EqualFold(token.EncodingType, soap.EncodingBase64) {
		return nil, unusable("The token's encoding is not base64.", "Send EncodingType "+soap.EncodingBase64+".")
	}
	text, err := token.Decode()
	if err != nil {
		return nil, unusable("The token is no base64.", "Send the token in base64.")
	}
	switch token.ValueType {
	case soap.ValueTypeJWT:
		return h.byToken(c, string(text))
	case soap.ValueTypeUserToken:
		return h.byWebLogin(c, string(text))
	default:
		return nil, unusable("The token is of a kind that is not known here.", "Send an access token or the token of the sign-in page.")
	}
}

// byPassword is the policy OnPremise, for organisations that allow it.
func (h *Handler) byPassword(c *call, t *soap.UsernameToken) (*person, error) {
	if t.Type != soap.PasswordText {
		return nil, unusable("The password is not in clear.", "Send Type "+soap.PasswordText+"; TLS protects it.")
	}
	// Asked before the password is looked at, so that nobody can guess where
	// passwords do not enrol; by the domain alone, which tells of no person.
	settings, err := h.settingsOf(c, t.Username)
	if err != nil {
		return nil, err
	}
	if !settings.AllowOnPremise {
		return nil, fault.Field(fault.Denied, enrollment.CodeOnPremise, "UsernameToken", "The organisation does not enrol PCs with user name and password.", "Enrol with the sign-in page.")
	}
	p, err := h.People.CheckPassword(c.ctx(), "", t.Username, t.Password, h.Network(c.r))
	switch {
	case err != nil:
		return nil, err
	case p.MustChange:
		return nil, fault.Field(fault.Unauthenticated, "PasswordMustChange", "UsernameToken", "The password has to be changed first.", "Sign in at the sign-in page once.")
	case p.HasTOTP:
		return nil, fault.Field(fault.Unauthenticated, "SecondFactorRequired", "UsernameToken", "The account has a second factor, which a password alone does not show.", "Enrol with the sign-in page.")
	}
	return &person{tenant: p.Tenant, user: p.User, proof: enrollment.ProofOnPremise}, nil
}

// byToken accepts an access token: of this server, or of a real Entra tenant
// that sends its PCs here. Which of them checks it follows from who it says
// issued it; both believe nothing before the signature.
func (h *Handler) byToken(c *call, token string) (*person, error) {
	if h.Entra != nil && h.Entra.claims(token, h.Base) {
		return h.byEntra(c, token)
	}
	p, err := h.Verify(c.ctx(), token)
	if err != nil {
		return nil, err
	}
	if p.Kind != access.User {
		return nil, fault.Field(fault.Denied, "PersonRequired", "BinarySecurityToken", "Only a person can enrol a PC, and the token is a program's.", "Sign in as a person.")
	}
	if !slices.Contains(p.Scopes, signin.EnrolScope) {
		return nil, fault.Field(fault.Denied, "ScopeMissing", "BinarySecurityToken", "The token is not for enrolment: it lacks the scope "+signin.EnrolScope+".", "Ask for a token with that scope.")
	}
	t := directory.TenantID(p.Tenant)
	u, err := h.living(c, t, p.ObjectID)
	if err != nil {
		return nil, err
	}
	return &person{tenant: t, user: u, proof: enrollment.ProofEntra, device: directory.DeviceID(p.DeviceID)}, nil
}

// byEntra finds the person that a real Entra tenant's token names: by user
// principal name, since object ids are another directory's.
func (h *Handler) byEntra(c *call, token string) (*person, error) {
	claimed, err := h.Entra.Verify(c.ctx(), token)
	if err != nil {
		return nil, err
	}
	u, err := h.living(c, claimed.Tenant, claimed.UPN)
	if err != nil {
		return nil, err
	}
	return &person{tenant: claimed.Tenant, user: u, proof: enrollment.ProofEntra}, nil
}

// byWebLogin accepts what this server's own sign-in pages gave.
func (h *Handler) byWebLogin(c *call, text string) (*person, error) {
	token, err := h.Tokens.openWeb(text)
	if err != nil {
		return nil, err
	}
	u, err := h.living(c, token.Tenant, string(token.User))
	if err != nil {
		return nil, err
	}
	if token.signedIn().Before(u.SessionsFrom) {
		return nil, fault.Field(fault.Unauthenticated, "SignInEnded", "BinarySecurityToken", "The sign-in this token comes from was ended.", "Sign in again.")
	}
	return &person{tenant: token.Tenant, user: u, proof: enrollment.ProofFederated, token: &token}, nil
}

// living reads a person who may sign in now.
func (h *Handler) living(c *call, t directory.TenantID, idOrUPN string) (directory.User, error) {
	u, err := h.Users.GetUser(c.ctx(), t, idOrUPN)
	if fault.Is(err, fault.NotFound) {
		return u, fault.Field(fault.Denied, enrollment.CodeUserUnknown, "user", "The organisation has no such user.", "Have an administrator add the account to the directory.")
	}
	if err != nil {
		return u, fault.Wrap("find who enrols", err)
	}
	if !u.AccountEnabled {
		return u, fault.Field(fault.Denied, enrollment.CodeUserDisabled, "user", "The account is disabled.", "Ask an administrator to enable it.")
	}
	return u, nil
}

// proveToken checks the access token of a request that may carry one.
func (h *Handler) proveToken(c *call) error {
	headers := c.r.Header.Values("Authorization")
	if len(headers) == 0 {
		return nil
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return unusable("The request's Authorization header is no bearer token.", "Send one access token.")
	}
	p, err := h.byToken(c, strings.TrimSpace(token))
	if err != nil {
		return err
	}
	h.seen(c, p)
	return nil
}
