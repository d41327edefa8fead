package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"

	"taxiway/internal/enrollment"
)

type requestKey struct{}

// requestInfo is what the log knows about a request.
type requestInfo struct {
	id      string
	address string
}

func requestID(ctx context.Context) string {
	i, _ := ctx.Value(requestKey{}).(requestInfo)
	return i.id
}

func requestAddress(r *http.Request) string {
	i, _ := r.Context().Value(requestKey{}).(requestInfo)
	return i.address
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write notes the status of an answer that set none.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observed gives a request its id, logs it without query, headers or body
// (they may carry hashes and tokens), counts it, and turns a panic into 500.
func (s *Server) observed(edge string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.clock.Real()
		info := requestInfo{id: s.newID(), address: s.proxies.address(r)}
		rec := &recorder{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, info))
		defer func() {
			if p := recover(); p != nil {
				s.log.LogAttrs(r.Context(), slog.LevelError, "a request handler panicked", slog.String("request_id", info.id), slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
				if rec.status == 0 {
					rec.Header().Set("request-id", info.id)
					writeText(rec, http.StatusInternalServerError, "The server could not finish the request "+info.id+".\n")
				}
			}
			took := s.clock.Real().Sub(start)
			s.metrics.observeRequest(edge, r.Method, rec.status, took, rec.Header().Get("Content-Type") == "text/event-stream")
			s.log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request_id", info.id), slog.String("edge", edge), slog.String("method", r.Method),
				slog.String("path", loggable(r.URL.Path)), slog.Int("status", rec.status), slog.Duration("took", took), slog.String("address", info.address))
		}()
		if s.stopping.Load() {
			rec.Header().Set("Retry-After", "5")
			writeText(rec, http.StatusServiceUnavailable, "The server is stopping; try again.\n")
			return
		}
		next.ServeHTTP(rec, r)
	})
}

// loggable bounds a path and keeps control characters out of the log, and what
// lets in whoever reads it: the token of a one-time link and the signature of
// an app's address.
func loggable(path string) string {
	for _, secret := range []string{"/entry/", enrollment.ContentPath} {
		if before, _, found := strings.Cut(path, secret); found {
			path = before + secret + "…"
		}
	}
	if len(path) > 200 {
		path = path[:200] + "…"
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return '?'
		}
		return c
	}, path)
}

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

func parseProxies(list []string) proxies {
	var p proxies
	for _, s := range list {
		if prefix, err := netip.ParsePrefix(s); err == nil {
			p = append(p, prefix)
		} else if addr, err := netip.ParseAddr(s); err == nil {
			p = append(p, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return p
}

func (p proxies) trusts(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// address is the caller's: the socket's, unless that is a trusted proxy; then
// the last address of X-Forwarded-For that is none.
func (p proxies) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || !p.trusts(addr) {
		return host
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(chain) {
		next, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		addr = next
		if !p.trusts(addr) {
			break
		}
	}
	return addr.Unmap().String()
}
