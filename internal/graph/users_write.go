package graph

import (
	"context"
	"maps"
	"slices"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// passwordProfile is the property that a password is set by; it is never read.
const passwordProfile = "passwordProfile"

// newPassword is what a request's passwordProfile asks for.
type newPassword struct {
	text       string
	mustChange bool
}

// readPassword reads passwordProfile; nil when it was not sent.
func readPassword(o odata.Object) (*newPassword, error) {
	r := reader{o: o}
	profile, sent := r.inner(passwordProfile)
	if r.err != nil || !sent {
		return nil, r.err
	}
	if err := knownNames(profile, passwordProfile+"/", "password", "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"); err != nil {
		return nil, err
	}
	var p newPassword
	var withMFA bool
	in := reader{o: profile, prefix: passwordProfile + "/"}
	in.text("password", &p.text)
	in.flag("forceChangePasswordNextSignIn", &p.mustChange)
	in.flag("forceChangePasswordNextSignInWithMfa", &withMFA)
	if in.err == nil && p.text == "" {
		return nil, fault.Field(fault.Invalid, "PasswordRequired", passwordProfile+"/password", "The password profile has no password.", "Send the new password in passwordProfile.")
	}
	p.mustChange = p.mustChange || withMFA
	return &p, in.err
}

// check refuses a password that will not do for this person, before anything
// is written.
func (p *newPassword) check(u *directory.User) error {
	if p == nil {
		return nil
	}
	return atPassword(signin.CheckNewPassword(u.UserPrincipalName, u.DisplayName, p.text), passwordProfile+"/password")
}

// atPassword names the place of a refused password in this request.
func atPassword(err error, target string) error {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid {
		return err
	}
	moved := *e
	moved.Details = slices.Clone(e.Details)
	for i := range moved.Details {
		moved.Details[i].Target = target
	}
	return &moved
}

// createUser: a person who makes another gives them a password; a program may
// leave it out, and the person gets in by a link.
func createUser(c *call, o odata.Object) (u directory.User, err error) {
	if err := knowsUser(o); err != nil {
		return u, err
	}
	u.AccountEnabled = true
	if err := readUser(o, &u); err != nil {
		return u, err
	}
	manager, err := c.boundManager(o, "")
	if err != nil {
		return u, err
	}
	setManagerOf(&u, manager)
	password, err := readPassword(o)
	if err != nil {
		return u, err
	}
	if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
		return u, err
	}
	if password == nil && c.principal.Kind == access.User {
		return u, fault.Field(fault.Invalid, "PasswordRequired", passwordProfile, "A required property 'passwordProfile' is missing.", "Send passwordProfile with a first password, and forceChangePasswordNextSignIn true.")
	}
	if err := password.check(&u); err != nil {
		return u, err
	}
	made, err := c.h.Directory.CreateUser(c.ctx(), c.tenant, u)
	if err != nil || password == nil {
		return made, err
	}
	if err := c.h.firstPassword(c, made.ID, password); err != nil {
		return made, err
	}
	return c.h.Objects.GetUser(c.ctx(), c.tenant, string(made.ID))
}

// firstPassword sets the password of a person just made. When that cannot be
// done the person goes again, so that the request can be repeated.
func (h *Handler) firstPassword(c *call, user directory.ObjectID, p *newPassword) error {
	err := h.People.SetPassword(c.ctx(), c.tenant, user, p.text, p.mustChange)
	if err == nil {
		return nil
	}
	if undo := h.Directory.DeleteUser(context.WithoutCancel(c.ctx()), c.tenant, user, 0); undo != nil {
		return fault.Wrap("take back a user without a password", undo)
	}
	if undo := h.Directory.PurgeDeleted(context.WithoutCancel(c.ctx()), c.tenant, user); undo != nil {
		return fault.Wrap("take back a user without a password", undo)
	}
	return atPassword(err, passwordProfile+"/password")
}

// changes is what a PATCH of a user wants, beside plain properties.
type userChange struct {
	plain     bool // properties that every permission to write users covers
	enabled   bool // accountEnabled was sent
	sensitive bool // something changes that mayTouch watches
	licence   bool // mdmLicensed or a plan changes
	password  *newPassword
}

