package machine_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"testing"
	"time"

	"taxiway/internal/virtualpc/machine"
)

// furnish puts something of everything on a PC's drive.
func furnish(t testing.TB, m *machine.Machine) {
	t.Helper()
	err := errors.Join(
		m.Registry().SetAll(machine.KeyAutopilot, map[string]any{"TenantId": "2f1b", "IsAutoPilotDisabled": false}),
		m.Registry().Set(machine.KeyComputerName, machine.ValueComputerName, "CONTOSO-1"),
		m.Events().Add(machine.Event{Time: noon, ID: machine.EventDownloaded, Message: "Profile downloaded.", Data: map[string]string{"status": "200"}}),
		m.Events().Add(machine.Event{Time: noon.Add(time.Second), Channel: machine.ChannelMDM, ID: machine.EventEnrolled, Level: machine.Failure, Message: "Enrolled."}),
		m.Trace().Add(machine.Exchange{Time: noon, Step: "profile", Method: "POST", URL: "https://localhost/ztd/profile", Request: "{}", Status: 200, Response: `{"ok":true}`}),
		m.Keys().Put(machine.KeyDevice, pair(t, "device")),
		m.SaveJSON("setup", map[string]string{"screen": "desktop"}),
		m.SaveJSON(machine.StateReport, map[string]string{"result": "desktop"}),
		m.Drive().Write(machine.ProfileFile, []byte(`{"CloudAssignedTenantDomain":"contoso.example"}`)),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// pair is a new key with a certificate for itself.
func pair(t testing.TB, subject string) machine.Pair {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return machine.Pair{Key: k, Certificate: certificate(t, subject, k)}
}

func certificate(t testing.TB, subject string, k crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(42), Subject: pkix.Name{CommonName: subject}, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// contents are all files of a disk.
func contents(t testing.TB, disk machine.Disk) map[string]string {
	t.Helper()
	names, err := disk.Names()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		data, err := disk.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(data)
	}
	return out
}
