package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math/rand/v2"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Most bytes of an answer that are read.
const (
	mostJSON    = 256 << 10
	mostPage    = 1 << 20
	mostSOAP    = 1 << 20
	mostMessage = 1 << 20
)

// The media types of answers.
const (
	kindJSON = "application/json"
	kindHTML = "text/html"
	kindSOAP = "application/soap+xml"
	kindAny  = "*/*"
)

// request is one request of a step.
type request struct {
	step    Step
	method  string
	address string
	header  http.Header // may be nil
	body    []byte
	as      *Identity // nil: without a certificate
	most    int64     // bytes of the answer's body
	wants   string    // the answer's media type; "" for a page, which may lead elsewhere
	length  bool      // the answer has to tell its length before
	sum     hash.Hash // where the body goes instead of into memory; nil: memory
	jar     http.CookieJar
	sent    string               // for the trace
	told    func(*answer) string // for the trace; nil for nothing
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	size   int64 // of the body
	at     *url.URL
}

// kind is the media type without parameters.
func (a *answer) kind() string {
	k, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return k
}

// send asks until there is an answer, as often as the step's manners and the
// server allow. The error is a *Problem.
func (c *Client) send(ctx context.Context, r request) (*answer, error) {
	m := stepManners[r.step]
	wait, busy := m.first, 0
	for try, failed := 1, 0; ; try++ {
		a, reached, p := c.try(ctx, r, try)
		if p == nil {
			return a, nil
		}
		pause := spread(wait)
		switch {
		case !p.Temporary:
			return nil, p
		case p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests:
			if busy++; busy >= busyTries {
				return nil, p
			}
			if p.Retry > 0 {
				pause = p.Retry
			}
		default:
			if failed++; failed >= m.tries || reached && !m.again {
				return nil, p
			}
			wait = min(2*wait, m.most)
		}
		if err := c.o.Wait(ctx, min(pause, busyMost)); err != nil {
			return nil, cancelled(r.step, err)
		}
	}
}

// spread keeps PCs apart that lost their server together.
func spread(d time.Duration) time.Duration {
	return d*3/4 + rand.N(d/2+1) //nolint:gosec // spreads PCs, no secret
}

// try sends a request once. reached tells that it may have reached the server.
func (c *Client) try(ctx context.Context, r request, try int) (a *answer, reached bool, p *Problem) {
	began := c.o.Now()
	within, cancel := context.WithTimeout(context.WithValue(ctx, stepKey{}, r.step), stepManners[r.step].timeout)
	defer cancel()
	lines := 0
	within = httptrace.WithClientTrace(within, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { lines++ }})
	a, err := c.exchange(within, &r)
	for range lines - 1 { // the transport asked again by itself, after a connection that it had before ended
		c.trace(&r, nil, lost(ctx, r.step, io.EOF), try, began)
	}
	reached = lines > 0
	switch {
	case err == nil:
		p = r.check(a)
	case errors.As(err, &p):
	default:
		p = lost(ctx, r.step, err)
	}
	c.trace(&r, a, p, try, began)
	if p != nil {
		return nil, reached, p
	}
	return a, reached, nil
}

// exchange sends a request and reads the answer within its limits.
func (c *Client) exchange(ctx context.Context, r *request) (*answer, error) {
	q, err := http.NewRequestWithContext(ctx, r.method, r.address, bytes.NewReader(r.body))
	if err != nil {
		return nil, trouble(r.step, CodeAddress, "The address to ask at is none.", nextServer).because(err)
	}
	maps.Copy(q.Header, r.header)
	if r.jar != nil {
		for _, cookie := range r.jar.Cookies(q.URL) {
			q.AddCookie(cookie)
		}
	}
	if stepManners[r.step].again {
		// Tells the transport, and nobody else, that a connection which went stale
		// is no reason to fail.
		q.Header["X-Idempotency-Key"] = nil
	}
	resp, err := c.line(r.as).Do(q)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if r.jar != nil {
		r.jar.SetCookies(q.URL, resp.Cookies())
	}
	a := &answer{status: resp.StatusCode, header: resp.Header, at: q.URL}
	switch {
	case resp.Header.Get("Content-Encoding") != "":
		return a, trouble(r.step, CodeEncoded, "The answer is compressed, which was not asked for.", nextServer).at(a)
	case r.length && resp.ContentLength < 0:
		return a, trouble(r.step, CodeChunked, "The answer does not tell its length before it begins, and device management does not take that.", nextServer).at(a)
	}
	body := io.LimitReader(resp.Body, r.most+1)
	if r.sum != nil && a.status == http.StatusOK {
		r.sum.Reset()
		a.size, err = io.Copy(r.sum, body)
	} else {
		a.body, err = io.ReadAll(body)
		a.size = int64(len(a.body))
	}
	if err != nil {
		return a, fmt.Errorf("read the answer: %w", err)
	}
	if a.size > r.most {
		return a, trouble(r.step, CodeTooLarge, fmt.Sprintf("The answer is larger than %d KiB, which no answer of this step is.", r.most>>10), nextServer).at(a)
	}
	return a, nil
}

// check refuses answers of the wrong kind, before anything is read in them.
func (r *request) check(a *answer) *Problem {
	switch {
	case a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests:
		p := refusedHTTP(r.step, a)
		p.Temporary, p.Retry = true, retryAfter(a.header.Get("Retry-After"))
		p.Message = "The server is busy and asks to come again later."
		return p
	case a.status == http.StatusBadGateway || a.status == http.StatusGatewayTimeout:
		p := refusedHTTP(r.step, a)
		p.Temporary = true
		return p
	case r.wants == "":
		return nil // a page: the web view looks at it
	case a.status >= 300 && a.status < 400:
		to, err := a.at.Parse(a.header.Get("Location"))
		if err != nil {
			to = &url.URL{}
		}
		return trouble(r.step, CodeRedirected, "The server sends the PC on to "+to.Host+", and this step goes nowhere else.", nextServer).at(a)
	case a.kind() == r.wants, r.wants == kindAny && a.status == http.StatusOK:
		return nil
	case a.kind() == kindHTML:
		return trouble(r.step, CodePage, "A web page came where the server should have answered, as networks with a sign-in page of their own do.", nextNetwork).at(a)
	case a.status == http.StatusOK:
		return trouble(r.step, CodeKind, "The answer is of another kind than "+r.wants+".", nextServer).at(a)
	default:
		return refusedHTTP(r.step, a)
	}
}

// retryAfter reads a Retry-After in seconds; the form with a date depends on two
// clocks that agree, which those of new PCs do not.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, busyMost)
}
