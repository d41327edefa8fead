package wire_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

const presented = "the hash that this PC sends"

var document = object{"ZtdRegistrationId": "0f1e2d3c-0000-4000-8000-000000000001", "CloudAssignedTenantDomain": "contoso.example", "DeviceTicket": "ticket"}

// opens is the TPM with this key.
func opens(key *rsa.PrivateKey) wire.TPM {
	return func(box []byte) ([]byte, error) { return rsa.DecryptOAEP(sha256.New(), nil, key, box, nil) }
}

// ztd is a server of profiles: it challenges for this key and then answers with
// the document, proven with the nonce for the hash.
func ztd(key *rsa.PublicKey, nonce []byte, hash string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Challenge string `json:"challenge"`
			Nonce     []byte `json:"nonce"`
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if q.Challenge == "" && key != nil {
			box, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, key, []byte("the nonce of today"), nil)
			if err != nil {
				panic(err)
			}
			sayJSON(w, http.StatusOK, object{"Challenge": "c", "EncryptedNonce": box})
			return
		}
		body, err := json.Marshal(document)
		if err != nil {
			panic(err)
		}
		mac := hmac.New(sha256.New, nonce)
		mac.Write([]byte(hash + "\x00"))
		mac.Write(body)
		w.Header().Set(wire.ProofHeader, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		say(w, http.StatusOK, "application/json", body)
	}
}

func TestAPCTakesNoProfileThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	own, other := newKey(t), newKey(t)
	nonce := []byte("the nonce of today")
	tests := []struct {
		name string
		h    http.HandlerFunc
		tpm  wire.TPM
		code string // "" for a profile
	}{
		{"an honest server", ztd(&own.PublicKey, nonce, presented), opens(own), ""},
		{"a challenge for another key", ztd(&other.PublicKey, nonce, presented), opens(own), wire.CodeChallenge},
		{"a challenge for a PC without TPM", ztd(&own.PublicKey, nonce, presented), nil, wire.CodeChallenge},
		{"a profile that was kept, given without a challenge", ztd(nil, nonce, presented), opens(own), wire.CodeNotProven},
		{"a profile that was kept of another PC", ztd(&own.PublicKey, []byte("the nonce of another PC"), presented), opens(own), wire.CodeNotProven},
		{"a profile that was kept of an earlier question", ztd(&own.PublicKey, nonce, "the hash of last week"), opens(own), wire.CodeNotProven},
		{"a profile without proof", func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, document) }, opens(own), wire.CodeNotProven},
		{"a profile that names no registration", func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, object{}) }, nil, wire.CodeUnreadable},
		{"a profile for a PC without TPM", ztd(nil, nonce, presented), nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.h)
			got, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, tt.tpm)
			if tt.code == "" {
				if err != nil || got.Ticket != "ticket" || strings.Contains(string(got.Document), "ticket") {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			wantProblem(t, tt.name, err, wire.StepProfile, tt.code)
		})
	}
}

func TestAReportOfHardwareIsBelievedOnlyToItsServer(t *testing.T) {
	t.Parallel()
	own := newKey(t)
	f := newFake(t, ztd(&own.PublicKey, []byte("another nonce"), presented))
	_, err := f.c.ReportHardware(t.Context(), wire.AskProfile{Hash: presented}, opens(own))
	wantProblem(t, "an answer without proof", err, wire.StepHardware, wire.CodeNotProven)
	refusing := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		sayJSON(w, http.StatusOK, object{"ErrorCode": 807, "ErrorReason": "ZtdDeviceIsNotRegistered"})
	})
	got, err := refusing.c.ReportHardware(t.Context(), wire.AskProfile{Hash: presented}, opens(own))
	if err != nil || got.Refusal == nil || got.Refusal.Code != 807 {
		t.Errorf("a refusal came as %+v, %v", got, err)
	}
}

