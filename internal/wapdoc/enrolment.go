package wapdoc

import (
	"encoding/base64"
	"log/slog"
)

// Enrolment is what a PC learns at the end of its enrolment.
type Enrolment struct {
	Root         []byte // DER of the authority's root certificate
	Intermediate []byte // DER; nil if the root issues itself
	Client       []byte // DER of the PC's own certificate
	Store        Store  // where the PC keeps Client
	Renew        Renew

	ProviderID string // letters, digits, '.', '-' and '_', up to 64: it stands in every management path
	Name       string // of the service, for people
	Address    string // of management sessions, https

	ClientAuth Auth // AAUTHLEVEL CLIENT: the server proves itself to the PC; no Name, always Digest
	ServerAuth Auth // AAUTHLEVEL APPSRV: the PC proves itself to the server

	UPN        string // who enrolled; "" for enrolments without a person
	DeviceName string // "" when the PC did not tell
	EntDMID    string // the PC's id at the service; renewal refuses to work without
	Poll       Poll
}

// LogValue is whose enrolment it is; certificates and secrets are left out.
func (e *Enrolment) LogValue() slog.Value {
	return slog.GroupValue(slog.String("provider_id", e.ProviderID), slog.String("ent_dm_id", e.EntDMID))
}

// Renew is when the PC renews its certificate ("CertificateStore CSP").
type Renew struct {
	ROBOSupport bool // by itself, with the certificate it has
	PeriodDays  int  // before the end; 40 to 60 advised
	RetryDays   int  // between attempts; 4 advised
}

// AuthType is how a credential is used.
type AuthType string

// The types of [MS-MDE2] 2.2.9.5.
const (
	Digest AuthType = "DIGEST"
	Basic  AuthType = "BASIC"
)

// Auth is one credential of a management session. Print and log it freely: the
// secret does not show.
type Auth struct {
	Type   AuthType
	Name   string // who; not in ClientAuth
	Secret string
	Nonce  []byte // random, 16 bytes advised; without one Windows 11 makes no account
}

// String leaves secret and nonce out.
func (a Auth) String() string { return string(a.Type) + " " + a.Name + " ***" }

// LogValue leaves secret and nonce out.
func (a Auth) LogValue() slog.Value { return slog.StringValue(a.String()) }

// Poll is how often the PC calls ("DMClient CSP", Poll): the three sets follow
// each other. Count 0 with minutes above 0 in the last set in use means for
// ever; a set of 0 and 0 is not used.
type Poll struct {
	First, Second, Remaining Retries
	PollOnLogin              bool
	AllUsersPollOnFirstLogin bool
}

// Retries is one set of a Poll.
type Retries struct {
	Count   int
	Minutes int // between calls
}

const (
	pathApplication = "APPLICATION"
	pathClientAuth  = "APPLICATION/APPAUTH[CLIENT]"
	pathServerAuth  = "APPLICATION/APPAUTH[APPSRV]"
)

// check holds the rules of both directions.
func (e *Enrolment) check() error {
	var c checking
	c.certificate("CertificateStore/Root", e.Root)
	if e.Intermediate != nil {
		c.certificate("CertificateStore/CA", e.Intermediate)
	}
	c.certificate("CertificateStore/My", e.Client)
	c.store(e.Store)
	c.atLeast("CertificateStore/My/WSTEP/Renew/RenewPeriod", e.Renew.PeriodDays, 1)
	c.atLeast("CertificateStore/My/WSTEP/Renew/RetryInterval", e.Renew.RetryDays, 1)
	c.providerID(pathApplication+"/PROVIDER-ID", e.ProviderID)
	c.needed(pathApplication+"/NAME", e.Name)
	c.https(pathApplication+"/ADDR", e.Address)
	if e.ClientAuth.Type != Digest || e.ClientAuth.Name != "" {
		c.fail(CodeValue, pathClientAuth, "The server's own credential is not of type DIGEST, or has a name.", "Use type DIGEST and no name.")
	}
	if e.ServerAuth.Type != Digest && e.ServerAuth.Type != Basic {
		c.fail(CodeValue, pathServerAuth+"/AAUTHTYPE", "The type is neither DIGEST nor BASIC.", "Use DIGEST or BASIC.")
	}
	c.needed(pathServerAuth+"/AAUTHNAME", e.ServerAuth.Name)
	c.proof(pathClientAuth, e.ClientAuth)
	c.proof(pathServerAuth, e.ServerAuth)
	c.needed("DMClient/Provider/EntDMID", e.EntDMID)
	for i, set := range []Retries{e.Poll.First, e.Poll.Second, e.Poll.Remaining} {
		name := []string{"First", "Second", "Remaining"}[i]
		c.atLeast("DMClient/Provider/Poll/"+name+"/retries", set.Count, 0)
		c.atLeast("DMClient/Provider/Poll/"+name+"/interval", set.Minutes, 0)
	}
	return c.err
}

