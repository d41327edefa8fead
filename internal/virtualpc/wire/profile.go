package wire

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// AskProfile is what a PC tells when it asks for its profile or reports its
// hardware.
type AskProfile struct {
	Hash         string // as captured now
	Serial       string
	Manufacturer string
	Model        string
	OSVersion    string
	// Deployment is how the PC is to be set up: "" or "userDriven" by its user,
	// "preProvisioned" by a technician before.
	Deployment string
}

// TPM opens what is encrypted to the PC's endorsement key: RSA-OAEP with
// SHA-256. A PC without a TPM has none.
type TPM func(box []byte) ([]byte, error)

// Refusal is the service's reason for no profile, in its own numbers: 807 not
// registered, 809 the profile is gone, 815 none assigned, 908 other hardware.
type Refusal struct {
	Code   int    `json:"ErrorCode"`
	Reason string `json:"ErrorReason"`
}

// ProfileAnswer is a profile, or a refusal.
type ProfileAnswer struct {
	Document json.RawMessage // as Windows keeps it, without the ticket; nil with a Refusal
	Ticket   string          // joins the device object that waits for this PC; "" without a TPM
	Refusal  *Refusal
	At       time.Time // of the answer, the server's clock; zero when it did not say
}

// HardwareAnswer is what became of a report of hardware.
type HardwareAnswer struct {
	RemediationState string
	ProfileStatus    string
	Refusal          *Refusal
}

// ProofHeader carries the server's proof that an answer is for this PC and this
// question: base64 of HMAC-SHA-256 over the hash that was sent, a zero byte and
// the body, keyed with the nonce that only this PC's TPM could open.
const ProofHeader = "Taxiway-Proof"

// ztdAnswer is any answer to either question.
type ztdAnswer struct {
	Refusal

	Challenge        string `json:"Challenge"`
	EncryptedNonce   []byte `json:"EncryptedNonce"`
	DeviceTicket     string `json:"DeviceTicket"`
	ZtdID            string `json:"ZtdRegistrationId"`
	RemediationState string `json:"RemediationState"`
	ProfileStatus    string `json:"ProfileStatus"`
}

// Profile asks for the PC's profile and proves its TPM when that is asked for.
// tpm is nil on a PC without one. A document that comes without the proof that
// it is for this PC and this question is not taken.
func (c *Client) Profile(ctx context.Context, ask AskProfile, tpm TPM) (*ProfileAnswer, error) {
	said, a, nonce, err := c.ztd(ctx, StepProfile, "/ztd/profile", ask, tpm)
	if err != nil {
		return nil, err
	}
	out := &ProfileAnswer{}
	if at, err := http.ParseTime(a.header.Get("Date")); err == nil {
		out.At = at
	}
	if said.Code != 0 {
		out.Refusal = &said.Refusal
		return out, nil
	}
	if said.ZtdID == "" {
		return nil, unreadable(StepProfile, a, nil)
	}
	if tpm != nil {
		if err := proven(StepProfile, a, ask.Hash, nonce); err != nil {
			return nil, err
		}
	}
	out.Ticket = said.DeviceTicket
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(a.body, &fields); err != nil {
		return nil, unreadable(StepProfile, a, err)
	}
	delete(fields, "DeviceTicket")
	if out.Document, err = json.Marshal(fields); err != nil {
		return nil, unreadable(StepProfile, a, err)
	}
	return out, nil
}

// ReportHardware tells which hardware the PC has today. It is believed only of
// a PC that proves its TPM.
func (c *Client) ReportHardware(ctx context.Context, ask AskProfile, tpm TPM) (*HardwareAnswer, error) {
	said, a, nonce, err := c.ztd(ctx, StepHardware, "/ztd/hardware", ask, tpm)
	if err != nil {
		return nil, err
	}
	if said.Code != 0 {
		return &HardwareAnswer{Refusal: &said.Refusal}, nil
	}
	if tpm != nil {
		if err := proven(StepHardware, a, ask.Hash, nonce); err != nil {
			return nil, err
		}
	}
	return &HardwareAnswer{RemediationState: said.RemediationState, ProfileStatus: said.ProfileStatus}, nil
}

// The service's words for a challenge that is good no more: when the answer to a
// proof was lost, sending it again finds it used.
var proofOver = []string{"ProofUsed", "ProofExpired"}

// ztd asks until the proof of the TPM was taken, with a new challenge when one
// was lost on the way.
func (c *Client) ztd(ctx context.Context, step Step, path string, ask AskProfile, tpm TPM) (said *ztdAnswer, a *answer, nonce []byte, err error) {
	for range 3 {
		said, a, nonce, err = c.ztdProven(ctx, step, path, ask, tpm)
		if p := ProblemOf(err); p == nil || !slices.Contains(proofOver, p.Reason) {
			break
		}
	}
	return said, a, nonce, err
}

