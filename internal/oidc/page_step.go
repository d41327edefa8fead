package oidc

import (
	"errors"
	"net/http"
)

// stepPage shows a step and takes what was typed. Taking ends in a redirect.
type stepPage struct {
	show func(http.ResponseWriter, *http.Request, *Interaction) error
	take func(http.ResponseWriter, *http.Request, *Interaction, map[string]string) error
}

// step serves the page of one step. A page that is not the step the sign-in
// stands at, because somebody went back or sent a form twice, leads to the one
// that is.
func (h *Handler) step(s Step, p stepPage) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodPost {
			i, err := h.interaction(r)
			if err != nil {
				return err
			}
			return h.at(w, r, i, s, func() error { return p.show(w, r, i) })
		}
		return h.taken(w, r, func(i *Interaction, f map[string]string) error {
			return h.at(w, r, i, s, func() error { return p.take(w, r, i, f) })
		})
	}
}

// at runs do when the sign-in stands at s. Whoever has typed a name may go back
// to it.
func (h *Handler) at(w http.ResponseWriter, r *http.Request, i *Interaction, s Step, do func() error) error {
	now, err := i.Step(r.Context())
	if err != nil {
		return err
	}
	if now == s || s == StepName && now == StepPassword {
		return do()
	}
	return i.Proceed(w, r)
}

// aside serves a form beside the steps; opened as a page it leads back to them.
func (h *Handler) aside(take func(http.ResponseWriter, *http.Request, *Interaction) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if r.Method != http.MethodPost {
			i, err := h.interaction(r)
			if err != nil {
				return err
			}
			return i.Proceed(w, r)
		}
		return h.taken(w, r, func(i *Interaction, _ map[string]string) error { return take(w, r, i) })
	}
}

// taken checks a form of a sign-in and hands it on. When another request of
// the same browser was faster, as after a double click, the browser follows
// that one.
func (h *Handler) taken(w http.ResponseWriter, r *http.Request, do func(*Interaction, map[string]string) error) error {
	if err := ownForm(r); err != nil {
		return err
	}
	i, err := h.interaction(r)
	if err != nil {
		return err
	}
	f, err := i.Form(w, r)
	if err != nil {
		return err
	}
	err = do(i, f)
	if !errors.Is(err, attemptEnded) {
		return err
	}
	if i, err = h.interaction(r); err != nil {
		return err
	}
	return i.Proceed(w, r)
}

// restart forgets who signs in.
func (h *Handler) restart(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	i.Flaw, i.MustChange, i.NeedMFA, i.SetupMFA, i.Confirmed, i.Consented = nil, false, false, false, false, false
	i.Methods, i.Session = nil, ""
	if isCommon(i.Request.Path) {
		i.Tenant = ""
	}
	if err := i.SetName(r.Context(), ""); err != nil {
		return err
	}
	seeOther(w, i.Address(StepName)+"&with=other")
	return nil
}

// cancel tells the app that the person does not want to (RFC 6749 section 4.1.2.1).
func (h *Handler) cancel(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	return i.Deny(w, r, "access_denied", 65004, "The person declined to sign in or to consent to the app.")
}
