package odata_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/odata"
)

var (
	bound  = odata.Binding{Tenant: "tenant", Principal: "person", Resource: "devices", Query: "$top=5"}
	expiry = time.Date(2026, 5, 2, 0, 0, 0, 0, time.UTC)
)

func newSigner(t *testing.T, fill byte) *odata.Signer {
	t.Helper()
	s, err := odata.NewSigner(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATokenGivesItsCursorBack(t *testing.T) {
	t.Parallel()
	s := newSigner(t, 1)
	for _, c := range []odata.Cursor{
		{}, {ID: "a"}, {ID: "a", Values: []string{""}}, {ID: "a", Values: []string{"", "x\x00y", string(bytes.Repeat([]byte("ü"), 300))}},
	} {
		got, err := s.Verify(s.Sign(c, bound, expiry), bound, expiry.Add(-time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestATokenChangedByAnyBitIsRefused(t *testing.T) {
	t.Parallel()
	s := newSigner(t, 1)
	// Three lengths, so that the last character carries 0, 2 and 4 spare bits.
	for _, id := range []string{"0123", "01234", "012345"} {
		token := s.Sign(odata.Cursor{ID: id, Values: []string{"PC-1"}}, bound, expiry)
		for i := range len(token) * 8 {
			changed := []byte(token)
			changed[i/8] ^= 1 << (i % 8)
			if _, err := s.Verify(string(changed), bound, expiry.Add(-time.Hour)); err == nil {
				t.Fatalf("bit %d of %s flipped: accepted", i, token)
			}
		}
		for i := range len(token) {
			for _, changed := range []string{token[:i], token[i+1:], token[:i] + "\n" + token[i:], token[:i] + token[i+1:]} {
				if _, err := s.Verify(changed, bound, expiry.Add(-time.Hour)); err == nil {
					t.Fatalf("%q: accepted", changed)
				}
			}
		}
		if _, err := s.Verify(token+"=", bound, expiry.Add(-time.Hour)); err == nil {
			t.Fatal("padding accepted")
		}
	}
}

func TestATokenMovedOrLateIsRefused(t *testing.T) {
	t.Parallel()
	s := newSigner(t, 1)
	token := s.Sign(odata.Cursor{ID: "x"}, bound, expiry)
	before := expiry.Add(-time.Second)
	for name, c := range map[string]struct {
		signer *odata.Signer
		bind   odata.Binding
		now    time.Time
	}{
		"another key":       {newSigner(t, 2), bound, before},
		"another tenant":    {s, odata.Binding{Tenant: "Tenant", Principal: "person", Resource: "devices", Query: "$top=5"}, before},
		"another person":    {s, odata.Binding{Tenant: "tenant", Principal: "", Resource: "devices", Query: "$top=5"}, before},
		"another resource":  {s, odata.Binding{Tenant: "tenant", Principal: "person", Resource: "groups", Query: "$top=5"}, before},
		"another query":     {s, odata.Binding{Tenant: "tenant", Principal: "person", Resource: "devices", Query: "$top=6"}, before},
		"a border moved":    {s, odata.Binding{Tenant: "tenantp", Principal: "erson", Resource: "devices", Query: "$top=5"}, before},
		"at its expiry":     {s, bound, expiry},
		"long after expiry": {s, bound, expiry.AddDate(10, 0, 0)},
	} {
		_, err := c.signer.Verify(token, c.bind, c.now)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		if got := asError(t, err); got.Code != odata.CodeInvalidSkipToken || got.Option != "$skiptoken" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAShortKeyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := odata.NewSigner(make([]byte, 31)); err == nil {
		t.Fatal("31 bytes accepted")
	}
}
