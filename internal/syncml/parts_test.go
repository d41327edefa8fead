package syncml_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/syncml"
)

// The name, password and nonce of the examples in the SyncML specifications;
// both values computed with openssl md5 -binary and base64.
func TestTheDigestIsTheOneOfTheFormula(t *testing.T) {
	t.Parallel()
	const hashed, digest = "PtEdr8lBQ45IbT1bZIkrOQ==", "Zz6EivR3yeaaENcRN6lpAQ=="
	if got := syncml.Hashed("Bruce2", "OhBehave"); got != hashed {
		t.Errorf("hashed %s, want %s", got, hashed)
	}
	if got := syncml.Digest("Bruce2", "OhBehave", []byte("Nonce")); got != digest {
		t.Errorf("digest %s, want %s", got, digest)
	}
	good := &syncml.Cred{Type: syncml.AuthMD5, Format: "b64", Data: digest}
	if !good.Verify(hashed, []byte("Nonce")) {
		t.Error("the right digest is refused")
	}
	var none *syncml.Cred
	for name, ok := range map[string]bool{
		"none":          none.Verify(hashed, []byte("Nonce")),
		"another nonce": good.Verify(hashed, []byte("nonce")),
		"another name":  good.Verify(syncml.Hashed("Bruce3", "OhBehave"), []byte("Nonce")),
		"another type":  (&syncml.Cred{Type: "syncml:auth-basic", Data: digest}).Verify(hashed, []byte("Nonce")),
		"empty":         (&syncml.Cred{Type: syncml.AuthMD5}).Verify(hashed, []byte("Nonce")),
	} {
		if ok {
			t.Errorf("%s: is accepted", name)
		}
	}
}

func TestScopesAreThoseOfThePath(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]string{
		"./User/Vendor/MSFT/DMClient": "User", "./user/Vendor": "User", "./User": "User",
		"./Device/Vendor/MSFT": "Device", "./Vendor/MSFT/User": "Device", "./DevInfo/DevId": "Device", "./Users/x": "Device", "": "Device",
	} {
		if got := syncml.ScopeOf(uri).String(); got != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
}

func TestLocURIsAreCheckedBeforeTheyAreSent(t *testing.T) {
	t.Parallel()
	good := []string{"./DevInfo", "./Device/Vendor/MSFT/A/%7B1%7D", "./User/Vendor/MSFT/Policy/Config/A~B/C", "./Vendor/MSFT/x%20y(1)", "./Vendor/ü"}
	for _, uri := range good {
		if err := syncml.CheckURI(uri); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
	for _, uri := range []string{"", ".", "./", "/Vendor/MSFT", "Vendor", "./Vendor//A", "./Vendor/", "./Vendor/../A", "./Vendor/./A", "./Vendor/{1}", "./a b", "./a%2", "./a%zz", "./a%00", "./a?b", "./a%\x101"} {
		if err := syncml.CheckURI(uri); err == nil || syncmlError(t, err).Code != syncml.CodeValue {
			t.Errorf("%q: %v", uri, err)
		}
	}
}

func TestNodeNamesAreEscapedAndComeBack(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, want string }{
		{"{00112233}", "%7B00112233%7D"},
		{"a/b c", "a%2Fb%20c"},
		{"A~B_1.0!x", "A~B_1.0!x"},
		{"100%", "100%25"},
		{"ü", "%C3%BC"},
	}
	for _, tt := range tests {
		if got := syncml.JoinURI("./Vendor/MSFT/", tt.name); got != "./Vendor/MSFT/"+tt.want {
			t.Errorf("%s: %s", tt.name, got)
		}
		if got, ok := syncml.Unescape(tt.want); !ok || got != tt.name {
			t.Errorf("%s: back %q %t", tt.name, got, ok)
		}
	}
	if got := syncml.JoinURI("./Vendor", "A", "B"); got != "./Vendor/A/B" {
		t.Error(got)
	}
}

func TestOneNodeHasSeveralNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		same bool
	}{
		{"./Device/Vendor/MSFT/A", "./Vendor/MSFT/A", true},
		{"./Vendor/MSFT/%7b1%7d", "./Vendor/MSFT/{1}", true},
		{"./Vendor/MSFT/A/", "./Vendor/MSFT/A", true},
		{"./User/Vendor/MSFT/A", "./Vendor/MSFT/A", false},
		{"./Vendor/MSFT/a%2Fb", "./Vendor/MSFT/a/b", false},
		{"./Vendor/MSFT/A", "./Vendor/MSFT/B", false},
	}
	for _, tt := range tests {
		if got := syncml.SameURI(tt.a, tt.b); got != tt.same {
			t.Errorf("%s and %s: %t", tt.a, tt.b, got)
		}
	}
}

