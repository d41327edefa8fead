package servertest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
	"taxiway/internal/wapdoc"
)

// MDMTree is the management tree of a PC for one scope.
type MDMTree = wire.Tree

// MDMDevice is a PC under management, as far as the wire shows one: it shares
// nothing with the server but the codecs of what they send each other. Its
// methods give errors instead of ending the test, because a test may break
// what they use.
type MDMDevice struct {
	// What it tells of itself at enrolment.
	DeviceID     string // the OMA-DM name, 32 hexadecimal digits
	HardwareID   string
	Name         string
	SerialNumber string
	OSVersion    string
	Machine      bool // enrols as Device: the certificate goes to the machine's store
	InOOBE       bool
	ZTDID        string
	Correlator   string

	Key         *rsa.PrivateKey
	Certificate *x509.Certificate // of the current enrolment
	Enrolment   *wapdoc.Enrolment // what the server planted
	Address     string            // of sessions, with the server's own parameters

	Device *MDMTree
	Users  map[string]*MDMTree // by UPN
	// SignedIn is who sits at the PC, "" for nobody.
	SignedIn string
	// Effects counts what commands changed: "Replace ./A=1", "Add ./B",
	// "Delete ./B", "Exec ./C". Runs counts executions, with an effect or not.
	Effects, Runs map[string]int
	// Exec is what Exec commands do, by the end of their path; the status is
	// the answer.
	Exec map[string]func(item syncml.Item) int
	// Install says how an MSI's installation ends; nil: well.
	Install func(product string) (status int, code int64)
	// Wiped and Left tell that the PC is no longer managed.
	Wiped, Left bool

	digest  bool    // it proves itself by digest alone, without its certificate
	joined  *Joiner // with the directory; nil when it is not
	process *Process
	http    *http.Client
	tickets tls.ClientSessionCache // nil: every connection makes a full handshake
	newest  uint16                 // version of TLS it knows; 0: all
	session int
	nonce   []byte // for the next digest
}

