package servertest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

// badRow is a row of an import that does not register its PC. The import as a
// whole succeeds; the row tells its own outcome.
type badRow struct {
	name      string
	row       object
	code      float64 // state.deviceErrorCode
	errorName string
	says      string // in state.deviceErrorMessage: what is wrong
	remedy    string // in the same: the next action
}

func (f *field) badRows(t *testing.T) []badRow {
	t.Helper()
	fresh := servertest.NewPC(t, "PF-FRESH")
	hash := fresh.Hash(t)
	row := func(serial, hash string) object {
		return object{"serialNumber": serial, "hardwareIdentifier": hash, "importId": "7b4a9a3e-0000-4000-8000-000000000001"}
	}
	const serial = "PF-FRESH"
	// The same board with another TPM chip, and another PC with the same TPM.
	otherTPM, otherBoard := *f.pc, *servertest.NewPC(t, "PF-OTHER")
	otherTPM.Hardware.EKModulus = fresh.Hardware.EKModulus
	otherBoard.Hardware.EKModulus = f.pc.Hardware.EKModulus
	const elsewhere, owner = "registered elsewhere", "deregister it first"
	return []badRow{
		{"a truncated hash", row(serial, hash[:400]), 802, "InvalidZtdHardwareHash", "", "whole"},
		{"a hash with a wrong checksum", row(serial, flipped(t, hash)), 802, "InvalidZtdHardwareHash", "checksum", "again"},
		{"a hash that is no hash", row(serial, "AAAA"), 802, "InvalidZtdHardwareHash", "", "whole"},
		{"no hash", row(serial, ""), 803, "MissingZtdSerialNumberAndProductKey", "no hardware hash", "Supply"},
		{"a serial number that differs", row("PF-WRONG", hash), 908, "SerialNumberMismatch", "'PF-WRONG' differs from 'PF-FRESH'", "Correct the row"},
		{"a PC registered here", row(f.pc.Hardware.SystemSerial, f.hash), 806, "ZtdDeviceAlreadyAssigned", "in this tenant already", "delete the registration"},
		{"its TPM in another PC", row(otherBoard.Hardware.SystemSerial, otherBoard.Hash(t)), 806, "ZtdDeviceAlreadyAssigned", "in this tenant already", "delete the registration"},
		{"its board with another TPM", row(otherTPM.Hardware.SystemSerial, otherTPM.Hash(t)), 806, "ZtdDeviceAlreadyAssigned", "in this tenant already", "delete the registration"},
		{"a PC registered in another tenant", row(f.fabrikam.pc.Hardware.SystemSerial, f.fabrikam.hash), 808, "ZtdDeviceAssignedToOtherTenant", elsewhere, owner},
		{"a PC registered in a third tenant", row(f.northwind.pc.Hardware.SystemSerial, f.northwind.hash), 808, "ZtdDeviceAssignedToOtherTenant", elsewhere, owner},
		{"a user that does not exist", with(row(serial, hash), "assignedUserPrincipalName", "nobody@"+f.Domain), 0, "AssignedUserNotFound", "nobody@" + f.Domain, "create the user"},
		{"a user of another tenant", with(row(serial, hash), "assignedUserPrincipalName", f.fabrikam.upn), 0, "AssignedUserNotFound", f.fabrikam.upn, "create the user"},
		{"a group tag over 512 characters", with(row(serial, hash), "groupTag", strings.Repeat("t", 513)), 0, "GroupTagTooLong", "513", "Shorten"},
	}
}

func TestABadImportRowTellsItsOutcomeAndRegistersNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		f := newField(t, db)
		rows := f.badRows(t)
		if len(rows) != wantBadRows {
			t.Errorf("%d bad rows were tried, want %d", len(rows), wantBadRows)
		}
		devices := func() (all []byte) {
			for _, path := range []string{identities, "/v1.0/devices"} {
				for _, e := range []*estate{f.estate, f.fabrikam, f.northwind} {
					all = append(all, f.p.Must(t, e.Token, http.MethodGet, path, nil, http.StatusOK).Raw...)
				}
			}
			return all
		}
		before := devices()
		for _, r := range rows {
			alone := f.p.Must(t, f.Token, http.MethodPost, imports, r.row, http.StatusCreated)
			r.check(t, alone.JSON)
			among := f.p.Must(t, f.Token, http.MethodPost, imports+"/import", object{"importedWindowsAutopilotDeviceIdentities": []object{r.row}}, http.StatusOK)
			list, _ := among.JSON["value"].([]any)
			if len(list) != 1 {
				t.Fatalf("%s: %d rows came back", r.name, len(list))
			}
			first, _ := list[0].(object)
			r.check(t, first)
			if after := devices(); !bytes.Equal(before, after) {
				t.Errorf("%s: a device changed", r.name)
			}
		}
	})
}

func (r *badRow) check(t *testing.T, row object) {
	t.Helper()
	state, _ := row["state"].(object)
	message, _ := state["deviceErrorMessage"].(string)
	if state["deviceImportStatus"] != "error" || state["deviceErrorCode"] != r.code || state["deviceErrorName"] != r.errorName {
		t.Errorf("%s: %v", r.name, state)
	}
	if !strings.Contains(message, r.says) || !strings.Contains(message, r.remedy) {
		t.Errorf("%s: message %q does not say %q and %q", r.name, message, r.says, r.remedy)
	}
	if row["hardwareIdentifier"] != nil {
		t.Errorf("%s: the hash came back", r.name)
	}
}

// A PC that another tenant holds: whoever it is, nothing in the answer tells.
func TestTheAnswerForAPCHeldElsewhereIsTheSameWhoeverHoldsIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		f := newField(t, db)
		ask := func(from *estate, pc *servertest.PC, hash string) []byte {
			a := f.p.Must(t, from.Token, http.MethodPost, imports, object{"serialNumber": pc.Hardware.SystemSerial, "hardwareIdentifier": hash, "importId": unknownID}, http.StatusCreated)
			raw := bytes.ReplaceAll(a.Raw, []byte(id(t, a)), []byte("ID"))
			return bytes.ReplaceAll(raw, []byte(pc.Hardware.SystemSerial), []byte("SERIAL"))
		}
		var first []byte
		for _, holder := range []*estate{f.fabrikam, f.northwind} {
			events := len(f.p.All(t, holder.Token, audits))
			got := ask(f.estate, holder.pc, holder.hash)
			if first == nil {
				first = got
			}
			if !bytes.Equal(first, got) {
				t.Errorf("the answers differ:\n%s\n%s", first, got)
			}
			for _, secret := range []string{holder.ID, holder.displayName, holder.Domain, holder.identity, holder.device} {
				if bytes.Contains(bytes.ToLower(got), []byte(strings.ToLower(secret))) {
					t.Errorf("the answer names %q: %s", secret, got)
				}
			}
			after := f.p.All(t, holder.Token, audits)
			if len(after) != events+1 {
				t.Fatalf("the holder's audit trail has %d new events, want 1", len(after)-events)
			}
			if !containsActivity(after, "Refuse registration elsewhere") {
				t.Errorf("the holder's audit trail does not tell of the attempt: %v", after)
			}
			for _, e := range after {
				if text := strings.ToLower(toText(t, e)); strings.Contains(text, f.ID) || strings.Contains(text, "contoso") {
					t.Errorf("the holder's audit trail names who asked: %s", text)
				}
			}
		}
		if !containsActivity(f.p.All(t, f.Token, audits), "Import Autopilot devices") {
			t.Error("the asking tenant's audit trail does not tell of the import")
		}
	})
}
