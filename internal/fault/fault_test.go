package fault_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"taxiway/internal/fault"
)

func TestAWrappedFaultKeepsItsKindAndSaysWhatWasBeingDone(t *testing.T) {
	err := fault.Wrap("assign profile", fault.New(fault.Conflict, "Taken", "The name is taken."))
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("kind = %v, want Conflict", fault.KindOf(err))
	}
	if !strings.HasPrefix(err.Error(), "assign profile: ") {
		t.Errorf("error = %q, want it to begin with what was being done", err)
	}
}

func TestAnUnknownErrorIsInternalAndHidesItsCauseFromPeople(t *testing.T) {
	err := fault.Wrap("read row", io.ErrUnexpectedEOF)
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Internal {
		t.Fatalf("fault.As = %v, %v, want an Internal fault", e, ok)
	}
	if strings.Contains(e.Message, "EOF") {
		t.Errorf("message %q shows the cause", e.Message)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost to errors.Is")
	}
	if fault.Wrap("nothing", nil) != nil {
		t.Error("wrapping nil must stay nil")
	}
}

func TestFieldNamesTargetAndRemedy(t *testing.T) {
	e := fault.Field(fault.Invalid, "NameTooLong", "displayName", "The name is too long.", "Shorten it to 200 characters.")
	if len(e.Details) != 1 || e.Details[0].Target != "displayName" || e.Details[0].Remedy == "" {
		t.Errorf("details = %+v, want target and remedy", e.Details)
	}
}

func TestNearestOffersTheLikeliestKnownNameOrNone(t *testing.T) {
	known := []string{"displayName", "groupTag", "serialNumber", "id"}
	for name, want := range map[string]string{
		"dispalyName": "displayName", "GROUPTAG": "groupTag", "serial": "", "serialNumbr": "serialNumber", "colour": "", "": "id", strings.Repeat("x", 500): "",
	} {
		if got := fault.Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}
