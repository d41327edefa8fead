package signin

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// LinkLife is how long a one-time link is good.
const LinkLife = time.Hour

// Administrators makes a tenant's first administrator.
type Administrators interface {
	// HasAdministrator reports whether the tenant has a Global Administrator
	// whose account is enabled and who has a password.
	HasAdministrator(ctx context.Context, t directory.TenantID) (bool, error)
	CreateUser(ctx context.Context, t directory.TenantID, u directory.User) (directory.User, error)
	// MakeAdministrator makes somebody Global Administrator; who is one
	// already is no error.
	MakeAdministrator(ctx context.Context, t directory.TenantID, user directory.ObjectID) error
}

// NewLink makes a one-time link of the tenant; the one there was for the same
// purpose and person is void. Only who gets the token can use it: its hash is
// kept. A link for a first administrator is fault.Conflict with code
// AdministratorExists when the tenant has one; an empty user belongs to
// LinkFirstAdmin alone.
func (p *People) NewLink(ctx context.Context, t directory.TenantID, kind LinkKind, user directory.ObjectID) (token string, _ Link, err error) {
	about := directory.User{ID: directory.ObjectID(t), UserPrincipalName: "the first administrator"}
	activity := "Make link for the first administrator"
	if kind == LinkReset {
		activity = "Make link to reset password"
		if about, err = p.Users.GetUser(ctx, t, string(user)); err != nil {
			return "", Link{}, fault.Wrap("make link", err)
		}
	} else if err := p.noAdministrator(ctx, t); err != nil {
		return "", Link{}, err
	}
	now := p.Clock.Real()
	l := Link{Kind: kind, Tenant: t, User: user, CreatedAt: now, ExpiresAt: now.Add(LinkLife)}
	token = newToken(t)
	if err := p.Store.PutLink(ctx, hashOf(token), l, p.event(ctx, activity, &about)); err != nil {
		return "", Link{}, fault.Wrap("make link", err)
	}
	return token, l, nil
}

func (p *People) noAdministrator(ctx context.Context, t directory.TenantID) error {
	there, err := p.Admins.HasAdministrator(ctx, t)
	if err != nil {
		return fault.Wrap("look for an administrator", err)
	}
	if there {
		return fault.Field(fault.Conflict, "AdministratorExists", "tenant", "The tenant has a Global Administrator already.", "Let them make more, or reset their password with 'taxiway user reset'.")
	}
	return nil
}

func errLinkEnded() error {
	return fault.New(fault.Unauthenticated, "LinkEnded", "This link was used, replaced by a newer one, or is older than an hour. Ask for a new one.")
}

// FindLink looks at a link without using it. One that is not good (any more) is
// fault.Unauthenticated with code LinkEnded.
func (p *People) FindLink(ctx context.Context, token string) (Link, error) {
	t, hash, ok := tenantOf(token)
	if !ok {
		return Link{}, errLinkEnded()
	}
	l, err := p.Store.GetLink(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return Link{}, errLinkEnded()
	}
	if err != nil {
		return Link{}, fault.Wrap("find link", err)
	}
	if l.Tenant != t || !p.Clock.Real().Before(l.ExpiresAt) {
		return Link{}, errLinkEnded()
	}
	return l, nil
}

