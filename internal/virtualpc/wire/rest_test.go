package wire_test

import (
	"net/http"
	"runtime"
	"testing"

	"taxiway/internal/virtualpc/wire"
)

// BenchmarkAPCAtRest reports what a PC's network keeps in memory after it asked,
// the server's end of the connection included: while the connection rests, and
// after it was closed.
func BenchmarkAPCAtRest(b *testing.B) {
	f := newFake(b, func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, document) })
	used := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	before := used()
	pcs := make([]*wire.Client, 0, b.N)
	for range b.N {
		c, err := wire.New(f.given)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Profile(b.Context(), wire.AskProfile{Hash: presented}, nil); err != nil {
			b.Fatal(err)
		}
		pcs = append(pcs, c)
	}
	b.ReportMetric((used()-before)/float64(b.N), "bytes/PC")
	for _, c := range pcs {
		c.Close()
	}
	f.CloseClientConnections()
	b.ReportMetric((used()-before)/float64(b.N), "closed-bytes/PC")
	runtime.KeepAlive(pcs)
}
