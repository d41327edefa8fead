package oidc

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

const (
	enrolDonePath = signin.EnrolPath + "/done"
	// enrolFresh is how old the sign-in may be that enrols a PC.
	enrolFresh = 10 * time.Minute
)

var wrongReturn = &problem{http.StatusBadRequest, invalidRequest, 90100, "The address that this sign-in should return to is not one of Windows. Open this page from Windows settings, Access work or school."}

// enrol begins the sign-in with which a PC is enrolled ([MS-MDE2] 3.2). The
// person always proves themselves anew: a session left in the web view, or
// another app of the PC, must not be enough.
func (h *Handler) enrol(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	back := query.Get("appru")
	if len(query["appru"]) != 1 || !signin.EnrolReturn(back) {
		return wrongReturn
	}
	now := 0
	done := enrolDone(p.name(), back)
	i, err := h.enter(w, r, signin.Attempt{
		Request: signin.Request{Path: p.name(), MaxAge: &now}, Tenant: p.id,
		Return: done + "&for=" + url.QueryEscape(guestCanary(guest(w, r), done)),
	})
	if err != nil {
		return err
	}
	if hint := query.Get("login_hint"); strings.Contains(hint, "@") && len(hint) <= maxName {
		if err := i.SetName(r.Context(), hint); err != nil {
			return err
		}
	}
	return i.Proceed(w, r)
}

// enrolDone is the page that gives the token to back.
func enrolDone(place, back string) string {
	return "/" + place + enrolDonePath + "?appru=" + url.QueryEscape(back)
}

// enrolled gives the PC its token: a form that sends itself to the application
// that asked. Only the browser that began with this address gets so far, and
// only just after its person signed in.
func (h *Handler) enrolled(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	query := r.URL.Query()
	back, mark := query.Get("appru"), guestOf(r)
	if len(query["appru"]) != 1 || !signin.EnrolReturn(back) {
		return wrongReturn
	}
	if mark == "" || query.Get("for") != guestCanary(mark, enrolDone(p.name(), back)) {
		return attemptEnded
	}
	b, err := h.session(r)
	if err != nil {
		return err
	}
	if b == nil || p.id != "" && b.Tenant != p.id || h.Clock.Real().Sub(b.Session.AuthTime) > enrolFresh {
		return attemptEnded
	}
	token, err := h.EnrolToken(b.Tenant, b.User.ID, b.Session.AuthTime)
	if err != nil {
		return fault.Wrap("make the token that enrols a PC", err)
	}
	f, err := h.frame(r.Context(), "Working…", string(b.Tenant))
	if err != nil {
		return err
	}
	f.AppName = "Windows, which enrolls this device"
	return h.sendForm(w, f, back, url.Values{"wresult": {token}})
}
