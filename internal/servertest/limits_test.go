package servertest_test

import (
	"bytes"
	"net/http"
	"runtime"
	"testing"

	"taxiway/internal/config"
	"taxiway/internal/servertest"
)

// bomb is a gzip of this many MB of zeros: one member of 1 MB, again and again
// (RFC 1952, 2.2).
func bomb(t *testing.T, size int) []byte {
	t.Helper()
	return bytes.Repeat(gzipped(t, make([]byte, 1<<20)), size)
}

// Not parallel: it measures what the whole process allocates.
func TestAGzipBombIsRefusedWithMemoryFlat(t *testing.T) {
	const decoded = 512 // MB
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
				t.Errorf("POST %s: a body of %d bytes that is %d MB decoded made the process allocate %d MB", path, len(sent), decoded, grown>>20)
			}
		}
	})
}
