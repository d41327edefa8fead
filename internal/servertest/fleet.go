package servertest

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/oidc"
	"taxiway/internal/soap"
	"taxiway/internal/sqlstore"
	"taxiway/internal/wapdoc"
)

// The PCs of a fleet share keys, a large one 64: making one for each of many
// thousands would take hours.
const (
	fleetKeys  = 64
	pcsPerKey  = 100
	fewestKeys = 4
	// fleetSockets is how many PCs of a fleet are connected at a time: a system
	// lets a process have only so many open files.
	fleetSockets = 12_000
	// fleetPatience is how long one of them waits for an answer. It shares the
	// processors with the server and all the others.
	fleetPatience = 5 * time.Minute
)

// Fleet is many PCs of one tenant, each as slim as can be: where MDMDevice
// checks every word of the server, these count. Their people and tokens are
// made beside the server; all that PCs do goes over the wire.
type Fleet struct {
	PCs []*FleetPC

	tenant  string
	process *Process
	db      *sqlstore.DB
	store   enrollment.Store
	service *enrollment.Service
	keys    []*rsa.PrivateKey
	csrs    []string // base64
	tokens  []string // of people, each good for the PCs one may enrol
	sockets chan struct{}
}

// FleetPC is one of them.
type FleetPC struct {
	Name, DeviceID string
	ID             enrollment.DeviceID // at the server
	Effects        int                 // how often it did what Queue told
	Values         int                 // that the server asked for

	key     *rsa.PrivateKey
	leaf    []byte
	token   string
	csr     string
	session int
}

// NewFleet makes n PCs that are not enrolled yet, and the people for them.
func NewFleet(t testing.TB, p *Process, tenant *Tenant, n int) *Fleet {
	t.Helper()
	f := &Fleet{tenant: tenant.ID, process: p, sockets: make(chan struct{}, fleetSockets)}
	f.open(t)
	for range min(fleetKeys, fewestKeys+n/pcsPerKey) {
		key := Key(t)
		csr, err := certificateRequest(key)
		if err != nil {
			t.Fatal(err)
		}
		f.keys, f.csrs = append(f.keys, key), append(f.csrs, soap.EncodeToken(csr))
	}
	f.hire(t, tenant, (n+enrollment.MaxDevicesPerUser-1)/enrollment.MaxDevicesPerUser)
	for i := range n {
		name := fmt.Sprintf("FLEET-%06d", i+1)
		id := sha256.Sum256([]byte(name))
		f.PCs = append(f.PCs, &FleetPC{
			Name: name, DeviceID: strings.ToUpper(hex.EncodeToString(id[:16])), key: f.keys[i%len(f.keys)], csr: f.csrs[i%len(f.csrs)],
			token: f.tokens[i/enrollment.MaxDevicesPerUser],
		})
	}
	return f
}

// open reaches the server's database beside it.
func (f *Fleet) open(t testing.TB) {
	t.Helper()
	c := f.process.Config
	master, err := sqlstore.LoadMasterKey(c.DataDir, c.MasterKey.Reveal())
	if err != nil {
		t.Fatalf("read the master key: %v", err)
	}
	f.db, err = sqlstore.Open(context.Background(), sqlstore.Options{
		URL: c.Database.URL.Reveal(), Dir: c.DataDir, MasterKey: master, MaxConns: 2, Logger: slog.New(slog.DiscardHandler), Clock: time.Now,
	})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := f.db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	f.store = f.db.Enrollment()
	f.service = &enrollment.Service{Store: f.store, Clock: fixedClock(time.Now), NewID: func() string { return uuid.Must(uuid.NewV7()).String() }}
}

