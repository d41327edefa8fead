package graphclient

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// quote writes an OData string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// IsID reports whether a text has the form of an object id, a GUID.
func IsID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// one picks the only item with a name. kind and name are for the message: no
// item is an *Error with status 404, several with 409 that lists their ids.
func one[T any](ctx context.Context, c *Client, path string, l List, kind, name string, id func(*T) string) (T, error) {
	var found []T
	var none T
	for item, err := range items[T](ctx, c, path, l) {
		if err != nil {
			return none, err
		}
		found = append(found, item)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		text := fmt.Sprintf("There is no %s '%s' in this tenant.", kind, name)
		return none, &Error{Status: http.StatusNotFound, Code: "NotFound", Message: text, Details: []Detail{
			{Target: kind, Code: "NotFound", Message: text, Remedy: "List them to find the right name or id."},
		}}
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = id(&found[i])
	}
	text := fmt.Sprintf("%d of kind %s are called '%s'.", len(found), kind, name)
	return none, &Error{Status: http.StatusConflict, Code: "NameNotUnique", Message: text, Details: []Detail{
		{Target: kind, Code: "NameNotUnique", Message: text, Remedy: "Give one of the ids: " + strings.Join(ids, ", ") + "."},
	}}
}
