package syncml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"taxiway/internal/syncml"
)

// outline lists the tokens of a document with their namespaces, one a line.
// It knows nothing of SyncML; white space between elements does not count.
func outline(t testing.TB, data []byte) []string {
	t.Helper()
	var lines []string
	var text strings.Builder
	flush := func(leaf bool) {
		if s := text.String(); leaf || strings.TrimSpace(s) != "" {
			lines = append(lines, fmt.Sprintf("%q", s))
		}
		text.Reset()
	}
	opened := false
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, data)
		}
		switch token := token.(type) {
		case xml.StartElement:
			flush(false)
			lines, opened = append(lines, "<"+token.Name.Space+" "+token.Name.Local), true
		case xml.EndElement:
			flush(opened)
			lines, opened = append(lines, ">"+token.Name.Local), false
		case xml.CharData:
			text.Write(token)
		}
	}
}

// models are the content models of the SyncML 1.2 DTD, as far as OMA-DM uses
// them, over the names of the children with a blank after each.
var models = func() map[string]*regexp.Regexp {
	const command = `(Alert|Atomic|Exec|Get|Results|Sequence|Status|Add|Replace|Delete) `
	out := map[string]*regexp.Regexp{}
	for name, model := range map[string]string{
		"SyncML":   `SyncHdr SyncBody `,
		"SyncHdr":  `VerDTD VerProto SessionID MsgID Target Source (Cred )?(Meta )?`,
		"SyncBody": `(` + command + `)*(Final )?`,
		"Cred":     `(Meta )?Data `,
		"Target":   `LocURI (LocName )?`,
		"Source":   `LocURI (LocName )?`,
		"Item":     `(Target )?(Source )?(Meta )?(Data )?(MoreData )?`,
		"Meta":     `(Format )?(Type )?(Mark )?(Size )?(NextNonce )?(MaxMsgSize )?(MaxObjSize )?`,
		"Chal":     `Meta `,
		"Alert":    `CmdID (Data )?(Correlator )?(Item )*`,
		"Status":   `CmdID MsgRef CmdRef Cmd (TargetRef )*(SourceRef )*(Chal )?Data (Item )*`,
		"Results":  `CmdID (MsgRef )?CmdRef (Meta )?(TargetRef )?(SourceRef )?(Item )+`,
		"Add":      `CmdID (Meta )?(Item )+`,
		"Replace":  `CmdID (Meta )?(Item )+`,
		"Delete":   `CmdID (Meta )?(Item )+`,
		"Get":      `CmdID (Meta )?(Item )+`,
		"Exec":     `CmdID (Correlator )?(Meta )?Item `,
		"Atomic":   `CmdID (` + command + `)+`,
		"Sequence": `CmdID (` + command + `)+`,
	} {
		out[name] = regexp.MustCompile(`^` + model + `$`)
	}
	return out
}()

// conforms checks a document against the DTD and the namespaces, by its tokens
// alone.
func conforms(t *testing.T, data []byte) {
	t.Helper()
	type open struct{ name, children string }
	var stack []open
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, data)
		}
		switch token := token.(type) {
		case xml.StartElement:
			want := "SYNCML:SYNCML1.2"
			if len(stack) > 0 {
				top := &stack[len(stack)-1]
				top.children += token.Name.Local + " "
				if top.name == "Meta" {
					want = "syncml:metinf"
				}
			}
			if token.Name.Space != want {
				t.Errorf("%s is in namespace %q, want %q", token.Name.Local, token.Name.Space, want)
			}
			stack = append(stack, open{name: token.Name.Local})
		case xml.EndElement:
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			model, ok := models[top.name]
			if ok && !model.MatchString(top.children) || !ok && top.children != "" {
				t.Errorf("%s has the children %q", top.name, top.children)
			}
		}
	}
}

// TestRandomMessagesConformToTheDTD writes messages with all that their
// commands can have.
func TestRandomMessagesConformToTheDTD(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range 300 {
		m := randomMessage(rnd)
		b, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if conforms(t, b); t.Failed() {
			t.Fatalf("%s", b)
		}
	}
}

func randomMessage(rnd *rand.Rand) syncml.Message {
	m := syncml.Message{Header: fromServer("1", "1"), Final: some(rnd)}
	if some(rnd) {
		m.Header.SourceName, m.Header.Cred = "u&<", &syncml.Cred{Type: syncml.AuthMD5, Format: "b64", Data: "x"}
	}
	if some(rnd) {
		m.Header.MaxMsgSize, m.Header.MaxObjSize = rnd.Int64N(9999), rnd.Int64N(9999)
	}
	for range rnd.IntN(6) {
		m.Body = append(m.Body, randomCommand(rnd, 3))
	}
	return m
}

func randomCommand(rnd *rand.Rand, depth int) syncml.Command {
	kinds := []syncml.Kind{
		syncml.Alert, syncml.Status, syncml.Results, syncml.Add, syncml.Replace, syncml.Delete, syncml.Get, syncml.Exec, syncml.Atomic, syncml.Sequence,
	}
	if depth == 0 {
		kinds = kinds[:8]
	}
	// Fields that a kind does not have are filled too: they must not be written.
	c := syncml.Command{
		Kind: kinds[rnd.IntN(len(kinds))], CmdID: "9", MsgRef: "1", CmdRef: "2", Cmd: "Get", TargetRefs: []string{"./A"}, SourceRefs: []string{"./B"},
		Data: syncml.CodeData(200), Items: []syncml.Item{randomItem(rnd)},
	}
	if some(rnd) {
		c.Correlator = "c"
	}
	if some(rnd) {
		c.Chal = &syncml.Chal{Type: syncml.AuthMD5, Format: "b64", NextNonce: "bm9uY2U="}
	}
	for depth > 0 && (len(c.Commands) == 0 || some(rnd)) {
		c.Commands = append(c.Commands, randomCommand(rnd, depth-1))
	}
	return c
}

func randomItem(rnd *rand.Rand) (i syncml.Item) {
	texts := []string{"", "x", "a<b&c>\"d'", "]]>", "\r\n\t", "\uF000", "ü€𝄞"}
	i.Data = syncml.Data{Form: syncml.Form(rnd.IntN(3)), Text: texts[rnd.IntN(len(texts))]}
	for _, field := range []*string{&i.Target, &i.Source, &i.Format, &i.Type, &i.Mark} {
		if some(rnd) {
			*field = "./v"
		}
	}
	i.MoreData, i.Size = some(rnd), rnd.Int64N(3)
	return i
}

func some(rnd *rand.Rand) bool { return rnd.IntN(2) == 0 }
