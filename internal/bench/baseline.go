package bench

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/hwhash"
)

// baseline is an HTTPS server whose handler does the least that a look-up
// needs: it takes the request in, reads the claim by its key and the
// registration by its id, and answers. It understands nothing.
type baseline struct {
	srv    *httptest.Server
	client *http.Client
	db     *database
	claim  string
	device string
	keys   [][]byte // of PCs, in their order
}

// newBaseline reads from the server's own database.
func (r *run) newBaseline(ctx context.Context, hashes []string) (*baseline, error) {
	d := r.served
	b := &baseline{db: d}
	for _, text := range hashes {
		h, err := hwhash.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("parse a hash: %w", err)
		}
		key := autopilot.ClaimsOf(h)[0].Key
		b.keys = append(b.keys, key[:])
	}
	b.claim = d.sql("SELECT tenant_id, autopilot_id FROM autopilot_claims WHERE lookup_key = $1")
	b.device = d.sql("SELECT * FROM autopilot_identities WHERE tenant_id = $1 AND id = $2")
	claim, err := d.pool.PrepareContext(ctx, b.claim)
	if err != nil {
		return nil, fmt.Errorf("prepare the first read: %w", err)
	}
	device, err := d.pool.PrepareContext(ctx, b.device)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the second read: %w", err), claim.Close())
	}
	b.srv = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		at, err := strconv.Atoi(strings.TrimPrefix(q.URL.Path, "/"))
		if err != nil || at < 0 || at >= len(b.keys) {
			http.NotFound(w, q)
			return
		}
		if _, err = io.Copy(io.Discard, q.Body); err == nil {
			var tenant, id any
			if err = claim.QueryRowContext(q.Context(), b.keys[at]).Scan(&tenant, &id); err == nil {
				err = readOne(q.Context(), device, tenant, id)
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "{}") // the client is gone when this fails
	}))
	b.srv.Config.RegisterOnShutdown(func() {
		_ = claim.Close()
		_ = device.Close()
	})
	b.srv.StartTLS()
	trust, ok := b.srv.Client().Transport.(*http.Transport)
	if !ok {
		return nil, errors.New("the test server's client has another transport than expected")
	}
	b.client = kept(&tls.Config{RootCAs: trust.TLSClientConfig.RootCAs, MinVersion: tls.VersionTLS12, ServerName: "example.com"}, b.srv.Listener.Addr().String())
	return b, nil
}

func (b *baseline) close() {
	b.client.CloseIdleConnections()
	b.srv.Close()
}
