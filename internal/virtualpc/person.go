package virtualpc

import (
	"context"
	"errors"
	"strings"
	"time"

	"taxiway/internal/virtualpc/wire"
)

// Person sits in front of the PC. The zero person chooses what is filled in, and
// accepts what is to be accepted.
type Person struct {
	UPN string // with which they sign in; empty: as the PC proposes
	// Password is asked when a page asks for it: why says which.
	Password func(ctx context.Context, why string) (string, error)
	// NewPassword is asked when a page wants another one; nil: they refuse.
	NewPassword func(ctx context.Context, why string) (string, error)
	// Phone makes the codes of their authenticator app; nil: they have none, and
	// set one up when a page asks for it.
	Phone *wire.Authenticator
	// Reads is how long they look at a screen before they answer, on the PC's clock.
	Reads time.Duration
}

// errNoPassword is a person who does not go on.
var errNoPassword = errors.New("nobody is there who knows the password")

func (p *Person) password(ctx context.Context, why string) (string, error) {
	if p.Password == nil {
		return "", errNoPassword
	}
	return p.Password(ctx, why)
}

// answers are what a script lets the person say, taken one after the other.
type answers struct {
	by      map[string]string
	presses []string
}

// answer is what the person chooses on a screen; empty: what is filled in.
func (a *answers) answer(screen string) string { return a.by[screen] }

// press is the next button of an error page; false: the person goes away.
func (a *answers) press(buttons []string) (string, bool) {
	if len(a.presses) == 0 {
		return "", false
	}
	next := a.presses[0]
	a.presses = a.presses[1:]
	for _, b := range buttons {
		if plain(b) == plain(next) {
			return b, true
		}
	}
	return "", false
}

// plain is a button's text as scripts write it: try-again for Try again.
func plain(text string) string { return strings.ReplaceAll(strings.ToLower(text), " ", "-") }
