package oidc

import (
	"context"
	"encoding/json"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/fault"
)

// maxToken is the longest token looked at, in bytes; ours have about 2,000.
const maxToken = 16 << 10

// verified reads the claims of a token that this server signed; false for any
// other text. Times, issuer and audience are the caller's to check.
func (h *Handler) verified(ctx context.Context, token string, claims any) (bool, error) {
	if len(token) > maxToken {
		return false, nil
	}
	// The list of algorithms is ours, never the header's (RFC 8725 section 3.1).
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false, nil //nolint:nilerr // not a token of ours
	}
	key, ok, err := h.Keys.Key(ctx, signed.Signatures[0].Header.KeyID)
	if err != nil || !ok {
		return false, fault.Wrap("find signing key", err)
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return false, nil //nolint:nilerr // as above
	}
	return json.Unmarshal(payload, claims) == nil, nil
}
