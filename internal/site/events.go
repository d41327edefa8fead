package site

import (
	"encoding/json"
	"net/http"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Times of a stream.
const (
	// heartbeat is how often a stream says that it lives and asks whether its
	// session still does.
	heartbeat = 15 * time.Second
	// writeGrace is how long a browser may take to accept what is written.
	writeGrace = 30 * time.Second
	// refreshEvery is how often everything counts as changed, for what leaves
	// no sign.
	refreshEvery = time.Minute
)

// showEvents answers GET /ui/events: server-sent events (the HTML standard,
// section 9.2) that name what changed in the person's tenant, for the pages to
// read anew over Graph. "ready" says that from now on nothing is missed; "over"
// comes before the server ends the stream.
func (h *Handler) showEvents(w http.ResponseWriter, r *http.Request, v *visitor) error {
	l, err := h.watchers.join(r.Context(), directory.TenantID(v.principal.Tenant), v.session.ID)
	if err != nil {
		return fault.Wrap("listen for changes", err)
	}
	defer h.watchers.leave(l)
	w.Header().Set("Content-Type", eventStream)
	w.Header().Set("X-Accel-Buffering", "no") // a proxy that buffers would keep events back
	w.WriteHeader(http.StatusOK)
	s := stream{w: w, rc: http.NewResponseController(w)}
	_ = s.rc.SetReadDeadline(time.Time{}) // a stream outlives the time a request may take to arrive; HTTP/2 has no such deadline
	if !s.send("ready", nil) {
		return nil
	}
	alive, refresh := time.NewTicker(heartbeat), time.NewTicker(refreshEvery)
	defer alive.Stop()
	defer refresh.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return nil
		case <-l.wake:
			changed, over := h.watchers.take(l)
			if seen := changed.visible(v.principal); seen != 0 {
				ok = s.send("changed", map[string]any{"kinds": seen.names()})
			}
			if over {
				s.send("over", nil)
				return nil
			}
		case <-refresh.C:
			ok = s.send("changed", map[string]any{"kinds": everything.visible(v.principal).names()})
		case <-alive.C:
			// The session may have ended, or the person may have other roles now.
			if v, err = h.visitor(r); err != nil {
				s.send("over", nil)
				return nil // the page asks again and is told why
			}
			ok = s.send("", nil)
		}
		if !ok {
			return nil
		}
	}
}

const eventStream = "text/event-stream"

// stream writes events; send is false when the browser is gone.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s *stream) send(name string, data any) bool {
	text := ":\n\n" // a comment
	if name != "" {
		body, err := json.Marshal(data)
		if err != nil {
			return false
		}
		text = "event: " + name + "\ndata: " + string(body) + "\n\n"
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(writeGrace)) //nolint:forbidigo // a socket knows the machine's time alone
	if _, err := s.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.rc.Flush() == nil
}

// Stop ends the streams: a server that stops would wait for them.
func (h *Handler) Stop() { h.watchers.end() }
