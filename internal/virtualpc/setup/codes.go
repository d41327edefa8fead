package setup

import (
	"fmt"
	"strconv"
	"strings"
)

// answer is what a person is told about a code of a service.
type answer struct {
	event int // id in the Autopilot event channel
	words string
	next  string
}

const (
	askAdministrator = "Ask your administrator"
	orAskThem        = "ask your administrator"
	goesOnPlain      = " Meanwhile setup goes on without a profile."
	withoutProfile   = " To continue anyway is to set the PC up without its organization's settings, unless it got them before."
)

// profileAnswers are the refusals of the profile service ("Windows Autopilot
// device registration errors", "Troubleshooting Windows Autopilot").
var profileAnswers = map[string]answer{
	"803": {0, "The profile service says that the serial number or the product key id is not valid.", askAdministrator + " to register this PC by its hardware hash, then restart it."},
	"806": {0, "The profile service says that this PC is registered in this organization already.", askAdministrator + " to look at its registration, then restart it."},
	"807": {807, "This PC is not registered with Windows Autopilot.", askAdministrator + " to import its hardware hash, then restart it."},
	"808": {0, "This PC is registered in another organization.", askAdministrator + ": the other organization has to deregister it first."},
	"809": {809, "The profile that was assigned to this PC does not exist any more.", askAdministrator + " to assign another profile, then restart it."},
	"815": {815, "No profile is assigned to this PC, and no profile is there for all devices.", askAdministrator + " to put it into a group that a profile is assigned to, then restart it."},
	"908": {908, "The hardware of this PC is not the hardware that was registered.", askAdministrator + " to deregister this PC and to import its new hardware hash, then reset it."},
}

func profileProblem(code, reason string) Problem {
	a, known := profileAnswers[code]
	if !known {
		code = orElse(code, "172")
		a = answer{172, "The profile service refuses this PC for a reason that it knows as " + code + ".", askAdministrator + " and name the code, then restart the PC."}
	}
	switch {
	case code == "908" && strings.EqualFold(reason, "SerialNumberMismatch"):
		a.words = "The serial number of this PC is not the one that was registered."
	case code == "908" && strings.EqualFold(reason, "ProductKeyIdMismatch"):
		a.words = "The product key id of this PC is not the one that was registered."
	}
	return Problem{Code: code, EventID: a.event, Words: a.words, Said: said(reason), Next: a.next + goesOnPlain}
}

// unreachable is when the service gave no answer that could be used.
func unreachable(code, text string) Problem {
	p := Problem{
		Code: orElse(code, CodeUnreachable), EventID: 100, Said: said(text),
		Words: "The profile service did not answer.",
		Next:  "Look at the network and try again." + withoutProfile,
	}
	switch code {
	case CodeTPMIdentity:
		p.EventID, p.Words = 171, "The TPM of this PC could not prove that it is the registered one."
		p.Next = "Try again. When the TPM or the main board was changed, " + orAskThem + " to register the PC anew." + withoutProfile
	case CodeProfileDamaged:
		p.EventID, p.Words = 172, "What the profile service sent is no profile, so that none could be set."
		p.Next = "Try again; when it stays, " + orAskThem + ": something on the way may be changing what the service sends." + withoutProfile
	}
	return p
}

// joinAnswers are Windows' codes of a join (winerror.h, DSREG_E_…).
var joinAnswers = map[string]answer{
	"0x801c0001": {0, "The directory did not understand the PC.", "Try again; if it stays, " + orAskThem + "."},
	"0x801c0002": {0, "The directory does not accept this sign-in for joining.", "Sign in again, with the second factor when it is asked for."},
	"0x801c0003": {0, "This user isn't authorized to enroll.", askAdministrator + " to let you join devices (Users may join devices to Microsoft Entra ID), or sign in as somebody who may."},
	"0x801c0006": {0, "The directory has a fault of its own at the moment.", "Try again in some minutes."},
	"0x801c000b": {0, "The sign-in leads to an address that Windows does not trust.", askAdministrator + ": the sign-in of the organization is not set up right."},
	"0x801c000c": {0, "The PC did not find out where the organization's devices join.", "Look at the network and try again."},
	"0x801c000e": {0, "You have joined as many devices as you may.", askAdministrator + " to remove a device that you no longer have, or to raise Maximum number of devices per user."},
	"0x801c0013": {0, "The organization is not known to the directory.", askAdministrator + " to look at the profile of this PC."},
	"0x801c0014": {0, "The directory does not know who signed in.", "Sign in again; if it stays, " + orAskThem + "."},
}