// proof checks what both credentials need.
func (c *checking) proof(path string, auth Auth) {
	c.needed(path+"/AAUTHSECRET", auth.Secret)
	if len(auth.Nonce) == 0 {
		c.fail(CodeMissing, path+"/AAUTHDATA", "The nonce is missing; Windows 11 then makes no account.", "Give 16 random bytes.")
	}
}

// Document writes the enrolment in the one form that Windows and other clients
// are known to take: one CertificateStore, in it root, intermediate and own
// certificate in that order (clients count positions), then APPLICATION, then
// DMClient, and nothing else.
func (e *Enrolment) Document() (*Document, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	certificates := group("CertificateStore", group("Root", group("System", encoded(e.Root))))
	if e.Intermediate != nil {
		certificates.Children = append(certificates.Children, group("CA", group("System", encoded(e.Intermediate))))
	}
	certificates.Children = append(certificates.Children, group(
		"My",
		group(string(e.Store), encoded(e.Client), group("PrivateKeyContainer")),
		group("WSTEP", group("Renew").with(
			boolean("ROBOSupport", e.Renew.ROBOSupport),
			integer("RenewPeriod", e.Renew.PeriodDays),
			integer("RetryInterval", e.Renew.RetryDays),
		)),
	))
	return &Document{[]Characteristic{certificates, e.application(), e.client()}}, nil
}

// application is the management account ("w7 APPLICATION CSP").
func (e *Enrolment) application() Characteristic {
	return group(
		"APPLICATION",
		group("APPAUTH").with(
			text("AAUTHLEVEL", "CLIENT"),
			text("AAUTHTYPE", string(e.ClientAuth.Type)),
			text("AAUTHSECRET", e.ClientAuth.Secret),
			text("AAUTHDATA", base64.StdEncoding.EncodeToString(e.ClientAuth.Nonce)),
		),
		group("APPAUTH").with(
			text("AAUTHLEVEL", "APPSRV"),
			text("AAUTHTYPE", string(e.ServerAuth.Type)),
			text("AAUTHNAME", e.ServerAuth.Name),
			text("AAUTHSECRET", e.ServerAuth.Secret),
			text("AAUTHDATA", base64.StdEncoding.EncodeToString(e.ServerAuth.Nonce)),
		),
	).with(
		text("APPID", "w7"),
		text("PROVIDER-ID", e.ProviderID),
		text("NAME", e.Name),
		text("ADDR", e.Address),
		text("CONNRETRYFREQ", "6"),
		text("INITIALBACKOFFTIME", "30000"), // milliseconds
		text("MAXBACKOFFTIME", "120000"),
		Parm{Name: "BACKCOMPATRETRYDISABLED", NoValue: true},
		text("DEFAULTENCODING", encodingXML),
	)
}

// encodingXML makes the PC send XML; the other encoding is binary.
const encodingXML = "application/vnd.syncml.dm+xml"

// client is who the PC is and when it calls ("DMClient CSP").
func (e *Enrolment) client() Characteristic {
	provider := group(e.ProviderID, group("Poll").with(
		integer("NumberOfFirstRetries", e.Poll.First.Count),
		integer("IntervalForFirstSetOfRetries", e.Poll.First.Minutes),
		integer("NumberOfSecondRetries", e.Poll.Second.Count),
		integer("IntervalForSecondSetOfRetries", e.Poll.Second.Minutes),
		integer("NumberOfRemainingScheduledRetries", e.Poll.Remaining.Count),
		integer("IntervalForRemainingScheduledRetries", e.Poll.Remaining.Minutes),
		boolean("PollOnLogin", e.Poll.PollOnLogin),
		boolean("AllUsersPollOnFirstLogin", e.Poll.AllUsersPollOnFirstLogin),
	))
	for _, p := range []Parm{text("UPN", e.UPN), text("EntDeviceName", e.DeviceName), text("EntDMID", e.EntDMID)} {
		if p.Value != "" {
			p.Datatype = "string"
			provider = provider.with(p)
		}
	}
	return group("DMClient", group("Provider", provider))
}
