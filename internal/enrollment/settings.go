package enrollment

// Settings are what a tenant chooses about enrolment beyond the MDM user scope.
type Settings struct {
	// Terms is the text of the terms of use page, one paragraph a line; empty
	// shows this server's own words.
	TermsTitle, Terms string
	// AllowDigest lets PCs that enrolled with digest authentication check in
	// without a certificate. Off by default.
	AllowDigest bool
	// AllowOnPremise lets PCs enrol with user name and password (provisioning
	// package, deep link).
	AllowOnPremise bool
	// RequireLicence refuses users without the MDM licence flag.
	RequireLicence bool
	// Entra are real Entra tenants whose tokens enrol PCs into this tenant.
	Entra   []EntraTenant
	Version int64
}

// EntraTenant is a real Entra tenant that sends its PCs here.
type EntraTenant struct {
	TenantID  string   // GUID
	Audiences []string // our app's client id or App ID URI there
}
