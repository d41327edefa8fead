package wire

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// What one connection keeps. Thousands of PCs share a process, so each has one
// connection to a host at rest, and that not for long.
const (
	lineIdle    = 20 * time.Second
	lineHeaders = 64 << 10 // bytes
	dialTimeout = 15 * time.Second
	helloTime   = 15 * time.Second
)

// line is the way to servers while showing a certificate, or none.
func (c *Client) line(id *Identity) *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.lines[id]; ok {
		return l
	}
	dial := c.o.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	config := &tls.Config{RootCAs: c.o.Roots, MinVersion: tls.VersionTLS12, Time: c.o.Now, ClientSessionCache: tls.NewLRUClientSessionCache(2)}
	if id != nil {
		config.Certificates = []tls.Certificate{{Certificate: [][]byte{id.Certificate.Raw}, PrivateKey: id.Key, Leaf: id.Certificate}}
	}
	var transport http.RoundTripper = &http.Transport{
		DialContext: dial, TLSClientConfig: config, TLSHandshakeTimeout: helloTime, DisableCompression: true,
		MaxIdleConnsPerHost: 1, IdleConnTimeout: lineIdle, MaxResponseHeaderBytes: lineHeaders,
	}
	if c.o.Wrap != nil {
		transport = wrapped{c.o.Wrap(transport), transport}
	}
	l := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.lines[id] = l
	return l
}

// wrapped is a transport of Options.Wrap whose connections can be ended all the
// same.
type wrapped struct {
	http.RoundTripper

	inside http.RoundTripper
}

// CloseIdleConnections implements what http.Client looks for.
func (w wrapped) CloseIdleConnections() {
	(&http.Client{Transport: w.inside}).CloseIdleConnections()
}

// hangUp ends the connections that show a certificate; the caller holds the lock.
func (c *Client) hangUp(id *Identity) {
	if l, ok := c.lines[id]; ok {
		l.CloseIdleConnections()
		delete(c.lines, id)
	}
}
