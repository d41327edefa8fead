package oidc

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// place is the tenant a path names. Under common and organizations nobody is
// known until somebody signs in, and id is empty.
type place struct {
	id     directory.TenantID
	common string // "common" or "organizations" as asked for, else empty
	asked  string // the name in the path, in lower case
}

// name is how the tenant stands in addresses: always the id, whichever name
// was asked for.
func (p place) name() string {
	if p.common != "" {
		return p.common
	}
	return string(p.id)
}

// tenantPlaceholder stands in Entra's metadata of common, braces and all.
const tenantPlaceholder = "{tenantid}"

// issuer is how the tenant stands in issuers.
func (p place) issuer() string {
	if p.common != "" {
		return tenantPlaceholder
	}
	return string(p.id)
}

var unknownTenant = &problem{http.StatusBadRequest, invalidRequest, 90002, "There is no tenant of this name. Use the tenant's id or its verified domain in the address."}

// place finds the tenant in the path of r, without regard to case.
func (h *Handler) place(r *http.Request) (place, error) {
	name, _ := splitTenant(r.URL.Path)
	name = strings.ToLower(name)
	switch {
	case name == "common" || name == "organizations":
		return place{common: name, asked: name}, nil
	case len(name) > 253: // the longest DNS name
		return place{}, unknownTenant
	case uuid.Validate(name) == nil && len(name) == 36:
		t, err := h.Tenants.GetTenant(r.Context(), directory.TenantID(name))
		if fault.Is(err, fault.NotFound) {
			return place{}, unknownTenant
		}
		if err != nil {
			return place{}, fault.Wrap("find tenant by id", err)
		}
		return place{id: t.ID, asked: name}, nil
	case !strings.Contains(name, "."):
		return place{}, unknownTenant
	default:
		return h.placeOfDomain(r.Context(), name)
	}
}

func (h *Handler) placeOfDomain(ctx context.Context, domain string) (place, error) {
	t, err := h.Tenants.FindTenant(ctx, domain)
	if fault.Is(err, fault.NotFound) {
		return place{}, unknownTenant
	}
	if err != nil {
		return place{}, fault.Wrap("find tenant by domain", err)
	}
	return place{id: t.ID, asked: domain}, nil
}