// UseFirstAdmin lets the holder of a link become the tenant's first Global
// Administrator, under a name of theirs: a new person, or one who is there. The
// link is spent once name and password are good; what is wrong with them is
// fault.Invalid, and the link can be tried again.
func (p *People) UseFirstAdmin(ctx context.Context, token, upn, displayName, password string) (Person, error) {
	l, err := p.linkOf(ctx, token, LinkFirstAdmin)
	if err != nil {
		return Person{}, err
	}
	tenant, err := p.Tenants.GetTenant(ctx, l.Tenant)
	if err != nil {
		return Person{}, fault.Wrap("make the first administrator", err)
	}
	u, there, err := p.candidate(ctx, &tenant, strings.TrimSpace(upn), strings.TrimSpace(displayName))
	if err != nil {
		return Person{}, err
	}
	if err := CheckNewPassword(u.UserPrincipalName, u.DisplayName, password); err != nil {
		return Person{}, err
	}
	if err := p.noAdministrator(ctx, l.Tenant); err != nil {
		return Person{}, err
	}
	if err := p.spend(ctx, token); err != nil {
		return Person{}, err
	}
	if !there {
		if u, err = p.Admins.CreateUser(ctx, l.Tenant, u); err != nil {
			return Person{}, fault.Wrap("make the first administrator", err)
		}
	}
	// The password comes last: nobody is an administrator with half of it.
	if err := p.Admins.MakeAdministrator(ctx, l.Tenant, u.ID); err != nil {
		return Person{}, fault.Wrap("make the first administrator", err)
	}
	if err := p.putPassword(ctx, l.Tenant, &u, password, false, "", "Set first administrator's password"); err != nil {
		return Person{}, err
	}
	return Person{Tenant: l.Tenant, User: u}, nil
}

// candidate is the person to be made an administrator, checked as far as it can
// be without writing.
func (p *People) candidate(ctx context.Context, tenant *directory.Tenant, upn, displayName string) (u directory.User, there bool, err error) {
	u = directory.User{UserPrincipalName: upn, DisplayName: displayName, AccountEnabled: true, MDMLicensed: true}
	if err := u.Validate(); err != nil {
		return u, false, err
	}
	if domainOf(upn) != tenant.Domain {
		return u, false, fault.Field(fault.Invalid, "DomainNotVerified", "userPrincipalName", "The name does not end in the tenant's domain.", "Use a name that ends in @"+tenant.Domain+".")
	}
	found, err := p.Users.GetUser(ctx, tenant.ID, upn)
	switch {
	case fault.Is(err, fault.NotFound):
		return u, false, nil
	case err != nil:
		return u, false, fault.Wrap("look for the person", err)
	case !found.AccountEnabled:
		return u, false, fault.Field(fault.Invalid, "AccountDisabled", "userPrincipalName", "The account of this name is disabled.", "Use another name.")
	}
	return found, true, nil
}

// UseReset lets the holder of a link choose a new password. The authenticator
// app and the recovery codes go with the old one. A password that is not good
// enough is fault.Invalid, and the link can be tried again.
func (p *People) UseReset(ctx context.Context, token, password string) (Person, error) {
	l, err := p.linkOf(ctx, token, LinkReset)
	if err != nil {
		return Person{}, err
	}
	u, err := p.Users.GetUser(ctx, l.Tenant, string(l.User))
	if err != nil {
		return Person{}, fault.Wrap("reset password", err)
	}
	if err := CheckNewPassword(u.UserPrincipalName, u.DisplayName, password); err != nil {
		return Person{}, err
	}
	if err := p.spend(ctx, token); err != nil {
		return Person{}, err
	}
	if err := p.RemoveTOTP(ctx, l.Tenant, u.ID); err != nil && !fault.Is(err, fault.NotFound) {
		return Person{}, err
	}
	if err := p.putPassword(ctx, l.Tenant, &u, password, false, "", "Reset user password by link"); err != nil {
		return Person{}, err
	}
	return Person{Tenant: l.Tenant, User: u}, nil
}

func (p *People) linkOf(ctx context.Context, token string, kind LinkKind) (Link, error) {
	l, err := p.FindLink(ctx, token)
	if err == nil && l.Kind != kind {
		return Link{}, errLinkEnded()
	}
	return l, err
}

// spend uses the link up: of two at once, one is let in.
func (p *People) spend(ctx context.Context, token string) error {
	fresh, err := p.Store.UseLink(ctx, hashOf(token))
	if err != nil {
		return fault.Wrap("use link", err)
	}
	if !fresh {
		return errLinkEnded()
	}
	return nil
}
