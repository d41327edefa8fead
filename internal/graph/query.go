package graph

import (
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// paging is how a family of resources pages.
type paging struct {
	size  int  // without $top
	max   int  // largest $top
	clamp bool // a larger $top is lowered, as Intune does, instead of refused
}

// The page sizes of Graph page "Paging Microsoft Graph data in your app", and
// what Intune's device lists are seen to do.
var (
	directoryPaging = paging{size: 100, max: 999}
	intunePaging    = paging{size: 1000, max: 1000, clamp: true}
)

// query reads the options of a collection.
func (c *call) query(t *odata.Table, p paging) (*odata.Query, error) {
	if p.max > c.h.Limits.PageMax && c.h.Limits.PageMax > 0 {
		p.max, p.clamp = c.h.Limits.PageMax, true
	}
	if n, ok := preferredPage(c.r.Header); ok {
		p.size = min(n, p.max)
		c.w.Header().Set("Preference-Applied", "odata.maxpagesize="+strconv.Itoa(p.size))
	}
	return odata.ParseQuery(c.r.URL.RawQuery, t, odata.Options{
		Beta: c.beta, Eventual: c.eventual(), Target: c.h.leadsTo,
		DefaultTop: min(p.size, p.max), MaxTop: p.max, ClampTop: p.clamp,
		Signer: c.h.Signer, Tenant: string(c.tenant), Principal: c.principal.ObjectID,
		Resource: c.version() + "/" + c.path, Now: c.h.Clock.Real(),
	})
}

// counting reads the options of …/$count, which is itself the count that an
// advanced query asks for.
func (c *call) counting(t *odata.Table) (*odata.Query, error) {
	plain := *t
	plain.Directory = false
	return c.query(&plain, directoryPaging)
}

// single reads the options of one object.
func (c *call) single(t *odata.Table) (*odata.Query, error) {
	return odata.ParseQuery(c.r.URL.RawQuery, t, odata.Options{Beta: c.beta, Single: true, Eventual: c.eventual(), Target: c.h.leadsTo})
}

// eventual reports whether the client asks for what Graph's page "Advanced
// query capabilities on Microsoft Entra ID objects" describes.
func (c *call) eventual() bool {
	return strings.EqualFold(c.r.Header.Get("ConsistencyLevel"), "eventual")
}

// preferredPage reads Prefer: odata.maxpagesize=n (OData 4.01 Part 1, 8.2.8.6).
func preferredPage(head http.Header) (int, bool) {
	n, err := strconv.Atoi(prefers(head, "maxpagesize"))
	return n, err == nil && n > 0
}

// prefers is the value of a preference, in lower case; empty when the client
// has none (RFC 7240).
func prefers(head http.Header, preference string) string {
	for _, line := range head.Values("Prefer") {
		for part := range strings.SplitSeq(strings.ToLower(line), ",") {
			name, value, _ := strings.Cut(part, "=")
			if strings.TrimPrefix(strings.TrimSpace(name), "odata.") == preference {
				return strings.Trim(strings.TrimSpace(value), `"`)
			}
		}
	}
	return ""
}

// byKey is a query for the objects whose property has exactly this value.
func byKey(t *odata.Table, property, value string) *odata.Query {
	p, _ := t.Find(property)
	literal := odata.Literal{Kind: odata.KindString, String: value}
	if p.Type == odata.GUID {
		literal.Kind = odata.KindGUID
	}
	return &odata.Query{Top: 2, Filter: &odata.Expr{Op: odata.Eq, Property: p, Value: literal}}
}

// notFound is a missing object; remedy says how to find it.
func notFound(kind, id, remedy string) error {
	return fault.Field(fault.NotFound, codeNotFound, "id", "There is no "+kind+" with the id '"+short(id)+"' in this tenant.", remedy)
}