func TestAnswersThatNoServerGivesAreNamed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		h     http.HandlerFunc
		code  string
		asked int
	}{
		{"a web page", func(w http.ResponseWriter, _ *http.Request) {
			say(w, http.StatusOK, "text/html", []byte("<html>Welcome to the hotel</html>"))
		}, wire.CodePage, 1},
		{"a page with another status", func(w http.ResponseWriter, _ *http.Request) {
			say(w, http.StatusNetworkAuthenticationRequired, "text/html", nil)
		}, wire.CodePage, 1},
		{"plain text", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "text/plain", []byte("{}")) }, wire.CodeKind, 1},
		{"a redirect elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/ztd/profile", http.StatusTemporaryRedirect)
		}, wire.CodeRedirected, 1},
		{"a redirect to itself", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, wire.CodeRedirected, 1},
		{"an endless answer", func(w http.ResponseWriter, _ *http.Request) { endless(w, "application/json") }, wire.CodeTooLarge, 1},
		{"a compressed answer", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			sayJSON(w, http.StatusOK, document)
		}, wire.CodeEncoded, 1},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "application/json", []byte("{")) }, wire.CodeUnreadable, 1},
		{"a server error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "oh", http.StatusInternalServerError) }, "0x801901f4", 1},
		{"nothing at the address", http.NotFound, "0x80190194", 1},
		{"an answer that ends early", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("{"))
		}, "0x80072efe", 5},
		{"a connection that ends", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "0x80072efe", 5},
		{"a gateway without a server", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "bad gateway", http.StatusBadGateway) }, "0x801901f6", 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.h)
			_, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil)
			wantProblem(t, tt.name, err, wire.StepProfile, tt.code)
			// A stale connection may be tried once more without anybody noticing.
			if asked, _ := f.told(); asked < tt.asked || tt.asked == 1 && asked != 1 {
				t.Errorf("the server was asked %d times, want %d", asked, tt.asked)
			}
		})
	}
}

func TestServersThatAreNotTheOneAreNamedAndNeverAsked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*wire.Options)
		code   string
	}{
		{"of an authority that is not trusted", func(o *wire.Options) { o.Roots = x509.NewCertPool() }, "0x80072f0d"},
		{"with the certificate of another name", func(o *wire.Options) {
			to := strings.TrimPrefix(o.BaseURL, "https://")
			o.BaseURL = "https://devices.contoso.test"
			o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, to)
			}
		}, "0x80072f06"},
		{"with a certificate that has ended", func(o *wire.Options) {
			o.Now = func() time.Time { return time.Now().AddDate(200, 0, 0) }
		}, "0x80072f05"},
		{"that speaks no TLS", func(o *wire.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				go func() {
					go func() { _, _ = io.Copy(io.Discard, there) }()
					_, _ = there.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
					_ = there.Close()
				}()
				return here, nil
			}
		}, "0x80072f8f"},
		{"that is not there", func(o *wire.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
		}, "0x80072efd"},
		{"whose name is unknown", func(o *wire.Options) {
			o.Dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
			}
		}, "0x80072ee7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, func(w http.ResponseWriter, _ *http.Request) { sayJSON(w, http.StatusOK, document) }, tt.change)
			_, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, nil)
			wantProblem(t, "a server "+tt.name, err, wire.StepProfile, tt.code)
			if asked, _ := f.told(); asked != 0 {
				t.Errorf("a server %s was asked %d times", tt.name, asked)
			}
		})
	}
}

func TestOnlyAnHTTPSAddressOfAHostIsTaken(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "http://devices.example", "devices.example", "https://", "https://user@host", "https://host?x=1", "https://host#x", "ftp://host"} {
		if _, err := wire.New(wire.Options{BaseURL: address}); err == nil {
			t.Errorf("the address %q is taken", address)
		}
	}
}

func TestAProofWhoseAnswerWasLostIsMadeAnew(t *testing.T) {
	t.Parallel()
	own := newKey(t)
	h := ztd(&own.PublicKey, []byte("the nonce of today"), presented)
	var proofs atomic.Int32
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		if bytes.Contains(raw, []byte("nonce")) {
			switch proofs.Add(1) {
			case 1:
				panic(http.ErrAbortHandler)
			case 2:
				sayJSON(w, http.StatusUnauthorized, object{"error": object{"code": "ProofUsed", "message": "The nonce was used already."}})
				return
			}
		}
		h(w, r)
	})
	got, err := f.c.Profile(t.Context(), wire.AskProfile{Hash: presented}, opens(own))
	if err != nil || got.Ticket == "" || proofs.Load() != 3 {
		t.Errorf("%+v, %v after %d proofs", got, err, proofs.Load())
	}
}
