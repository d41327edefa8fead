package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"time"

	"taxiway/internal/fault"
)

// Nonces spends a challenge once; directory's store is one.
type Nonces interface {
	// SpendNonce is false when the nonce was spent before; it may be forgotten
	// after expires.
	SpendNonce(ctx context.Context, nonce []byte, expires time.Time) (fresh bool, err error)
}

const (
	nonceLife   = 5 * time.Minute
	nonceRandom = 16
	nonceStamp  = 8 // end of its life, milliseconds since 1970
)

// challenge answers grant_type srv_challenge ([MS-OAPXBC] 3.2.5.1.1): a nonce
// that a PC signs to show that it holds its key now. Nothing is stored: the
// nonce carries the end of its life and a code over both.
func (h *Handler) challenge(w http.ResponseWriter, _ *http.Request) error {
	text := make([]byte, nonceStamp+nonceRandom, nonceStamp+nonceRandom+sha256.Size)
	binary.BigEndian.PutUint64(text, uint64(h.Clock.Real().Add(nonceLife).UnixMilli()))
	_, _ = rand.Read(text[nonceStamp:]) // never fails since Go 1.24
	text = append(text, h.nonceCode(text)...)
	return writeJSON(w, http.StatusOK, struct{ Nonce string }{base64.RawURLEncoding.EncodeToString(text)})
}

func (h *Handler) nonceCode(text []byte) []byte {
	code := hmac.New(sha256.New, h.NonceKey)
	code.Write(text)
	return code.Sum(nil)
}

// VerifyNonce spends a nonce of srv_challenge. One that is not ours, is older
// than five minutes, or was spent before is fault.Unauthenticated with code
// NonceInvalid.
func (h *Handler) VerifyNonce(ctx context.Context, nonce string) error {
	refused := fault.New(fault.Unauthenticated, "NonceInvalid", "The nonce is unknown, older than five minutes, or was used before. Ask for a new one.")
	const size = nonceStamp + nonceRandom + sha256.Size
	// The decoder skips line ends, so the length of the text is looked at, too.
	text, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(text) != size || len(nonce) != base64.RawURLEncoding.EncodedLen(size) {
		return refused
	}
	body, code := text[:nonceStamp+nonceRandom], text[nonceStamp+nonceRandom:]
	if !hmac.Equal(code, h.nonceCode(body)) {
		return refused
	}
	ends := time.UnixMilli(int64(binary.BigEndian.Uint64(body))) //nolint:gosec // we wrote it
	if !h.Clock.Real().Before(ends) {
		return refused
	}
	fresh, err := h.Nonces.SpendNonce(ctx, body, ends)
	if err != nil {
		return fault.Wrap("spend nonce", err)
	}
	if !fresh {
		return refused
	}
	return nil
}
