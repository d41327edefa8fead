package syncml_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/syncml"
)

const header = `<SyncHdr><SessionID>1</SessionID><MsgID>1</MsgID></SyncHdr>`

// doc puts a body into a message.
func doc(body string) string {
	return `<SyncML xmlns="SYNCML:SYNCML1.2">` + header + `<SyncBody>` + body + `</SyncBody></SyncML>`
}

func syncmlError(t testing.TB, err error) *syncml.Error {
	t.Helper()
	var e *syncml.Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %T %v, want *syncml.Error", err, err)
	}
	return e
}

func TestWhatCannotBeAMessageIsRefusedByName(t *testing.T) {
	t.Parallel()
	const item = `<Item><Target><LocURI>./A</LocURI></Target></Item>`
	tests := []struct{ name, text, code, element string }{
		{"nothing", "", syncml.CodeMissing, "SyncML"},
		{"text", "hello", syncml.CodeSyntax, ""},
		{"JSON", `{"a":1}`, syncml.CodeSyntax, ""},
		{"WBXML", "\x02\xa4\x01\x6a\x00", syncml.CodeSyntax, ""},
		{"UTF-16", "<\x00S\x00y\x00", syncml.CodeSyntax, ""},
		{"another encoding", `<?xml version="1.0" encoding="EBCDIC"?>` + doc(""), syncml.CodeSyntax, ""},
		{"half a message", doc(item)[:120], syncml.CodeSyntax, "SyncML/SyncBody/Item/Target"},
		{"text after it", doc("") + "x", syncml.CodeSyntax, ""},
		{"two messages", doc("") + doc(""), syncml.CodeSyntax, "SyncML"},
		{"another root", `<a/>`, syncml.CodeNamespace, "a"},
		{"no namespace", `<SyncML/>`, syncml.CodeNamespace, "SyncML"},
		{"another namespace", `<SyncML xmlns="SYNCML:SYNCML2.0"/>`, syncml.CodeNamespace, "SyncML"},
		{"document type", `<!DOCTYPE SyncML [<!ENTITY a "b">]>` + doc(""), syncml.CodeSyntax, ""},
		{"entity", doc("<Add><CmdID>&a;</CmdID></Add>"), syncml.CodeSyntax, "SyncML/SyncBody/Add/CmdID"},
		{"control character", doc("<Add><CmdID>&#1;</CmdID></Add>"), syncml.CodeSyntax, "SyncML/SyncBody/Add/CmdID"},
		{"wrong UTF-8", doc("<Add><CmdID>\xff</CmdID></Add>"), syncml.CodeSyntax, "SyncML/SyncBody/Add/CmdID"},
		{"no header", `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody/></SyncML>`, syncml.CodeMissing, "SyncML/SyncHdr"},
		{"no body", `<SyncML xmlns="SYNCML:SYNCML1.2">` + header + `</SyncML>`, syncml.CodeMissing, "SyncML/SyncBody"},
		{"no session", strings.Replace(doc(""), "<SessionID>1</SessionID>", "", 1), syncml.CodeMissing, "SyncML/SyncHdr/SessionID"},
		{"empty message number", strings.Replace(doc(""), "<MsgID>1</MsgID>", "<MsgID> </MsgID>", 1), syncml.CodeMissing, "SyncML/SyncHdr/MsgID"},
		{"two headers", strings.Replace(doc(""), header, header+header, 1), syncml.CodeRepeated, "SyncML/SyncHdr"},
		{"two bodies", strings.Replace(doc(""), header, header+"<SyncBody/>", 1), syncml.CodeRepeated, "SyncML/SyncBody"},
		{"two sessions", strings.Replace(doc(""), "<MsgID>", "<SessionID>2</SessionID><MsgID>", 1), syncml.CodeRepeated, "SyncML/SyncHdr/SessionID"},
		{"two sources", strings.Replace(doc(""), "</SyncHdr>", "<Source/><Source/></SyncHdr>", 1), syncml.CodeRepeated, "SyncML/SyncHdr/Source"},
		{"two addresses", doc(`<Add><Item><Target><LocURI>./A</LocURI><LocURI>./B</LocURI></Target></Item></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/Item/Target/LocURI"},
		{"two targets", doc(`<Add><Item><Target/><Target/></Item></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/Item/Target"},
		{"two data", doc(`<Add><Item><Data/><Data/></Item></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/Item/Data"},
		{"two formats", doc(`<Add><Item><Meta><Format/><Format/></Meta></Item></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/Item/Meta/Format"},
		{"two meta", doc(`<Add><Meta/><Meta/></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/Meta"},
		{"two command numbers", doc(`<Add><CmdID>1</CmdID><CmdID>2</CmdID></Add>`), syncml.CodeRepeated, "SyncML/SyncBody/Add/CmdID"},
		{"two credentials", strings.Replace(doc(""), "</SyncHdr>", "<Cred><Data/><Data/></Cred></SyncHdr>", 1), syncml.CodeRepeated, "SyncML/SyncHdr/Cred/Data"},
		{"two challenges", doc(`<Status><Chal><Meta/><Meta/></Chal></Status>`), syncml.CodeRepeated, "SyncML/SyncBody/Status/Chal/Meta"},
		{"element in a number", doc(`<Add><CmdID><b/></CmdID></Add>`), syncml.CodeValue, "SyncML/SyncBody/Add/CmdID/b"},
		{"size in words", doc(`<Add><Item><Meta><Size>many</Size></Meta></Item></Add>`), syncml.CodeValue, "SyncML/SyncBody/Add/Item/Meta/Size"},
		{"negative size", strings.Replace(doc(""), "</SyncHdr>", "<Meta><MaxMsgSize>-1</MaxMsgSize></Meta></SyncHdr>", 1), syncml.CodeValue, "SyncML/SyncHdr/Meta/MaxMsgSize"},
		{"huge size", doc(`<Add><Meta><Size>9223372036854775808</Size></Meta></Add>`), syncml.CodeValue, "SyncML/SyncBody/Add/Meta/Size"},
		{"unclosed payload", doc(`<Add><Item><Data><a></Data></Item></Add>`), syncml.CodeSyntax, "SyncML/SyncBody/Add/Item/Data/a"},
	}
	for _, tt := range tests {
		m, err := syncml.Decode([]byte(tt.text), syncml.Limits{})
		if m != nil || err == nil {
			t.Errorf("%s: is read", tt.name)
			continue
		}
		e := syncmlError(t, err)
		if e.Code != tt.code || e.Element != tt.element || e.Status != syncml.StatusBadRequest {
			t.Errorf("%s: %v at %q, want %s at %q", tt.name, err, e.Element, tt.code, tt.element)
		}
	}
}

func TestEachLimitIsKeptToTheNumber(t *testing.T) {
	t.Parallel()
	many := func(n int, s string) string { return strings.Repeat(s, n) }
	commands := many(7, "<Sequence><CmdID>1</CmdID>") + many(7, "</Sequence>")
	items := "<Add><CmdID>1</CmdID>" + many(7, "<Item/>") + "</Add>"
	tests := []struct {
		name   string
		text   string
		limits func(n int) syncml.Limits
		fits   int
	}{
		{"bytes", doc(items), func(n int) syncml.Limits { return syncml.Limits{Size: n} }, len(doc(items))},
		{"depth", doc(commands), func(n int) syncml.Limits { return syncml.Limits{Depth: n} }, 10},
		{"elements", doc(items), func(n int) syncml.Limits { return syncml.Limits{Elements: n} }, 14},
		{"commands", doc(commands), func(n int) syncml.Limits { return syncml.Limits{Commands: n} }, 7},
		{"items", doc(items), func(n int) syncml.Limits { return syncml.Limits{Items: n} }, 7},
	}
	for _, tt := range tests {
		if _, err := syncml.Decode([]byte(tt.text), tt.limits(tt.fits)); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if _, err := syncml.Decode([]byte(tt.text), tt.limits(tt.fits-1)); err == nil || syncmlError(t, err).Code != syncml.CodeTooLarge {
			t.Errorf("%s: one less gives %v", tt.name, err)
		}
	}
}

func TestTheUsualLimitsStopWhatIsMadeToCostMemory(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"depth":    doc(strings.Repeat("<Sequence>", 40) + strings.Repeat("</Sequence>", 40)),
		"payload":  doc("<Add><Item><Data>" + strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40) + "</Data></Item></Add>"),
		"commands": doc(strings.Repeat("<Add/>", 2001)),
		"items":    doc("<Add>" + strings.Repeat("<Item/>", 2001) + "</Add>"),
		"elements": doc("<Add>" + strings.Repeat("<x/>", 100_001) + "</Add>"),
		"bytes":    doc(strings.Repeat(" ", 4<<20)),
	} {
		if _, err := syncml.Decode([]byte(text), syncml.Limits{}); err == nil || syncmlError(t, err).Code != syncml.CodeTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCommandsThatHaveToBeRefusedAreFoundInsideOthersToo(t *testing.T) {
	t.Parallel()
	m, err := syncml.Decode(golden(t, "tolerant.xml"), syncml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for c := range m.All() {
		got = append(got, fmt.Sprintf("%s %q %t", c.Name(), c.CmdID, c.Refusal() != ""))
	}
	want := []string{`Search "5" true`, `Add "6" true`, `Atomic "7" false`, `Frob "" true`, `Add "" true`, `Exec "8" false`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	for range m.All() {
		break // a caller may stop
	}
}

func TestMissingAndEmptyDataAreKeptApart(t *testing.T) {
	t.Parallel()
	m, err := syncml.Decode([]byte(doc(`<Replace><Item/><Item><Data/></Item><Item><Data> </Data></Item></Replace>`)), syncml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	items := m.Body[0].Items
	if items[0].Data.Present() || !items[1].Data.Present() || items[2].Data.Text != " " {
		t.Errorf("%+v", items)
	}
	b, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if want := `<Replace><Item></Item><Item><Data></Data></Item><Item><Data> </Data></Item></Replace>`; !strings.Contains(string(b), want) {
		t.Errorf("got %s", b)
	}
}

func TestAByteOrderMarkAndCommentsAreNoPartOfAMessage(t *testing.T) {
	t.Parallel()
	m, err := syncml.Decode([]byte("\xef\xbb\xbf"+`<?xml version="1.0" encoding="utf-8"?><!-- a --><?b c?>`+doc(`<Get><CmdID>1<!-- x -->2</CmdID></Get>`)+"\n"), syncml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if m.Body[0].CmdID != "12" {
		t.Errorf("CmdID %q", m.Body[0].CmdID)
	}
}

func TestCodesAreNumbersOrNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want int
	}{{"200", 200}, {" 1201\n", 1201}, {"", 0}, {"-1", 0}, {"x", 0}, {"99999999999999999999", 0}}
	for _, tt := range tests {
		c := syncml.Command{Kind: syncml.Status, Data: syncml.TextData(tt.text)}
		if got := c.Code(); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.text, got, tt.want)
		}
	}
}
