package graph

import (
	"context"
	"net/http"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// call is one authorised request on its way through a handler.
type call struct {
	h         *Handler
	w         http.ResponseWriter
	r         *http.Request
	principal *access.Principal
	tenant    directory.TenantID
	beta      bool
	path      string            // below the version, in Graph's spelling
	keys      map[string]string // of the path, by the names in the route table
	meta      odata.Metadata
	depth     int // batches around this request
}

func (c *call) ctx() context.Context { return c.r.Context() }

func (c *call) version() string {
	if c.beta {
		return beta
	}
	return v1
}

// root is the absolute URL of the version.
func (c *call) root() string { return c.h.Base + "/" + c.version() }

// contextURL is @odata.context for what the fragment describes; empty when the
// client wants no metadata.
func (c *call) contextURL(fragment string) string {
	if c.meta == odata.MetadataNone {
		return ""
	}
	return c.root() + "/$metadata#" + fragment
}

// noContent answers 204.
func (c *call) noContent() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// object answers with one object; a client that prefers return=minimal for its
// write gets 204 (OData 4.01 Part 1, 8.2.8.7).
func (c *call) object(status int, v *view) error {
	if v.etag != "" {
		c.w.Header().Set("ETag", v.etag)
	}
	if c.r.Method != http.MethodGet && c.r.Method != http.MethodHead && prefers(c.r.Header, "return") == "minimal" {
		c.w.Header().Set("Preference-Applied", "return=minimal")
		return c.noContent()
	}
	writeJSON(c.w, status, v)
	return nil
}
