package mdm

import (
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/seal"
)

// How long what this server seals is good for.
const (
	webLife    = 15 * time.Minute // from the sign-in page to the certificate
	ticketLife = time.Hour        // reading the terms
	termsLife  = 2 * time.Hour    // from the terms to the certificate: the PC joins in between
)

// The purposes of sealed texts: one is never taken for another.
const (
	sealedWeb    = "web-login"
	sealedTicket = "terms-ticket"
	sealedTerms  = "terms-accepted"
)

// Tokens are what this server gives a PC or its browser and reads again.
type Tokens struct {
	key   *seal.Key
	clock directory.Clock
}

// NewTokens takes a 32-byte key.
func NewTokens(key []byte, clock directory.Clock) (*Tokens, error) {
	k, err := seal.New(key)
	if err != nil {
		return nil, fmt.Errorf("make enrolment tokens: %w", err)
	}
	return &Tokens{key: k, clock: clock}, nil
}

// sealed is the inside: a value and when it ends, seconds since 1970.
type sealed[T any] struct {
	Ends  int64 `json:"e"`
	Value T     `json:"v"`
	id    []byte
}

func sealFor[T any](k *Tokens, purpose string, life time.Duration, value T) (string, error) {
	return k.key.Seal(purpose, sealed[T]{Ends: k.clock.Real().Add(life).Unix(), Value: value})
}

// open reads a text sealed for this purpose that has not ended; ok is false for
// anything else.
func open[T any](k *Tokens, purpose, text string) (out sealed[T], ok bool) {
	id, err := k.key.Open(purpose, text, &out)
	out.id = id
	return out, err == nil && k.clock.Real().Unix() < out.Ends
}

// webToken is what the sign-in pages give a PC: who signed in, and when.
type webToken struct {
	Tenant directory.TenantID `json:"t"`
	User   directory.ObjectID `json:"u"`
	Micros int64              `json:"a"` // of the sign-in
	once   directory.Once
}

func (t *webToken) signedIn() time.Time { return time.UnixMicro(t.Micros) }

// IssueWeb makes the token that a PC carries from this server's sign-in pages
// to its certificate: good for fifteen minutes and for one certificate, since
// the person signed in at that time.
func (k *Tokens) IssueWeb(t directory.TenantID, user directory.ObjectID, signedIn time.Time) (string, error) {
	return sealFor(k, sealedWeb, webLife, webToken{Tenant: t, User: user, Micros: signedIn.UnixMicro()})
}

func (k *Tokens) openWeb(text string) (webToken, error) {
	in, ok := open[webToken](k, sealedWeb, text)
	if !ok {
		return webToken{}, fault.Field(fault.Unauthenticated, "WebTokenWrong", "BinarySecurityToken", "The token is not one of this server's sign-in page, or has expired.", "Sign in again.")
	}
	in.Value.once = directory.Once{Value: in.id, Expires: time.Unix(in.Ends, 0)}
	return in.Value, nil
}

// ticket is what the terms page remembers between being shown and answered.
type ticket struct {
	Redirect    string             `json:"r"`
	Correlation string             `json:"c,omitempty"`
	MayDecline  bool               `json:"d,omitempty"`
	Tenant      directory.TenantID `json:"t,omitempty"` // empty: the request named nobody
	User        directory.ObjectID `json:"u,omitempty"`
}

// terms is what a PC brings back after its person accepted the terms.
type terms struct {
	Tenant directory.TenantID `json:"t,omitempty"`
	User   directory.ObjectID `json:"u,omitempty"`
}

// accepted reads the EnrollmentData of a PC, which is either empty, since not
// every way into enrolment shows the terms, or what this server gave for this
// person.
func (k *Tokens) accepted(text string, p *person) error {
	if text == "" {
		return nil
	}
	in, ok := open[terms](k, sealedTerms, text)
	if ok && (in.Value.Tenant == "" || in.Value.Tenant == p.tenant && in.Value.User == p.user.ID) {
		return nil
	}
	return fault.Field(fault.Invalid, codeData, "EnrollmentData", "The PC brings back that somebody accepted the terms, but it is not this person's, or has expired.", "Begin the enrolment again and accept the terms.")
}
