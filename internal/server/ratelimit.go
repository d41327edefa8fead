package server

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimited bounds how many callers a limiter remembers.
const maxLimited = 10_000

// limiter gives each caller its own allowance. A rate of 0 lets all pass.
type limiter struct {
	setting string // in the configuration: limits.request_rate
	rate    rate.Limit
	burst   int
	now     func() time.Time
	refused func() // hears of each refusal

	mu      sync.Mutex
	callers map[string]*rate.Limiter
}

// newLimiter counts by the server's clock; the setting names the allowance.
func (s *Server) newLimiter(setting string, perSecond, burst int) *limiter {
	return newLimiter(setting, perSecond, burst, s.clock.Real, s.metrics.throttled.WithLabelValues(setting).Inc)
}

func newLimiter(setting string, perSecond, burst int, now func() time.Time, refused func()) *limiter {
	return &limiter{setting: setting, refused: refused, rate: rate.Limit(perSecond), burst: max(burst, perSecond), now: now, callers: map[string]*rate.Limiter{}}
}

// allow reports whether the caller may go on, or how long it must wait.
func (l *limiter) allow(caller string) (wait time.Duration, ok bool) {
	if l.rate == 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.callers[caller]
	if c == nil {
		if len(l.callers) >= maxLimited {
			// Everybody starts with a full allowance again: memory has a bound.
			clear(l.callers)
		}
		c = rate.NewLimiter(l.rate, l.burst)
		l.callers[caller] = c
	}
	now := l.now()
	if c.AllowN(now, 1) {
		return 0, true
	}
	r := c.ReserveN(now, 1)
	wait = r.DelayFrom(now)
	r.CancelAt(now)
	l.refused()
	return wait, false
}

// limited has a request of an address that asks too often refused, which is an
// answer of 429 with Retry-After.
func limited(l *limiter, refuse func(w http.ResponseWriter, r *http.Request, wait time.Duration), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait, ok := l.allow(requestAddress(r)); !ok {
			refuse(w, r, wait)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refusePC is the refusal on the listener for PCs.
func refusePC(w http.ResponseWriter, _ *http.Request, wait time.Duration) {
	w.Header().Set("Retry-After", retryAfter(wait))
	writeText(w, http.StatusTooManyRequests, "Too many requests from this address; try again later.\n")
}

// retryAfter is whole seconds, rounded up (RFC 9110, 10.2.3).
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(int((wait + time.Second - 1) / time.Second))
}
