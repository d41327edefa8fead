package virtualpc

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // how Windows names certificates
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// What Windows writes down while it is set up: the places that administrators
// look at when something went wrong (Microsoft Learn, "Windows Autopilot
// troubleshooting FAQ").

// event writes into the Autopilot event log.
func (s *session) event(id int, level machine.Level, message string, data map[string]string) error {
	return s.m.Events().Add(machine.Event{Time: s.pc.clock.now(), ID: id, Level: level, Message: message, Data: data})
}

func (s *session) mdmEvent(id int, level machine.Level, message string) error {
	return s.m.Events().Add(machine.Event{Time: s.pc.clock.now(), Channel: machine.ChannelMDM, ID: id, Level: level, Message: message})
}

// Event ids of the channel User Device Registration (Microsoft Learn,
// "Troubleshoot devices by using the dsregcmd command").
const (
	eventJoined     = 306
	eventJoinFailed = 304
)

func (s *session) joinEvent(level machine.Level, message, code string) error {
	id := eventJoined
	data := map[string]string{}
	if code != "" {
		id, data["code"] = eventJoinFailed, code
	}
	return s.m.Events().Add(machine.Event{Time: s.pc.clock.now(), Channel: machine.ChannelJoin, ID: id, Level: level, Message: message, Data: data})
}

// started is what stands in the registry of every PC.
func (s *session) started() error {
	name, ok, err := s.m.Registry().Get(machine.KeyComputerName, machine.ValueComputerName)
	if err != nil {
		return err
	}
	if ok && name == s.kept.Setup.Name {
		return nil
	}
	return s.m.Registry().Set(machine.KeyComputerName, machine.ValueComputerName, s.kept.Setup.Name)
}

// profileWritten keeps a profile where Windows does.
func (s *session) profileWritten(p *setup.Profile) error {
	stamped, err := stamp(s.kept.Profile, s.pc.clock.now())
	if err != nil {
		return err
	}
	if err := s.m.Drive().Write(machine.ProfileFile, stamped); err != nil {
		return err
	}
	for _, k := range []struct {
		key    string
		values map[string]any
	}{
		{machine.KeyPolicyCache, map[string]any{"PolicyJsonCache": string(stamped), "ProfileAvailable": 1}},
		{machine.KeyAutopilot, s.profileValues(p)},
		{machine.KeyCorrelations, map[string]any{"ZtdRegistrationId": p.RegistrationID}},
	} {
		if err := s.m.Registry().SetAll(k.key, k.values); err != nil {
			return err
		}
	}
	for _, e := range []struct {
		id   int
		text string
		data map[string]string
	}{
		{machine.EventDownloaded, "The Autopilot profile was downloaded.", map[string]string{"profile": p.Name}},
		{machine.EventStateChange, "The state of the profile changed from ProfileState_Unknown to ProfileState_Available.", nil},
		{machine.EventNumberRead, "CloudAssignedOobeConfig was read.", map[string]string{"CloudAssignedOobeConfig": s.profileNumber("CloudAssignedOobeConfig")}},
		{machine.EventTextRead, "CloudAssignedTenantDomain was read.", map[string]string{"CloudAssignedTenantDomain": p.TenantDomain}},
		{machine.EventSettingsRetrieved, "The settings of the Autopilot profile were retrieved.", nil},
		{machine.EventOOBESetting, "The settings of the out-of-box experience were set.", nil},
	} {
		if err := s.event(e.id, machine.Information, e.text, e.data); err != nil {
			return err
		}
	}
	return nil
}

// stamp adds the day of the download, which the PC does itself.
func stamp(document json.RawMessage, now time.Time) ([]byte, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, fmt.Errorf("read the profile document: %w", err)
	}
	text, err := json.Marshal(now.UTC().Format(time.RFC3339))
	if err != nil {
		return nil, fmt.Errorf("write the day of the download: %w", err)
	}
	fields["PolicyDownloadDate"] = text
	out, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("write the profile document: %w", err)
	}
	return out, nil
}

