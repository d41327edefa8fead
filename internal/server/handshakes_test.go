package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pipes is a listener without a network, so that time can stand still.
type pipes struct {
	coming chan net.Conn
	broken chan error
	closed chan struct{}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.coming:
		return c, nil
	case err := <-p.broken:
		return nil, err
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

// Addr implements net.Listener.
func (*pipes) Addr() net.Addr { return &net.TCPAddr{} }

// hall is a listener of TLS with all who came.
type hall struct {
	*handshakes

	t       *testing.T
	pipes   *pipes
	client  *tls.Config
	clients []net.Conn

	mu       sync.Mutex
	waiting  float64
	outcomes map[string]int
	served   []string // names they asked for, in order
}

// hallNames is how many names the certificate has.
const hallNames = 30

func hallName(i int) string { return fmt.Sprintf("pc-%02d.taxiway.test", i) }

// newHall makes a listener; hello, which may be nil, hears of each handshake
// that is computed.
func newHall(t *testing.T, room handshakeRoom, hello func(name string)) *hall {
	t.Helper()
	var hosts []string
	for i := range hallNames {
		hosts = append(hosts, hallName(i))
	}
	a, err := openAuthority(t.Context(), keptSecrets{kept: map[string][]byte{}}, hosts, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.PEM())
	l := &hall{t: t, pipes: &pipes{coming: make(chan net.Conn), broken: make(chan error), closed: make(chan struct{})}, client: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, outcomes: map[string]int{}}
	config := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: a.certificate, GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello != nil {
			hello(h.ServerName)
		}
		return nil, nil //nolint:nilnil // crypto/tls: nil keeps the configuration
	}}
	watch := handshakeWatch{
		waiting: func(change float64) { l.mu.Lock(); defer l.mu.Unlock(); l.waiting += change },
		ended:   func(outcome string) { l.mu.Lock(); defer l.mu.Unlock(); l.outcomes[outcome]++ },
	}
	l.handshakes = newHandshakes(l.pipes, config, slog.New(slog.DiscardHandler), watch, room)
	return l
}

// serve accepts until the listener is closed, and keeps what it accepts.
func (l *hall) serve() {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			state := c.(*tls.Conn).ConnectionState()
			l.mu.Lock()
			l.served = append(l.served, state.ServerName)
			l.mu.Unlock()
		}
	}()
}

// come lets a client connect.
func (l *hall) come() net.Conn {
	client, server := net.Pipe()
	l.clients = append(l.clients, client)
	l.pipes.coming <- server
	return client
}

// greet lets a client connect and begin its handshake, of which the result
// tells the end.
func (l *hall) greet(name string) chan error {
	c := l.come()
	done := make(chan error, 1)
	config := l.client.Clone()
	config.ServerName = name
	go func() { done <- tls.Client(c, config).HandshakeContext(context.Background()) }()
	return done
}

// leave ends the test: everybody goes.
func (l *hall) leave() {
	l.t.Helper()
	if err := l.Close(); err != nil {
		l.t.Error(err)
	}
	for _, c := range l.clients {
		_ = c.Close()
	}
	synctest.Wait()
}

// now is what the listener has told so far.
func (l *hall) now() (waiting int, outcomes map[string]int, served []string) {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return int(l.waiting), maps.Clone(l.outcomes), slices.Clone(l.served)
}

// firstMessage is what a client says first.
func (l *hall) firstMessage() []byte {
	l.t.Helper()
	client, server := net.Pipe()
	config := l.client.Clone()
	config.ServerName = hallName(0)
	done := make(chan error, 1)
	go func() { done <- tls.Client(client, config).HandshakeContext(context.Background()) }()
	buf := make([]byte, 16<<10)
	n, err := server.Read(buf)
	if err != nil {
		l.t.Fatal(err)
	}
	_ = server.Close()
	if err := <-done; err == nil {
		l.t.Fatal("a handshake with nobody succeeded")
	}
	return buf[:n]
}

func TestHandshakesTakeTurnsInTheOrderOfArrival(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const atOnce, all = 3, 20
		computing, goOn := make(chan string, all), make(chan struct{})
		l := newHall(t, handshakeRoom{turns: atOnce, connections: 100}, func(name string) {
			computing <- name
			<-goOn
		})
		l.serve()
		var want, order []string
		var ends []chan error
		for i := range all {
			want = append(want, hallName(i))
			done := l.greet(hallName(i))
			ends = append(ends, done)
			if waiting, _, _ := l.now(); waiting != max(0, i+1-atOnce) {
				t.Fatalf("of %d clients %d wait", i+1, waiting)
			}
		}
		for i := range all {
			synctest.Wait()
			if n := len(computing); n != min(atOnce, all-i) {
				t.Fatalf("%d handshakes are computed at once, want %d", n, min(atOnce, all-i))
			}
			order = append(order, <-computing)
			goOn <- struct{}{}
			synctest.Wait()
		}
		for i, done := range ends {
			if err := <-done; err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		}
		if d := cmp.Diff(want, order); d != "" {
			t.Errorf("turns (-want +got):\n%s", d)
		}
		if _, outcomes, served := l.now(); outcomes[handshakeDone] != all || len(served) != all {
			t.Errorf("outcomes %v, %d handed out", outcomes, len(served))
		}
		l.leave()
	})
}

