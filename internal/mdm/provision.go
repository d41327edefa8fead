package mdm

import (
	"encoding/base64"
	"fmt"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/soap"
	"taxiway/internal/wapdoc"
)

// answerLife is how long an answer with a certificate may be believed.
const answerLife = 5 * time.Minute

// retryDays is between two attempts of a PC to renew its certificate.
const retryDays = 4

// provision writes what a PC learns when it has enrolled.
func (h *Handler) provision(e *enrollment.Enrolled, organisation string) ([]byte, error) {
	client, err := nonceOf(e.ClientNonce)
	if err != nil {
		return nil, err
	}
	server, err := nonceOf(e.ServerNonce)
	if err != nil {
		return nil, err
	}
	name := organisation
	if name == "" {
		name = enrollment.ProviderID
	}
	out := wapdoc.Enrolment{
		Root: e.Root, Intermediate: e.Issuing, Client: e.Leaf, Store: storeOf(&e.Device),
		Renew:      wapdoc.Renew{ROBOSupport: true, PeriodDays: int(enrollment.RenewWindow / (24 * time.Hour)), RetryDays: retryDays},
		ProviderID: enrollment.ProviderID, Name: name, Address: h.DeviceBase + "/" + pathManagement,
		// CLIENT is how the server proves itself to the PC, APPSRV the PC to the
		// server.
		ClientAuth: wapdoc.Auth{Type: wapdoc.Digest, Secret: e.ServerSecret, Nonce: server},
		ServerAuth: wapdoc.Auth{Type: wapdoc.Digest, Name: e.ClientName, Secret: e.ClientSecret, Nonce: client},
		UPN:        e.Device.UPN, DeviceName: e.Device.Name, EntDMID: string(e.Device.ID),
		Poll: wapdoc.Poll{
			First: wapdoc.Retries(e.Poll.First), Second: wapdoc.Retries(e.Poll.Second), Remaining: wapdoc.Retries(e.Poll.Remaining),
			PollOnLogin: e.Poll.OnLogin, AllUsersPollOnFirstLogin: e.Poll.AllUsersOnFirstLogin,
		},
	}
	document, err := out.Document()
	if err != nil {
		return nil, fmt.Errorf("make the provisioning document: %w", err)
	}
	return document.Encode()
}

func nonceOf(text string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("read a digest nonce: %w", err)
	}
	return raw, nil
}

// storeOf is where the PC keeps its certificate.
func storeOf(d *enrollment.Device) wapdoc.Store {
	if d.Machine {
		return wapdoc.StoreSystem
	}
	return wapdoc.StoreUser
}

// issued wraps a document into the answer.
func (h *Handler) issued(in *soap.Message, q *soap.SecurityTokenRequest, document []byte) *soap.Message {
	out := in.Answer(&soap.SecurityTokenResponse{TokenType: q.TokenType, Document: document})
	now := h.Clock.Real().UTC()
	out.Security = &soap.Security{Timestamp: &soap.Timestamp{Created: now, Expires: now.Add(answerLife)}}
	return out
}
