package graph_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"taxiway/internal/graph"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestABodyIsRefusedForWhatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	h := edge(t, func(h *graph.Handler) { h.Limits.BodyBytes, h.Limits.ImportBytes = 1000, 4000 })
	const groups, imports = "/v1.0/groups", "/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities/import"
	for _, c := range []struct {
		name, path, body string
		headers          []string
		status           int
		code, target     string
		remedy           string
	}{
		{"unknown property with its neighbour", groups, `{"displayNam":"x"}`, nil, 400, "UnknownProperty", "displayNam", "Did you mean 'displayName'?"},
		{"unknown property without one", groups, `{"qqqqqqqqqqqq":1}`, nil, 400, "UnknownProperty", "qqqqqqqqqqqq", "Leave it out."},
		{"gzip with an unknown property", groups, zipped(t, `{"displayNam":"x"}`), []string{"Content-Encoding", "gzip"}, 400, "UnknownProperty", "displayNam", "Did you mean"},
		{"wrong type", groups, `{"displayName":5}`, nil, 400, "InvalidPropertyValue", "displayName", ""},
		{"broken JSON", groups, `{"displayName":"x"`, nil, 400, "InvalidBody", "body", ""},
		{"not an object", groups, `[1]`, nil, 400, "InvalidBody", "body", ""},
		{"property twice", groups, `{"displayName":"a","DisplayName":"b"}`, nil, 400, "DuplicateProperty", "body", "Give it once."},
		{"too deep", groups, strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), nil, 400, "TooDeep", "body", ""},
		{"too large", groups, `{"displayName":"` + strings.Repeat("x", 1000) + `"}`, nil, 413, "RequestBodyTooLarge", "body", "several requests"},
		{"too large once unzipped", groups, zipped(t, `{"displayName":"`+strings.Repeat("x", 1000)+`"}`), []string{"Content-Encoding", "gzip"}, 413, "RequestBodyTooLarge", "body", "several requests"},
		{"an import may be larger", imports, `{"x":"` + strings.Repeat("x", 2000) + `"}`, nil, 400, "UnknownProperty", "x", ""},
		{"an import has a limit too", imports, `{"x":"` + strings.Repeat("x", 5000) + `"}`, nil, 413, "RequestBodyTooLarge", "body", ""},
		{"not gzip", groups, `{"displayName":"x"}`, []string{"Content-Encoding", "gzip"}, 400, "InvalidBody", "body", "plain"},
		{"half a gzip", groups, zipped(t, `{"displayName":"x"}`)[:20], []string{"Content-Encoding", "gzip"}, 400, "InvalidBody", "body", "again"},
		{"unknown encoding", groups, `{}`, []string{"Content-Encoding", "br"}, 415, "UnsupportedContentEncoding", "Content-Encoding", "gzip"},
		{"two encodings", groups, `{}`, []string{"Content-Encoding", "gzip, gzip"}, 415, "UnsupportedContentEncoding", "Content-Encoding", "gzip"},
		{"form", groups, `a=b`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "UnsupportedMediaType", "Content-Type", "application/json"},
		{"UTF-16", groups, `{}`, []string{"Content-Type", "application/json; charset=utf-16"}, 415, "UnsupportedMediaType", "Content-Type", "UTF-8"},
		{"import of nothing", imports, `{"importedWindowsAutopilotDeviceIdentities":[]}`, nil, 400, "NoRows", "importedWindowsAutopilotDeviceIdentities", "at least one"},
		{"import with an unknown property in a row", imports, `{"importedWindowsAutopilotDeviceIdentities":[{"serialNumber":"1"},{"serialNumbr":"2"}]}`, nil, 400, "UnknownProperty", "importedWindowsAutopilotDeviceIdentities[1]/serialNumbr", "serialNumber"},
		{"too many references", groups, `{"displayName":"x","mailNickname":"x","securityEnabled":true,"members@odata.bind":[` + strings.TrimSuffix(strings.Repeat(`"a",`, 21), ",") + `]}`, nil, 400, "TooManyReferences", "members@odata.bind", "several"},
		{"a reference to nothing", groups, `{"displayName":"x","mailNickname":"x","securityEnabled":true,"members@odata.bind":["https://graph.microsoft.com/v1.0/users"]}`, nil, 400, "InvalidReference", "members@odata.bind", "directoryObjects"},
	} {
		w := send(t, h, everything(), http.MethodPost, c.path, c.body, c.headers...)
		e := decode[errorBody](t, w).Error
		if w.Code != c.status || e.Code != c.code || len(e.Details) == 0 || e.Details[0].Target != c.target || !strings.Contains(e.Details[0].Remedy, c.remedy) {
			t.Errorf("%s: %d %s, want %d %s at %s with remedy %q", c.name, w.Code, w.Body, c.status, c.code, c.target, c.remedy)
		}
	}
}

// Not parallel: it looks at the whole process's memory.
func TestAGzipBombIsRefusedWithMemoryFlat(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 { // 64 MiB of spaces in 64 KiB
		if _, err := z.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	const limit = 1 << 20
	if bomb.Len() >= limit {
		t.Fatalf("the bomb has %d bytes and is refused before it is unzipped", bomb.Len())
	}
	h := edge(t, func(h *graph.Handler) { h.Limits.BodyBytes = limit })
	r := httptest.NewRequestWithContext(everything(), http.MethodPost, base+"/v1.0/groups", &bomb)
	r.Header.Set("Content-Encoding", "gzip")
	w := httptest.NewRecorder()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h.ServeHTTP(w, r)
	runtime.ReadMemStats(&after)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d %s", w.Code, w.Body)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16*limit {
		t.Errorf("refusing it took %d bytes of memory", used)
	}
}
