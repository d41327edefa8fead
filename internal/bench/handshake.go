package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// plainTLS is two servers with a certificate of the kind that the devices'
// listener has, which ask for the PC's as that does. One does nothing but the
// handshake, the other answers whatever comes with a fixed text.
type plainTLS struct {
	shaking net.Listener
	http    *http.Server
	address string // of the HTTP server
	trust   *x509.CertPool
	wg      sync.WaitGroup
}

func (r *run) newPlainTLS(answer []byte) (*plainTLS, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a server's key: %w", err)
	}
	template := plainCertificate(r.Now())
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make a server's certificate: %w", err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read a server's certificate: %w", err)
	}
	p := &plainTLS{trust: x509.NewCertPool()}
	p.trust.AddCert(own)
	c := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert}
	if p.shaking, err = tls.Listen("tcp", "127.0.0.1:0", c); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	p.wg.Go(p.shake)
	serving, err := tls.Listen("tcp", "127.0.0.1:0", c.Clone())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listen: %w", err), p.shaking.Close())
	}
	p.address = serving.Addr().String()
	p.http = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { //nolint:gosec // its clients are in this process
		if _, err := io.Copy(io.Discard, q.Body); err != nil {
			return // the client is gone
		}
		w.Header().Set("Content-Type", "application/vnd.syncml.dm+xml")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer) // the client is gone when this fails
	})}
	p.wg.Go(func() { _ = p.http.Serve(serving) }) // ends with close
	return p, nil
}

// shake tells each connection one byte once its handshake is done, which in
// TLS 1.3 a client cannot know otherwise.
func (p *plainTLS) shake() {
	for {
		conn, err := p.shaking.Accept()
		if err != nil {
			return // closed
		}
		p.wg.Go(func() {
			_, _ = conn.Write([]byte{1}) // the client notices
			_ = conn.Close()
		})
	}
}

// handshake is one, and nothing else. certificates are the PC's, or none.
func (p *plainTLS) handshake(ctx context.Context, certificates ...tls.Certificate) error {
	d := tls.Dialer{Config: &tls.Config{RootCAs: p.trust, ServerName: "example.com", MinVersion: tls.VersionTLS12, Certificates: certificates}}
	conn, err := d.DialContext(ctx, "tcp", p.shaking.Addr().String())
	if err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	one := make([]byte, 1)
	_, err = io.ReadFull(conn, one)
	if err = errors.Join(err, conn.Close()); err != nil {
		return fmt.Errorf("shake hands: %w", err)
	}
	return nil
}

// client asks the server that answers, with the PC's certificate.
func (p *plainTLS) client(certificate tls.Certificate) *http.Client {
	return kept(&tls.Config{RootCAs: p.trust, ServerName: "example.com", MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}, p.address)
}

func (p *plainTLS) close() error {
	err := errors.Join(p.shaking.Close(), p.http.Close())
	p.wg.Wait()
	return err
}

// plainCertificate is the template of a server's own certificate.
func plainCertificate(now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "example.com"}, DNSNames: []string{"example.com"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		BasicConstraintsValid: true, IsCA: true,
	}
}
