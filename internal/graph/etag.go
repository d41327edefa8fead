package graph

import (
	"strconv"
	"strings"

	"taxiway/internal/fault"
)

// etagOf is the entity tag of a version. It is weak: $select, /beta and /v1.0
// give different bytes of the same state (RFC 9110 section 8.8.1).
func etagOf(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// noVersion matches no object.
const noVersion = -1

// ifMatch reads If-Match: 0 when there is none or it is *, noVersion when it
// is no tag of ours, which answers 412 as any other tag that does not match.
func (c *call) ifMatch() (int64, error) {
	tag := strings.TrimSpace(c.r.Header.Get("If-Match"))
	if tag == "" || tag == "*" {
		return 0, nil
	}
	if strings.Contains(tag, ",") || len(c.r.Header.Values("If-Match")) > 1 {
		return 0, fault.Field(fault.Invalid, "InvalidIfMatch", "If-Match", "If-Match names more than one version.", "Send the @odata.etag of the object you read, or *.")
	}
	text, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimPrefix(tag, "W/"), "w/"), `"`)
	if ok {
		text, ok = strings.CutSuffix(text, `"`)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || n <= 0 {
		return noVersion, nil //nolint:nilerr // a foreign tag is a tag that does not match
	}
	return n, nil
}
