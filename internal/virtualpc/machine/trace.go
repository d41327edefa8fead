package machine

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Exchange is one request of the PC with its answer. Whoever writes it has
// taken the secrets out.
type Exchange struct {
	Time           time.Time           `json:"time"`
	Step           string              `json:"step"` // what it was for, for example "profile"
	Method         string              `json:"method"`
	URL            string              `json:"url"`
	RequestHeader  map[string][]string `json:"requestHeader,omitempty"`
	Request        string              `json:"request,omitempty"`
	Status         int                 `json:"status,omitempty"` // 0: there was no answer
	ResponseHeader map[string][]string `json:"responseHeader,omitempty"`
	Response       string              `json:"response,omitempty"`
	Duration       time.Duration       `json:"duration"`
	Problem        string              `json:"problem,omitempty"` // why there was no answer, or what is wrong with it
}

// A trace keeps the last 1,000 or so exchanges with the first 64 KiB of each
// body.
const (
	exchangesInPiece = 8
	tracePieces      = 128
	longestBody      = 64 << 10
)

// Trace is what a PC said over the wire.
type Trace struct{ journal[Exchange] }

func newTrace(drive prefixed) *Trace {
	return &Trace{journal[Exchange]{disk: drive, folder: "trace", lines: exchangesInPiece, pieces: tracePieces}}
}

// Add writes an exchange.
func (t *Trace) Add(e Exchange) error {
	e.Time = e.Time.UTC()
	e.Request, e.Response = shortened(e.Request), shortened(e.Response)
	return t.add(e)
}

// All lists the exchanges, the oldest first.
func (t *Trace) All() ([]Exchange, error) { return t.all() }

func shortened(body string) string {
	if len(body) <= longestBody {
		return body
	}
	end := longestBody
	for end > 0 && !utf8.RuneStart(body[end]) {
		end--
	}
	return fmt.Sprintf("%s\n… %d further bytes", body[:end], len(body)-end)
}

// WriteText writes the exchanges for people.
func (t *Trace) WriteText(w io.Writer) error {
	exchanges, err := t.All()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for i := range exchanges {
		e := &exchanges[i]
		fmt.Fprintf(out, "#%d  %s  %s\n%s %s\n", i+1, e.Time.Format("2006-01-02 15:04:05.000Z"), e.Step, e.Method, e.URL)
		writeMessage(out, e.RequestHeader, e.Request)
		if e.Status != 0 {
			fmt.Fprintf(out, "=> %d after %s\n", e.Status, e.Duration)
			writeMessage(out, e.ResponseHeader, e.Response)
		}
		if e.Problem != "" {
			fmt.Fprintf(out, "!! %s\n", e.Problem)
		}
		fmt.Fprintln(out)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the trace: %w", err)
	}
	return nil
}

func writeMessage(w io.Writer, header map[string][]string, body string) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(w, "   %s: %s\n", name, strings.Join(header[name], ", "))
	}
	if body != "" {
		fmt.Fprintf(w, "\n   %s\n", strings.ReplaceAll(strings.TrimRight(body, "\n"), "\n", "\n   "))
	}
}
