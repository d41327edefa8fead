package mdm

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	// keysLife is how long fetched keys are used before they are fetched anew.
	keysLife = 24 * time.Hour
	// keysPause is the least between two fetches for one tenant, so that made-up
	// key ids do not make this server ask Entra all the time.
	keysPause = time.Minute
	maxKeys   = 100
	mostKey   = 1024 // bytes of a modulus
)

// EntraKeys fetches and keeps the public keys of Entra tenants.
type EntraKeys struct {
	Outbound *Outbound
	Clock    directory.Clock

	mu      sync.Mutex
	tenants map[string]*tenantKeys // by tid: as many as are configured
}

// tenantKeys are one tenant's. The channel is held while they are fetched, so
// that many PCs at once cause one request.
type tenantKeys struct {
	busy    chan struct{}
	byID    map[string]*rsa.PublicKey
	fetched time.Time // when byID was
	tried   time.Time // when it was last tried
}

func (k *EntraKeys) of(tid string) *tenantKeys {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tenants == nil {
		k.tenants = map[string]*tenantKeys{}
	}
	t := k.tenants[tid]
	if t == nil {
		t = &tenantKeys{busy: make(chan struct{}, 1)}
		k.tenants[tid] = t
	}
	return t
}

// find returns the key of an id, fetching the tenant's keys when it is not
// known or they are old. A key that Entra has withdrawn is so gone within a day.
func (k *EntraKeys) find(ctx context.Context, tid, authority, keyID string) (*rsa.PublicKey, error) {
	t := k.of(tid)
	select {
	case t.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the keys of an Entra tenant: %w", ctx.Err())
	}
	defer func() { <-t.busy }()
	now := k.Clock.Real()
	fresh := now.Sub(t.fetched) < keysLife
	if key := t.byID[keyID]; key != nil && fresh {
		return key, nil
	}
	if now.Sub(t.tried) >= keysPause {
		t.tried = now
		byID, err := k.fetch(ctx, tid, authority)
		if err != nil {
			return nil, &fault.Error{
				Kind: fault.Unavailable, Code: "EntraKeysUnavailable", Message: "The signing keys of the Entra tenant cannot be fetched now.", RetryAfter: keysPause, Cause: err,
			}
		}
		t.byID, t.fetched, fresh = byID, now, true
	}
	if key := t.byID[keyID]; key != nil && fresh {
		return key, nil
	}
	if !fresh {
		return nil, &fault.Error{Kind: fault.Unavailable, Code: "EntraKeysUnavailable", Message: "The signing keys of the Entra tenant cannot be fetched now.", RetryAfter: keysPause}
	}
	return nil, refuseToken("TokenSignature", "The token is signed with a key that the Entra tenant does not have.", nil)
}

// entraKey is one entry of the keys document; issuer says whose tokens it signs.
type entraKey struct {
	Type   string `json:"kty"`
	Use    string `json:"use"`
	ID     string `json:"kid"`
	Issuer string `json:"issuer"`

	Modulus  string `json:"n"`
	Exponent string `json:"e"`
}

// public reads the key, nil when it is none that may sign. Certificates beside
// it say nothing more.
func (k *entraKey) public() *rsa.PublicKey {
	n, err1 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Modulus, "="))
	e, err2 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Exponent, "="))
	if err1 != nil || err2 != nil || len(n) < keyBits/8 || len(n) > mostKey || len(e) == 0 || len(e) > 4 {
		return nil
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if key.N.BitLen() < keyBits || key.N.Bit(0) == 0 || key.E < 3 || key.E%2 == 0 {
		return nil
	}
	return key
}

// fetch reads {authority}/{tid}/discovery/v2.0/keys, the document that the
// tenant's OpenID metadata names.
func (k *EntraKeys) fetch(ctx context.Context, tid, authority string) (map[string]*rsa.PublicKey, error) {
	body, err := k.Outbound.get(ctx, authority+"/"+tid+"/discovery/v2.0/keys")
	if err != nil {
		return nil, err
	}
	var document struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &document); err != nil {
		return nil, fmt.Errorf("read the keys of an Entra tenant: %w", err)
	}
	byID := map[string]*rsa.PublicKey{}
	for _, text := range document.Keys[:min(len(document.Keys), maxKeys)] {
		var about entraKey
		if json.Unmarshal(text, &about) != nil || about.Type != "RSA" || about.ID == "" || about.Use != "" && about.Use != "sig" {
			continue
		}
		// Keys of personal accounts stand in the same document.
		if whose := strings.ReplaceAll(about.Issuer, "{tenantid}", tid); whose != "" && whose != authority+"/"+tid+"/v2.0" {
			continue
		}
		if key := about.public(); key != nil {
			byID[about.ID] = key
		}
	}
	return byID, nil
}