// sensitive reports whether an update touches what only some may touch on an
// administrator: state, name, phones, other addresses (Graph page "Work with
// users", sensitive actions).
func sensitive(was, is *directory.User) bool {
	changed := was.AccountEnabled != is.AccountEnabled || was.UserPrincipalName != is.UserPrincipalName || !slices.Equal(was.OtherMails, is.OtherMails)
	for _, name := range []string{attributePhone, "mobile"} {
		changed = changed || was.Attributes[name] != is.Attributes[name]
	}
	return changed
}

// wanted reads what the body wants of this user, and checks that the caller may.
func (c *call) wanted(o odata.Object, was *directory.User) (*userChange, error) {
	password, err := readPassword(o)
	if err != nil {
		return nil, err
	}
	w := &userChange{password: password, enabled: o.Has("accountEnabled")}
	for name := range o {
		w.plain = w.plain || name != passwordProfile && name != "accountEnabled"
	}
	is := *was
	is.Attributes = maps.Clone(was.Attributes)
	if err := readUser(o, &is); err != nil {
		return nil, err
	}
	w.sensitive = sensitive(was, &is)
	w.licence = was.MDMLicensed != is.MDMLicensed || !slices.Equal(was.AssignedPlans, is.AssignedPlans)
	if err := c.mayChange(w, was); err != nil {
		return nil, err
	}
	return w, w.password.check(&is)
}

// mayChange asks for what each part of the change needs.
func (c *call) mayChange(w *userChange, u *directory.User) error {
	var needs []string
	if w.plain {
		needs = append(needs, access.UserReadWriteAll)
	}
	if w.enabled {
		needs = append(needs, access.UserEnableDisableAccountAll)
	}
	if w.password != nil {
		needs = append(needs, access.UserPasswordProfileReadWriteAll)
	}
	for _, permission := range needs {
		if err := holds(c.principal, permission); err != nil {
			return err
		}
	}
	if w.licence {
		if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
			return err
		}
	}
	if w.sensitive {
		if err := c.mayTouch(u.ID, access.UserEnableDisableAccountAll); err != nil {
			return err
		}
	}
	if w.password != nil {
		if err := c.notSelf(u.ID); err != nil {
			return err
		}
		return c.mayTouch(u.ID, access.UserPasswordProfileReadWriteAll)
	}
	return nil
}

// mayTouch is mayTouch for the person with this id.
func (c *call) mayTouch(user directory.ObjectID, permission string) error {
	roles, err := c.h.Directory.RolesOf(c.ctx(), c.tenant, user)
	if err != nil {
		return err
	}
	return mayTouch(c.principal, roles, permission)
}

// notSelf refuses to reset the caller's own password: the old one has to be
// asked for.
func (c *call) notSelf(user directory.ObjectID) error {
	if c.principal.Kind != access.User || string(user) != c.principal.ObjectID {
		return nil
	}
	return fault.Field(fault.Invalid, "OwnPassword", "id", "Nobody resets their own password.", "POST /me/changePassword with the current and the new password.")
}

func (h *Handler) updateUser(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knowsUser(o); err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	want, err := c.wanted(o, &u)
	if err != nil {
		return err
	}
	manager, err := c.boundManager(o, u.ID)
	if err != nil {
		return err
	}
	if want.plain || want.enabled || match != 0 || want.password == nil {
		// Written even when only the version is to be checked: both or none.
		if _, err := h.Directory.UpdateUser(c.ctx(), c.tenant, u.ID, match, func(u *directory.User) error {
			if manager != "" {
				setManagerOf(u, manager)
			}
			return readUser(o, u)
		}); err != nil {
			return err
		}
	}
	if want.password != nil {
		if err := h.People.SetPassword(c.ctx(), c.tenant, u.ID, want.password.text, want.password.mustChange); err != nil {
			return atPassword(err, passwordProfile+"/password")
		}
	}
	return c.noContent()
}

func (h *Handler) deleteUser(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	if err := c.mayTouch(u.ID, access.UserReadWriteAll); err != nil {
		return err
	}
	if err := h.Directory.DeleteUser(c.ctx(), c.tenant, u.ID, match); err != nil {
		return err
	}
	return c.noContent()
}
