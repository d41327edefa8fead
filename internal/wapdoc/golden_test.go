package wapdoc_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/wapdoc"
)

// golden reads a document of testdata without its source line.
func golden(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name + ".xml")
	if err != nil {
		t.Fatal(err)
	}
	source, document, _ := bytes.Cut(file, []byte("\n"))
	if !bytes.HasPrefix(source, []byte("<!-- source: ")) || !bytes.HasSuffix(source, []byte(" -->")) {
		t.Fatalf("%s does not begin with a line that names its source", name)
	}
	return document
}

// oneLine takes the layout away that the exact goldens have for their readers.
func oneLine(document []byte) string {
	var b strings.Builder
	for line := range strings.Lines(string(document)) {
		b.WriteString(strings.Trim(line, " \r\n"))
	}
	return b.String()
}

// wapError is the error as what every error of this package is.
func wapError(t testing.TB, err error) *wapdoc.Error {
	t.Helper()
	var e *wapdoc.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a wapdoc.Error, got %v", err)
	}
	if e.Code == "" || e.Message == "" || e.Remedy == "" {
		t.Fatalf("incomplete: %+v", e)
	}
	return e
}

func parse(t testing.TB, document []byte) *wapdoc.Document {
	t.Helper()
	d, err := wapdoc.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The certificates of the goldens.
func der(n byte) []byte { return []byte{0x30, 3, 2, 1, n} }

// enrolment is what testdata/enrolment.xml says.
func enrolment() *wapdoc.Enrolment {
	return &wapdoc.Enrolment{
		Root: der(1), Intermediate: der(2), Client: der(3),
		Store:      wapdoc.StoreSystem,
		Renew:      wapdoc.Renew{ROBOSupport: true, PeriodDays: 60, RetryDays: 4},
		ProviderID: "taxiway", Name: "Contoso & Sons", Address: "https://mdm.example.com/ManagementServer/MDM.svc",
		ClientAuth: wapdoc.Auth{Type: wapdoc.Digest, Secret: "server-secret", Nonce: []byte("client-nonce-16b")},
		ServerAuth: wapdoc.Auth{Type: wapdoc.Basic, Name: "0123456789ABCDEF0123456789ABCDEF", Secret: "client-secret", Nonce: []byte("server-nonce-16b")},
		UPN:        "ada@example.com", DeviceName: "DESKTOP-TW01", EntDMID: "3b7f0f2c-7a43-4f0e-8f54-0a6c2d6c9b55",
		Poll: wapdoc.Poll{
			First: wapdoc.Retries{Count: 30, Minutes: 2}, Remaining: wapdoc.Retries{Minutes: 480},
			PollOnLogin: true, AllUsersPollOnFirstLogin: true,
		},
	}
}

// twoStores is what testdata/two_stores.xml says.
func twoStores() *wapdoc.Enrolment {
	return &wapdoc.Enrolment{
		Root: der(1), Client: der(3), Store: wapdoc.StoreUser,
		Renew:      wapdoc.Renew{ROBOSupport: true, PeriodDays: 60, RetryDays: 4},
		ProviderID: "Test.MDM_Server-1", Name: "Contoso", Address: "https://dm.example.com:443/omadm/Windows.ashx",
		ClientAuth: wapdoc.Auth{Type: wapdoc.Digest, Secret: "s1", Nonce: []byte("client-nonce-16b")},
		ServerAuth: wapdoc.Auth{Type: wapdoc.Digest, Name: "pc", Secret: "s2", Nonce: []byte("server-nonce-16b")},
		UPN:        "ada@example.com", EntDMID: "id-1",
		Poll: wapdoc.Poll{
			First: wapdoc.Retries{Count: 8, Minutes: 15}, Second: wapdoc.Retries{Count: 5, Minutes: 3},
			Remaining: wapdoc.Retries{Minutes: 1560}, PollOnLogin: true,
		},
	}
}

func TestAnEnrolmentWritesTheDocumentTypedByHand(t *testing.T) {
	t.Parallel()
	d, err := enrolment().Document()
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(oneLine(golden(t, "enrolment")), string(got)); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
}

func TestDocumentsTypedByHandReadToEveryField(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]*wapdoc.Enrolment{"enrolment": enrolment(), "two_stores": twoStores()} {
		got, err := wapdoc.Read(parse(t, golden(t, name)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestARenewalWritesAndReadsTheDocumentTypedByHand(t *testing.T) {
	t.Parallel()
	renewal := &wapdoc.Renewal{Client: der(3), Store: wapdoc.StoreUser, ProviderID: "taxiway"}
	d, err := renewal.Document()
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(oneLine(golden(t, "renewal")), string(out)); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
	got, err := wapdoc.ReadRenewal(parse(t, golden(t, "renewal")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(renewal, got); diff != "" {
		t.Errorf("renewal (-want +got):\n%s", diff)
	}
}

func TestTheClientCertificateStandsWhereOtherClientsCountToIt(t *testing.T) {
	t.Parallel()
	d, err := enrolment().Document()
	if err != nil {
		t.Fatal(err)
	}
	// Clients that search by position take the third setting which lies four
	// levels deep.
	var deep []string
	for _, store := range d.Characteristics[0].Children {
		for _, place := range store.Children {
			for _, certificate := range place.Children {
				for _, parm := range certificate.Parms {
					if parm.Name == "EncodedCertificate" {
						deep = append(deep, parm.Value)
					}
				}
			}
		}
	}
	if want := []string{"MAMCAQE=", "MAMCAQI=", "MAMCAQM="}; !cmp.Equal(want, deep) {
		t.Errorf("certificates %q, want %q", deep, want)
	}
}

func TestACertificateIsNamedByItsSHA1InCapitalLetters(t *testing.T) {
	t.Parallel()
	// "abc": FIPS 180-4, the example for SHA-1.
	if got := wapdoc.Thumbprint([]byte("abc")); got != "A9993E364706816ABA3E25717850C26C9CD0D89D" {
		t.Errorf("got %s", got)
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	e := enrolment()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).LogAttrs(t.Context(), slog.LevelInfo, "all", slog.Any("auth", e.ServerAuth), slog.Any("enrolment", e))
	printed := fmt.Sprintf("%v %+v\n%s", e.ServerAuth, *e, &log)
	for _, secret := range []string{e.ClientAuth.Secret, e.ServerAuth.Secret} {
		if strings.Contains(printed, secret) {
			t.Errorf("printed %s", printed)
		}
	}
	for _, shown := range []string{"BASIC " + e.ServerAuth.Name + " ***", e.EntDMID} {
		if !strings.Contains(log.String(), shown) {
			t.Errorf("%s is not in %s", shown, &log)
		}
	}
}
