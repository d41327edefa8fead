package enrollment_test

import (
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/storetest"
)

func TestAnAuthorityThatAnotherProcessExchangedSignsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		first := s.enrol(s.byHand(&u)) // this process remembers the authority
		fresh := given(enrollment.NewAuthorityKeys(s.tenant, s.clock.Real()))
		s.tx(func(tx enrollment.Tx) error { // as another process does it
			_, err := tx.PutAuthority(s.ctx, s.tenant, fresh, true)
			return err
		})
		second := s.enrol(s.byHand(&u))
		if string(second.Issuing) != string(fresh.Issuing) || string(second.Root) != string(fresh.Root) || string(second.Root) == string(first.Root) {
			t.Error("the certificate is not of the authority that is stored")
		}
		checkChain(t, s, &second)
		_, _, _, err := s.Check(s.ctx, leafOf(&second))
		s.ok(err)
	})
}

func TestTheKeysOfADeletedTenantLeaveTheMemory(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		out := s.enrol(s.byHand(&u))
		used := s.process(s.db)
		_, _, _, err := used.Check(s.ctx, leafOf(&out))
		s.ok(err)
		if a, b := s.RememberedAuthorities(), used.RememberedAuthorities(); a != 1 || b != 1 {
			t.Fatalf("%d and %d authorities are remembered", a, b)
		}
		r := s.byHand(&u)
		s.ok(s.dir.DeleteTenant(s.ctx, s.tenant))
		// One is asked to use it, the other never again.
		if _, err := s.Enrol(s.ctx, r); err == nil {
			t.Error("a PC enrolled in a tenant that is gone")
		}
		if n := s.RememberedAuthorities(); n != 0 {
			t.Errorf("%d authorities are remembered after a request", n)
		}
		s.clock.advance(5*time.Minute - time.Second)
		if n := used.ForgetAuthorities(); n != 0 {
			t.Errorf("%d were forgotten too early", n)
		}
		s.clock.advance(time.Second)
		if n := used.ForgetAuthorities(); n != 1 || used.RememberedAuthorities() != 0 {
			t.Errorf("%d were forgotten, %d are left", n, used.RememberedAuthorities())
		}
	})
}

// Several reads of one enrolment are one read; each still gets what it asked
// for.
func TestAnEnrolmentSeesTheGroupsAndRulesOfItsMoment(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		limit := given(s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyLimit, DisplayName: "one", Limit: new(1)}))
		group := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{DisplayName: "few", MailNickname: "few", Kind: directory.Assigned}, nil))
		s.ok(s.AssignPolicy(s.ctx, s.tenant, limit.ID, []enrollment.Assignment{{Policy: limit.ID, Group: group.ID, Target: enrollment.TargetGroup}}))
		s.enrol(s.byHand(&u))
		s.enrol(s.byHand(&u))
		s.ok(s.dir.AddMembers(s.ctx, s.tenant, group.ID, []directory.ObjectID{u.ID}))
		if _, err := s.Enrol(s.ctx, s.byHand(&u)); err == nil {
			t.Error("the limit of a group that the person is in now does not count")
		}
	})
}
