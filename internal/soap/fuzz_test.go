package soap_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/soap"
)

// seed adds every golden, as it is and in one line, to a fuzz target.
func seed(f *testing.F) {
	for _, pattern := range []string{"exact", "shapes", "answers"} {
		files, err := filepath.Glob("testdata/" + pattern + "/*.xml")
		if err != nil || len(files) == 0 {
			f.Fatal(pattern, err)
		}
		for _, file := range files {
			message := golden(f, pattern+"/"+filepath.Base(file))
			f.Add(message)
			f.Add([]byte(oneLine(message)))
		}
	}
	for _, message := range []string{"", "<", "<!DOCTYPE x>", "<?x?>", "\ufeff<a/>", "<a xmlns:b='c' b:d='&#x41;'>&amp;<![CDATA[<]]></a>"} {
		f.Add([]byte(message))
	}
}

// survives checks that what was read is written to something that reads as the
// same, and that an error says all it must.
func survives(t *testing.T, read func([]byte) (*soap.Message, error), data []byte) *soap.Message {
	t.Helper()
	m, err := read(data)
	if err != nil {
		if e := soapError(t, err); m != nil {
			t.Fatalf("a message with %v", e)
		}
		return nil
	}
	out, err := soap.Encode(m)
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	again, err := read(out)
	if err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, out)
	}
	if diff := cmp.Diff(m, again); diff != "" {
		t.Fatalf("written and read (-first +again):\n%s", diff)
	}
	if twice, err := soap.Encode(again); err != nil || !bytes.Equal(out, twice) {
		t.Fatalf("the bytes changed: %v\n%s\n%s", err, out, twice)
	}
	return m
}

func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m := survives(t, decode, data)
		if m == nil {
			return
		}
		if q, ok := m.Body.(*soap.SecurityTokenRequest); ok {
			if der, err := q.DER(); err == nil && (len(der) == 0 || der[0] != 0x30) {
				t.Fatalf("request %x", der)
			}
			for _, item := range q.Context {
				q.Bool(item.Name)
				if len(q.Items(item.Name)) == 0 {
					t.Fatalf("the item %q is not found", item.Name)
				}
			}
		}
		if m.Security != nil && m.Security.BinarySecurityToken != nil {
			if token, err := m.Security.BinarySecurityToken.Decode(); err == nil {
				if again, err := soap.DecodeToken(soap.EncodeToken(token)); err != nil || !bytes.Equal(token, again) {
					t.Fatalf("token %x, %x, %v", token, again, err)
				}
			}
		}
	})
}

func FuzzDecodeResponse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		m := survives(t, decodeResponse, data)
		if m == nil {
			return
		}
		if fault, ok := m.Body.(*soap.Fault); ok && fault.Error() == "" {
			t.Fatal("a fault that says nothing")
		}
	})
}
