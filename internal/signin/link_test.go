package signin_test

import (
	"sync"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const adminUPN = "megan.bowen@contoso.example"

func (o *office) firstAdminLink() string {
	o.t.Helper()
	token, l, err := o.NewLink(o.ctx, o.tenant, signin.LinkFirstAdmin, "")
	o.ok(err)
	if !l.ExpiresAt.Equal(o.clock.Real().Add(time.Hour)) {
		o.t.Errorf("link %+v", l)
	}
	return token
}

func (o *office) isAdmin(id directory.ObjectID) bool {
	o.t.Helper()
	roles, err := o.dir.RolesOf(o.ctx, o.tenant, id)
	o.ok(err)
	return len(roles) == 1 && roles[0] == directory.GlobalAdministrator
}

func TestTheFirstAdministratorsLinkMakesOneAdministrator(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.firstAdminLink()
	l, err := o.FindLink(o.ctx, token)
	o.ok(err)
	if l.Kind != signin.LinkFirstAdmin || l.Tenant != o.tenant || l.User != "" {
		t.Errorf("link %+v", l)
	}
	for _, bad := range []struct{ upn, name, password, code string }{
		{"megan.bowen", "Megan", goodPassword, "InvalidUserPrincipalName"},
		{"megan@fabrikam.example", "Megan", goodPassword, "DomainNotVerified"},
		{adminUPN, "", goodPassword, "InvalidDisplayName"},
		{adminUPN, "Megan", "short", "PasswordTooShort"},
		{adminUPN, "Megan", "Megan-kuvo-94", "PasswordContainsName"},
	} {
		_, err := o.UseFirstAdmin(o.ctx, token, bad.upn, bad.name, bad.password)
		o.fails(err, fault.Invalid, bad.code)
	}
	who, err := o.UseFirstAdmin(o.ctx, token, " "+adminUPN+" ", "Megan Bowen", goodPassword)
	o.ok(err)
	if !o.isAdmin(who.User.ID) || who.MustChange || who.User.UserPrincipalName != adminUPN {
		t.Errorf("made %+v", who)
	}
	signedIn, err := o.CheckPassword(o.ctx, "", adminUPN, goodPassword, home)
	o.ok(err)
	if signedIn.User.ID != who.User.ID {
		t.Errorf("signed in as %+v", signedIn)
	}
	_, err = o.UseFirstAdmin(o.ctx, token, "lee.gu@contoso.example", "Lee", goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	_, _, err = o.NewLink(o.ctx, o.tenant, signin.LinkFirstAdmin, "")
	o.fails(err, fault.Conflict, "AdministratorExists")
}

func TestALinkIsNoGoodLateVoidOrForAnotherPurpose(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	old := o.firstAdminLink()
	token := o.firstAdminLink()
	_, err := o.FindLink(o.ctx, old)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	_, err = o.UseFirstAdmin(o.ctx, old, adminUPN, "Megan", goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	_, err = o.UseReset(o.ctx, token, goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	u := o.person("lee.gu", goodPassword)
	reset, _, err := o.NewLink(o.ctx, o.tenant, signin.LinkReset, u.ID)
	o.ok(err)
	_, err = o.UseFirstAdmin(o.ctx, reset, adminUPN, "Megan", goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	for _, wrong := range []string{"", "x", token + "x", token[:len(token)-20] + old[len(old)-20:]} {
		_, err = o.FindLink(o.ctx, wrong)
		o.fails(err, fault.Unauthenticated, "LinkEnded")
	}
	o.clock.advance(time.Hour - 2*time.Second) // making a person took one
	_, err = o.FindLink(o.ctx, token)
	o.ok(err)
	o.clock.advance(time.Second)
	_, err = o.UseFirstAdmin(o.ctx, token, adminUPN, "Megan", goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	if _, err := o.db.GetUser(o.ctx, o.tenant, adminUPN); !fault.Is(err, fault.NotFound) {
		t.Errorf("a refused link made somebody: %v", err)
	}
}

func TestALinkUsedTwiceAtOnceMakesOneAdministrator(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.firstAdminLink()
	var mu sync.Mutex
	made := 0
	var wg sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		wg.Go(func() {
			_, err := o.UseFirstAdmin(o.ctx, token, name+"@contoso.example", "Somebody", goodPassword)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			} else if e, ok := fault.As(err); !ok || e.Code != "LinkEnded" && e.Code != "AdministratorExists" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rows, err := o.db.CountRows(o.ctx, o.tenant)
	o.ok(err)
	if made != 1 || rows["users"] != 1 || rows["role_assignments"] != 1 {
		t.Errorf("%d made, rows %v", made, rows)
	}
}

func TestTheFirstAdministratorMayBeSomebodyWhoIsThere(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("megan.bowen", "")
	off := o.person("lee.gu", "")
	_, err := o.dir.UpdateUser(o.ctx, o.tenant, off.ID, 0, func(u *directory.User) error { u.AccountEnabled = false; return nil })
	o.ok(err)
	token := o.firstAdminLink()
	_, err = o.UseFirstAdmin(o.ctx, token, off.UserPrincipalName, "Lee", goodPassword)
	o.fails(err, fault.Invalid, "AccountDisabled")
	who, err := o.UseFirstAdmin(o.ctx, token, adminUPN, "Another Name", goodPassword)
	o.ok(err)
	if who.User.ID != u.ID || who.User.DisplayName != u.DisplayName || !o.isAdmin(u.ID) {
		t.Errorf("made %+v", who)
	}
}

func TestAnAdministratorMadeMeanwhileVoidsTheLink(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	token := o.firstAdminLink()
	u := o.person("lee.gu", goodPassword)
	o.ok(o.dir.MakeAdministrator(o.ctx, o.tenant, u.ID))
	_, err := o.UseFirstAdmin(o.ctx, token, adminUPN, "Megan", goodPassword)
	o.fails(err, fault.Conflict, "AdministratorExists")
}

func TestAResetLinkSetsThePasswordAndTakesTheSecondFactor(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	o.authenticator(u)
	cookie := o.signIn(u)
	o.clock.advance(time.Second)
	token, _, err := o.NewLink(o.ctx, o.tenant, signin.LinkReset, u.ID)
	o.ok(err)
	if !o.signedIn(cookie) {
		t.Error("making a link signed the person out")
	}
	_, err = o.UseReset(o.ctx, token, "password1")
	o.fails(err, fault.Invalid, "PasswordTooCommon")
	who, err := o.UseReset(o.ctx, token, otherPassword)
	o.ok(err)
	if who.User.ID != u.ID || who.Tenant != o.tenant || who.HasTOTP {
		t.Errorf("reset %+v", who)
	}
	if o.signedIn(cookie) {
		t.Error("a session from before the reset lives")
	}
	who, err = o.CheckPassword(o.ctx, "", u.UserPrincipalName, otherPassword, home)
	o.ok(err)
	if who.HasTOTP {
		t.Error("the lost authenticator is asked for")
	}
	_, err = o.UseReset(o.ctx, token, goodPassword)
	o.fails(err, fault.Unauthenticated, "LinkEnded")
	_, _, err = o.NewLink(o.ctx, o.tenant, signin.LinkReset, directory.ObjectID(officeID()))
	o.fails(err, fault.NotFound, "ResourceNotFound")
}
