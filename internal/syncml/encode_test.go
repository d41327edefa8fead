package syncml_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/syncml"
)

func TestWhatHasNoXMLIsNotWritten(t *testing.T) {
	t.Parallel()
	data := func(d syncml.Data) []syncml.Command {
		return []syncml.Command{{Kind: syncml.Add, CmdID: "1", Items: []syncml.Item{{Data: d}}}}
	}
	inline := func(text string) []syncml.Command { return data(syncml.Data{Form: syncml.Inline, Text: text}) }
	unknown := func(space, local string) []syncml.Command {
		return []syncml.Command{{Element: xml.Name{Space: space, Local: local}}}
	}
	const in = "SyncML/SyncBody"
	tests := []struct {
		name    string
		body    []syncml.Command
		element string
	}{
		{"control character", data(syncml.TextData("a\x00b")), in + "/Add/Item/Data"},
		{"control character in a section", data(syncml.CDATAData("\x1b")), in + "/Add/Item/Data"},
		{"no UTF-8", data(syncml.TextData("\xc3")), in + "/Add/Item/Data"},
		{"no character", data(syncml.TextData("\uffff")), in + "/Add/Item/Data"},
		{"no form", data(syncml.Data{Form: 9}), in + "/Add/Item"},
		{"payload that is not closed", inline("<a>"), in + "/Add/Item/Data"},
		{"payload that closes Data", inline("<a/></Data><Data>"), in + "/Add/Item/Data"},
		{"payload that is no XML", inline("text"), in + "/Add/Item/Data"},
		{"payload with a document type", inline("<!DOCTYPE a><a/>"), in + "/Add/Item/Data"},
		{"no command", []syncml.Command{{Kind: "Copy", CmdID: "1"}}, in},
		{"unknown without name", unknown("", ""), in},
		{"unknown with a bad name", unknown("", "a b"), in},
		{"unknown that is a command", unknown("", "Add"), in},
		{"unknown that is the end", unknown("", "Final"), in},
		{"unknown that is a part", []syncml.Command{{Kind: syncml.Atomic, Commands: unknown("", "CmdID")}}, in + "/Atomic"},
		{"bad namespace", unknown("\x01", "Add"), in + "/Add"},
	}
	for _, tt := range tests {
		m := syncml.Message{Header: fromServer("1", "1"), Body: tt.body}
		b, err := m.Encode()
		if b != nil || err == nil {
			t.Errorf("%s: is written: %s", tt.name, b)
			continue
		}
		if e := syncmlError(t, err); e.Code != syncml.CodeEncode || e.Element != tt.element {
			t.Errorf("%s: %v, want it at %s", tt.name, err, tt.element)
		}
	}
}

func TestAnUnescapedPayloadMeansTheSameWhereverItIsPut(t *testing.T) {
	t.Parallel()
	text := `<Data xmlns:p="urn:p" xmlns:q="SYNCML:SYNCML1.2"> <p:a p:b="1&#10;" xml:lang="de" c="2"><q:d/><e xmlns="urn:p" q:f=""/>&#13;]]&gt;</p:a> tail </Data>`
	m, err := syncml.Decode([]byte(doc("<Exec><Item>"+text+"</Item></Exec>")), syncml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := syncml.Data{Form: syncml.Inline, Text: `<a xmlns="urn:p" xmlns:n1="urn:p" n1:b="1&#xA;" xml:lang="de" c="2"><d xmlns=""></d>` +
		`<e xmlns:n1="SYNCML:SYNCML1.2" n1:f=""></e>&#xD;]]&gt;</a> tail`}
	if diff := cmp.Diff(want, m.Body[0].Items[0].Data); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnAnswerHasTheFrameOfItsQuestion(t *testing.T) {
	t.Parallel()
	in := goldens()["tolerant.xml"]
	in.Header.Target = address
	out := in.Answer("5")
	out.Body = append(out.Body, in.HeaderStatus("1", syncml.StatusNoCredentials))
	out.Body[0].Chal = &syncml.Chal{Type: syncml.AuthMD5, Format: "b64", NextNonce: "bm8="}
	for i := range in.Body[:2] {
		out.Body = append(out.Body, in.StatusFor(&in.Body[i], "2", syncml.StatusBadRequest))
	}
	noID := in.StatusFor(&in.Body[2].Commands[1], "3", syncml.StatusBadRequest)
	out.Body = append(out.Body, noID)
	b, err := out.Encode()
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, b)
	for _, part := range []string{
		`<SessionID>7</SessionID><MsgID>5</MsgID><Target><LocURI>imei:00112233</LocURI></Target><Source><LocURI>` + address + `</LocURI></Source>`,
		`<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><TargetRef>` + address + `</TargetRef><SourceRef>imei:00112233</SourceRef><Chal>`,
		`<CmdRef>5</CmdRef><Cmd>Search</Cmd><Data>400</Data>`,
		`<Status><CmdID>3</CmdID><MsgRef>1</MsgRef><CmdRef></CmdRef><Cmd>Add</Cmd><Data>400</Data></Status><Final/>`,
	} {
		if !strings.Contains(string(b), part) {
			t.Errorf("the answer lacks %s:\n%s", part, b)
		}
	}
}