// NewMDMDevice makes a PC that was never enrolled.
func NewMDMDevice(t testing.TB, p *Process, name string) *MDMDevice {
	t.Helper()
	d := &MDMDevice{
		DeviceID: strings.ToUpper(randomHex(16)), HardwareID: randomHex(32), Name: name, SerialNumber: "SN-" + name, OSVersion: "10.0.26100.1742",
		Effects: map[string]int{}, Runs: map[string]int{}, Exec: map[string]func(syncml.Item) int{}, process: p,
	}
	d.Key = Key(t)
	d.Reset()
	for _, path := range []string{
		"Vendor/MSFT/Reboot/RebootNow", "RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment",
		"WSTEP/Renew/RenewNow",
	} {
		d.Exec[path] = func(syncml.Item) int { return syncml.StatusOK }
	}
	d.Exec["DownloadInstall"] = d.download
	for _, path := range []string{"doWipe", "doWipePersistProvisionedData", "doWipeProtected", "doWipePersistUserData", "doWipeCloud"} {
		d.Exec["Vendor/MSFT/RemoteWipe/"+path] = func(syncml.Item) int { d.Wiped = true; return syncml.StatusOK }
	}
	d.Exec["Unenroll"] = func(syncml.Item) int { d.Left = true; return syncml.StatusOK }
	return d
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Reset makes the trees of a PC just unpacked.
func (d *MDMDevice) Reset() {
	d.Device, d.Users = wire.NewDeviceTree(&wire.DeviceFacts{
		DeviceID: d.DeviceID, Name: d.Name, Serial: d.SerialNumber, Manufacturer: "Contoso", Model: "Contoso Book 14", OSVersion: d.OSVersion, Firmware: "1.2.3", MAC: "020000aabb01",
	}), map[string]*MDMTree{}
}

// At makes the PC talk to this process from now on.
func (d *MDMDevice) At(p *Process) {
	if d.http != nil {
		d.http.CloseIdleConnections()
	}
	d.process, d.http = p, nil
}

// Show makes the PC show the certificate of its join in TLS, as long as it has
// no other.
func (d *MDMDevice) Show(j *Joiner) {
	d.At(d.process)
	d.joined = j
}

// UseDigest makes the PC prove itself by digest, without its certificate.
func (d *MDMDevice) UseDigest(on bool) {
	d.At(d.process)
	d.digest = on
}

// Resume makes the PC resume its TLS sessions, as Windows does, with a version
// of TLS that is no newer.
func (d *MDMDevice) Resume(newest uint16) {
	d.At(d.process)
	d.tickets, d.newest = tls.NewLRUClientSessionCache(0), newest
}

// Twin is a PC with this one's key, certificate and secrets: a copy of its disk.
func (d *MDMDevice) Twin(t testing.TB) *MDMDevice {
	t.Helper()
	twin := *d
	twin.http, twin.Effects, twin.Runs = nil, map[string]int{}, map[string]int{}
	twin.Reset()
	t.Cleanup(twin.Close)
	return &twin
}

// user is the tree of somebody at the PC.
func (d *MDMDevice) user(upn string) *MDMTree {
	tree, ok := d.Users[upn]
	if !ok {
		tree = wire.NewUserTree()
		d.Users[upn] = tree
	}
	return tree
}

// UserTree is the tree of somebody who was signed in.
func (d *MDMDevice) UserTree(upn string) *MDMTree { return d.user(upn) }

// client shows the PC's certificate in TLS, when it has one and uses it.
func (d *MDMDevice) client() (*http.Client, error) {
	if d.http != nil {
		return d.http, nil
	}
	transport, ok := d.process.HTTP.Transport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("the client's transport is %T", d.process.HTTP.Transport)
	}
	transport = transport.Clone()
	transport.TLSClientConfig.Certificates, transport.TLSClientConfig.Time = nil, d.process.now
	transport.TLSClientConfig.ClientSessionCache, transport.TLSClientConfig.MaxVersion = d.tickets, d.newest
	switch {
	case d.digest:
	case d.Certificate != nil:
		transport.TLSClientConfig.Certificates = []tls.Certificate{{Certificate: [][]byte{d.Certificate.Raw}, PrivateKey: d.Key}}
	case d.joined != nil:
		transport.TLSClientConfig.Certificates = []tls.Certificate{{Certificate: [][]byte{d.joined.Certificate.Raw}, PrivateKey: d.joined.Key}}
	}
	d.http = &http.Client{Transport: transport, Timeout: d.process.HTTP.Timeout}
	return d.http, nil
}

// Close ends the PC's connections.
func (d *MDMDevice) Close() {
	if d.http != nil {
		d.http.CloseIdleConnections()
		d.http = nil
	}
}

// httpError is an answer that is no message.
type httpError struct {
	Status int
	Retry  string // Retry-After
	Body   string
}

// Error says what came.
func (e *httpError) Error() string { return fmt.Sprintf("HTTP %d: %.300s", e.Status, e.Body) }

// HTTPStatus is the status of a refusal in HTTP, 0 of any other error.
func HTTPStatus(err error) int {
	if e, ok := errors.AsType[*httpError](err); ok {
		return e.Status
	}
	return 0
}

// post sends one body and reads the answer, which Windows takes only with its
// length told before.
func (d *MDMDevice) post(ctx context.Context, address, contentType string, body []byte) ([]byte, error) {
	client, err := d.client()
	if err != nil {
		return nil, err
	}
	return send(ctx, client, address, contentType, body)
}

// send posts as Windows does.
func send(ctx context.Context, client *http.Client, address, contentType string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "MSFT OMA DM Client/2.7")
	r.Header.Set("Accept-Encoding", "identity")
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("send request: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if resp.ContentLength < 0 || len(resp.TransferEncoding) > 0 {
		return nil, fmt.Errorf("POST %s: the answer is chunked or has no length", address)
	}
	want, _, _ := strings.Cut(contentType, ";")
	got, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if got != want {
		return nil, &httpError{resp.StatusCode, resp.Header.Get("Retry-After"), string(answer)}
	}
	if resp.StatusCode != http.StatusOK {
		return answer, &httpError{resp.StatusCode, resp.Header.Get("Retry-After"), string(answer)}
	}
	return answer, nil
}
