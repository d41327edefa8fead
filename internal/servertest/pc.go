package servertest

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"taxiway/internal/hwhash"
)

// PC is a machine with a TPM that asks for its profile.
type PC struct {
	Hardware hwhash.Hardware
	EK       *rsa.PrivateKey // nil: no TPM
}

// NewPC makes a machine. The serial also makes its UUID and disk.
func NewPC(t testing.TB, serial string) *PC {
	t.Helper()
	sum := sha256.Sum256([]byte(serial))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80
	key := Key(t)
	return &PC{EK: key, Hardware: hwhash.Hardware{
		SystemManufacturer: "LENOVO", ProductName: "21HES0AB00", Family: "ThinkPad T14 Gen 4", SystemSerial: serial,
		SMBIOSUUID: guid(sum[:16]), EKModulus: key.N.FillBytes(make([]byte, 256)),
		Disks: []hwhash.Disk{{Serial: "D-" + serial, Model: "Disk"}}, TPMVersion: hwhash.TPMText("IFX", 1, 2),
	}}
}

func guid(b []byte) string {
	const hex = "0123456789abcdef"
	var out []byte
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, hex[c>>4], hex[c&15])
	}
	return string(out)
}

// Hash captures the PC's hardware hash now.
func (pc *PC) Hash(t testing.TB) string {
	t.Helper()
	text, err := hwhash.Mint(pc.Hardware, time.Now())
	if err != nil {
		t.Fatalf("mint hash: %v", err)
	}
	return text
}

// Ask sends one request to a device address and returns status and body.
func (p *Process) Ask(t testing.TB, path string, body map[string]any) (int, map[string]any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, DeviceURL+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.HTTP.Do(req)
	if err != nil {
		t.Fatalf("POST %s: %v", path, err)
	}
	defer closeBody(t, resp)
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatalf("POST %s: %s: %s", path, resp.Status, raw)
	}
	return resp.StatusCode, out
}

// AskProven goes through the proof: it asks, decrypts the nonce, asks again.
func (p *Process) AskProven(t testing.TB, path string, pc *PC, hash string) (int, map[string]any) {
	t.Helper()
	status, first := p.Ask(t, path, map[string]any{"hardwareHash": hash, "serialNumber": pc.Hardware.SystemSerial})
	token, ok := first["Challenge"].(string)
	if !ok {
		return status, first
	}
	return p.Ask(t, path, map[string]any{"hardwareHash": hash, "serialNumber": pc.Hardware.SystemSerial, "challenge": token, "nonce": pc.Decrypt(t, first)})
}

// Decrypt opens the nonce of a challenge with the PC's TPM key.
func (pc *PC) Decrypt(t testing.TB, challenge map[string]any) []byte {
	t.Helper()
	text, ok := challenge["EncryptedNonce"].(string)
	if !ok {
		t.Fatalf("no challenge: %v", challenge)
	}
	box, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	nonce, err := rsa.DecryptOAEP(sha256.New(), nil, pc.EK, box, nil)
	if err != nil {
		t.Fatalf("the nonce is not encrypted to this PC's key: %v", err)
	}
	return nonce
}
