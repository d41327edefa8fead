package odata

import (
	"encoding/json"
	"mime"
	"reflect"
	"strings"
)

// Page is the envelope of a collection. Context and NextLink are absolute URLs;
// an empty one is left out. Count is on the first page only.
type Page struct {
	Context  string `json:"@odata.context,omitempty"`
	Count    *int64 `json:"@odata.count,omitempty"`
	NextLink string `json:"@odata.nextLink,omitempty"`
	Value    any    `json:"value"` // a slice
}

// MarshalJSON writes an empty list as [], never as null.
func (p Page) MarshalJSON() ([]byte, error) {
	if v := reflect.ValueOf(p.Value); !v.IsValid() || v.Kind() == reflect.Slice && v.IsNil() {
		p.Value = []struct{}{}
	}
	type wire Page
	return json.Marshal(wire(p))
}

// Metadata is how much control information a client wants in an answer
// (OData JSON Format 4.01, section 3.1).
type Metadata int

// The levels. Minimal is what Graph sends when nothing is asked.
const (
	MetadataMinimal Metadata = iota
	MetadataNone
	MetadataFull
)

// ParseAccept reads odata.metadata from an Accept header. At none, a page has
// no @odata.context; nextLink and count stay.
func ParseAccept(header string) Metadata {
	for part := range strings.SplitSeq(header, ",") {
		_, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		level := params["odata.metadata"]
		if level == "" {
			level = params["metadata"]
		}
		switch strings.ToLower(level) {
		case "none":
			return MetadataNone
		case "full":
			return MetadataFull
		}
	}
	return MetadataMinimal
}
