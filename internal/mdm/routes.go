package mdm

import (
	"net/http"
	"strings"

	"taxiway/internal/soap"
)

// Proof is what a route asks of its caller. The handler checks it before the
// route's own code runs.
type Proof string

// The proofs.
const (
	NoProof Proof = "none"
	// MessageProof is in the message: a person's password or token in its
	// security header. A PC that has a certificate of this server shows it in
	// TLS instead, and a renewal takes nothing else.
	MessageProof Proof = "message"
	// TokenProof is a person's access token in the Authorization header. A
	// wrong one is refused; without one the route tells and gives what is
	// nobody's own.
	TokenProof Proof = "token"
	// TicketProof is what this server sealed into the form that comes back.
	TicketProof Proof = "ticket"
	// CertificateProof is the certificate the PC enrolled with, in TLS.
	CertificateProof Proof = "certificate"
	// SessionProof is that certificate, or a digest in the message where that
	// counts: the route itself looks, since only it reads the message.
	SessionProof Proof = "session"
)

// Route is one line of the table. message answers SOAP with SOAP, handle
// anything else.
type Route struct {
	Method  string
	Path    string // below the root, compared without regard to case
	Proof   Proof
	message func(*Handler, *call, *soap.Message) (*soap.Message, error)
	handle  func(*Handler, *call) error
}

// Where things are, below the device listener's address.
const (
	pathDiscovery  = "EnrollmentServer/Discovery.svc"
	pathPolicy     = "EnrollmentServer/Policy.svc"
	pathEnrolment  = "EnrollmentServer/Enrollment.svc"
	pathManagement = "EnrollmentServer/ManagementServer/OmaDm.svc"
	pathTerms      = "EnrollmentServer/TermsOfUse"
	pathTermsStyle = "EnrollmentServer/TermsOfUse/style.css"
	pathLogin      = "EnrollmentServer/Login"
)

// Routes is THE table: every route there is.
func Routes() []Route {
	return []Route{
		{http.MethodGet, pathDiscovery, NoProof, nil, (*Handler).reachable},
		{http.MethodPost, pathDiscovery, NoProof, (*Handler).discover, nil},
		{http.MethodPost, pathPolicy, MessageProof, (*Handler).policies, nil},
		{http.MethodPost, pathEnrolment, MessageProof, (*Handler).certify, nil},
		{http.MethodPost, pathManagement, SessionProof, nil, (*Handler).manage},
		{http.MethodGet, pathTerms, TokenProof, nil, (*Handler).showTerms},
		{http.MethodPost, pathTerms, TicketProof, nil, (*Handler).decideTerms},
		{http.MethodGet, pathTermsStyle, NoProof, nil, (*Handler).termsStyle},
		{http.MethodGet, pathLogin, NoProof, nil, (*Handler).login},
	}
}

// at reports whether the route answers a path.
func (r *Route) at(path string) bool { return strings.EqualFold(r.Path, strings.Trim(path, "/")) }

// takes reports whether it answers a method; GET includes HEAD.
func (r *Route) takes(method string) bool {
	return r.Method == method || r.Method == http.MethodGet && method == http.MethodHead
}
