package oidc

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/fault"
)

// KeyUse is one signing key as an operator sees it.
type KeyUse struct {
	KeyID     string    `json:"kid"`
	CreatedAt time.Time `json:"createdDateTime"`
	// SignsFrom is when it began or will begin to sign.
	SignsFrom time.Time `json:"signsFromDateTime"`
	// PublishedUntil is when clients stop seeing it; zero while it signs or waits.
	PublishedUntil time.Time `json:"publishedUntilDateTime,omitzero"`
	State          string    `json:"state"` // waiting, signing, published or ended
}

// Uses lists all keys, newest first.
func (r *KeyRing) Uses(ctx context.Context) ([]KeyUse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	if err := r.load(ctx, now); err != nil {
		return nil, err
	}
	signing := r.active(now)
	uses := make([]KeyUse, len(r.keys))
	for i, k := range r.keys {
		uses[i] = KeyUse{KeyID: k.row.KeyID, CreatedAt: k.row.CreatedAt, SignsFrom: k.row.ActiveAt, State: "ended"}
		if ended := endOf(r.keys, i); !ended.IsZero() {
			uses[i].PublishedUntil = ended.Add(keep)
		}
		switch {
		case k == signing:
			uses[i].State = "signing"
		case k.row.ActiveAt.After(now):
			uses[i].State = "waiting"
		case published(r.keys, i, now):
			uses[i].State = "published"
		}
	}
	return uses, nil
}

// Replace is for a key that others may have: every key is removed and a fresh
// one signs at once. No token signed before is good any more, in this process
// at once and in others within reloadEvery, or when they meet the new key.
func (r *KeyRing) Replace(ctx context.Context) (keyID string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	if err := r.load(ctx, now); err != nil {
		return "", err
	}
	old := slices.Clone(r.keys)
	row, err := r.add(ctx, now, now)
	if err != nil {
		return "", err
	}
	for _, k := range old {
		if err := r.store.DeleteSigningKey(ctx, k.row.KeyID); err != nil {
			return "", fault.Wrap("remove signing key "+k.row.KeyID, err)
		}
	}
	return row.KeyID, r.load(ctx, now)
}

// Forget removes keys whose last token ended more than keep ago, and returns
// how many.
func (r *KeyRing) Forget(ctx context.Context) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Real()
	if err := r.load(ctx, now); err != nil {
		return 0, err
	}
	n := 0
	for i, k := range r.keys {
		ended := endOf(r.keys, i)
		if ended.IsZero() || now.Before(ended.Add(2*keep)) {
			continue
		}
		if err := r.store.DeleteSigningKey(ctx, k.row.KeyID); err != nil {
			return n, fault.Wrap("forget signing key "+k.row.KeyID, err)
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	return n, r.load(ctx, now)
}
