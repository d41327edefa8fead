package virtualpc

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// keyBits are those of the keys of join and enrolment.
const keyBits = 2048

func newKey() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}

// terms shows the terms of use of the management, before the PC joins.
func (s *session) terms(ctx context.Context) (setup.Event, error) {
	s.doing("asks for the terms of use of the management")
	token, err := s.token(ctx, wire.PurposeManage)
	if err == nil && token.Management == nil {
		s.tell("there are none: nobody manages this PC")
		return setup.Event{Kind: setup.NotManaged}, nil
	}
	if err == nil && token.Management.Terms != "" {
		s.blob, err = s.net.Terms(ctx, token.Management.Terms, token.Access, s.decide)
	}
	p := wire.ProblemOf(err)
	switch {
	case err == nil && s.screen.Name == setup.ScreenTerms:
		s.tell("accepted")
		return setup.Event{Kind: setup.Accepted}, nil
	case err == nil:
		s.tell("there are none")
		return setup.Event{Kind: setup.NoTerms}, nil
	case p == nil || ctx.Err() != nil:
		return setup.Event{}, err
	case p.Code == wire.CodeDeclined:
		s.tell("declined")
		return setup.Event{Kind: setup.Declined}, nil
	}
	s.tell("%s (%s)", p.Message, p.Code)
	if s.screen.Name == setup.ScreenTerms {
		return setup.Event{Kind: setup.Accepted}, nil // the person did; the enrolment goes without the proof of it
	}
	return setup.Event{Kind: setup.EnrolRefused, Code: p.Code, Reason: p.Reason, Text: p.Message}, nil
}

// decide is the person in front of the terms.
func (s *session) decide(ctx context.Context, p *wire.PageView) (bool, error) {
	if err := s.next(setup.Event{Kind: setup.TermsShown, Text: strings.Join(p.Lines, "\n")}); err != nil {
		return false, err
	}
	s.view(View{Waits: true})
	if s.b.Hands != nil {
		return s.decideByHand(ctx)
	}
	if err := s.pc.clock.wait(ctx, s.b.Person.Reads); err != nil {
		return false, err
	}
	declines := s.pc.faults.happens(FaultDecline) || plain(s.answers.answer(string(setup.ScreenTerms))) == "decline"
	s.view(View{Answer: map[bool]string{true: "declines the terms of use", false: "accepts the terms of use"}[declines]})
	return !declines, nil
}

// decideByHand waits for the person's own decision.
func (s *session) decideByHand(ctx context.Context) (bool, error) {
	for {
		e, err := s.hands(ctx, false)
		switch {
		case err != nil:
			return false, err
		case e.Kind == setup.Accepted, e.Kind == setup.Declined:
			return e.Kind == setup.Accepted, nil
		}
		if err := s.next(e); err != nil { // the network went or came
			return false, err
		}
	}
}

// join brings the PC into the directory.
func (s *session) join(ctx context.Context) (setup.Event, error) {
	s.doing("joins " + s.tenant())
	joined, err := s.joinNow(ctx)
	p := wire.ProblemOf(err)
	switch {
	case err == nil:
	case p == nil || ctx.Err() != nil:
		return setup.Event{}, err
	case p.Reason == wire.ReasonMFA:
		s.tell("a second factor is asked for")
		clear(s.tokens)
		return setup.Event{Kind: setup.MFANeeded}, nil
	default:
		s.tell("%s (%s)", p.Message, p.Code)
		return setup.Event{Kind: setup.JoinRefused, Code: p.Code, Reason: p.Reason, Text: p.Message}, s.joinEvent(machine.Failure, "The join failed: "+p.Message, p.Code)
	}
	s.kept.SIDs = joined.Administrators
	e := setup.Event{Kind: setup.Joined, DeviceID: joined.DeviceID, AdministratorSIDs: joined.Administrators}
	if t := s.tokens[wire.PurposeJoin]; t != nil {
		e.Administrator = slices.Contains(joined.Administrators, sidOf(t.ObjectID))
	}
	s.tell("device %s as %s", joined.DeviceID, s.kept.Setup.Name)
	return e, s.joinWritten(joined)
}

// sidOf is the security identifier of a person or role of the directory:
// S-1-12-1 and the object id as four little-endian numbers ([MS-DTYP] 2.4.2,
// "Microsoft Entra ID objects"). "" for what is no object id.
func sidOf(objectID string) string {
	raw, err := hex.DecodeString(strings.ReplaceAll(objectID, "-", ""))
	if err != nil || len(raw) != 16 {
		return ""
	}
	// Microsoft's order: the first three parts of the text are little-endian.
	slices.Reverse(raw[0:4])
	slices.Reverse(raw[4:6])
	slices.Reverse(raw[6:8])
	part := func(i int) uint32 { return binary.LittleEndian.Uint32(raw[4*i:]) }
	return fmt.Sprintf("S-1-12-1-%d-%d-%d-%d", part(0), part(1), part(2), part(3))
}

func (s *session) joinNow(ctx context.Context) (*wire.Joined, error) {
	found, err := s.discover(ctx)
	if err != nil {
		return nil, err
	}
	token, err := s.token(ctx, wire.PurposeJoin)
	if err != nil {
		return nil, err
	}
	if s.kept.Setup.Profile != nil && s.m.HasTPM && s.ticket == "" {
		// A ticket is good for one join, and gone with the power.
		said, err := s.askProfile(ctx)
		if err != nil {
			return nil, err
		}
		s.ticket = said.Ticket
	}
	key, err := s.pc.o.NewKey()
	if err != nil {
		return nil, err
	}
	domain := ""
	if p := s.kept.Setup.Profile; p != nil {
		domain = p.TenantDomain
	}
	ticket := s.ticket
	s.ticket = ""
	joined, err := s.net.Join(ctx, found, wire.JoinRequest{
		Token: token.Access, Ticket: ticket, Name: s.kept.Setup.Name, OSVersion: s.m.OS.Build.String(), Domain: domain, Key: key,
	})
	if err != nil {
		return nil, err
	}
	return joined, s.m.Keys().Put(machine.KeyDevice, machine.Pair{Key: key, Certificate: joined.Certificate, InTPM: s.m.HasTPM})
}

// identities shows the certificates of earlier boots again. A key that was in a
// TPM which is gone is gone, too: the PC goes on as one that has none.
func (s *session) identities() error {
	for _, k := range []struct {
		name string
		use  func(*wire.Identity)
	}{{machine.KeyDevice, s.net.UseDevice}, {machine.KeyMDM, s.net.UseMDM}} {
		pair, err := s.m.Keys().Get(k.name)
		if machine.Is(err, machine.CodeNoKey) || machine.Is(err, machine.CodeKeyLost) {
			s.joinLost = s.joinLost || k.name == machine.KeyDevice && machine.Is(err, machine.CodeKeyLost)
			continue
		}
		if err != nil {
			return err
		}
		if key, ok := pair.Key.(*rsa.PrivateKey); ok && pair.Certificate != nil {
			k.use(&wire.Identity{Certificate: pair.Certificate, Key: key})
		}
	}
	return nil
}

// localGroups are those of the person who signed in, on the PC itself.
func (s *session) localGroups() []string {
	st := &s.kept.Setup
	switch {
	case st.UPN == "":
		return nil
	case st.Administrator:
		return []string{"Administrators", "Users"}
	}
	return []string{"Users"}
}
