package oidc

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"taxiway/internal/fault"
)

const (
	deviceAuthPath = "/oauth2/deviceauth"
	// deviceGuess names guesses of user codes where wrong tries are counted.
	deviceGuess = "user code"
)

// deviceAuth is where a person types the code that a device shows (RFC 8628
// section 3.3). A code in the address is filled in but never sent by itself.
func (h *Handler) deviceAuth(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	here := "/" + p.name() + deviceAuthPath
	if r.Method == http.MethodPost {
		return h.takeUserCode(w, r, p.name(), here)
	}
	f, err := h.frame(r.Context(), "Enter code", p.name())
	if err != nil {
		return err
	}
	left := flashOf(w, r, here)
	f.Action, f.Flaw, f.Canary = here, left.flaw(), guestCanary(guest(w, r), here)
	return h.show(w, http.StatusOK, "device", "", struct {
		frame
		Code string
	}{f, left.Values["code"]})
}

func (h *Handler) takeUserCode(w http.ResponseWriter, r *http.Request, path, here string) error {
	f, err := guestForm(w, r, here)
	if err != nil {
		return err
	}
	flawed := flash{Values: map[string]string{"code": f[fieldCode][:min(len(f[fieldCode]), 16)]}}
	flawed.Page, flawed.Field = here, fieldCode
	if f[fieldCode] == "" {
		flawed.Text = "Enter the code that your app or device shows."
		return again(w, here, flawed)
	}
	// Counted for the browser and for the network it is in.
	sum := sha256.Sum256([]byte(guestOf(r)))
	counted := []string{"browser " + hex.EncodeToString(sum[:16]), h.Network(r)}
	for _, who := range counted {
		err := h.People.CountGuess(r.Context(), deviceGuess, who)
		if text, ok := refused(err); ok {
			flawed.Text = text
			return again(w, here, flawed)
		}
		if err != nil {
			return fault.Wrap("count guess", err)
		}
	}
	d, err := h.Grants.FindUserCode(r.Context(), f[fieldCode])
	if fault.Is(err, fault.NotFound) {
		flawed.Text = "That code didn’t work. Compare it with the one your device shows; a code is good for 15 minutes and once."
		return again(w, here, flawed)
	}
	if err != nil {
		return fault.Wrap("find user code", err)
	}
	for _, who := range counted {
		if err := h.People.ForgetGuesses(r.Context(), deviceGuess, who); err != nil {
			return fault.Wrap("forget guesses", err)
		}
	}
	i, err := h.beginDevice(w, r, path, d)
	if err != nil {
		return err
	}
	return i.Proceed(w, r)
}

// showConfirm names the app that waits for the code and warns.
func (h *Handler) showConfirm(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	f, err := h.stepFrame(r.Context(), i, StepConfirm, "Are you trying to sign in?")
	if err != nil {
		return err
	}
	return h.show(w, http.StatusOK, "deviceconfirm", "", struct {
		frame
		Code string
	}{f, i.UserCode})
}

func (h *Handler) takeConfirm(w http.ResponseWriter, r *http.Request, i *Interaction, f map[string]string) error {
	i.Flaw = nil
	switch f[fieldDecision] {
	case "continue":
		if err := i.Confirm(r.Context()); err != nil {
			return err
		}
		return i.Proceed(w, r)
	case "cancel":
		return h.cancel(w, r, i)
	}
	seeOther(w, i.Address(StepConfirm))
	return nil
}

func (h *Handler) deviceApproved(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "You have signed in", "The app on your other device goes on by itself. You can close this window.")
}

func (h *Handler) deviceDeclined(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "You have declined", "The app on your other device was told that you do not want to sign in. You can close this window.")
}

// done shows a page with which something ends.
func (h *Handler) done(w http.ResponseWriter, r *http.Request, title, text string) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	f, err := h.frame(r.Context(), title, p.name())
	if err != nil {
		return err
	}
	return h.showDone(w, f, text, "", "")
}

// showDone shows it with a link to what may come next.
func (h *Handler) showDone(w http.ResponseWriter, f frame, text, link, linkText string) error {
	return h.show(w, http.StatusOK, "done", "", struct {
		frame
		Text, Link, LinkText string
	}{f, text, link, linkText})
}
