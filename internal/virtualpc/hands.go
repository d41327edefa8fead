package virtualpc

import (
	"context"
	"errors"
	"slices"

	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// Hands are somebody at the PC who answers each page when they like, in place
// of the Person and of what a script lets them say.
type Hands interface {
	// Answer is what they do at a page of setup: an event that a person can make
	// happen. One without a kind lets the PC look again at its network.
	Answer(ctx context.Context, screen *setup.Screen) (setup.Event, error)
	// Page is what they do at a page of the web view.
	Page(ctx context.Context, page *wire.PageView) (Typed, error)
	// Refused tells that what they did cannot be done there; they are asked again.
	Refused(why string)
}

// Typed is what hands do at a page of the web view.
type Typed struct {
	Text  string       // address, password, code; the present password where a new one is asked for
	Next  string       // the new password
	Yes   bool         // what the page asks is accepted
	Press setup.Button // a button that leaves the page: Back, Cancel, Sign in with another account
}

// byHand are the events that a person can make happen.
var byHand = []setup.EventKind{setup.Chosen, setup.Connected, setup.Disconnected, setup.Accepted, setup.Declined, setup.PreprovisionAsked, setup.Pressed}

// hands lets them answer the page, until they do what can be done there. again
// is that Try again does what the PC could not do before.
func (s *session) hands(ctx context.Context, again bool) (setup.Event, error) {
	for {
		if e, ok := s.plug(); ok {
			return e, nil
		}
		screen := s.screen
		if again {
			screen.Buttons = append([]setup.Button{setup.ButtonTryAgain}, slices.DeleteFunc(slices.Clone(screen.Buttons), func(b setup.Button) bool {
				return b == setup.ButtonNext || b == setup.ButtonSignIn || b == setup.ButtonVerify
			})...)
		}
		e, err := s.b.Hands.Answer(ctx, &screen)
		if err != nil {
			return e, err
		}
		if e.Kind == "" {
			continue
		}
		if again && e.Kind == setup.Pressed && e.Button == setup.ButtonTryAgain {
			return e, nil
		}
		if why := s.impossible(e); why != "" {
			s.b.Hands.Refused(why)
			continue
		}
		if e.Kind == setup.Pressed {
			s.esp.again = e.Button == setup.ButtonTryAgain
		}
		if e.Kind == setup.Connected {
			s.pc.faults.reached()
		}
		return s.answered(e, deed(&e)), nil
	}
}

// impossible says why a person cannot do this here, "" when they can.
func (s *session) impossible(e setup.Event) string {
	if !slices.Contains(byHand, e.Kind) {
		return "nobody can do that by hand"
	}
	_, _, _, err := setup.Next(s.kept.Setup, e)
	if refused, ok := errors.AsType[*setup.EventError](err); ok {
		return refused.Why
	}
	return ""
}

// deed is what an event is in words.
func deed(e *setup.Event) string {
	switch e.Kind {
	case setup.Pressed:
		return "presses " + string(e.Button)
	case setup.Connected:
		return "connects to the network " + e.Value
	case setup.Disconnected:
		return "takes the network away"
	case setup.Declined:
		return "declines"
	case setup.PreprovisionAsked:
		return "presses the Windows key five times"
	case setup.Chosen:
		return "chooses " + e.Value
	default:
		return "goes on"
	}
}

// plug is the network that was taken away or came back while the PC worked.
func (s *session) plug() (setup.Event, bool) {
	unplugged, back := s.pc.faults.plugged()
	switch {
	case unplugged && s.kept.Setup.Online && s.takes(setup.Disconnected):
		return setup.Event{Kind: setup.Disconnected}, true
	case back && !s.kept.Setup.Online && s.takes(setup.Connected):
		return setup.Event{Kind: setup.Connected, Value: "cable"}, true
	}
	return setup.Event{}, false
}

// SetPlugged takes the network away from the PC, or gives it one by cable. It
// may be called while the PC is on.
func (pc *PC) SetPlugged(on bool) { pc.faults.plug(on) }

// Inject adds something that goes wrong from now on. It may be called while the
// PC is on.
func (pc *PC) Inject(f Fault) { pc.faults.add(f) }

// handView is the web view of a PC whose person is there.
type handView struct{ *webView }

// leftError is a person who left a page of the web view by one of setup's buttons.
type leftError struct{ button setup.Button }

func (e *leftError) Error() string { return "the person pressed " + string(e.button) }

// left is the button by which the person left the sign-in, if they did.
func left(p *wire.Problem) (setup.Event, bool) {
	l, ok := errors.AsType[*leftError](p.Cause)
	if !ok {
		return setup.Event{}, false
	}
	return setup.Event{Kind: setup.Pressed, Button: l.button}, true
}

// typed shows the page until they do something with it.
func (w *handView) typed(ctx context.Context, p *wire.PageView, did string) (Typed, error) {
	if err := w.look(ctx, p); err != nil {
		return Typed{}, err
	}
	s := w.s
	for {
		t, err := s.b.Hands.Page(ctx, p)
		if err != nil {
			return t, err
		}
		if t.Press == "" {
			s.view(View{Answer: did})
			return t, nil
		}
		if why := s.impossible(setup.Event{Kind: setup.Pressed, Button: t.Press}); why != "" {
			s.b.Hands.Refused(why)
			continue
		}
		s.view(View{Answer: "presses " + string(t.Press)})
		return t, &leftError{t.Press}
	}
}

// Password implements wire.Prompter.
func (w *handView) Password(ctx context.Context, p *wire.PageView) (string, error) {
	t, err := w.typed(ctx, p, "types the password")
	return t.Text, err
}

// Code implements wire.Prompter.
func (w *handView) Code(ctx context.Context, p *wire.PageView) (string, error) {
	if err := w.factor(); err != nil {
		return "", err
	}
	t, err := w.typed(ctx, p, "types the code of the authenticator app")
	return t.Text, err
}

// NewPassword implements wire.Prompter.
func (w *handView) NewPassword(ctx context.Context, p *wire.PageView) (present, next string, err error) {
	t, err := w.typed(ctx, p, "chooses a new password")
	return t.Text, t.Next, err
}

// EnrolAuthenticator implements wire.Prompter.
func (w *handView) EnrolAuthenticator(ctx context.Context, p *wire.PageView) (string, error) {
	t, err := w.typed(ctx, p, "sets an authenticator app up")
	return t.Text, err
}

// Accept implements wire.Prompter.
func (w *handView) Accept(ctx context.Context, p *wire.PageView) (bool, error) {
	t, err := w.typed(ctx, p, "decides: "+p.Heading)
	return t.Yes, err
}

// Note implements wire.Prompter.
func (w *handView) Note(ctx context.Context, p *wire.PageView) error {
	_, err := w.typed(ctx, p, "reads: "+p.Heading)
	return err
}
