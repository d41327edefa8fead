package wire

import (
	"context"
	"errors"
	"time"
)

// Problem is the one error of this package: what went wrong at which step, in
// the words and numbers that Windows shows. It holds no secret.
type Problem struct {
	// Code is the number Windows shows (0x801c0003, 0x80072efd, AADSTS50126), or
	// one of the Code constants where Windows has none.
	Code    string
	Reason  string // the server's own stable word for a refusal, "" when it gave none
	Step    Step
	Status  int           // of HTTP, 0 when there was no answer
	Message string        // for people, one or two sentences
	Next    string        // what to do
	Retry   time.Duration // when the server wants to be asked again, 0 when it did not say
	// Temporary tells trouble that may pass by itself, after all tries were used
	// up, from a refusal, which comes again.
	Temporary bool
	Cause     error // for a log
}

// Error joins step, code and message.
func (p *Problem) Error() string { return string(p.Step) + ": " + p.Code + ": " + p.Message }

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// ProblemOf finds the Problem in an error; nil when it holds none.
func ProblemOf(err error) *Problem {
	p, _ := errors.AsType[*Problem](err)
	return p
}

// Codes of answers that a PC does not believe or cannot use. They are stable.
const (
	CodeCancelled  = "Cancelled"        // the person or the program gave up
	CodeRedirected = "RedirectRefused"  // sent elsewhere where nothing may send a PC elsewhere
	CodePage       = "AnswerIsPage"     // a web page where a program answers: a captive portal
	CodeKind       = "AnswerKindWrong"  // another media type than the step has
	CodeChunked    = "AnswerChunked"    // without a length told before, which Windows' management does not take
	CodeEncoded    = "AnswerCompressed" // in a content coding that was not asked for
	CodeTooLarge   = "AnswerTooLarge"
	CodeUnreadable = "AnswerUnreadable" // not what its media type says, or a part is missing

	CodeNotProven    = "ProfileNotProven"           // a profile without proof that it is for this PC and this question
	CodeChallenge    = "ChallengeForAnotherKey"     // this PC's TPM does not open it
	CodeForeign      = "TenantMismatch"             // the answer is of another organisation than was asked for
	CodeOtherKey     = "CertificateForAnotherKey"   // not for the key that was sent
	CodeCertificate  = "CertificateRefused"         // not what the step gives
	CodeAddress      = "AddressRefused"             // an address that is not https, or of another host than it may be
	CodeRequest      = "AnswerToAnotherQuestion"    // relates to a message that was not sent
	CodeProvision    = "ProvisioningRefused"        // the document is one that Windows refuses
	CodeMessage      = "ManagementAnswerWrong"      // breaks a rule of the protocol of sessions
	CodeAborted      = "SessionAborted"             // alert 1223
	CodeEndless      = "SessionEndless"             // no end after mostMessages
	CodeDigest       = "DigestWanted"               // of a PC that shows its certificate
	CodePages        = "SignInEndless"              // pages follow pages
	CodePageUnknown  = "PageUnknown"                // a page that this web view cannot answer
	CodeDeclined     = "TermsDeclined"              // Windows says rejectedTermsOfUse
	CodeNotEnrolled  = "NotEnrolled"                // a session without an enrolment
	CodeNotJoined    = "NotJoined"                  // needs the certificate of a join
	CodeHashMismatch = "FileHashMismatch"           // a download that is not the file announced
	CodePolicy       = "CertificatePolicyRefused"   // a policy that Windows could not follow
	CodeVersion      = "EnrollmentVersionUnknown"   // discovery answers in a version that was not asked for
	CodeMethod       = "AuthenticationPolicyDenied" // discovery wants another proof than a token
)

// trouble makes a Problem that asking again does not help.
func trouble(step Step, code, message, next string) *Problem {
	return &Problem{Code: code, Step: step, Message: message, Next: next}
}

// because adds what caused it.
func (p *Problem) because(err error) *Problem {
	p.Cause = err
	return p
}

// at adds the status of the answer.
func (p *Problem) at(a *answer) *Problem {
	p.Status = a.status
	return p
}

const (
	nextNetwork = "Connect the PC to a network without a sign-in page of its own, and try again."
	nextServer  = "Ask an administrator to look at the server this PC was told to use."
	nextAgain   = "Try again."
)

// cancelled is the end of the context, or what a person's refusal became.
func cancelled(step Step, err error) *Problem {
	return &Problem{Code: CodeCancelled, Step: step, Message: "It was given up before it was finished.", Next: nextAgain, Cause: err, Temporary: errors.Is(err, context.DeadlineExceeded)}
}
