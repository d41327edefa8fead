package enrollment

// Settings are what a tenant chooses about enrolment beyond the MDM user scope.
type Settings struct {
	// Terms is the text of the terms of use page, one paragraph a line; empty
	// shows this server's own words.
	TermsTitle string `json:"termsTitle,omitempty"`
	Terms      string `json:"terms,omitempty"`
	// AllowDigest lets PCs that enrolled with digest authentication check in
	// without a certificate. Off by default.
	AllowDigest bool `json:"allowDigest,omitempty"`
	// AllowOnPremise lets PCs enrol with user name and password (provisioning
	// package, deep link).
	AllowOnPremise bool `json:"allowOnPremise,omitempty"`
	// RequireLicence refuses users without the MDM licence flag.
	RequireLicence bool `json:"requireLicence,omitempty"`
	// Entra are real Entra tenants whose tokens enrol PCs into this tenant.
	Entra   []EntraTenant `json:"entra,omitempty"`
	Version int64         `json:"version,omitempty"`
}

// EntraTenant is a real Entra tenant that sends its PCs here.
type EntraTenant struct {
	TenantID  string   `json:"tenantID,omitempty"`  // GUID
	Audiences []string `json:"audiences,omitempty"` // our app's client id or App ID URI there
}
