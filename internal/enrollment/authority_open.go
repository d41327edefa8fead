package enrollment

import (
	"bytes"
	"context"
	"crypto/x509"
	"maps"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// authorityKept is how long an authority is remembered after the store was asked
// for it last: after its tenant was deleted its keys are not in memory for longer.
const authorityKept = 5 * time.Minute

// authorities are those this process has used, so that keys are not parsed for
// each request. What the store has counts: it is asked before anything is
// signed, with the keys sealed as they are now, and when a certificate was
// signed by another one.
type authorities struct {
	mu   sync.Mutex
	open map[directory.TenantID]openAuthority
	// making is held while one is made: two keys take a second of a core.
	making sync.Mutex
}

type openAuthority struct {
	*authority
	asked time.Time // when the store had it last, by the server's clock
}

// get returns nil for one that is not remembered, or was for too long.
func (c *authorities) get(t directory.TenantID, now time.Time) *authority {
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.open[t]; o.fresh(now) {
		return o.authority
	}
	delete(c.open, t)
	return nil
}

func (o openAuthority) fresh(now time.Time) bool {
	return o.authority != nil && !now.Before(o.asked) && now.Before(o.asked.Add(authorityKept))
}

// take returns the authority of these keys, as the store has them now, parsing
// them unless it is known. The encoded keys are wiped.
func (c *authorities) take(t directory.TenantID, k *AuthorityKeys, now time.Time) (a *authority, err error) {
	defer clear(k.RootKey)
	defer clear(k.IssuingKey)
	if a = c.get(t, now); a == nil || !bytes.Equal(a.root.Raw, k.Root) || !bytes.Equal(a.issuing.Raw, k.Issuing) {
		if a, err = parseAuthority(k); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[directory.TenantID]openAuthority)
	}
	c.open[t] = openAuthority{a, now}
	return a, nil
}

func (c *authorities) drop(t directory.TenantID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, t)
}

// ForgetAuthorities drops the authorities from memory that the store was not
// asked for lately, and returns how many. Somebody has to call it every minute
// or so.
func (s *Service) ForgetAuthorities() int {
	now := s.Clock.Real()
	c := &s.authorities
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.open)
	maps.DeleteFunc(c.open, func(_ directory.TenantID, o openAuthority) bool { return !o.fresh(now) })
	return before - len(c.open)
}

// authorityOf is authority with what was just read of the store, nil when it
// had none.
func (s *Service) authorityOf(ctx context.Context, t directory.TenantID, k *AuthorityKeys) (*authority, error) {
	if k != nil {
		now := s.Clock.Real()
		a, err := s.authorities.take(t, k, now)
		if err != nil || !a.due(now) {
			return a, fault.Wrap("open the tenant's certificate authority", err)
		}
	}
	return s.authority(ctx, t)
}

// authority is the tenant's, made at first need and renewed in time. Of several
// processes that make the first one at once, one wins and all get its.
func (s *Service) authority(ctx context.Context, t directory.TenantID) (*authority, error) {
	a, err := s.storedAuthority(ctx, t)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if a != nil && !a.due(s.Clock.Real()) {
		return a, nil
	}
	s.authorities.making.Lock()
	defer s.authorities.making.Unlock()
	if a, err = s.storedAuthority(ctx, t); err == nil && !a.due(s.Clock.Real()) {
		return a, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if a == nil {
		if a, err = newAuthority(t, s.Clock.Real(), s.NewKey); err != nil {
			return nil, fault.Wrap("make the tenant's certificate authority", err)
		}
	}
	return s.storeAuthority(ctx, t, a)
}

// storeAuthority stores a unless there is one, and renews what is due.
func (s *Service) storeAuthority(ctx context.Context, t directory.TenantID, a *authority) (*authority, error) {
	now := s.Clock.Real()
	fresh, err := a.keys(now)
	if err != nil {
		return nil, fault.Wrap("store the tenant's certificate authority", err)
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		stored, err := tx.PutAuthority(ctx, t, fresh, false)
		if err != nil {
			return err
		}
		if a, err = parseAuthority(&stored); err != nil || !a.due(now) {
			return err
		}
		if a, err = a.renewed(t, now); err != nil {
			return err
		}
		if stored, err = a.keys(now); err != nil {
			return err
		}
		_, err = tx.PutAuthority(ctx, t, stored, true)
		return err
	})
	if err != nil {
		return nil, fault.Wrap("store the tenant's certificate authority", err)
	}
	return s.storedAuthority(ctx, t)
}

func (s *Service) storedAuthority(ctx context.Context, t directory.TenantID) (*authority, error) {
	k, err := s.Store.GetAuthority(ctx, t)
	if err != nil {
		s.authorities.drop(t)
		return nil, err
	}
	a, err := s.authorities.take(t, &k, s.Clock.Real())
	return a, fault.Wrap("open the tenant's certificate authority", err)
}

// signed reports whether the tenant's authority signed the certificate.
func (s *Service) signed(ctx context.Context, t directory.TenantID, c *x509.Certificate) (bool, error) {
	if a := s.authorities.get(t, s.Clock.Real()); a != nil && c.CheckSignatureFrom(a.issuing) == nil {
		return true, nil
	}
	a, err := s.storedAuthority(ctx, t)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && c.CheckSignatureFrom(a.issuing) == nil, err
}
