package wire

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are what a PC is given for its network. BaseURL, Now and Wait are
// required.
type Options struct {
	// BaseURL is the address of the device listener, https. All other addresses
	// the PC learns by asking there.
	BaseURL string
	// Roots is what the PC trusts; nil is what this system trusts.
	Roots *x509.CertPool
	// Now is the PC's clock: certificates of servers are checked at it.
	Now func() time.Time
	// Wait is the only way anything here waits between two requests.
	Wait func(context.Context, time.Duration) error
	// Trace hears of every request once it is answered or failed, in the
	// goroutine that sent it; nil for nobody.
	Trace func(Exchange)
	// Wrap stands around every transport the client makes, inside its retries,
	// for faults of the network; nil for none. See StepOf.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Dial reaches a host; nil dials TCP.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Client is one PC's network. It may be used by one goroutine at a time; Close
// and Forget may come from another.
type Client struct {
	o    Options
	base *url.URL // without a final slash

	mu     sync.Mutex
	jar    http.CookieJar
	device *Identity // of the join
	mdm    *Identity // of the enrolment
	lines  map[*Identity]*http.Client
}

// Identity is a certificate with its key, which the PC shows in TLS.
type Identity struct {
	Certificate *x509.Certificate
	Key         *rsa.PrivateKey
}

// New makes the network of a PC. Nothing is sent before the first step.
func New(o Options) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(o.BaseURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("parse the server's address: %w", err)
	}
	if base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, fmt.Errorf("the server's address %q is no https address of a host", o.BaseURL)
	}
	c := &Client{o: o, base: base, lines: map[*Identity]*http.Client{}}
	return c, c.Forget()
}

// UseDevice makes the PC show the certificate of its join while it enrols and
// leaves; nil shows none. Join does so by itself.
func (c *Client) UseDevice(id *Identity) { c.use(&c.device, id) }

// UseMDM makes the PC show the certificate of its enrolment in sessions; nil
// shows none. Enrol and Renew do so by themselves.
func (c *Client) UseMDM(id *Identity) { c.use(&c.mdm, id) }

func (c *Client) use(slot **Identity, id *Identity) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := *slot; old != nil {
		c.hangUp(old)
	}
	*slot = id
}

func (c *Client) identity(slot **Identity) *Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *slot
}

// Forget empties the web view: nobody is signed in there any more.
func (c *Client) Forget() error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return fmt.Errorf("make a cookie jar: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.jar = jar
	return nil
}

// Close ends the PC's connections. The client can be used again.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id := range c.lines {
		c.hangUp(id)
	}
}

// below is an address below the device listener's.
func (c *Client) below(path string) string { return c.base.String() + path }
