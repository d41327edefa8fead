package virtualpc

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"taxiway/internal/virtualpc/setup"
)

// windowsKey is the answer of somebody who asks for pre-provisioning.
const windowsKey = "windows-key"

// person lets the person in front of the PC answer the screen.
func (s *session) person(ctx context.Context) (setup.Event, error) {
	if s.b.Hands != nil {
		return s.hands(ctx, s.job != setup.JobNone)
	}
	if err := s.pc.clock.wait(ctx, s.b.Person.Reads); err != nil {
		return setup.Event{}, err
	}
	screen := &s.screen
	answer := s.answers.answer(string(screen.Name))
	if s.stuck() && answer == "" {
		button, ok := s.answers.press(buttonTexts(screen.Buttons))
		if !ok {
			return setup.Event{}, errAway
		}
		return s.press(setup.Button(button)), nil
	}
	delete(s.answers.by, string(screen.Name)) // once: the next time it is what is filled in
	if answer == windowsKey && s.takes(setup.PreprovisionAsked) {
		return s.answered(setup.Event{Kind: setup.PreprovisionAsked}, "presses the Windows key five times"), nil
	}
	for _, b := range screen.Buttons {
		if answer != "" && plain(string(b)) == plain(answer) {
			return s.press(b), nil
		}
	}
	switch {
	case screen.Name == setup.ScreenNetwork && answer == "none":
		return setup.Event{}, errAway
	case screen.Name == setup.ScreenNetwork:
		name := cmp.Or(answer, "Contoso")
		return s.answered(setup.Event{Kind: setup.Connected, Value: name}, "connects to the network "+name), nil
	case screen.Name == setup.ScreenLayout && answer == "":
		return s.press(setup.ButtonSkip), nil
	case screen.Name == setup.ScreenAccount:
		return s.address(answer)
	case screen.Name == setup.ScreenPlain && answer == "":
		return s.answered(setup.Event{Kind: setup.Chosen, Value: setup.Work}, "chooses "+string(setup.ButtonWork)), nil
	case s.takes(setup.Chosen) && answer != "":
		return s.answered(setup.Event{Kind: setup.Chosen, Value: answer}, "chooses "+answer), nil
	case s.takes(setup.Accepted):
		return s.answered(setup.Event{Kind: setup.Accepted}, "goes on"), nil
	case s.takes(setup.Chosen):
		value := filledIn(screen.Fields)
		return s.answered(setup.Event{Kind: setup.Chosen, Value: value}, "chooses "+value), nil
	case s.takes(setup.Pressed) && len(screen.Buttons) > 0:
		return s.press(screen.Buttons[0]), nil
	}
	return setup.Event{}, fmt.Errorf("nobody knows how to go on from the screen %s, which takes %v", screen.Name, screen.Events)
}

// stuck tells a screen that says that something went wrong and does not go on by
// itself. Two only tell why there is no profile, and go on.
func (s *session) stuck() bool {
	return s.screen.Error != nil && s.screen.Name != setup.ScreenPlain && s.screen.Name != setup.ScreenPreprovision
}

func (s *session) takes(kind setup.EventKind) bool { return slices.Contains(s.screen.Events, kind) }

// address is who signs in: as the script says, as the person is called, or as
// the PC proposes.
func (s *session) address(answer string) (setup.Event, error) {
	value := cmp.Or(answer, s.b.Person.UPN, filledIn(s.screen.Fields))
	if value == "" {
		return setup.Event{}, errAway
	}
	return s.answered(setup.Event{Kind: setup.Chosen, Value: value}, "signs in as "+value), nil
}

// filledIn is what stands in the first field, or its first choice.
func filledIn(fields []setup.Field) string {
	for _, f := range fields {
		if f.Secret {
			continue
		}
		if f.Value != "" {
			return f.Value
		}
		if len(f.Choice) > 0 {
			return f.Choice[0]
		}
	}
	return ""
}

// press is a button; some have an event of their own.
func (s *session) press(b setup.Button) setup.Event {
	e := setup.Event{Kind: setup.Pressed, Button: b}
	s.esp.again = b == setup.ButtonTryAgain
	switch b {
	case setup.ButtonAccept, setup.ButtonYes, setup.ButtonNext, setup.ButtonOK:
		if s.takes(setup.Accepted) {
			e = setup.Event{Kind: setup.Accepted}
		}
	case setup.ButtonDecline:
		if s.takes(setup.Declined) {
			e = setup.Event{Kind: setup.Declined}
		}
	case setup.ButtonWork:
		e = setup.Event{Kind: setup.Chosen, Value: setup.Work}
	case setup.ButtonPersonal:
		e = setup.Event{Kind: setup.Chosen, Value: setup.Personal, Text: cmp.Or(s.b.Person.UPN, "Owner")}
	default:
	}
	return s.answered(e, "presses "+string(b))
}

func (s *session) answered(e setup.Event, text string) setup.Event {
	s.view(View{Answer: text})
	return e
}

func buttonTexts(all []setup.Button) []string {
	out := make([]string, len(all))
	for i, b := range all {
		out[i] = string(b)
	}
	return out
}
