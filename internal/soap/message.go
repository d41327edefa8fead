package soap

import (
	"encoding/xml"
	"io"
	"log/slog"
)

// Message is one SOAP envelope.
type Message struct {
	Header
	Security *Security // nil when the message has none
	Body     Body
}

// LogValue is what the header says: bodies hold certificates and passwords.
func (m *Message) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("action", m.Action),
		slog.String("message_id", m.MessageID),
		slog.String("relates_to", m.RelatesTo),
		slog.String("activity_id", m.ActivityID),
	)
}

// Header is the WS-Addressing part of a message; a part that is not there is "".
type Header struct {
	Action     string // one of the Action constants; Encode fills it in from the body
	MessageID  string // "urn:uuid:…", of requests
	RelatesTo  string // the request's MessageID, of answers
	ReplyTo    string // the address, of requests: Anonymous
	To         string // the URL that a request was sent to
	ActivityID string // what the server calls this exchange in its log, of answers
}

// Body is what a message says: one of *Discover, *DiscoverResponse,
// *GetPolicies, *PolicyResponse, *SecurityTokenRequest, *SecurityTokenResponse
// and *Fault.
type Body interface {
	action() string // what a:Action must be; "" if it depends on the request
	check(*reading) // the rules that both directions hold to
	write(*writer)  // the elements below s:Body
}

// bodies maps an element below s:Body to its reader.
type bodies map[xml.Name]func(*reading, *node) Body

// requests are what a PC sends.
func requests() bodies {
	return bodies{
		{Space: nsDiscovery, Local: "Discover"}:         readDiscover,
		{Space: nsPolicy, Local: "GetPolicies"}:         readGetPolicies,
		{Space: nsTrust, Local: "RequestSecurityToken"}: readSecurityTokenRequest,
	}
}

// responses are what a server sends.
func responses() bodies {
	return bodies{
		{Space: nsDiscovery, Local: "DiscoverResponse"}:                   readDiscoverResponse,
		{Space: nsPolicy, Local: "GetPoliciesResponse"}:                   readPolicyResponse,
		{Space: nsTrust, Local: "RequestSecurityTokenResponseCollection"}: readSecurityTokenResponse,
		{Space: nsSOAP12, Local: "Fault"}:                                 readFault,
	}
}

// Decode reads a request of at most maxBytes bytes from r. What is wrong with
// the message is an *Error; an error of r itself is wrapped.
func Decode(r io.Reader, maxBytes int64) (*Message, error) {
	return decode(r, maxBytes, requests())
}

// DecodeResponse reads an answer as Decode reads a request. A fault is an
// answer like the others: its Body is a *Fault.
func DecodeResponse(r io.Reader, maxBytes int64) (*Message, error) {
	return decode(r, maxBytes, responses())
}

func decode(r io.Reader, maxBytes int64, bodies bodies) (*Message, error) {
	root, err := parse(r, maxBytes)
	if err != nil {
		return nil, err
	}
	m, e := readMessage(root, bodies)
	if e != nil {
		return nil, e
	}
	return m, nil
}

func readMessage(root *node, bodies bodies) (*Message, *Error) {
	if (root.name != xml.Name{Space: nsSOAP12, Local: "Envelope"}) {
		return nil, refuse(CodeUnexpected, root, "The message is no SOAP envelope.", remedyWellFormed)
	}
	r := &reading{}
	var m Message
	head := r.need(root, nsSOAP12, "Header")
	m.Header = readHeader(r, head)
	header := m.Header // for an error about anything that follows
	m.Security = readSecurity(r, r.one(head, nsSecurity, "Security"))
	if body := r.need(root, nsSOAP12, "Body"); body != nil && r.err == nil {
		m.Body = readBody(r, body, bodies)
	}
	m.check(r)
	if r.err != nil {
		r.err.Header = header
		return nil, r.err
	}
	return &m, nil
}

func readHeader(r *reading, head *node) Header {
	h := Header{
		// The message's id first: a fault about the rest should relate to it.
		MessageID: r.value(head, nsAddress, "MessageID"),
		Action:    r.value(head, nsAddress, "Action"),
		RelatesTo: r.value(head, nsAddress, "RelatesTo"),
		ReplyTo:   r.value(r.one(head, nsAddress, "ReplyTo"), nsAddress, "Address"),
		To:        r.value(head, nsAddress, "To"),
	}
	activity := r.one(head, nsDiagnose, "ActivityId")
	if h.ActivityID = r.text(activity); h.ActivityID == "" {
		h.ActivityID = r.attr(activity, "CorrelationId")
	}
	if h.Action == "" && head != nil {
		r.fail(CodeMissing, head.path(), "The element Action of namespace "+nsAddress+" is missing or empty.", remedyProtocol)
	}
	return h
}

