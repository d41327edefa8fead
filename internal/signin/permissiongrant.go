package signin

import "taxiway/internal/directory"

// PermissionGrant is a consent as lists show it: with the service principal of
// the app. One that every tenant has is its own, by its client id.
type PermissionGrant struct {
	Consent

	ServicePrincipal directory.ObjectID
}

// Who a consent is for (Graph: oAuth2PermissionGrant.consentType).
const (
	ForEverybody = "AllPrincipals"
	ForOne       = "Principal"
)

// Type tells who the consent is for.
func (c *Consent) Type() string {
	if c.User == "" {
		return ForEverybody
	}
	return ForOne
}
