package servertest

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/oidc"
	"taxiway/internal/sqlstore"
)

// Sign makes a token of any claims with the world's own signing key, as
// somebody could who had it: what is refused then is refused for its claims.
func (w *World) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	c := w.First().Config
	master, err := sqlstore.LoadMasterKey(c.DataDir, c.MasterKey.Reveal())
	if err != nil {
		t.Fatalf("read the master key: %v", err)
	}
	db, err := sqlstore.Open(context.Background(), sqlstore.Options{
		URL: w.Database.URL, Dir: c.DataDir, MasterKey: master, MaxConns: 2, Logger: slog.New(slog.DiscardHandler), Clock: w.now,
	})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	}()
	ring, err := oidc.OpenKeyRing(context.Background(), db, fixedClock(w.now), nil)
	if err != nil {
		t.Fatalf("open the signing keys: %v", err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatalf("encode claims: %v", err)
	}
	token, err := ring.Sign(context.Background(), text)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	return token
}

// fixedClock is a clock without labs.
type fixedClock func() time.Time

// Now implements directory.Clock.
func (c fixedClock) Now(directory.TenantID) time.Time { return c() }

// Real implements directory.Clock.
func (c fixedClock) Real() time.Time { return c() }
