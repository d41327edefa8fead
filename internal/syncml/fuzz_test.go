package syncml_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/syncml"
)

// FuzzDecode feeds one input in three ways: as a message, as the body of one,
// and as a choice of elements that are closed again, which gets past the
// syntax. What decodes is written again, reads equal and is then written to
// the same bytes.
func FuzzDecode(f *testing.F) {
	for _, name := range slices.Sorted(maps.Keys(goldens())) {
		f.Add(golden(f, name))
	}
	for _, body := range []string{
		`<Exec><CmdID>1</CmdID><Item><Data><a xmlns:p="q" p:b="c" xml:lang="d">&#13;<p:e/>t</a> </Data></Item></Exec>`,
		`<p:Add/><Meta/><Atomic><Final/><CmdID/></Atomic><Status><Chal/><TargetRef/><Data><![CDATA[]]]]></Data></Status>`,
		`<x:y:z/><Results><Meta><Size>1</Size></Meta><Item><MoreData/></Item></Results><xmlns:a/>`,
	} {
		f.Add([]byte(body))
	}
	for i := range pieces {
		f.Add([]byte{byte(i), byte(i + 1), byte(i + 7), 255, byte(i + 13), 255, 255})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		stable(t, data)
		stable(t, []byte(doc(string(data))))
		stable(t, []byte(doc(choose(data))))
	})
}

// pieces are what choose builds bodies of: start tags and text.
var pieces = []string{
	"<Add>", "<Replace>", "<Delete>", "<Get>", "<Exec>", "<Alert>", "<Status>", "<Results>", "<Atomic>", "<Sequence>", "<Final>", "<Copy>",
	"<Item>", "<Target>", "<Source>", "<LocURI>", "<LocName>", "<Meta>", "<Format>", "<Type>", "<Mark>", "<Size>", "<Data>", "<MoreData>",
	"<CmdID>", "<MsgRef>", "<CmdRef>", "<Cmd>", "<TargetRef>", "<SourceRef>", "<Chal>", "<NextNonce>", "<Correlator>", "<SyncBody>",
	`<p:Add xmlns:p="urn:p">`, `<Job xmlns="urn:q" a="1">`, `<r:Job xmlns:r="" r:a="2" xml:b="&#9;">`, `<Add xmlns="">`, `<s:Item>`,
	`<Type xmlns="syncml:metinf">`, `<CmdID xmlns="SYNCML:SYNCML1.1">`, `<q:Job q:c="&quot;" xmlns:q="SYNCML:SYNCML1.2">`,
	"1", "12", "./A", " ", "\n", "&#13;", "&lt;", "]]&gt;", "<![CDATA[<&]]>", "<!-- c -->", "<?p i?>", "\uf000", "\"", "'",
}

// choose makes a body of pieces: each byte is one, or the end of the element
// that is open.
func choose(data []byte) string {
	var b strings.Builder
	var open []string
	end := func() {
		b.WriteString("</" + open[len(open)-1] + ">")
		open = open[:len(open)-1]
	}
	for _, c := range data {
		if int(c) >= 3*len(pieces) {
			if len(open) > 0 {
				end()
			}
			continue
		}
		piece := pieces[int(c)%len(pieces)]
		b.WriteString(piece)
		if name := strings.TrimPrefix(piece, "<"); name != piece && name[0] != '!' && name[0] != '?' {
			open = append(open, name[:strings.IndexAny(name, " >")])
		}
	}
	for len(open) > 0 {
		end()
	}
	return b.String()
}

func stable(t *testing.T, data []byte) {
	t.Helper()
	m, err := syncml.Decode(data, syncml.Limits{})
	if err != nil {
		if e := syncmlError(t, err); m != nil || e.Code == "" {
			t.Fatalf("message %v with error %v", m, e)
		}
		return
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	// What is written may be larger than what was read.
	again, err := syncml.Decode(b, syncml.Limits{Size: 64 << 20})
	if err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, b)
	}
	if !reflect.DeepEqual(m, again) {
		t.Fatalf("it reads differently (-first +second):\n%s\n%s", cmp.Diff(m, again), b)
	}
	if c, err := again.Encode(); err != nil || !bytes.Equal(c, b) {
		t.Fatalf("it is written differently: %v\n%s\n%s", err, b, c)
	}
	for c := range m.All() {
		_, _, _ = c.Code(), c.Name(), c.Refusal()
		for _, item := range c.Items {
			_, _ = syncml.CheckURI(item.Target), syncml.SameURI(item.Target, item.Source)
			var a syncml.Assembler
			_, _, _ = a.Feed(item, 100)
		}
	}
}