// hire makes n people with their tokens.
func (f *Fleet) hire(t testing.TB, tenant *Tenant, n int) {
	t.Helper()
	ctx := context.Background()
	ring, err := oidc.OpenKeyRing(ctx, f.db, fixedClock(time.Now), nil)
	if err != nil {
		t.Fatalf("open the signing keys: %v", err)
	}
	const chunk = 500
	for first := 0; first < n; first += chunk {
		users := make([]directory.User, min(chunk, n-first))
		for i := range users {
			name := fmt.Sprintf("fleet%05d", first+i+1)
			users[i] = directory.User{
				ID: directory.ObjectID(uuid.Must(uuid.NewV7()).String()), UserPrincipalName: name + "@" + tenant.Domain, DisplayName: name, AccountEnabled: true, CreatedAt: time.Now(), Version: 1,
			}
		}
		err := f.store.InTx(ctx, func(tx enrollment.Tx) error {
			for i := range users {
				if err := tx.CreateUser(ctx, directory.TenantID(f.tenant), users[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatalf("make people: %v", err)
		}
		for i := range users {
			text, err := json.Marshal(enrolClaims(time.Now(), f.tenant, string(users[i].ID), 24*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			token, err := ring.Sign(ctx, text)
			if err != nil {
				t.Fatalf("sign: %v", err)
			}
			f.tokens = append(f.tokens, token)
		}
	}
}

// Enrol takes a PC into management: discovery, policies and certificate, on one
// connection.
func (f *Fleet) Enrol(ctx context.Context, pc *FleetPC) error {
	w, err := f.connect(nil)
	if err != nil {
		return err
	}
	defer w.CloseIdleConnections()
	found, err := ask[*soap.DiscoverResponse](ctx, w, DiscoveryPath, nil, &soap.Discover{
		EmailAddress: "user@example.com", RequestVersion: "9.0", DeviceType: "CIMClient_Windows", ApplicationVersion: "10.0.26100.1742", OSEdition: "4", AuthPolicies: []soap.AuthPolicy{soap.Federated},
	})
	if err != nil {
		return fmt.Errorf("discover: %w", err)
	}
	security := MDMProof{Token: pc.token}.security()
	if _, err := ask[*soap.PolicyResponse](ctx, w, found.PolicyServiceURL, security, &soap.GetPolicies{}); err != nil {
		return fmt.Errorf("get policies: %w", err)
	}
	issued, err := ask[*soap.SecurityTokenResponse](ctx, w, found.EnrollmentServiceURL, security, &soap.SecurityTokenRequest{
		TokenType: soap.TokenTypeDevice, RequestType: soap.Issue, Context: pc.context(),
		Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: pc.csr},
	})
	if err != nil {
		return fmt.Errorf("request a certificate: %w", err)
	}
	document, err := wapdoc.Parse(issued.Document)
	if err != nil {
		return fmt.Errorf("parse the provisioning document: %w", err)
	}
	e, err := wapdoc.Read(document)
	if err != nil {
		return fmt.Errorf("read the provisioning document: %w", err)
	}
	leaf, err := x509.ParseCertificate(e.Client)
	if err != nil {
		return fmt.Errorf("parse the certificate: %w", err)
	}
	if own, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || !own.Equal(&pc.key.PublicKey) {
		return errors.New("the certificate is of another key")
	}
	pc.leaf, pc.ID = e.Client, enrollment.DeviceID(e.EntDMID)
	return nil
}

func (pc *FleetPC) context() []soap.ContextItem {
	d := MDMDevice{DeviceID: pc.DeviceID, HardwareID: strings.ToLower(pc.DeviceID) + pc.DeviceID, Name: pc.Name, SerialNumber: "SN-" + pc.Name, OSVersion: "10.0.26100.1742"}
	return d.context()
}

// connect is a client with one connection of its own, as a PC has.
func (f *Fleet) connect(pc *FleetPC) (*http.Client, error) {
	transport, ok := f.process.HTTP.Transport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("the client's transport is %T", f.process.HTTP.Transport)
	}
	transport = transport.Clone()
	transport.ForceAttemptHTTP2, transport.MaxConnsPerHost = false, 1
	transport.TLSClientConfig.NextProtos, transport.TLSClientConfig.Certificates = nil, nil
	if pc != nil {
		transport.TLSClientConfig.Certificates = []tls.Certificate{{Certificate: [][]byte{pc.leaf}, PrivateKey: pc.key}}
	}
	return &http.Client{Transport: transport, Timeout: fleetPatience}, nil
}

// ask sends one SOAP message; the answer has to have this body.
func ask[T soap.Body](ctx context.Context, w *http.Client, address string, security *soap.Security, body soap.Body) (found T, err error) {
	question, err := soap.Encode(&soap.Message{
		Header: soap.Header{MessageID: "urn:uuid:" + uuid.NewString(), ReplyTo: soap.Anonymous, To: address}, Security: security, Body: body,
	})
	if err != nil {
		return found, fmt.Errorf("write %T: %w", body, err)
	}
	raw, failed := send(ctx, w, address, soap.ContentType, question)
	if raw == nil {
		return found, failed
	}
	answer, err := soap.DecodeResponse(strings.NewReader(string(raw)), soap.DefaultMaxBytes)
	if err != nil {
		return found, errors.Join(failed, err)
	}
	if fault, ok := answer.Body.(*soap.Fault); ok {
		return found, fault
	}
	found, ok := answer.Body.(T)
	if !ok {
		return found, fmt.Errorf("%T is answered with %T", body, answer.Body)
	}
	return found, nil
}