func TestListsAreSeparatedByTheirPrivateCharacter(t *testing.T) {
	t.Parallel()
	text := syncml.JoinList("./Vendor/A;2", "./Vendor/B")
	if text != "./Vendor/A;2\uf000./Vendor/B" {
		t.Errorf("%q", text)
	}
	for in, want := range map[string][]string{text: {"./Vendor/A;2", "./Vendor/B"}, "": nil, "\uf000a\uf000": {"a"}} {
		if got := syncml.SplitList(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestALargeObjectComesTogetherFromItsChunks(t *testing.T) {
	t.Parallel()
	item := syncml.Item{Source: "./DevDetail/Ext/DeviceHardwareData", Format: "chr", Data: syncml.TextData(strings.Repeat("aü€𝄞", 50))}
	for _, size := range []int{1, 2, 3, 5, 7, 499, 500, 501, 0} {
		var a syncml.Assembler
		chunks := syncml.Split(item, size)
		for i, chunk := range chunks {
			if i > 0 {
				a = kept(t, a)
			}
			whole, status, err := a.Feed(chunk, 1000)
			last := i == len(chunks)-1
			if err != nil || (whole != nil) != last || (status == syncml.StatusOK) != last || !last && status != syncml.StatusChunkAccepted {
				t.Fatalf("chunks of %d: chunk %d of %d gives %v %d %v", size, i, len(chunks), whole, status, err)
			}
			if !last {
				continue
			}
			if len(chunks) > 1 && whole.Size != int64(len(item.Data.Text)) {
				t.Errorf("chunks of %d: size %d", size, whole.Size)
			}
			whole.Size = 0
			if diff := cmp.Diff(item, *whole); diff != "" {
				t.Errorf("chunks of %d (-want +got):\n%s", size, diff)
			}
			if a.Open {
				t.Errorf("chunks of %d: the object is still open", size)
			}
		}
	}
}

// kept is the assembler as a session keeps it between two messages.
func kept(t *testing.T, a syncml.Assembler) (out syncml.Assembler) {
	t.Helper()
	b, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestChunksThatDoNotFitTogetherAreDropped(t *testing.T) {
	t.Parallel()
	chunk := func(uri, text string, size int64, more bool) syncml.Item {
		return syncml.Item{Source: uri, Size: size, Data: syncml.TextData(text), MoreData: more}
	}
	tests := []struct {
		name   string
		items  []syncml.Item
		status int
	}{
		{"no size", []syncml.Item{chunk("./A", "x", 0, true)}, syncml.StatusSizeRequired},
		{"size above the limit", []syncml.Item{chunk("./A", "x", 101, true)}, syncml.StatusTooLarge},
		{"whole above the limit", []syncml.Item{chunk("./A", strings.Repeat("x", 101), 0, false)}, syncml.StatusTooLarge},
		{"more than the size", []syncml.Item{chunk("./A", "xx", 3, true), chunk("./A", "xx", 0, true)}, syncml.StatusSizeMismatch},
		{"less than the size", []syncml.Item{chunk("./A", "xx", 5, true), chunk("./A", "xx", 0, false)}, syncml.StatusSizeMismatch},
		{"another object between", []syncml.Item{chunk("./A", "xx", 5, true), chunk("./B", "xxx", 0, false)}, 0},
		{"unescaped XML", []syncml.Item{chunk("./A", "xx", 50, true), {Source: "./A", Data: syncml.Data{Form: syncml.Inline, Text: "<a></a>"}}}, syncml.StatusBadFormat},
	}
	for _, tt := range tests {
		var a syncml.Assembler
		for i, item := range tt.items {
			whole, status, err := a.Feed(item, 100)
			if i < len(tt.items)-1 {
				continue
			}
			if whole != nil || status != tt.status || err == nil {
				t.Errorf("%s: %v %d %v, want %d", tt.name, whole, status, err, tt.status)
				continue
			}
			if e := syncmlError(t, err); e.Code != syncml.CodeChunk || e.Status != tt.status {
				t.Errorf("%s: %v with status %d", tt.name, e, e.Status)
			}
			if whole, status, err := a.Feed(chunk("./C", "x", 0, false), 100); whole == nil || status != syncml.StatusOK || err != nil {
				t.Errorf("%s: afterwards %v %d %v", tt.name, whole, status, err)
			}
		}
	}
}

func TestEveryStatusCodeHasItsText(t *testing.T) {
	t.Parallel()
	known := 0
	for code := range 1000 {
		if syncml.StatusText(code) != "" {
			known++
		}
		if syncml.Succeeded(code) && code/100 != 2 {
			t.Errorf("%d is a success", code)
		}
	}
	if known != 26 {
		t.Errorf("%d codes have a text", known)
	}
	for _, code := range []int{syncml.StatusCancelled, syncml.StatusNotExecuted, syncml.StatusRolledBack} {
		if syncml.Succeeded(code) {
			t.Errorf("%d is a success", code)
		}
	}
}
