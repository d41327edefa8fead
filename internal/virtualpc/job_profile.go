package virtualpc

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// downloadProfile asks the service for the profile of this PC.
func (s *session) downloadProfile(ctx context.Context) (setup.Event, error) {
	s.doing("asks for its Autopilot profile")
	if err := s.event(machine.EventInternet, machine.Information, "An internet connection is available.", nil); err != nil {
		return setup.Event{}, err
	}
	if err := s.event(machine.EventDownloadBegins, machine.Information, "The download of the Autopilot profile begins.", nil); err != nil {
		return setup.Event{}, err
	}
	said, err := s.askProfile(ctx)
	if p := wire.ProblemOf(err); p != nil && ctx.Err() == nil {
		s.kept.Refused, s.kept.Asked = p.Code, true
		s.tell("%s (%s)", p.Message, p.Code)
		id, text := machine.EventPolicyNotFound, p.Message
		if p.Code == wire.CodeChallenge {
			id, text = machine.EventTPMFailed, "The TPM could not prove this PC's identity: "+p.Message
		}
		return setup.Event{Kind: setup.ProfileUnreachable, Code: p.Code, Text: p.Message}, s.event(id, machine.Failure, text, map[string]string{"code": p.Code})
	}
	if err != nil {
		return setup.Event{}, err
	}
	if r := said.Refusal; r != nil && r.Code > lastServiceCode { // of pre-provisioning alone: an HRESULT
		s.tell("pre-provisioning is refused: %s", r.Reason)
		return setup.Event{Kind: setup.ProfileRefused, Code: fmt.Sprintf("0x%08x", r.Code), Reason: r.Reason}, nil
	}
	if r := said.Refusal; r != nil {
		return s.refusedProfile(strconv.Itoa(r.Code), r.Reason, r.Code)
	}
	profile, err := setup.ParseProfile(said.Document)
	if refused, ok := errors.AsType[*setup.RefusedError](err); ok {
		code, _ := strconv.Atoi(refused.Code) // one that is no number has no event of its own
		return s.refusedProfile(refused.Code, refused.Reason, code)
	}
	if err != nil {
		s.kept.Refused, s.kept.Asked = "", true
		s.tell("%v", err)
		return setup.Event{Kind: setup.ProfileUnreachable, Text: err.Error()}, s.event(machine.EventProfileNotSet, machine.Failure, "The Autopilot profile could not be set: "+err.Error()+".", nil)
	}
	s.ticket = said.Ticket
	s.kept.Profile, s.kept.Refused, s.kept.Asked = said.Document, "", true
	s.tell("%s, of %s", profile.Name, profile.TenantDomain)
	return setup.Event{Kind: setup.ProfileArrived, Profile: profile}, s.profileWritten(profile)
}

// lastServiceCode is above all codes of the profile service itself.
const lastServiceCode = 9999

// askProfile asks with the hardware of today, and proves the TPM.
func (s *session) askProfile(ctx context.Context) (*wire.ProfileAnswer, error) {
	hash, err := s.m.Hash(s.pc.clock.now())
	if err != nil {
		return nil, err
	}
	ask := wire.AskProfile{
		Hash: hash, Serial: s.m.Hardware.SystemSerial, Manufacturer: s.m.Hardware.SystemManufacturer, Model: s.m.Hardware.ProductName, OSVersion: s.m.OS.Build.String(),
	}
	if s.kept.Setup.AsksPreprovisioned() {
		ask.Deployment = "preProvisioned"
	}
	var tpm wire.TPM
	if s.m.HasTPM {
		tpm = s.m.Decrypt
	}
	return s.net.Profile(ctx, ask, tpm)
}

// refusedProfile is a service that has no profile for this PC.
func (s *session) refusedProfile(code, reason string, event int) (setup.Event, error) {
	s.kept.Profile, s.kept.Refused, s.kept.Asked = nil, code, true
	s.tell("no profile: %s %s", code, reason)
	if err := s.profileGone(); err != nil {
		return setup.Event{}, err
	}
	return setup.Event{Kind: setup.ProfileRefused, Code: code, Reason: reason},
		s.event(event, machine.Failure, "The service has no profile for this PC: "+reason+".", map[string]string{"code": code})
}

// checkUpdates looks for updates: Windows' own come from Microsoft, and there is
// none to be had here.
func (s *session) checkUpdates(ctx context.Context) (setup.Event, error) {
	s.doing("looks for updates")
	return setup.Event{Kind: setup.Updated}, ctx.Err()
}

// rename gives the PC its name and restarts it.
func (s *session) rename(ctx context.Context) (setup.Event, error) {
	s.doing("takes the name " + s.kept.Setup.NewName + " and restarts")
	s.tell("%s, after a restart", s.kept.Setup.NewName)
	if err := s.m.Registry().Set(machine.KeyComputerName, machine.ValueComputerName, s.kept.Setup.NewName); err != nil {
		return setup.Event{}, err
	}
	return setup.Event{Kind: setup.Restarted}, s.reboots(ctx)
}

// profileStatus is the Profile status as the PC can know it.
func (s *session) profileStatus() string {
	switch {
	case s.kept.Profile != nil:
		return "Assigned"
	case !s.kept.Asked:
		return "Not asked"
	case s.kept.Refused == "807":
		return "Not registered"
	case s.kept.Refused == "809" || s.kept.Refused == "815":
		return "Not assigned"
	case s.kept.Refused == "908":
		return "Hardware mismatch" // what an administrator sees depends on what the management was told
	}
	return "Unknown"
}