func readBody(r *reading, body *node, bodies bodies) Body {
	if len(body.kids) != 1 {
		r.fail(CodeUnexpected, body.path(), "The body must hold exactly one element.", remedyProtocol)
		return nil
	}
	read, ok := bodies[body.kids[0].name]
	if !ok {
		r.fail(CodeUnexpected, body.kids[0].path(), "No message of this direction has this element.", remedyProtocol)
		return nil
	}
	return read(r, body.kids[0])
}

// check holds the rules about header and body together.
func (m *Message) check(r *reading) {
	if r.err != nil {
		return
	}
	if want := m.Body.action(); want != "" && m.Action != want {
		r.fail(CodeValue, "Envelope/Header/Action", "The action is not the one of the body, "+want+".", remedyProtocol)
	}
	m.Security.check(r)
	if _, issued := m.Body.(*SecurityTokenResponse); issued && (m.Security == nil || m.Security.Timestamp == nil) {
		r.fail(CodeMissing, "Envelope/Header/Security/Timestamp", "The answer has no time stamp.", remedyProtocol)
	}
	m.Body.check(r)
}

// Answer is the message that answers this request with body; Security and
// ActivityID are the caller's to add.
func (m *Message) Answer(body Body) *Message {
	return &Message{Header: Header{Action: ResponseAction(m.Action), RelatesTo: m.MessageID}, Body: body}
}

// Encode writes the message as SOAP 1.2, always in the same bytes, with the
// prefixes and in the order that Windows and Microsoft's servers use. An error
// is an *Error that names the value which cannot be sent.
func Encode(m *Message) ([]byte, error) {
	if m == nil || m.Body == nil {
		return nil, &Error{Code: CodeMissing, Element: "Envelope/Body", Message: "The message has no body.", Remedy: "Set Body.", Subcode: SubcodeInternalServiceFault}
	}
	full := *m
	if full.Action == "" {
		full.Action = full.Body.action()
	}
	if full.Action == "" {
		full.Action = ActionFault
	}
	r := &reading{ours: true}
	if full.check(r); r.err != nil {
		return nil, r.err
	}
	var w writer
	full.write(&w)
	if w.err != nil {
		return nil, w.err
	}
	return w.out.Bytes(), nil
}

// declares is what an envelope of each kind declares: the same as Windows'.
func (m *Message) declares() (envelope, body []string, security string) {
	envelope = []string{"xmlns:s", nsSOAP12, "xmlns:a", nsAddress}
	utility := []string{"xmlns:u", nsUtility}
	values := []string{"xmlns:xsi", nsInstance, "xmlns:xsd", nsSchema}
	switch m.Body.(type) {
	case *GetPolicies, *SecurityTokenRequest:
		envelope = append(append(envelope, utility...), "xmlns:wsse", nsSecurity, "xmlns:wst", nsTrust, "xmlns:ac", nsContext)
		return envelope, values, "wsse"
	case *PolicyResponse, *SecurityTokenResponse:
		return append(envelope, utility...), values, "o"
	case *DiscoverResponse:
		body = values
	}
	if m.Security != nil {
		envelope = append(envelope, utility...)
	}
	return envelope, body, "o"
}

func (m *Message) write(w *writer) {
	envelope, body, security := m.declares()
	w.open("s:Envelope", envelope...)
	w.open("s:Header")
	w.leaf("a:Action", m.Action, "s:mustUnderstand", "1")
	if m.ActivityID != "" {
		w.leaf("ActivityId", m.ActivityID, "CorrelationId", m.ActivityID, "xmlns", nsDiagnose)
	}
	w.optional("a:MessageID", m.MessageID)
	w.optional("a:RelatesTo", m.RelatesTo)
	if m.ReplyTo != "" {
		w.open("a:ReplyTo")
		w.leaf("a:Address", m.ReplyTo)
		w.close("a:ReplyTo")
	}
	if m.To != "" {
		w.leaf("a:To", m.To, "s:mustUnderstand", "1")
	}
	m.Security.write(w, security)
	w.close("s:Header")
	w.open("s:Body", body...)
	m.Body.write(w)
	w.close("s:Body")
	w.close("s:Envelope")
}
