package oidc

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const (
	keyBits = 2048
	// announce is how long a key is published before it signs: as long as
	// clients may keep the key set.
	announce = 24 * time.Hour
	// keep is how long a key stays published after its successor began to
	// sign: the longest token and what clocks may differ.
	keep = tokenLifetime + 10*time.Minute
	// reloadEvery is how stale the ring may get; reloadLimit how often an
	// unknown key id may ask the store.
	reloadEvery = 30 * time.Second
	reloadLimit = time.Second
)

// KeyRing holds the signing keys of all processes that share a store. It signs
// with the newest key whose time has come, and is an access.KeySource. Safe
// for concurrent use.
type KeyRing struct {
	store  directory.KeyStore
	clock  directory.Clock
	newKey func() (*rsa.PrivateKey, error)

	mu       sync.Mutex
	keys     []*ringKey // newest first, by the time they begin to sign
	loadedAt time.Time
}

// ringKey is one key, ready to use.
type ringKey struct {
	row    directory.SigningKey
	public jose.JSONWebKey
	rsa    *rsa.PublicKey
	signer jose.Signer
}

// OpenKeyRing loads the keys and makes the first one when there is none. Two
// processes that both do so leave two keys, which does no harm. newKey makes keys
// of 2,048 bits; nil makes each anew.
func OpenKeyRing(ctx context.Context, store directory.KeyStore, clock directory.Clock, newKey func() (*rsa.PrivateKey, error)) (*KeyRing, error) {
	if newKey == nil {
		newKey = func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }
	}
	r := &KeyRing{store: store, clock: clock, newKey: newKey}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := clock.Real()
	if err := r.load(ctx, now); err != nil {
		return nil, err
	}
	if r.active(now) != nil {
		return r, nil
	}
	if _, err := r.add(ctx, now, now); err != nil {
		return nil, err
	}
	return r, r.load(ctx, now)
}

// Sign makes a JWT of the claims with the active key (RFC 7515, RS256).
func (r *KeyRing) Sign(ctx context.Context, claims []byte) (string, error) {
	now := r.clock.Real()
	all, err := r.fresh(ctx, now)
	if err != nil {
		return "", err
	}
	key := active(all, now)
	if key == nil {
		return "", fault.Wrap("choose signing key", errors.New("no key is active"))
	}
	signed, err := key.signer.Sign(claims)
	if err != nil {
		return "", fault.Wrap("sign", err)
	}
	return signed.CompactSerialize()
}

// Key finds a published key by its id. An unknown id asks the store, at most
// once a second.
func (r *KeyRing) Key(ctx context.Context, keyID string) (*rsa.PublicKey, bool, error) {
	now := r.clock.Real()
	all, err := r.fresh(ctx, now)
	if err != nil {
		return nil, false, err
	}
	if key := find(all, keyID, now); key != nil {
		return key.rsa, true, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.loadedAt) < reloadLimit {
		return nil, false, nil
	}
	if err := r.load(ctx, now); err != nil {
		return nil, false, err
	}
	if key := find(r.keys, keyID, now); key != nil {
		return key.rsa, true, nil
	}
	return nil, false, nil
}

// Published is the key set for clients (RFC 7517): keys about to sign, the one
// that signs, and those whose tokens are still good.
func (r *KeyRing) Published(ctx context.Context) (jose.JSONWebKeySet, error) {
	now := r.clock.Real()
	all, err := r.fresh(ctx, now)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for i, key := range all {
		if published(all, i, now) {
			set.Keys = append(set.Keys, key.public)
		}
	}
	return set, nil
}

// Rotate makes the next key, which is published at once and signs a day later.
// When a next key is already waiting it makes none, so that several processes
// may call it. It returns the waiting key's id and its time.
func (r *KeyRing) Rotate(ctx context.Context) (keyID string, activeAt time.Time, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	if err := r.load(ctx, now); err != nil {
		return "", time.Time{}, err
	}
	if len(r.keys) > 0 && r.keys[0].row.ActiveAt.After(now) {
		return r.keys[0].row.KeyID, r.keys[0].row.ActiveAt, nil
	}
	row, err := r.add(ctx, now, now.Add(announce))
	if err != nil {
		return "", time.Time{}, err
	}
	return row.KeyID, row.ActiveAt, r.load(ctx, now)
}

