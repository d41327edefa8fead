package oobe

import (
	"log/slog"
	"net/http"

	"taxiway/internal/autopilot"
)

// refusal is a negative answer in the service's words.
type refusal struct {
	ErrorCode   int    `json:"ErrorCode"`
	ErrorReason string `json:"ErrorReason"`
}

func refused(r *autopilot.Refusal) refusal { return refusal{ErrorCode: r.Code, ErrorReason: r.Reason} }

// challenge asks a PC to show that it holds the registered TPM key.
type challenge struct {
	Challenge      string `json:"Challenge"`      // to be sent back as it is
	EncryptedNonce []byte `json:"EncryptedNonce"` // RSA-OAEP with SHA-256, to the endorsement key
}

// ticketed is the profile of a PC that proved itself, with the ticket it joins
// with. DeviceTicket is this server's own: Windows gets its ticket elsewhere.
type ticketed struct {
	autopilot.Document
	DeviceTicket string `json:"DeviceTicket"`
}

// profile answers with a refusal, a challenge, or the profile.
func (h *Handler) profile(r *http.Request) (any, error) {
	in, hash, err := read(r)
	if err != nil {
		return nil, err
	}
	early, err := in.preProvisioned()
	if err != nil {
		return nil, err
	}
	asked, no, err := h.Devices.FindAsking(r.Context(), hash, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	if no != nil {
		return refused(no), nil
	}
	proven, ask, err := h.prove(r, in, asked)
	if err != nil || ask != nil {
		return ask, err
	}
	asked.PreProvisioned = early
	doc, no, err := h.Devices.ProfileFor(r.Context(), asked, proven)
	if err != nil {
		return nil, err
	}
	if no != nil {
		if proven && no.ForPreProvisioning() {
			h.noted(r, h.Timeline.PreProvisioningRefused(r.Context(), asked, no))
		}
		return refused(no), nil
	}
	if !proven {
		return doc, nil
	}
	h.Sightings.Note(asked.Tenant, asked.Device.ID, h.Clock.Now(asked.Tenant))
	h.noted(r, h.Timeline.Downloaded(r.Context(), asked, &doc))
	ticket, err := h.Tickets.Issue(asked)
	if err != nil {
		return nil, err
	}
	return vouched{ticketed{doc, ticket}, in.HardwareHash, in.Nonce}, nil
}

// noted logs what did not get onto a timeline, which never stands in the way of
// a PC.
func (h *Handler) noted(r *http.Request, err error) {
	if err != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "a profile request is not on the timeline", slog.Any("error", err))
	}
}

// prove checks the proof that came along, or makes a challenge when none did.
// A registered hash without a TPM key cannot be proved.
func (h *Handler) prove(r *http.Request, in *request, a *autopilot.Asked) (proven bool, ask any, err error) {
	if !a.NeedsProof() {
		return false, nil, nil
	}
	if in.Challenge == "" {
		c, err := h.Proof.challenge(a)
		return false, c, err
	}
	if err := h.Proof.check(r.Context(), a, in.Challenge, in.Nonce); err != nil {
		return false, nil, err
	}
	return true, nil, nil
}
