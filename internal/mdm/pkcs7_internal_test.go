package mdm

import (
	"bytes"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "pkcs7", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func signerOf(t testing.TB) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(readFile(t, "signer.der"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASignedMessageOpensWithItsSignersCertificateAlone(t *testing.T) {
	t.Parallel()
	by, content := signerOf(t), readFile(t, "content.der")
	for name, want := range map[string]error{
		"good_attributes.der": nil, "good_plain.der": nil, "good_sha512.der": nil,
		"bad_sha1.der": errAlgorithm, "bad_other.der": errOther, "bad_key.der": errSignature, "bad_detached.der": errNotSigned, "bad_two.der": errSigners, "bad_type.der": errNotSigned,
		"content.der": errNotSigned, "signer.der": errNotSigned,
	} {
		got, err := openSigned(readFile(t, name), by)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if want == nil && !bytes.Equal(got, content) {
			t.Errorf("%s: the content differs", name)
		}
	}
}

// Whatever byte is changed, the content is the one that was signed or nothing.
func TestNoChangedByteOfASignedMessageGetsAnotherContentThrough(t *testing.T) {
	t.Parallel()
	by, content := signerOf(t), readFile(t, "content.der")
	for _, name := range []string{"good_attributes.der", "good_plain.der"} {
		good, opened := readFile(t, name), 0
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1 << (i % 8)
			got, err := openSigned(bad, by)
			if err == nil && !bytes.Equal(got, content) {
				t.Fatalf("%s: a bit of byte %d changes the content", name, i)
			}
			if err == nil {
				opened++
			}
		}
		// Certificates inside and version numbers are not looked at.
		if opened == 0 || opened > len(good)*3/4 {
			t.Errorf("%s: %d of %d changes were let pass", name, opened, len(good))
		}
	}
}

func FuzzOpenSigned(f *testing.F) {
	entries, err := os.ReadDir(filepath.Join("testdata", "pkcs7"))
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".der") {
			f.Add(readFile(f, e.Name()))
		}
	}
	by, content := signerOf(f), readFile(f, "content.der")
	f.Fuzz(func(t *testing.T, der []byte) {
		if got, err := openSigned(der, by); err == nil && !bytes.Equal(got, content) {
			t.Errorf("a content that nobody signed: %x", got)
		}
	})
}
