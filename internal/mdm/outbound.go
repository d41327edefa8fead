package mdm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Limits of a request that this server makes.
const (
	outboundTime  = 10 * time.Second
	outboundBytes = 1 << 20
)

// Outbound fetches documents for this server: over https, without following
// redirects, from public addresses only, of bounded size and within ten
// seconds.
type Outbound struct {
	client *http.Client
}

// NewOutbound makes the client. roots is nil for the system's; private allows
// addresses that are not public.
func NewOutbound(roots *x509.CertPool, private bool) *Outbound {
	dialer := &net.Dialer{Timeout: outboundTime}
	if !private {
		// Checked where the connection is made: a name may resolve to another
		// address than it did a moment ago.
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return publicOnly(address) }
	}
	return &Outbound{&http.Client{
		Timeout: outboundTime,
		Transport: &http.Transport{
			// No proxy: it would be the one that resolves the name.
			DialContext:         dialer.DialContext,
			TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: outboundTime,
			MaxIdleConns:        4, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// notPublic are the networks beside those that netip knows: shared addresses
// (RFC 6598), "this network" (RFC 791), benchmarks (RFC 2544), documentation
// (RFC 5737, 3849), reserved (RFC 1112), and addresses that lead to IPv4 ones
// (RFC 6052, 3056).
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001:db8::/32"),
}

var errPrivate = errors.New("the address is not public; mdm.entra_private allows it")

func publicOnly(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("read the address %q: %w", address, err)
	}
	ip := at.Addr().Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return fmt.Errorf("connect to %s: %w", ip, errPrivate)
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return fmt.Errorf("connect to %s: %w", ip, errPrivate)
		}
	}
	return nil
}

// get fetches one document.
func (o *Outbound) get(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	if r.URL.Scheme != "https" {
		return nil, fmt.Errorf("fetch %s: not https", address)
	}
	r.Header.Set("Accept", "application/json")
	answer, err := o.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // only read
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch %s: status %d", address, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, outboundBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", address, err)
	}
	if len(body) > outboundBytes {
		return nil, fmt.Errorf("read %s: more than %d bytes", address, outboundBytes)
	}
	return body, nil
}
