package wapdoc_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/wapdoc"
)

// FuzzParse: what parses is written again to the same, and what reads as an
// enrolment or a renewal makes a document that reads as the same.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"enrolment", "renewal", "two_stores"} {
		document := golden(f, name)
		f.Add(document)
		f.Add([]byte(oneLine(document)))
	}
	f.Add([]byte(`<wap-provisioningdoc version="1.1"><characteristic type="&#x41;&lt;"><parm name="a" value="&#13;&#10;"/><parm name="b"/></characteristic></wap-provisioningdoc>`))
	f.Add([]byte("<!DOCTYPE x>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := wapdoc.Parse(data)
		if err != nil {
			if e := wapError(t, err); d != nil {
				t.Fatalf("a document with %v", e)
			}
			return
		}
		out, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := wapdoc.Parse(out)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatalf("written and read (-first +again):\n%s", diff)
		}
		if twice, err := again.Encode(); err != nil || !bytes.Equal(out, twice) {
			t.Fatalf("the bytes changed: %v\n%s\n%s", err, out, twice)
		}
		if e, err := wapdoc.Read(d); err != nil {
			if wrong := wapError(t, err); e != nil {
				t.Fatalf("a result with %v", wrong)
			}
		} else {
			made, err := e.Document()
			if err != nil {
				t.Fatal(err)
			}
			back, err := wapdoc.Read(made)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(e, back, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("enrolment (-first +again):\n%s", diff)
			}
		}
		if n, err := wapdoc.ReadRenewal(d); err != nil {
			if wrong := wapError(t, err); n != nil {
				t.Fatalf("a result with %v", wrong)
			}
		} else {
			made, err := n.Document()
			if err != nil {
				t.Fatal(err)
			}
			back, err := wapdoc.ReadRenewal(made)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(n, back); diff != "" {
				t.Fatalf("renewal (-first +again):\n%s", diff)
			}
		}
	})
}
