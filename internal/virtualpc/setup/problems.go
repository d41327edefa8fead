package setup

import (
	"slices"
	"strings"
	"unicode/utf8"
)

func noNetwork() Problem {
	return Problem{Code: CodeNoNetwork, Words: "The network is gone.", Next: "Connect the PC again; setup goes on from here by itself."}
}

// signInProblem is what the sign-in page said, in its own words.
func signInProblem(code, reason, text string) Problem {
	switch {
	case strings.EqualFold(reason, ReasonAssignedUser), code == CodeAssignedUser:
		return assignedUserOnly(text)
	case code == CodeMFARefused:
		return Problem{
			Code: CodeMFARefused, Words: "The second factor was not given, and the organization asks for it.", Said: said(text),
			Next: "Sign in again and enter the code of your authenticator app; without the app, " + orAskThem + ".",
		}
	}
	return Problem{
		Code: bounded(orElse(code, CodeSignIn), 100), Words: "The sign-in was refused.", Said: said(orElse(text, reason)),
		Next: "Look at what was typed and try again; if it stays, " + orAskThem + ".",
	}
}

func assignedUserOnly(text string) Problem {
	return Problem{
		Code: CodeAssignedUser, Words: "Only the person this PC is assigned to may sign in: Only the assigned user may sign in = Yes.", Said: said(text),
		Next: "Sign in as that person, or " + orAskThem + " to assign the PC to you.",
	}
}

func wrongTenant(p *Profile, upn string) Problem {
	return Problem{
		Code: CodeWrongTenant, Words: "This user isn't authorized to enroll: " + upn + " is not of " + p.TenantDomain + ", which this PC belongs to.",
		Next: "Sign in with an account of " + p.TenantDomain + ".",
	}
}

func espProblem(code, text string, buttons []Button) Problem {
	next := askAdministrator + "; the page offers no way on, so switch the PC off meanwhile."
	var can []string
	for _, b := range buttons {
		switch b {
		case ButtonTryAgain:
			can = append(can, "try again")
		case ButtonReset:
			can = append(can, "reset the device")
		case ButtonContinue:
			can = append(can, "continue anyway and go without what is missing")
		default: // ButtonCollectLogs
			can = append(can, "collect logs for your administrator")
		}
	}
	if len(can) > 0 {
		next = "You can " + strings.Join(can, ", or ") + "."
	}
	return Problem{Code: bounded(code, 100), Words: bounded(text, 10_000), Next: next}
}

// said bounds a text of somebody else's.
func said(text string) string { return bounded(strings.TrimSpace(text), 1000) }

func bounded(text string, most int) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= most {
		return text
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

func orElse(text, otherwise string) string {
	if strings.TrimSpace(text) == "" {
		return otherwise
	}
	return text
}

// known tells a page of a state that was read back.
func known(name ScreenName) bool { return slices.Contains(screens, name) }
