package graphclient

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	version = "/beta"
	// maxTries and maxWait bound what a throttled or restarting server may
	// cost: at most maxTries requests with maxWait between two of them.
	maxTries = 6
	maxWait  = 30 * time.Second
	// gzipFrom is the body size from which compressing is worth it; a hardware
	// hash is mostly zeros.
	gzipFrom    = 32 << 10
	maxAnswer   = 256 << 20
	dialTimeout = 10 * time.Second
)

// Config says which server, which tenant and as whom. All fields but CA and
// Address are required.
type Config struct {
	BaseURL      string // for example https://localhost:8443
	Tenant       string // id or domain
	ClientID     string // the app registration's id
	ClientSecret string
	CA           []byte // PEM; trusted beside the system's authorities
	Address      string // host:port to connect to instead of BaseURL's
	Now          func() time.Time
}

// Client calls Graph as one app in one tenant. It is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client

	mu      sync.Mutex
	token   string
	expires time.Time
}

// New checks the configuration; nothing is sent before the first call.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("the server's address %q is not of the form https://host:port", c.BaseURL)
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if len(c.CA) > 0 && !roots.AppendCertsFromPEM(c.CA) {
		return nil, errors.New("the certificate authority to trust is not a PEM certificate")
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	transport := &http.Transport{
		Proxy:           http.ProxyFromEnvironment,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if c.Address != "" {
				addr = c.Address
			}
			return dialer.DialContext(ctx, network, addr)
		},
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
	}
	if c.Address != "" {
		transport.Proxy = nil
	}
	return &Client{cfg: c, http: &http.Client{Transport: transport}}, nil
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// BaseURL is the server's address without a final slash.
func (c *Client) BaseURL() string { return c.cfg.BaseURL }

// call sends one request to path, which begins with a slash and stands below
// the version, and reads the answer into out. in and out may be nil. An answer
// that is no success is an *Error, a server that is not there an
// *UnreachableError.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	target := version + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	return c.callTarget(ctx, method, target, in, out)
}

func (c *Client) callTarget(ctx context.Context, method, target string, in, out any) error {
	body, zipped, err := encode(in)
	if err != nil {
		return err
	}
	fresh := false
	for try := 1; ; try++ {
		token, err := c.bearer(ctx)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, method, c.cfg.BaseURL+target, bytes.NewReader(body))
		if err != nil {
			return fmt.Errorf("make request: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Accept", "application/json")
		if in != nil {
			req.Header.Set("Content-Type", "application/json")
		}
		if zipped {
			req.Header.Set("Content-Encoding", "gzip")
		}
		answer, err := c.send(req)
		if err != nil {
			return err
		}
		switch {
		case answer.status == http.StatusUnauthorized && !fresh:
			// The token may have been signed by a key that is gone.
			fresh = true
			c.forget(token)
			continue
		case answer.throttled() && try < maxTries:
			if err := wait(ctx, answer.retryAfter(c.cfg.Now(), try)); err != nil {
				return err
			}
			continue
		}
		return answer.read(out)
	}
}

// encode writes a body as JSON, as gzip when it is large.
func encode(in any) (body []byte, zipped bool, err error) {
	if in == nil {
		return nil, false, nil
	}
	if body, err = json.Marshal(in); err != nil {
		return nil, false, fmt.Errorf("write the request: %w", err)
	}
	if len(body) < gzipFrom {
		return body, false, nil
	}
	var small bytes.Buffer
	w := gzip.NewWriter(&small)
	_, err = w.Write(body)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, false, fmt.Errorf("compress the request: %w", err)
	}
	return small.Bytes(), true, nil
}

// answer is a response that was read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (c *Client) send(req *http.Request) (*answer, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx := req.Context().Err(); ctx != nil {
			return nil, ctx
		}
		return nil, &UnreachableError{BaseURL: c.cfg.BaseURL, Err: err}
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &UnreachableError{BaseURL: c.cfg.BaseURL, Err: err}
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

func (a *answer) throttled() bool {
	return a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable
}

// retryAfter is how long to wait before the next try: what the server says
// (RFC 9110 section 10.2.3), else twice as long each time, never above maxWait.
func (a *answer) retryAfter(now time.Time, try int) time.Duration {
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, maxWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), maxWait)
	}
	return min(time.Second<<(try-1), maxWait)
}

func (a *answer) read(out any) error {
	if a.status < 200 || a.status > 299 {
		return a.failure()
	}
	if out == nil || len(a.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(a.body, out); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