// enrolAnswers are Windows' codes of an enrolment ("MDM enrollment error
// codes", "Troubleshooting Windows Autopilot").
var enrolAnswers = map[string]answer{
	"0x80180001": {0, "The management did not understand the PC.", "Try again; if it stays, " + orAskThem + "."},
	"0x80180002": {0, "The management does not accept who signed in.", "Try again; if it stays, " + orAskThem + "."},
	"0x80180003": {0, "You are not allowed to enrol this PC.", askAdministrator + " to take you into the MDM user scope, or to assign this PC to you if only the assigned user may sign in to it."},
	"0x80180004": {0, "The management gave the PC no certificate.", "Try again; if it stays, " + orAskThem + "."},
	"0x80180005": {0, "The management is not set up for what the PC asked.", askAdministrator + " and name the code."},
	"0x80180006": {0, "The management has a fault of its own at the moment.", "Try again in some minutes."},
	"0x80180007": {0, "The management could not use the PC's proof of who signed in.", "Try again; if it stays, " + orAskThem + "."},
	"0x8018000a": {0, "This PC is enrolled already.", askAdministrator + " to remove its old record, then try again."},
	"0x80180010": {0, "The management could not be reached.", "Look at the network and try again."},
	"0x80180012": {0, "The certificate of the management is not one that this PC trusts.", askAdministrator + ": the PC is right not to go on."},
	"0x80180013": {0, "You have enrolled as many devices as you may.", askAdministrator + " to remove a device that you no longer have, or to raise the device limit."},
	"0x80180014": {0, "The organization does not let this PC enrol.", askAdministrator + " to look at the device platform restrictions: Windows, its version, and personally owned devices."},
	"0x80180015": {0, "The management does not do what the PC asked.", askAdministrator + " and name the code."},
	"0x80180016": {0, "The certificate of this PC cannot be renewed.", askAdministrator + " to remove its record, then reset the PC."},
	"0x80180017": {0, "The management is being maintained.", "Try again later."},
	"0x80180018": {0, "You have no license that lets you enrol a PC.", askAdministrator + " to give you a license for device management, then try again."},
	"0x80180019": {0, "The management does not accept what the PC said about itself.", "Try again from the sign-in; if it stays, " + orAskThem + "."},
	"0x80180032": {0, "The management refuses this PC for a reason of its own.", askAdministrator + " and name the code."},
	"0xc1036501": {0, "The organization has several managements, and the PC cannot choose one.", askAdministrator + " to leave you in one MDM user scope."},
}

func joinProblem(code, reason, text string) Problem {
	if strings.EqualFold(reason, ReasonAssignedUser) {
		return assignedUserOnly(text)
	}
	return refusal(joinAnswers, code, "0x801c0006", "The directory", reason, text)
}

func enrolProblem(code, reason, text string) Problem {
	return refusal(enrolAnswers, code, "0x80180006", "The management", reason, text)
}

func refusal(answers map[string]answer, code, missing, who, reason, text string) Problem {
	code = orElse(hresult(code), missing)
	a, known := answers[code]
	if !known {
		a = unanswered(who, code)
	}
	return Problem{Code: code, EventID: a.event, Words: a.words, Said: said(orElse(text, reason)), Next: a.next}
}

// unanswered is a code that is none of the service's own: the PC's number for a
// way to it that does not carry, or the name of what is wrong with its answer.
func unanswered(who, code string) answer {
	switch {
	case strings.HasPrefix(code, "0x80072e"): // ERROR_INTERNET_… (wininet.h)
		return answer{0, who + " could not be reached.", "Look at the network and try again."}
	case strings.HasPrefix(code, "0x80072f"): // ERROR_INTERNET_SEC_…
		return answer{0, who + " shows no certificate that this PC trusts today.", "Look at the PC's clock and try again; if it stays, " + orAskThem + "."}
	case strings.HasPrefix(code, "0x801901"): // HTTP_E_STATUS_… (urlmon.h)
		return answer{0, who + " has a fault of its own at the moment.", "Try again in some minutes."}
	case strings.HasPrefix(code, "0x"):
		return answer{0, who + " refuses this PC for a reason that it knows as " + code + ".", askAdministrator + " and name the code."}
	default:
		return answer{0, who + " gave no answer that this PC can use.", "Look at the network and try again; if it stays, " + orAskThem + "."}
	}
}

// temporary tells a refusal that the same join can be tried again after.
func temporary(code string) bool {
	code = hresult(code)
	return code == "" || code == "0x801c0006" || code == "0x801c000c" || strings.HasPrefix(code, "0x80072e") || strings.HasPrefix(code, "0x801901")
}

// hresult writes a code as Windows does on a screen: 0x801c0003. A name stays one.
func hresult(code string) string {
	code = strings.TrimSpace(code)
	if lower := strings.ToLower(code); strings.HasPrefix(lower, "0x") || len(lower) == 8 && allOf(lower, isHex) {
		code = lower
	}
	// The profile service writes numbers: 2149056517 is 0x80180005.
	if n, err := strconv.ParseUint(code, 10, 32); err == nil && n >= 1<<31 {
		return fmt.Sprintf("0x%08x", n)
	}
	if len(code) == 8 && allOf(code, isHex) {
		return "0x" + code
	}
	if len(code) > 100 {
		return code[:100]
	}
	return code
}
