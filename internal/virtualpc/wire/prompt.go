package wire

import (
	"context"
)

// Prompter is the person in front of the PC. Each method gets the page as it is
// shown, with the error of the last try when there was one, and gives what the
// person types. An error ends the sign-in and is its Problem's cause.
type Prompter interface {
	Address(ctx context.Context, page *PageView) (string, error)
	Password(ctx context.Context, page *PageView) (string, error)
	// Code is a code of the authenticator app.
	Code(ctx context.Context, page *PageView) (string, error)
	// NewPassword is asked when the present one has to be changed.
	NewPassword(ctx context.Context, page *PageView) (present, next string, err error)
	// EnrolAuthenticator gets the key of a new app in page.Secret and gives the
	// app's first code.
	EnrolAuthenticator(ctx context.Context, page *PageView) (string, error)
	// Accept decides about what the page asks: consent, terms of use.
	Accept(ctx context.Context, page *PageView) (bool, error)
	// Note sees pages that only tell something: recovery codes in page.Lines.
	Note(ctx context.Context, page *PageView) error
}

// PageKind is what a page asks for.
type PageKind string

// The pages of a sign-in and of an enrolment.
const (
	PageAddress       PageKind = "address"
	PagePassword      PageKind = "password"
	PageCode          PageKind = "code"
	PageNewPassword   PageKind = "new-password"
	PageAuthenticator PageKind = "authenticator"
	PageRecovery      PageKind = "recovery-codes"
	PageConsent       PageKind = "consent"
	PageTerms         PageKind = "terms"
	PageAccounts      PageKind = "accounts" // answered by the web view itself
	PageError         PageKind = "error"
	PageOther         PageKind = "other"
)

// PageView is what a page shows.
type PageView struct {
	Kind         PageKind
	Address      string   // without what its query says
	Heading      string   // of the page
	Lines        []string // the texts below it, in order
	Error        string   // what was wrong with the last answer, "" for nothing
	Organization string   // of the branding
	Logo         string   // address of the branding's picture, "" for none
	Background   string   // address of the branding's background, "" for none
	Footer       string   // the organisation's words below the form
	Account      string   // who is signing in
	Hint         string   // what stands in the empty input
	Value        string   // what the input is filled with: the assigned user
	Secret       string   // key of a new authenticator app, base32 without blanks
	CanCancel    bool
	MayDecline   bool // of PageTerms
}
