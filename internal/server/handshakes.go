package server

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// Limits of handshakes.
const (
	// handshakesPerCore bounds how many are under way at a time. The answer of
	// a PC takes tens of milliseconds to come, the processor is then free for
	// others.
	handshakesPerCore = 64
	// mostConnections bounds the memory of a listener: one that is served takes
	// some 20 KiB. More wait in the kernel.
	mostConnections = 8_192
	// clientWait is how long a client may take for what it sends in a
	// handshake, clientWaitFull when more than half of the connections are
	// taken. The wait for a turn is not part of either.
	clientWait     = 30 * time.Second
	clientWaitFull = 10 * time.Second
	// mostHello is how much of a client's first record is read before its turn.
	mostHello = 4 << 10
)

// Outcomes of handshakes in the metrics.
const (
	handshakeDone   = "done"
	handshakeFailed = "failed"
	handshakeLate   = "late"    // the client took too long
	handshakeGaveUp = "gave_up" // the client hung up before its turn
)

// handshakes is a listener of TLS that hands out a connection when its
// handshake is done. Handshakes cost more processor than all else that a
// connection needs: when thousands of PCs come at one instant and all were
// computed at once, none would end in time. So they take turns in the order in
// which the clients' first messages came. One that waits holds little memory
// and runs into no limit of ours; and who falls silent in the middle of a
// handshake soon leaves the turn to others.
type handshakes struct {
	net.Listener

	config *tls.Config
	log    *slog.Logger
	seen   handshakeWatch
	turns  *turns
	pace   patience
	room   chan struct{} // holds one for each open connection
	shaken chan shaken
	start  sync.Once
	open   context.Context // until Close
	close  context.CancelFunc
}

// shaken is what Accept returns.
type shaken struct {
	conn net.Conn
	err  error
}

// handshakeWatch hears what happens at one listener.
type handshakeWatch struct {
	waiting func(change float64) // 1 or -1
	ended   func(outcome string)
}

// handshakeRoom bounds handshakes.
type handshakeRoom struct{ turns, connections int }

// usualRoom is what this machine can do. A part of the files that a process may
// open is left to the database and other listeners.
func usualRoom() handshakeRoom {
	return handshakeRoom{turns: handshakesPerCore * runtime.GOMAXPROCS(0), connections: min(mostConnections, mostFiles()/4*3)}
}

// newHandshakes takes ln over. Nothing is accepted before the first Accept.
func newHandshakes(ln net.Listener, config *tls.Config, log *slog.Logger, seen handshakeWatch, room handshakeRoom) *handshakes {
	h := &handshakes{Listener: ln, config: config, log: log, seen: seen, turns: newTurns(room.turns), room: make(chan struct{}, room.connections), shaken: make(chan shaken)}
	h.open, h.close = context.WithCancel(context.Background())
	return h
}

