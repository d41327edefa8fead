package oidc

import (
	"net/http"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// entryPath begins the address of a one-time link; its token follows.
const entryPath = "/entry/"

var linkEnded = &problem{http.StatusBadRequest, invalidRequest, 90100, "This link was used, replaced by a newer one, or is older than an hour. Ask whoever gave it to you for a new one."}

// entry lets in who holds a one-time link: the first administrator, who makes
// an account, or somebody who sets a new password. Opening it spends nothing.
func (h *Handler) entry(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	_, rest := splitTenant(r.URL.Path)
	token := strings.TrimPrefix(rest, entryPath)
	link, err := h.People.FindLink(r.Context(), token)
	if fault.Is(err, fault.Unauthenticated) || err == nil && link.Tenant != p.id {
		return linkEnded
	}
	if err != nil {
		return fault.Wrap("find link", err)
	}
	here := "/" + p.name() + entryPath + token
	if r.Method == http.MethodPost {
		return h.takeEntry(w, r, link, token, here)
	}
	return h.showEntry(w, r, link, here)
}

// entryPage is the form of a one-time link.
type entryPage struct {
	frame
	First           bool
	Display, Domain string
}

// FocusNew puts the cursor where the form begins.
func (p entryPage) FocusNew() bool { return !p.First && p.Flaw == nil }

func (h *Handler) showEntry(w http.ResponseWriter, r *http.Request, link signin.Link, here string) error {
	page := entryPage{First: link.Kind == signin.LinkFirstAdmin}
	title := "Set a new password"
	if page.First {
		title = "Create the first administrator"
	}
	f, err := h.frame(r.Context(), title, string(link.Tenant))
	if err != nil {
		return err
	}
	tenant, err := h.Tenants.GetTenant(r.Context(), link.Tenant)
	if err != nil {
		return fault.Wrap("read tenant", err)
	}
	name := pageOf(here)
	left := flashOf(w, r, name)
	f.Action, f.Flaw, f.Canary, f.Name = here, left.flaw(), guestCanary(guest(w, r), here), left.Values[fieldName]
	page.frame, page.Domain, page.Display = f, tenant.Domain, left.Values["display"]
	if !page.First {
		u, err := h.Users.GetUser(r.Context(), link.Tenant, string(link.User))
		if err != nil {
			return fault.Wrap("read who the link is for", err)
		}
		page.Name = u.UserPrincipalName
	}
	return h.show(w, http.StatusOK, "entry", "", page)
}

// pageOf names a link's page without its token.
func pageOf(here string) string { return guestCanary("page", here) }

func (h *Handler) takeEntry(w http.ResponseWriter, r *http.Request, link signin.Link, token, here string) error {
	f, err := guestForm(w, r, here)
	if err != nil {
		return err
	}
	first := link.Kind == signin.LinkFirstAdmin
	flawed := flash{Values: map[string]string{fieldName: f[fieldName][:min(len(f[fieldName]), maxName)], "display": f["display"][:min(len(f["display"]), 256)]}}
	refuse := func(flaw *signin.Flaw) error {
		flawed.Flaw = *flaw
		flawed.Page = pageOf(here)
		return again(w, here, flawed)
	}
	switch {
	case first && f["display"] == "":
		return refuse(&signin.Flaw{Field: "display", Text: "Enter your name."})
	case first && f[fieldName] == "":
		return refuse(&signin.Flaw{Field: fieldName, Text: "Choose a user name."})
	}
	if flaw := newPasswordFlaw(f, false); flaw != nil {
		return refuse(flaw)
	}
	var person signin.Person
	ctx := directory.WithActor(r.Context(), directory.Actor{Address: h.Network(r)})
	if first {
		person, err = h.People.UseFirstAdmin(ctx, token, f[fieldName], f["display"], f[fieldNewPassword])
	} else {
		person, err = h.People.UseReset(ctx, token, f[fieldNewPassword])
	}
	if flaw := entryFlaw(err); flaw != nil {
		return refuse(flaw)
	}
	if e, ok := fault.As(err); ok && (e.Kind == fault.Unauthenticated || e.Code == "AdministratorExists") {
		return linkEnded
	}
	if err != nil {
		return fault.Wrap("use link", err)
	}
	// What was typed stays with the browser alone; sign-in asks for it, so the
	// person sees that it works.
	return again(w, "/"+string(person.Tenant)+accountPath, flash{})
}

// entryFlaw is a refusal that the person can mend.
func entryFlaw(err error) *signin.Flaw {
	if flaw := passwordFlaw(err); flaw != nil && flaw.Field == fieldNewPassword {
		return flaw
	}
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid || len(e.Details) == 0 {
		return nil
	}
	text := strings.TrimSpace(e.Details[0].Message + " " + e.Details[0].Remedy)
	switch e.Details[0].Target {
	case "userPrincipalName", "mailNickname":
		return &signin.Flaw{Field: fieldName, Text: text}
	case "displayName":
		return &signin.Flaw{Field: "display", Text: text}
	}
	return &signin.Flaw{Text: text}
}
