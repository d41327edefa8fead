package graph

import (
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const codeBodyTooLarge = "RequestBodyTooLarge"

// body reads a request's JSON object, of at most the usual size.
func (c *call) body() (odata.Object, error) {
	return c.bodyUpTo(orElse(c.h.Limits.BodyBytes, defaultBodyBytes))
}

// bodyUpTo reads a request's JSON object. The limit counts decoded bytes: a
// small gzip that grows is refused when it passes the limit, and no more of it
// is ever in memory. No body at all is an empty object.
func (c *call) bodyUpTo(limit int) (odata.Object, error) {
	plain, err := c.decoded(limit)
	if err != nil {
		return nil, err
	}
	// One byte more than allowed tells a body that is too large from one that fits.
	data, err := io.ReadAll(io.LimitReader(plain, int64(limit)+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || len(data) > limit:
		return nil, tooLargeBody(limit)
	case err != nil:
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "InvalidBody", Message: "The body ends too early or is not what Content-Encoding says.", Cause: err,
			Details: []fault.Detail{{Target: "body", Code: "InvalidBody", Message: "The body cannot be read.", Remedy: "Send it again whole."}},
		}
	case len(strings.TrimSpace(string(data))) == 0:
		return odata.Object{}, nil
	}
	if err := c.isJSON(); err != nil {
		return nil, err
	}
	return odata.DecodeObject(data, odata.Limits{MaxBytes: limit, MaxMembers: max(200_000, limit/64)})
}

func (c *call) decoded(limit int) (io.Reader, error) {
	if c.r.Body == nil {
		return strings.NewReader(""), nil
	}
	sent := http.MaxBytesReader(nil, c.r.Body, int64(limit))
	switch encoding := strings.ToLower(strings.TrimSpace(c.r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return sent, nil
	case "gzip", "x-gzip":
		unzipped, err := gzip.NewReader(sent)
		if errors.Is(err, io.EOF) {
			return strings.NewReader(""), nil // an action without a body, sent as gzip
		}
		if err != nil {
			return nil, fault.Field(fault.Invalid, "InvalidBody", "body", "The body is not gzip, as Content-Encoding says.", "Send it as gzip, or plain without the header.")
		}
		return unzipped, nil
	default:
		c.w.Header().Set("Accept-Encoding", "gzip, identity") // RFC 9110 section 15.5.16
		return nil, fault.Field(fault.Unsupported, "UnsupportedContentEncoding", "Content-Encoding", "The content encoding '"+short(encoding)+"' is not supported.", "Send the body as gzip or plain.")
	}
}

func (c *call) isJSON() error {
	sent := c.r.Header.Get("Content-Type")
	if sent == "" {
		return nil
	}
	kind, params, err := mime.ParseMediaType(sent)
	if err == nil && kind == "application/json" && (params["charset"] == "" || strings.EqualFold(params["charset"], "utf-8")) {
		return nil
	}
	return fault.Field(fault.Unsupported, "UnsupportedMediaType", "Content-Type", "The content type '"+short(sent)+"' is not supported.", "Send application/json in UTF-8.")
}

func tooLargeBody(limit int) error {
	return fault.Field(fault.TooLarge, codeBodyTooLarge, "body", "The decoded body is larger than "+strconv.Itoa(limit)+" bytes.", "Send it in several requests.")
}

// knows refuses a property that the resource does not have: a misspelt name
// must not look like success. Annotations (@odata.type, members@odata.bind,
// #action) pass. tolerated are names that Graph has and this server does not
// keep; prefix is put before the target.
func knows(o odata.Object, prefix string, t *odata.Table, tolerated ...string) error {
	names := slices.Clone(tolerated)
	if t != nil {
		for i := range t.Properties {
			if !strings.Contains(t.Properties[i].Name, "/") {
				names = append(names, t.Properties[i].Name)
			}
		}
		names = append(names, t.Navigations...)
	}
	return knownNames(o, prefix, names...)
}

// knownNames is knows for a list of names.
func knownNames(o odata.Object, prefix string, names ...string) error {
	sent := make([]string, 0, len(o))
	for name := range o {
		if !strings.ContainsAny(name, "@#") && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) }) {
			sent = append(sent, name)
		}
	}
	if len(sent) == 0 {
		return nil
	}
	slices.Sort(sent)
	e := &fault.Error{Kind: fault.Invalid, Code: odata.CodeUnknownProperty, Message: "The property '" + short(sent[0]) + "' does not exist here."}
	for _, name := range sent[:min(len(sent), 10)] {
		e.Details = append(e.Details, fault.Detail{
			Target: prefix + short(name), Code: odata.CodeUnknownProperty,
			Message: "The property '" + short(name) + "' does not exist here.", Remedy: nearest(name, names, "Leave it out."),
		})
	}
	return e
}
