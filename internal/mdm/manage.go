package mdm

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/syncml"
)

// Limits of a message of a session. Without a certificate it is not known yet
// who sends it.
const (
	maxManage       = 4 << 20
	maxManageNobody = 512 << 10
)

// ManagedDevices answers what managed PCs send; enrollment.Service is one.
type ManagedDevices interface {
	CheckIn(ctx context.Context, t directory.TenantID, id enrollment.DeviceID, in enrollment.Incoming) (enrollment.Outgoing, error)
	// DigestLogin finds the device of a digest's user name.
	DigestLogin(ctx context.Context, name string) (enrollment.DigestLogin, error)
}

// Sessions is what management sessions need besides. All fields but Count are
// required.
type Sessions struct {
	Devices ManagedDevices
	Gate    *Gate
	Digests *Digests
	// Count hears how requests were refused; it may be nil.
	Count func(why string)
}

// talk is one message of a session on its way.
type talk struct {
	*call

	body     []byte
	message  *syncml.Message
	number   int // of the message
	tenant   directory.TenantID
	device   enrollment.Holder
	digested *enrollment.Digested // nil: by certificate
	next     string               // the device's next nonce, in base64
}

// manage answers one message of a management session ([MS-MDM]; OMA Device
// Management Protocol 1.2). Errors of HTTP are for what is no message and for
// a certificate that does not count; all else is said inside the protocol.
func (h *Handler) manage(c *call) error {
	m := &talk{call: c}
	err := h.readTalk(m)
	if err == nil {
		err = h.work(m)
	}
	if err != nil {
		h.failTalk(m, err)
	}
	return nil
}

// work is all that counts against the gate.
func (h *Handler) work(m *talk) error {
	leave, err := h.Sessions.Gate.Enter(m.ctx())
	if err != nil {
		return err
	}
	defer leave()
	if done, err := h.identify(m); done || err != nil {
		return err
	}
	in, err := h.incoming(m)
	if err != nil {
		return err
	}
	out, err := h.Sessions.Devices.CheckIn(m.ctx(), m.tenant, m.device.ID, in)
	if e, ok := fault.As(err); ok && e.Code == enrollment.CodeProofUsed {
		return h.challenge(m, syncml.StatusBadCredentials, m.next)
	}
	if err != nil {
		return err
	}
	if m.digested != nil {
		h.Sessions.Digests.bind(m)
	}
	return h.answer(m, outgoing(m.message, &out))
}

// readTalk reads a message, whatever its address, User-Agent and formats.
func (h *Handler) readTalk(m *talk) error {
	if kind, _, err := mime.ParseMediaType(m.r.Header.Get("Content-Type")); err == nil && !strings.EqualFold(kind, syncml.ContentType) {
		return fault.Field(fault.Unsupported, "ContentTypeNotSupported", "Content-Type", "A message of a session is XML.", "Send "+syncml.ContentType+".")
	}
	if coding := m.r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fault.Field(fault.Unsupported, "ContentEncodingNotSupported", "Content-Encoding", "The message is compressed.", "Send it as it is.")
	}
	most := int64(maxManage)
	if m.shown() == nil {
		most = maxManageNobody
	}
	var err error
	if m.body, err = io.ReadAll(http.MaxBytesReader(m.w, m.r.Body, most)); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return fault.Field(fault.TooLarge, "MessageTooLarge", "body", "The message is larger than this server takes.", "Send large values in pieces.")
		}
		return &fault.Error{Kind: fault.Invalid, Code: "MessageUnreadable", Message: "The message ended before it was complete.", Cause: err}
	}
	if m.message, err = syncml.Decode(m.body, syncml.Limits{Size: maxManage}); err != nil {
		return &fault.Error{Kind: fault.Invalid, Code: "MessageUnreadable", Message: "This is no SyncML message.", Cause: err}
	}
	m.number, err = strconv.Atoi(strings.TrimSpace(m.message.Header.MsgID))
	if err != nil || m.number < 1 || m.number > math.MaxInt32 || len(m.message.Header.SessionID) > maxSessionID {
		return fault.New(fault.Invalid, "MessageUnreadable", "The numbers of message and session cannot be read.")
	}
	return nil
}

// maxSessionID is far above the 2 bytes or the decimal number of Windows.
const maxSessionID = 64

// identify finds out which PC it is: by the certificate of the connection, else
// by digest. done says that the PC was asked to prove itself. What the message
// itself says about its sender proves nothing, and some clients say something
// else at each time.
func (h *Handler) identify(m *talk) (done bool, err error) {
	shown := m.shown()
	if shown == nil {
		return h.identifyByDigest(m)
	}
	if m.tenant, m.device, _, err = h.Enrolments.Check(m.ctx(), shown); err != nil {
		return false, err
	}
	h.actor(m)
	return false, nil
}

func (h *Handler) actor(m *talk) {
	m.as(directory.Actor{AppName: m.device.Name, ObjectID: m.device.Object, Address: h.Address(m.r), Correlation: h.RequestID(m.ctx())})
}

// answer sends a message in one piece with its length.
func (h *Handler) answer(m *talk, out *syncml.Message) error {
	text, err := out.Encode()
	if err != nil {
		return fault.Wrap("write a SyncML answer", err)
	}
	send(m.w, http.StatusOK, syncml.ContentType, text)
	return nil
}

// failTalk is the one map from errors to HTTP's words for sessions.
func (h *Handler) failTalk(m *talk, err error) {
	e, ok := fault.As(err)
	if !ok || e.Kind == fault.Internal {
		if m.ctx().Err() != nil {
			return // the PC has gone
		}
		h.Log.LogAttrs(m.ctx(), slog.LevelError, "a PC's message ended in an error", slog.Any("error", err))
		e = fault.New(fault.Internal, "InternalServerError", "The server could not finish the request; its log has the cause under "+h.RequestID(m.ctx())+".")
	} else {
		h.Log.LogAttrs(m.ctx(), slog.LevelInfo, "a PC's message was refused", slog.String("code", e.Code), slog.Any("error", e.Cause))
	}
	h.refused(e.Code)
	if e.RetryAfter > 0 {
		m.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	} else if e.Kind == fault.Unavailable {
		m.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(retryTime().Seconds()))))
	}
	send(m.w, talkStatuses[e.Kind], "text/plain; charset=utf-8", []byte(reasonOf(e)+"\n"))
}

var talkStatuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusBadRequest, fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied: http.StatusForbidden, fault.NotFound: http.StatusForbidden, fault.Conflict: http.StatusConflict, fault.Precondition: http.StatusConflict,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType, fault.Unprocessable: http.StatusBadRequest,
	fault.Throttled: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// refused counts; the reasons are a fixed set, since they are codes of ours.
func (h *Handler) refused(why string) {
	if h.Sessions.Count != nil {
		h.Sessions.Count(why)
	}
}