// Accept implements net.Listener; the connection is a *tls.Conn.
func (h *handshakes) Accept() (net.Conn, error) {
	h.start.Do(func() { go h.gather() })
	select {
	case s := <-h.shaken:
		return s.conn, s.err
	case <-h.open.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It also ends the connections that were not
// handed out.
func (h *handshakes) Close() error {
	h.close()
	return h.Listener.Close()
}

// gather accepts connections while there is room.
func (h *handshakes) gather() {
	for {
		select {
		case h.room <- struct{}{}:
		case <-h.open.Done():
			return
		}
		c, err := h.Listener.Accept()
		if err == nil {
			go h.receive(&begun{Conn: c, gone: sync.OnceFunc(func() { <-h.room })})
			continue
		}
		<-h.room
		select {
		case h.shaken <- shaken{err: err}: // net/http waits before it asks again
		case <-h.open.Done():
			return
		}
	}
}

// receive brings a connection through its handshake.
func (h *handshakes) receive(c *begun) {
	stay := context.AfterFunc(h.open, func() { _ = c.Close() })
	defer func() {
		if p := recover(); p != nil {
			h.log.LogAttrs(h.open, slog.LevelError, "a TLS handshake panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			_ = c.Close()
		}
	}()
	t, outcome, err := h.shake(c)
	if !stay() {
		_ = c.Close()
		return
	}
	h.seen.ended(outcome)
	if err != nil {
		refusePlain(c, err)
		_ = c.Close()
		h.log.LogAttrs(h.open, slog.LevelDebug, "a TLS handshake ended", slog.String("outcome", outcome), slog.String("address", c.RemoteAddr().String()), slog.Any("error", err))
		return
	}
	select {
	case h.shaken <- shaken{conn: t}:
	case <-h.open.Done():
		_ = c.Close()
	}
}

// shake makes the handshake: the client's first message is read first, so that
// only who has something to compute takes a turn.
func (h *handshakes) shake(c *begun) (t *tls.Conn, outcome string, err error) {
	if err := c.SetDeadline(time.Now().Add(h.clientWait())); err != nil {
		return nil, handshakeFailed, err
	}
	looksRight, err := c.hear()
	if err != nil {
		return nil, outcomeOf(err), err
	}
	t = tls.Server(c, h.config)
	if looksRight {
		n, err := h.turn(c)
		if err != nil {
			return nil, handshakeGaveUp, err
		}
		defer h.turns.end(n)
		expire := time.AfterFunc(h.pace.length(), func() { h.turns.end(n) })
		defer expire.Stop()
	}
	began := time.Now()
	if err := c.SetDeadline(began.Add(h.clientWait())); err != nil {
		return nil, handshakeFailed, err
	}
	// Without an end of the context no second goroutine watches for it: the
	// deadline and Close end a handshake.
	if err := t.HandshakeContext(context.Background()); err != nil {
		return nil, outcomeOf(err), err
	}
	h.pace.note(time.Since(began))
	return t, handshakeDone, c.SetDeadline(time.Time{})
}

// turn waits for a turn, as long as the client does. What is read meanwhile is
// kept for the handshake.
func (h *handshakes) turn(c *begun) (*turn, error) {
	if err := c.SetDeadline(time.Time{}); err != nil {
		return nil, err
	}
	n := h.turns.ask(func() { _ = c.SetReadDeadline(time.Unix(1, 0)) }) // ends Read
	select {
	case <-n.given:
		return n, nil
	default:
	}
	h.seen.waiting(1)
	defer h.seen.waiting(-1)
	err := c.hearMore()
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		h.turns.end(n)
		return nil, err
	}
	select {
	case <-n.given:
		return n, nil
	case <-h.open.Done():
		h.turns.end(n)
		return nil, net.ErrClosed
	}
}

func (h *handshakes) clientWait() time.Duration {
	if len(h.room) > cap(h.room)/2 {
		return clientWaitFull
	}
	return clientWait
}

func outcomeOf(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return handshakeLate
	}
	return handshakeFailed
}

// refusePlain tells who speaks HTTP without TLS what is wrong.
func refusePlain(c net.Conn, err error) {
	record, ok := errors.AsType[tls.RecordHeaderError](err)
	if ok && record.Conn != nil && record.RecordHeader[0] >= 'A' && record.RecordHeader[0] <= 'Z' {
		_, _ = io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\nThis address wants https.\n") // told or not, the connection ends
	}
}

// begun is a connection of which the beginning has been read.
type begun struct {
	net.Conn

	heard []byte // and not yet given to TLS
	gone  func()
}

// Read implements net.Conn.
func (c *begun) Read(p []byte) (int, error) {
	if len(c.heard) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.heard)
	if c.heard = c.heard[n:]; len(c.heard) == 0 {
		c.heard = nil
	}
	return n, nil
}

// Close implements net.Conn.
func (c *begun) Close() error {
	defer c.gone()
	return c.Conn.Close()
}

// RFC 8446, 5.1: type, version, length.
const (
	recordHeader    = 5
	recordHandshake = 22
)

// hear reads the first TLS record, in which a client says hello, or the
// beginning of a large one. ok is false when it is none.
func (c *begun) hear() (ok bool, err error) {
	var head [recordHeader]byte
	n, err := io.ReadFull(c.Conn, head[:])
	if err != nil {
		return false, err
	}
	c.heard = head[:n:n]
	if head[0] != recordHandshake {
		return false, nil
	}
	c.heard = make([]byte, n+min(int(binary.BigEndian.Uint16(head[3:])), mostHello))
	copy(c.heard, head[:])
	_, err = io.ReadFull(c.Conn, c.heard[n:])
	return err == nil, err
}

// hearMore waits for what should not come before our answer, for the end of the
// connection, and for the read deadline.
func (c *begun) hearMore() error {
	var next [1]byte
	n, err := c.Conn.Read(next[:])
	c.heard = append(c.heard, next[:n]...)
	if n > 0 {
		return nil
	}
	return err
}
