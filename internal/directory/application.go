package directory

import "time"

// Application is an app registration with its service principal: a program
// that may call Graph with its own permissions.
type Application struct {
	ID               ObjectID // object id of the registration
	AppID            string   // client id, a GUID
	ServicePrincipal ObjectID // oid of its tokens
	DisplayName      string
	Permissions      []string // granted Graph application permissions, by name
	Enabled          bool
	// PublicClient: it may sign people in without a credential of its own
	// where there is no redirect address, that is by device code.
	PublicClient bool
	Redirects    []Redirect
	Certificates []AppCertificate
	CreatedAt    time.Time
	Version      int64 // grows with every change; checked at every request
}

// AppCertificate is a certificate that an app proves itself with (RFC 7523).
// Only the public part is ever here.
type AppCertificate struct {
	KeyID       string // GUID
	SHA1        []byte // thumbprints of DER: x5t and x5t#S256 of RFC 7515
	SHA256      []byte
	DER         []byte
	DisplayName string
	CreatedAt   time.Time
	StartsAt    time.Time
	ExpiresAt   time.Time
}

// Secret is one client secret. The secret itself is 256 random bits, shown
// once and stored as SHA-256 only (a fast hash is right for machine-made
// secrets).
type Secret struct {
	KeyID       string // GUID
	Application ObjectID
	Hash        [32]byte
	Hint        string // first three characters
	DisplayName string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// SigningKey is a key that signs tokens for every tenant. Private is PKCS #8;
// the store seals it with the master key.
type SigningKey struct {
	KeyID     string // JWK thumbprint, RFC 7638
	Private   []byte
	CreatedAt time.Time
	ActiveAt  time.Time // published before, signs from here
	RetiredAt time.Time // zero while it signs
}