func TestClientsThatFallSilentKeepNobodyFromTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const each = 20
		l := newHall(t, handshakeRoom{turns: 2, connections: 1000}, nil)
		l.serve()
		hello := l.firstMessage()
		for range each {
			l.come() // says nothing
			if _, err := l.come().Write(hello[:len(hello)/2]); err != nil {
				t.Fatal(err)
			}
			if _, err := l.come().Write(hello); err != nil { // and does not hear the answer
				t.Fatal(err)
			}
		}
		began := time.Now()
		done := l.greet(hallName(1))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took >= clientWait {
			t.Errorf("the good client waited %s, until the silent ones were thrown out", took)
		}
		for _, c := range l.clients[:3*each] {
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("a silent client: %v", err)
			}
		}
		if _, outcomes, _ := l.now(); outcomes[handshakeLate] != 3*each || outcomes[handshakeDone] != 1 {
			t.Errorf("outcomes %v, want %d late and one done", outcomes, 3*each)
		}
		l.leave()
	})
}

func TestTheWaitForATurnRunsIntoNoLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const silent = 400
		l := newHall(t, handshakeRoom{turns: 1, connections: 1000}, nil)
		l.serve()
		hello := l.firstMessage()
		for range silent {
			if _, err := l.come().Write(hello); err != nil {
				t.Fatal(err)
			}
		}
		began := time.Now()
		done := l.greet(hallName(1))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took <= clientWait {
			t.Errorf("the client waited %s only, so this shows nothing", took)
		}
		l.leave()
	})
}

func TestAClientThatGivesUpFreesItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const connections = 6
		goOn := make(chan struct{})
		l := newHall(t, handshakeRoom{turns: 1, connections: connections}, func(string) { <-goOn })
		l.serve()
		var ends []chan error
		for i := range connections {
			done := l.greet(hallName(i))
			ends = append(ends, done)
			synctest.Wait()
		}
		if waiting, _, _ := l.now(); waiting != connections-1 || len(l.room) != connections {
			t.Fatalf("%d wait and %d are there", waiting, len(l.room))
		}
		for _, i := range []int{2, 3} {
			_ = l.clients[i].Close()
			if err := <-ends[i]; err == nil {
				t.Error("who hung up was served")
			}
		}
		if waiting, outcomes, _ := l.now(); waiting != connections-3 || outcomes[handshakeGaveUp] != 2 {
			t.Fatalf("%d wait, outcomes %v", waiting, outcomes)
		}
		late := l.greet(hallName(7)) // is accepted only when there is room
		ends = append(ends, late)
		close(goOn)
		for _, i := range []int{0, 1, 4, 5, 6} {
			if err := <-ends[i]; err != nil {
				t.Errorf("client %d: %v", i, err)
			}
		}
		_, _, served := l.now()
		if d := cmp.Diff([]string{hallName(0), hallName(1), hallName(4), hallName(5), hallName(7)}, served); d != "" {
			t.Errorf("served (-want +got):\n%s", d)
		}
		l.leave()
	})
}

func TestNoMoreConnectionsAreAcceptedThanThereIsRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newHall(t, handshakeRoom{turns: 1, connections: 2}, nil)
		accepted := make(chan net.Conn, 3)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				accepted <- c
			}
		}()
		for i := range 2 {
			done := l.greet(hallName(i))
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		third, server := net.Pipe()
		select {
		case l.pipes.coming <- server:
			t.Fatal("a third connection was accepted")
		default:
		}
		go func() { _, _ = io.Copy(io.Discard, l.clients[0]) }() // hears the end
		if err := (<-accepted).Close(); err != nil {
			t.Fatal(err)
		}
		l.pipes.coming <- server
		_ = third.Close()
		l.leave()
	})
}

func TestClosingEndsThoseThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newHall(t, handshakeRoom{turns: 1, connections: 100}, nil)
		failed := make(chan error, 1)
		go func() {
			_, err := l.Accept()
			failed <- err
		}()
		hello := l.firstMessage()
		for range 5 { // one is computed
			if _, err := l.come().Write(hello); err != nil {
				t.Fatal(err)
			}
		}
		l.come()
		if waiting, _, _ := l.now(); waiting != 4 {
			t.Fatalf("%d wait, want 4", waiting)
		}
		began := time.Now()
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-failed; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept ends with %v", err)
		}
		for _, c := range l.clients {
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		if !time.Now().Equal(began) || len(l.room) != 0 {
			t.Errorf("it took %s, and %d are left", time.Since(began), len(l.room))
		}
	})
}

func TestAcceptingGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newHall(t, handshakeRoom{turns: 1, connections: 1}, nil)
		failed := make(chan error, 1)
		go func() {
			_, err := l.Accept()
			failed <- err
			l.serve()
		}()
		full := errors.New("too many open files")
		l.pipes.broken <- full
		if err := <-failed; !errors.Is(err, full) {
			t.Fatalf("error = %v, want the listener's", err)
		}
		done := l.greet(hallName(0))
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		l.leave()
	})
}

func TestWhoSpeaksPlainHTTPIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newHall(t, handshakeRoom{turns: 1, connections: 1}, nil)
		l.serve()
		c := l.come()
		go func() { _, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: taxiway.test\r\n\r\n") }() // not all of it is read
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close() //nolint:errcheck // only read
		text, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusBadRequest || !strings.Contains(string(text), "https") {
			t.Errorf("status %d, %q, %v", r.StatusCode, text, err)
		}
		l.leave()
	})
}

func TestPatienceFollowsHowLongHandshakesTake(t *testing.T) {
	t.Parallel()
	var p patience
	lengths := []time.Duration{p.length()}
	for _, took := range []time.Duration{200 * time.Millisecond, 20 * time.Second, time.Millisecond} {
		for range 500 {
			p.note(took)
		}
		lengths = append(lengths, p.length().Round(10*time.Millisecond))
	}
	want := []time.Duration{patienceLeast, 800 * time.Millisecond, patienceMost, patienceLeast}
	if d := cmp.Diff(want, lengths); d != "" {
		t.Errorf("patience (-want +got):\n%s", d)
	}
}
