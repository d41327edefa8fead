package servertest

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Stream is a window of the admin site that listens for changes.
type Stream struct {
	Status int
	Header http.Header
	lines  *bufio.Scanner
	close  func()
}

// Listen opens /ui/events; it ends with the test at the latest.
func (b *Browser) Listen(t testing.TB) *Stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, BaseURL+"/ui/events", http.NoBody)
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	patient := *b.http
	patient.Timeout = 0
	resp, err := patient.Do(r) //nolint:bodyclose // close does
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	s := &Stream{Status: resp.StatusCode, Header: resp.Header, lines: bufio.NewScanner(resp.Body), close: func() { cancel(); _ = resp.Body.Close() }}
	t.Cleanup(s.close)
	return s
}

// Close closes the window.
func (s *Stream) Close() { s.close() }

// Next waits for the next event, at most a minute; at the end of the stream
// name is empty.
func (s *Stream) Next(t testing.TB) (name string, kinds []string) {
	t.Helper()
	late := time.AfterFunc(time.Minute, s.close)
	defer late.Stop()
	for s.lines.Scan() {
		line := s.lines.Text()
		if rest, ok := strings.CutPrefix(line, "event: "); ok {
			name = rest
		} else if rest, ok := strings.CutPrefix(line, "data: "); ok {
			var data struct{ Kinds []string }
			if err := json.Unmarshal([]byte(rest), &data); err != nil {
				t.Fatalf("event data %q: %v", rest, err)
			}
			kinds = data.Kinds
		} else if line == "" && name != "" {
			return name, kinds
		}
	}
	return "", nil
}