// profileValues are the CloudAssigned values of the document, and Windows' own
// conclusions.
func (s *session) profileValues(p *setup.Profile) map[string]any {
	values := map[string]any{
		"IsAutoPilotDisabled": false, "IsDevicePersonalized": false, "IsForcedEnrollmentEnabled": p.HideEscape,
		"TenantId": p.TenantID, "AadTenantId": p.TenantID, "DeploymentProfileName": p.Name,
	}
	fields := map[string]any{}
	if err := json.Unmarshal(s.kept.Profile, &fields); err != nil {
		return values // it was parsed before
	}
	for name, v := range fields {
		if !strings.HasPrefix(name, "CloudAssigned") && name != "AutopilotServiceCorrelationId" {
			continue
		}
		switch v := v.(type) {
		case string:
			values[name] = v
		case float64:
			values[name] = int(v)
		default:
		}
	}
	return values
}

func (s *session) profileNumber(name string) string {
	fields := map[string]json.RawMessage{}
	_ = json.Unmarshal(s.kept.Profile, &fields) // it was parsed before
	return string(fields[name])
}

// profileGone is a PC without a profile.
func (s *session) profileGone() error {
	if err := s.m.Drive().Remove(machine.ProfileFile); err != nil {
		return err
	}
	return s.m.Registry().SetAll(machine.KeyPolicyCache, map[string]any{"PolicyJsonCache": "", "ProfileAvailable": 0})
}

// joinWritten keeps what the join says.
func (s *session) joinWritten(j *wire.Joined) error {
	thumbprint := thumbprintOf(j.Certificate.Raw)
	err := s.m.Registry().SetAll(machine.KeyJoinInfo+`\`+thumbprint, map[string]any{
		"TenantId": j.TenantID, "UserEmail": j.UPN, "DeviceId": j.DeviceID,
	})
	if err != nil {
		return err
	}
	return s.joinEvent(machine.Information, "The PC joined the directory.", "")
}

// enrolWritten keeps what the enrolment says.
func (s *session) enrolWritten(e *wire.Enrolment) error {
	err := s.m.Registry().SetAll(machine.KeyEnrollments+`\{`+strings.ToUpper(e.EntDMID)+`}`, map[string]any{
		"ProviderID": e.ProviderID, "UPN": e.UPN, "DiscoveryServiceFullURL": e.Address, "EnrollmentState": 1, "EnrollmentType": 6,
	})
	if err != nil {
		return err
	}
	if err := s.m.Registry().Set(machine.KeyCorrelations, "EntDMID", e.EntDMID); err != nil {
		return err
	}
	for id, text := range map[int]string{
		machine.EventAccountConfigured: "MDM Enroll: the account was configured.",
		machine.EventProvisioned:       "MDM Enroll: provisioning succeeded.",
		machine.EventEnrolled:          "MDM Enroll: succeeded.",
	} {
		if err := s.mdmEvent(id, machine.Information, text); err != nil {
			return err
		}
	}
	return nil
}

// trace keeps what was said over the wire.
func (s *session) trace(x wire.Exchange) {
	if s.b.Said != nil {
		s.b.Said(x)
	}
	err := s.m.Trace().Add(machine.Exchange{
		Time: x.At, Step: string(x.Step), Method: x.Method, URL: x.Address, Request: x.Sent, Status: x.Status, Response: x.Received,
		Duration: x.Took, Problem: x.Problem,
	})
	if err != nil && s.traceErr == nil {
		s.traceErr = err // the next write fails too, and that one ends the boot
	}
}

// thumbprintOf is a certificate's name in Windows.
func thumbprintOf(der []byte) string {
	sum := sha1.Sum(der) //nolint:gosec // a name, no proof
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// logsFile is where Windows keeps the logs that the status page collects.
const logsFile = "Users/Public/Documents/MDMDiagnostics/MDMDiagReport.zip"

// collectLogs keeps what an administrator needs to see.
func (s *session) collectLogs(context.Context) (setup.Event, error) {
	s.doing("collects logs")
	var zip bytes.Buffer
	if err := s.m.Diagnostics(&zip, s.pc.clock.now()); err != nil {
		return setup.Event{}, err
	}
	return setup.Event{Kind: setup.LogsCollected, Value: logsFile}, s.m.Drive().Write(logsFile, zip.Bytes())
}
