package sqlstore

import "taxiway/internal/directory"

// authorityName is what a tenant's authority is sealed under.
func authorityName(t directory.TenantID) string { return "mdm-authority/" + string(t) }
