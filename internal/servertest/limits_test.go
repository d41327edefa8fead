package servertest_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"testing"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// bomb is a gzip of this many zeros, made without holding them.
func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(z, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Not parallel: it measures what the whole process allocates.
func TestAGzipBombIsRefusedWithMemoryFlat(t *testing.T) {
	const decoded = 256 << 20
	sent := bomb(t, decoded)
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		p := servertest.Start(t, db, servertest.WithConfig(func(c *config.Config) { c.Limits.BodyBytes, c.Limits.ImportBytes = 1<<20, 2<<20 })).First()
		c := p.NewTenant(t, "Contoso", false)
		for _, path := range []string{"/v1.0/groups", "/v1.0/users", profiles, imports, imports + "/import", "/v1.0/$batch"} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p.Must(t, c.Token, http.MethodPost, path, sent, http.StatusRequestEntityTooLarge, "Content-Encoding", "gzip")
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 48<<20 {
				t.Errorf("POST %s: a body of %d bytes that is %d MB decoded made the process allocate %d MB", path, len(sent), decoded>>20, grown>>20)
			}
		}
	})
}
