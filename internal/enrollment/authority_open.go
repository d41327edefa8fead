package enrollment

import (
	"bytes"
	"context"
	"crypto/x509"
	"sync"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// authorities are those this process has used, so that keys are not parsed for
// each request. What the store has counts: it is asked before anything is
// signed, and when a certificate was signed by another one.
type authorities struct {
	mu   sync.Mutex
	open map[directory.TenantID]*authority
	// making is held while one is made: two keys take a second of a core.
	making sync.Mutex
}

func (c *authorities) get(t directory.TenantID) *authority {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open[t]
}

// take returns the authority of these keys, parsing them unless it is known.
func (c *authorities) take(t directory.TenantID, k *AuthorityKeys) (*authority, error) {
	if a := c.get(t); a != nil && bytes.Equal(a.root.Raw, k.Root) && bytes.Equal(a.issuing.Raw, k.Issuing) {
		return a, nil
	}
	a, err := parseAuthority(k)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = make(map[directory.TenantID]*authority)
	}
	c.open[t] = a
	return a, nil
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
		if a, err = newAuthority(t, s.Clock.Real()); err != nil {
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
		return nil, err
	}
	a, err := s.authorities.take(t, &k)
	return a, fault.Wrap("open the tenant's certificate authority", err)
}

// signed reports whether the tenant's authority signed the certificate.
func (s *Service) signed(ctx context.Context, t directory.TenantID, c *x509.Certificate) (bool, error) {
	if a := s.authorities.get(t); a != nil && c.CheckSignatureFrom(a.issuing) == nil {
		return true, nil
	}
	a, err := s.storedAuthority(ctx, t)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && c.CheckSignatureFrom(a.issuing) == nil, err
}
