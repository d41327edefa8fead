package virtualpc

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// injector makes the faults of one boot happen. It is safe for concurrent use:
// a PC may download while it does something else.
type injector struct {
	clock *clock

	mu        sync.Mutex
	step      Step
	faults    []*armed
	unplugged bool // somebody took the network away
	back      bool // and gave it back
}

func newInjector(c *clock, faults []Fault) *injector {
	in := &injector{clock: c}
	for _, f := range faults {
		in.faults = append(in.faults, &armed{Fault: f})
	}
	return in
}

// at says which step the PC is at from now on.
func (in *injector) at(s Step) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.step = s
}

// add is something more that goes wrong.
func (in *injector) add(f Fault) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.faults = append(in.faults, &armed{Fault: f})
}

// plug takes the network away or gives it back.
func (in *injector) plug(on bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.unplugged, in.back = !on, on
}

// reached is a network that the person chose.
func (in *injector) reached() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.unplugged = false
}

// plugged tells whether the network was taken away, or given back.
func (in *injector) plugged() (unplugged, back bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.unplugged, in.back
}

// happens tells whether a fault of this kind happens now, and counts it.
func (in *injector) happens(kind FaultKind) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, f := range in.faults {
		if f.Kind == kind && in.here(f) && f.left() {
			return true
		}
	}
	return false
}

func (in *injector) here(f *armed) bool { return f.At == "" || f.At == in.step }

// app is the fault of an app's installation, nil when it goes well.
func (in *injector) app(product string) *Fault {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, f := range in.faults {
		if (f.Kind == FaultApp || f.Kind == FaultAppHangs) && in.here(f) && matches(product, f.App) && f.left() {
			return &f.Fault
		}
	}
	return nil
}

// errUnreachable is what a program sees when there is no network.
var errUnreachable = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}

// wrap puts the faults of the network between the PC and everything it talks to.
func (in *injector) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		late, answer, err := in.request(r)
		if err == nil && late > 0 {
			err = in.clock.wait(r.Context(), late)
		}
		if answer == nil && err == nil {
			return next.RoundTrip(r)
		}
		if r.Body != nil {
			_ = r.Body.Close() // nobody reads it
		}
		return answer, err
	})
}

// request says what becomes of one request.
func (in *injector) request(r *http.Request) (late time.Duration, answer *http.Response, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	now := in.clock.now()
	if in.unplugged {
		return 0, nil, errUnreachable
	}
	for _, f := range in.faults {
		if !in.here(f) {
			continue
		}
		switch f.Kind {
		case FaultSlow:
			late += f.For
		case FaultLose:
			if f.away(now) {
				return 0, nil, errUnreachable
			}
		case FaultStatus:
			if f.left() {
				return 0, refusal(r, int(f.Code), f.For), nil
			}
		default: // not of the network
		}
	}
	return late, nil, nil
}

// usuallyAway is how long a network is away when nothing is said.
const usuallyAway = 30 * time.Second

// away tells whether the network is away now: from the first request on, for
// the fault's time, or for its number of requests.
func (f *armed) away(now time.Time) bool {
	if f.Times > 0 && f.For == 0 {
		return f.left()
	}
	if f.until.IsZero() {
		lasts := f.For
		if lasts == 0 {
			lasts = usuallyAway
		}
		f.until = now.Add(lasts)
	}
	return now.Before(f.until)
}

// refusal is the answer of a server that has too much to do.
func refusal(r *http.Request, status int, retry time.Duration) *http.Response {
	header := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	if retry > 0 {
		header.Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
	}
	text := []byte(http.StatusText(status))
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(text)), ContentLength: int64(len(text)), Request: r,
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
