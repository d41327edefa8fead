package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// maxBatch is how many requests one batch may hold (Graph page "Combine
// multiple HTTP requests using JSON batching").
const maxBatch = 20

// batchItem is one request of a batch.
type batchItem struct {
	id        string
	method    string
	url       string
	headers   http.Header
	body      json.RawMessage
	dependsOn []string
}

// batchAnswer is one response of a batch.
type batchAnswer struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

// batch answers $batch: each request is dispatched in this process, with the
// caller's principal, and authorised like one of its own. They run one after
// the other, dependencies first.
func (h *Handler) batch(c *call) error {
	if c.depth > 0 {
		return fault.Field(fault.Invalid, "BatchInBatch", "url", "A batch cannot stand inside a batch.", "Send the requests in one batch or in several.")
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	items, err := readBatch(o)
	if err != nil {
		return err
	}
	order, err := batchOrder(items)
	if err != nil {
		return err
	}
	answers := make([]batchAnswer, len(items))
	status := make(map[string]int, len(items))
	for _, i := range order {
		item := &items[i]
		failed := slices.IndexFunc(item.dependsOn, func(id string) bool { return status[strings.ToLower(id)] >= http.StatusBadRequest })
		if failed >= 0 {
			answers[i] = c.batchFault(item.id, http.StatusFailedDependency, "FailedDependency", "The request '"+short(item.dependsOn[failed])+"' that this one depends on failed.", "Mend that request and send both again.")
		} else {
			answers[i] = c.dispatch(item)
		}
		status[strings.ToLower(item.id)] = answers[i].Status
	}
	writeJSON(c.w, http.StatusOK, struct {
		Responses []batchAnswer `json:"responses"`
	}{answers})
	return nil
}

func readBatch(o odata.Object) ([]batchItem, error) {
	if err := knownNames(o, "", "requests"); err != nil {
		return nil, err
	}
	sent, err := o.Objects("requests")
	if err != nil {
		return nil, err
	}
	if n := len(sent.Value); n == 0 || n > maxBatch {
		return nil, fault.Field(fault.Invalid, "InvalidBatchSize", "requests", fmt.Sprintf("The batch has %d requests; 1 to %d are allowed.", n, maxBatch), "Send 1 to 20 requests; split more into several batches.")
	}
	items := make([]batchItem, len(sent.Value))
	seen := map[string]bool{}
	for i, o := range sent.Value {
		prefix := fmt.Sprintf("requests[%d]/", i)
		if err := knownNames(o, prefix, "id", "method", "url", "headers", "body", "dependsOn"); err != nil {
			return nil, err
		}
		if items[i], err = readBatchItem(o, prefix); err != nil {
			return nil, err
		}
		if key := strings.ToLower(items[i].id); seen[key] {
			return nil, fault.Field(fault.Invalid, "DuplicateBatchID", prefix+"id", "The id '"+short(items[i].id)+"' is given twice.", "Give every request of the batch an id of its own.")
		} else {
			seen[key] = true
		}
	}
	return items, nil
}

func readBatchItem(o odata.Object, prefix string) (batchItem, error) {
	item := batchItem{headers: http.Header{}}
	r := reader{o: o, prefix: prefix}
	r.text("method", &item.method)
	r.text("url", &item.url)
	if r.err != nil {
		return item, r.err
	}
	item.method = strings.ToUpper(item.method)
	raw, _ := o.Raw("id")
	// Command line clients number their requests.
	if item.id = scalar(raw); item.id == "" {
		return item, fault.Field(fault.Invalid, "BatchIDRequired", prefix+"id", "A request of the batch has no id.", "Give every request of the batch an id of its own.")
	}
	if !slices.Contains([]string{get, post, patch, del, http.MethodPut}, item.method) {
		return item, fault.Field(fault.Invalid, "InvalidBatchMethod", prefix+"method", "The method '"+short(item.method)+"' does not exist.", "Use GET, POST, PATCH, PUT or DELETE.")
	}
	if item.url == "" || strings.Contains(strings.SplitN(item.url, "?", 2)[0], "://") {
		return item, fault.Field(fault.Invalid, "InvalidBatchURL", prefix+"url", "The URL of a request in a batch is relative to the version.", "Send /groups, not https://…/v1.0/groups.")
	}
	if deps, ok := o.Raw("dependsOn"); ok {
		var list []json.RawMessage
		if json.Unmarshal(deps, &list) != nil {
			return item, fault.Field(fault.Invalid, "InvalidBatchDependency", prefix+"dependsOn", "dependsOn is not a list of ids.", "Send the ids of other requests of the batch.")
		}
		for _, d := range list {
			item.dependsOn = append(item.dependsOn, scalar(d))
		}
	}
	headers, ok := r.inner("headers")
	if r.err != nil {
		return item, r.err
	}
	if ok {
		for name, raw := range headers {
			item.headers.Set(name, scalar(raw))
		}
	}
	if body, ok := o.Raw("body"); ok && !bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		item.body = body
	}
	return item, nil
}