// ztdProven asks, proves the TPM when there is a challenge, and asks again with
// the proof.
func (c *Client) ztdProven(ctx context.Context, step Step, path string, ask AskProfile, tpm TPM) (said *ztdAnswer, a *answer, nonce []byte, err error) {
	body := map[string]any{
		"hardwareHash": ask.Hash, "serialNumber": ask.Serial, "manufacturer": ask.Manufacturer, "model": ask.Model, "osVersion": ask.OSVersion,
	}
	if ask.Deployment != "" {
		body["deployment"] = ask.Deployment
	}
	said, a, err = c.ztdOnce(ctx, step, path, body)
	if err != nil || said.Challenge == "" {
		return said, a, nil, err
	}
	if tpm == nil {
		return nil, nil, nil, trouble(step, CodeChallenge, "The server wants a proof of the PC's TPM, and the PC has none.", "Switch the TPM on in the firmware, or register the PC with its present hardware hash.").at(a)
	}
	if nonce, err = tpm(said.EncryptedNonce); err != nil {
		return nil, nil, nil, trouble(step, CodeChallenge, "The PC's TPM cannot open the server's challenge: it was made for another PC.", "Register the PC with its present hardware hash.").at(a).because(err)
	}
	body["challenge"], body["nonce"] = said.Challenge, nonce
	said, a, err = c.ztdOnce(ctx, step, path, body)
	if err == nil && said.Challenge != "" {
		err = trouble(step, CodeUnreadable, "The server answers a proof with another challenge.", nextServer).at(a)
	}
	return said, a, nonce, err
}

func (c *Client) ztdOnce(ctx context.Context, step Step, path string, body map[string]any) (*ztdAnswer, *answer, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, nil, fmt.Errorf("write the question: %w", err)
	}
	sent := "the hardware hash"
	if body["challenge"] != nil {
		sent += " and the proof of the TPM"
	}
	a, err := c.send(ctx, request{
		step: step, method: http.MethodPost, address: c.below(path), header: kindHeader(kindJSON), body: text,
		most: mostJSON, wants: kindJSON, sent: sent, told: toldProfile,
	})
	if err != nil {
		return nil, nil, err
	}
	if a.status != http.StatusOK {
		return nil, nil, refusedZTD(step, a)
	}
	var said ztdAnswer
	if err := json.Unmarshal(a.body, &said); err != nil {
		return nil, nil, unreadable(step, a, err)
	}
	return &said, a, nil
}

// proven checks the proof of an answer.
func proven(step Step, a *answer, hash string, nonce []byte) error {
	sent, err := base64.StdEncoding.DecodeString(a.header.Get(ProofHeader))
	mac := hmac.New(sha256.New, nonce)
	mac.Write([]byte(hash))
	mac.Write([]byte{0})
	mac.Write(a.body)
	if len(nonce) == 0 || err != nil || !hmac.Equal(sent, mac.Sum(nil)) {
		return trouble(step, CodeNotProven, "The answer has no proof that it is for this PC and for what it asked just now.", "Check that nothing between the PC and the server keeps answers; then try again.").at(a).because(err)
	}
	return nil
}

// refusedZTD is an error of this address: it never gives a profile's reasons
// that way.
func refusedZTD(step Step, a *answer) error {
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Remedy  string `json:"remedy"`
		} `json:"error"`
	}
	p := refusedHTTP(step, a)
	if err := json.Unmarshal(a.body, &body); err != nil {
		return p.because(err)
	}
	p.Reason = body.Error.Code
	if body.Error.Message != "" {
		p.Message = body.Error.Message
	}
	if body.Error.Remedy != "" {
		p.Next = body.Error.Remedy
	}
	return p
}

func unreadable(step Step, a *answer, err error) *Problem {
	return trouble(step, CodeUnreadable, "The answer is not what this step gives.", nextServer).at(a).because(err)
}

func kindHeader(kind string) http.Header {
	return http.Header{"Content-Type": {kind}, "Accept": {"*/*"}}
}

// toldProfile is what a log may show of an answer.
func toldProfile(a *answer) string {
	var said ztdAnswer
	switch err := json.Unmarshal(a.body, &said); {
	case err != nil:
		return ""
	case said.Code != 0:
		return fmt.Sprintf("refused: %d %s", said.Code, said.Reason)
	case said.Challenge != "":
		return "a challenge for the TPM"
	case said.DeviceTicket != "":
		return "the profile of registration " + said.ZtdID + " and a ticket"
	case said.ZtdID != "":
		return "the profile of registration " + said.ZtdID
	default:
		return said.RemediationState
	}
}
