package odata_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/odata"
)

func TestBodiesAsClientsSendThem(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want map[string]string
	}{
		"strict JSON":             {`{"a":"x","b":[1,2.5e3,null,true,false,{}],"c":{"d":{}}}`, map[string]string{"a": `"x"`, "b": `[1,2.5e3,null,true,false,{}]`, "c": `{"d":{}}`}},
		"PowerShell's bare names": {`{ displayName: "PC-1", groupTag: "x" }`, map[string]string{"displayName": `"PC-1"`, "groupTag": `"x"`}},
		"bare names inside":       {"{ a: [ { b-c: 1 }, { @odata.type: \"t\" } ]\r\n}", map[string]string{"a": `[{"b-c":1},{"@odata.type":"t"}]`}},
		"a byte order mark":       {"\xef\xbb\xbf{}", map[string]string{}},
		"bind annotations":        {`{"members@odata.bind":["u"]}`, map[string]string{"members@odata.bind": `["u"]`}},
		"escapes stay":            {`{"a":"\u00e4\n\"\\"}`, map[string]string{"a": `"\u00e4\n\"\\"`}},
		"an escaped name":         {`{"\u0061":1}`, map[string]string{"a": "1"}},
		"space everywhere":        {" \n{ \"a\" : [ 1 , 2 ] , \"b\" : null } \n", map[string]string{"a": "[1,2]", "b": "null"}},
	} {
		got, err := odata.DecodeObject([]byte(c.body), odata.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		texts := map[string]string{}
		for k, v := range got {
			texts[k] = string(v)
		}
		if diff := cmp.Diff(c.want, texts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	for _, c := range []struct {
		name, body, code string
		line, pos        int
	}{
		{"nothing", "", odata.CodeInvalidBody, 1, 1},
		{"a list", "[]", odata.CodeInvalidBody, 1, 1},
		{"a second object", "{}{}", odata.CodeInvalidBody, 1, 3},
		{"an open object", `{"a":1`, odata.CodeInvalidBody, 1, 7},
		{"a comma too many", `{"a":1,}`, odata.CodeInvalidBody, 1, 8},
		{"a comma too few", "{\n\"a\":1\n \"b\":2}", odata.CodeInvalidBody, 3, 2},
		{"no colon", `{"a" 1}`, odata.CodeInvalidBody, 1, 6},
		{"no value", `{"a":}`, odata.CodeInvalidBody, 1, 6},
		{"bare text as a value", `{a: PC-1}`, odata.CodeInvalidBody, 1, 5},
		{"a longer word", `{a: nullable}`, odata.CodeInvalidBody, 1, 5},
		{"single quotes", `{'a': 1}`, odata.CodeInvalidBody, 1, 2},
		{"a name that begins with a digit", `{1a: 1}`, odata.CodeInvalidBody, 1, 2},
		{"a number with a leading zero", `{"a":01}`, odata.CodeInvalidBody, 1, 6},
		{"a number with a plus", `{"a":+1}`, odata.CodeInvalidBody, 1, 6},
		{"text without its end", `{"ä":"b`, odata.CodeInvalidBody, 1, 6},
		{"a line break inside text", "{\"a\":\"b\nc\"}", odata.CodeInvalidBody, 1, 8},
		{"a broken escape", `{"a":"\x"}`, odata.CodeInvalidBody, 1, 6},
		{"text that is not UTF-8", "{\"a\":\"\xff\"}", odata.CodeInvalidBody, 1, 6},
		{"the character zero", `{"a":"x\u0000"}`, odata.CodeInvalidBody, 1, 6},
		{"a name twice", `{"a":1,"a":2}`, odata.CodeDuplicateProperty, 1, 8},
		{"a name twice in another case", "{\"a\":1,\n A:2}", odata.CodeDuplicateProperty, 2, 2},
		{"a name twice inside", `{"a":[{"b":1,"b":1}]}`, odata.CodeDuplicateProperty, 1, 14},
		{"33 levels", nested(32), odata.CodeTooDeep, 1, 37},
		{"a million levels", nested(1_000_000), odata.CodeTooDeep, 1, 37},
		{"too many members", `{"a":[` + strings.Repeat("1,", 200_000) + "1]}", odata.CodeTooComplex, 1, 400_005},
		{"too many bytes", `{"a":"` + strings.Repeat("x", 4<<20) + `"}`, odata.CodeBodyTooLarge, 0, 0},
	} {
		_, err := odata.DecodeObject([]byte(c.body), odata.Limits{})
		if err == nil {
			t.Errorf("%s: passed", c.name)
			continue
		}
		if e := asError(t, err); e.Code != c.code || e.Line != c.line || e.Pos != c.pos {
			t.Errorf("%s: got %s at %d:%d, want %s at %d:%d: %v", c.name, e.Code, e.Line, e.Pos, c.code, c.line, c.pos, e)
		}
	}
	if _, err := odata.DecodeObject([]byte(nested(31)), odata.Limits{}); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	if _, err := odata.DecodeObject([]byte(`{"a":{}}`), odata.Limits{MaxDepth: 1}); err == nil || asError(t, err).Code != odata.CodeTooDeep {
		t.Errorf("a limit of one level: %v", err)
	}
}

func decode(t *testing.T, body string) odata.Object {
	t.Helper()
	o, err := odata.DecodeObject([]byte(body), odata.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// read gives a field in words, so that one table covers all types.
func read[T any](f odata.Field[T], err error) string {
	switch {
	case err != nil:
		return "error"
	case !f.Set:
		return "absent"
	case f.Null:
		return "null"
	}
	return fmt.Sprint(f.Value)
}

func TestFieldsTellAbsentFromNullAndTakeTextForValues(t *testing.T) {
	t.Parallel()
	o := decode(t, `{"Null":null,"text":"x","empty":"","yes":true,"Yes2":"True","no":" false ","n":60,"n2":"60","n3":60.0,"frac":1.5,
		"huge":1e300,"big":9007199254740993,"at":"2026-01-31T08:00:00+01:00","bytes":"AQID","short":"AQ","list":["a","b"],"holes":["a",null],
		"obj":{"a":1},"objs":[{"a":1},{"b":2}],"nulls":[null]}`)
	for _, c := range []struct{ what, got, want string }{
		{"absent text", read(o.Text("missing")), "absent"},
		{"null text", read(o.Text("null")), "null"},
		{"text", read(o.Text("TEXT")), "x"},
		{"empty text", read(o.Text("empty")), ""},
		{"number for text", read(o.Text("n")), "error"},
		{"absent flag", read(o.Flag("missing")), "absent"},
		{"null flag", read(o.Flag("null")), "null"},
		{"flag", read(o.Flag("yes")), "true"},
		{"flag as text", read(o.Flag("yes2")), "true"},
		{"flag as text with spaces", read(o.Flag("no")), "false"},
		{"text for a flag", read(o.Flag("text")), "error"},
		{"number for a flag", read(o.Flag("n")), "error"},
		{"number", read(o.Number("n")), "60"},
		{"number as text", read(o.Number("n2")), "60"},
		{"number with a zero fraction", read(o.Number("n3")), "60"},
		{"a number beyond a float", read(o.Number("big")), "9007199254740993"},
		{"fraction", read(o.Number("frac")), "error"},
		{"huge number", read(o.Number("huge")), "error"},
		{"empty number", read(o.Number("empty")), "error"},
		{"flag for a number", read(o.Number("yes")), "error"},
		{"list for a number", read(o.Number("list")), "error"},
		{"time", read(o.Moment("at")), time.Date(2026, 1, 31, 7, 0, 0, 0, time.UTC).String()},
		{"text for a time", read(o.Moment("text")), "error"},
		{"number for a time", read(o.Moment("n")), "error"},
		{"bytes", read(o.Bytes("bytes")), "[1 2 3]"},
		{"bytes without padding", read(o.Bytes("short")), "[1]"},
		{"text for bytes", read(o.Bytes("text")), "error"},
		{"number for bytes", read(o.Bytes("n")), "error"},
		{"texts", read(o.Texts("list")), "[a b]"},
		{"texts with a hole", read(o.Texts("holes")), "error"},
		{"text for texts", read(o.Texts("text")), "error"},
		{"object", read(o.Object("obj")), "map[a:[49]]"},
		{"list for an object", read(o.Object("list")), "error"},
		{"objects", read(o.Objects("objs")), "[map[a:[49]] map[b:[50]]]"},
		{"one object for objects", read(o.Objects("obj")), "[map[a:[49]]]"},
		{"null among objects", read(o.Objects("nulls")), "error"},
		{"texts for objects", read(o.Objects("list")), "error"},
		{"null objects", read(o.Objects("null")), "null"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if !o.Has("NULL") || o.Has("missing") {
		t.Error("Has does not tell null from absent")
	}
	_, err := o.Number("frac")
	if e := asError(t, err); e.Code != odata.CodeInvalidPropertyValue || e.Option != "frac" {
		t.Errorf("the error does not name the property: %v", e)
	}
	f, err := o.Number("missing")
	if err != nil || f.Or(7) != 7 {
		t.Errorf("Or gives %d, %v", f.Or(7), err)
	}
}

func FuzzDecodeObject(f *testing.F) {
	for _, s := range []string{
		`{ displayName: "PC-1", groupTag: "x" }`, `{"a":[1,-2.5e+3,null,true,{"b":{}}]}`, "\xef\xbb\xbf{ a-b : \"\\u00e4\\n\" }",
		`{"a":"\ud800"}`, `{"a":{"A":1,"a":2}}`, `{"a":1,}`, `{"a":01}`, `{@odata.type:"x"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := odata.DecodeObject(data, odata.Limits{})
		if err != nil {
			e := asError(t, err)
			// What encoding/json reads as an object, we refuse as not JSON only for bytes that are no text and for U+0000.
			var m map[string]json.RawMessage
			ours := !utf8.Valid(data) || bytes.Contains(data, []byte(`\u0000`))
			if e.Code == odata.CodeInvalidBody && !ours && json.Unmarshal(data, &m) == nil && m != nil {
				t.Fatalf("%q is JSON, but: %v", data, e)
			}
			return
		}
		again, err := json.Marshal(o)
		if err != nil {
			t.Fatalf("%q gives values that are not JSON: %v", data, err)
		}
		// What encoding/json makes of the strict form must be what it made of the input, when it can read that.
		var direct, ours any
		if json.Unmarshal(data, &direct) == nil {
			if err := json.Unmarshal(again, &ours); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(direct, ours); diff != "" {
				t.Fatalf("%q is read in two ways:\n%s", data, diff)
			}
		}
		second, err := odata.DecodeObject(again, odata.Limits{MaxBytes: len(again)})
		if err != nil || len(second) != len(o) {
			t.Fatalf("%q gives %q, which does not decode: %v", data, again, err)
		}
	})
}