// scalar is the text of a JSON string or number; empty for anything else.
func scalar(raw json.RawMessage) string {
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(raw, &s) == nil:
		return s
	case json.Unmarshal(raw, &n) == nil:
		return n.String()
	}
	return ""
}

// batchOrder puts every request behind those it depends on.
func batchOrder(items []batchItem) ([]int, error) {
	at := make(map[string]int, len(items))
	for i := range items {
		at[strings.ToLower(items[i].id)] = i
	}
	order := make([]int, 0, len(items))
	const (
		fresh = iota
		open
		done
	)
	state := make([]int, len(items))
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case done:
			return nil
		case open:
			return fault.Field(fault.Invalid, "InvalidBatchDependency", "dependsOn", "The requests of the batch depend on each other in a circle.", "Take one dependency out.")
		}
		state[i] = open
		for _, d := range items[i].dependsOn {
			j, ok := at[strings.ToLower(d)]
			if !ok {
				return fault.Field(fault.Invalid, "InvalidBatchDependency", "dependsOn", "The request '"+short(items[i].id)+"' depends on '"+short(d)+"', which is not in the batch.", "Name the id of a request of this batch.")
			}
			if err := visit(j); err != nil {
				return err
			}
		}
		state[i] = done
		order = append(order, i)
		return nil
	}
	for i := range items {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// dispatch runs one request of a batch. Who calls is settled: credentials and
// encodings of its own are not looked at.
func (c *call) dispatch(item *batchItem) batchAnswer {
	u, err := url.Parse("/" + c.version() + "/" + strings.TrimPrefix(item.url, "/"))
	if err != nil {
		return c.batchFault(item.id, http.StatusBadRequest, "InvalidBatchURL", "The URL of this request cannot be read.", "Percent-encode what is special in it.")
	}
	if item.body != nil && item.headers.Get("Content-Type") == "" {
		return c.batchFault(item.id, http.StatusBadRequest, "ContentTypeRequired", "A request with a body needs the header Content-Type: application/json.", "Add it to the headers of this request.")
	}
	sent, ok := item.content()
	if !ok {
		return c.batchFault(item.id, http.StatusBadRequest, "InvalidBatchBody", "A body that is not JSON is sent as base64 in a text.", "Send the bytes as base64, or Content-Type: application/json.")
	}
	r, err := http.NewRequestWithContext(c.ctx(), item.method, "/", bytes.NewReader(sent))
	if err != nil {
		return c.batchFault(item.id, http.StatusBadRequest, "InvalidBatchURL", "This request cannot be made.", "Correct its method and its URL.")
	}
	r.URL, r.RemoteAddr, r.Header = u, c.r.RemoteAddr, item.headers
	for _, name := range []string{"Authorization", "Cookie", "Content-Encoding"} {
		r.Header.Del(name)
	}
	if r.Header.Get("Accept") == "" {
		r.Header.Set("Accept", c.r.Header.Get("Accept"))
	}
	w := &recorder{header: http.Header{}}
	if err := c.h.serve(w, r, c.depth+1); err != nil {
		c.h.fail(w, r, err)
	}
	answer := batchAnswer{ID: item.id, Status: w.status, Headers: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(w.header)) {
		if name != "Content-Length" {
			answer.Headers[name] = w.header.Get(name)
		}
	}
	if body := w.body.Bytes(); json.Valid(body) {
		answer.Body = body
	} else if len(body) > 0 {
		answer.Body, _ = json.Marshal(body) // base64 of bytes always marshals
	}
	return answer
}

// content is the body as the resource gets it: JSON as it stands, anything
// else, a picture for one, out of the base64 it is sent in.
func (item *batchItem) content() (data []byte, ok bool) {
	kind, _, err := mime.ParseMediaType(item.headers.Get("Content-Type"))
	if item.body == nil || err != nil || kind == "application/json" {
		return item.body, true
	}
	var text odata.Field[[]byte]
	text, err = odata.Object{"body": item.body}.Bytes("body")
	return text.Value, err == nil
}

func (c *call) batchFault(id string, status int, code, message, remedy string) batchAnswer {
	x, _ := c.ctx().Value(exchangeKey{}).(exchange)
	body, err := json.Marshal(odata.NewErrorBody(code, message, c.h.Clock.Real(), x.requestID, x.clientRequestID, odata.ErrorDetail{Code: code, Target: id, Message: message, Remedy: remedy}))
	if err != nil {
		body = nil // plain strings always marshal
	}
	return batchAnswer{ID: id, Status: status, Headers: map[string]string{"Content-Type": "application/json"}, Body: body}
}

// recorder keeps one answer of a batch.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}