// SigningSince is when the active key began to sign, for the job that decides
// about rotation; zero when none is active.
func (r *KeyRing) SigningSince(ctx context.Context) (time.Time, error) {
	now := r.clock.Real()
	all, err := r.fresh(ctx, now)
	if err != nil {
		return time.Time{}, err
	}
	if key := active(all, now); key != nil {
		return key.row.ActiveAt, nil
	}
	return time.Time{}, nil
}

// fresh returns the keys, reloaded when they are stale. While the store does
// not answer, the keys at hand go on.
func (r *KeyRing) fresh(ctx context.Context, now time.Time) ([]*ringKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.loadedAt) < reloadEvery {
		return r.keys, nil
	}
	if err := r.load(ctx, now); err != nil && len(r.keys) == 0 {
		return nil, err
	}
	return r.keys, nil
}

// load reads the store; mu is held. The slice is replaced, never changed.
func (r *KeyRing) load(ctx context.Context, now time.Time) error {
	r.loadedAt = now // a store that does not answer is not asked again at once
	rows, err := r.store.ListSigningKeys(ctx)
	if err != nil {
		return fault.Wrap("load signing keys", err)
	}
	keys := make([]*ringKey, 0, len(rows))
	for _, row := range rows {
		at := slices.IndexFunc(r.keys, func(k *ringKey) bool { return k.row.KeyID == row.KeyID })
		if at >= 0 {
			known := *r.keys[at]
			known.row = row
			keys = append(keys, &known)
			continue
		}
		key, err := open(row)
		if err != nil {
			return fault.Wrap("open signing key "+row.KeyID, err)
		}
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b *ringKey) int {
		return cmp.Or(b.row.ActiveAt.Compare(a.row.ActiveAt), cmp.Compare(a.row.KeyID, b.row.KeyID))
	})
	r.keys = keys
	return nil
}

func (r *KeyRing) active(now time.Time) *ringKey { return active(r.keys, now) }

// add makes a key and stores it.
func (r *KeyRing) add(ctx context.Context, now, activeAt time.Time) (directory.SigningKey, error) {
	key, err := r.newKey()
	if err != nil {
		return directory.SigningKey{}, fault.Wrap("make signing key", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return directory.SigningKey{}, fault.Wrap("encode signing key", err)
	}
	id, err := thumbprint(&key.PublicKey)
	if err != nil {
		return directory.SigningKey{}, fault.Wrap("name signing key", err)
	}
	row := directory.SigningKey{KeyID: id, Private: private, CreatedAt: now, ActiveAt: activeAt}
	return row, fault.Wrap("store signing key", r.store.AddSigningKey(ctx, row))
}

func open(row directory.SigningKey) (*ringKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(row.Private)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("not an RSA key")
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: private, KeyID: row.KeyID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, err
	}
	return &ringKey{
		row: row, rsa: &private.PublicKey, signer: signer,
		public: jose.JSONWebKey{Key: &private.PublicKey, KeyID: row.KeyID, Algorithm: string(jose.RS256), Use: "sig"},
	}, nil
}

// thumbprint names a key by RFC 7638.
func thumbprint(key *rsa.PublicKey) (string, error) {
	sum, err := (&jose.JSONWebKey{Key: key}).Thumbprint(crypto.SHA256)
	return base64.RawURLEncoding.EncodeToString(sum), err
}

// active is the newest key whose time has come.
func active(newestFirst []*ringKey, now time.Time) *ringKey {
	for _, k := range newestFirst {
		if !k.row.ActiveAt.After(now) && (k.row.RetiredAt.IsZero() || now.Before(k.row.RetiredAt)) {
			return k
		}
	}
	return nil
}

func find(newestFirst []*ringKey, keyID string, now time.Time) *ringKey {
	i := slices.IndexFunc(newestFirst, func(k *ringKey) bool { return k.row.KeyID == keyID })
	if i < 0 || !published(newestFirst, i, now) {
		return nil
	}
	return newestFirst[i]
}

// published reports whether tokens of the key may still be about.
func published(newestFirst []*ringKey, i int, now time.Time) bool {
	ended := endOf(newestFirst, i)
	return ended.IsZero() || now.Before(ended.Add(keep))
}

// endOf is when the key stopped or will stop signing: with its own retirement
// or when a newer key begins; zero when nothing is known to end it.
func endOf(newestFirst []*ringKey, i int) time.Time {
	ended := newestFirst[i].row.RetiredAt
	for _, newer := range newestFirst[:i] {
		at := newer.row.ActiveAt
		if at.After(newestFirst[i].row.ActiveAt) && (ended.IsZero() || at.Before(ended)) {
			ended = at
		}
	}
	return ended
}
