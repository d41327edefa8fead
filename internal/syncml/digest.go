package syncml

import (
	"crypto/md5" //nolint:gosec // OMA-DM has no other digest that Windows speaks; TLS is what protects it
	"crypto/subtle"
	"encoding/base64"
)

// AuthMD5 is the type of credentials and challenges with Digest.
const AuthMD5 = "syncml:auth-md5"

// Hashed is what a server needs to keep of a password to check digests:
// base64(MD5(user ":" password)). Whoever has it can make digests: keep it as
// the password itself.
func Hashed(user, password string) string { return sum(user + ":" + password) }

// Digest is the proof of a name and password for one nonce:
// base64(MD5(base64(MD5(user ":" password)) ":" nonce)). The nonce is the
// decoded one (OMA Device Management Security 1.2, section 5.3).
func Digest(user, password string, nonce []byte) string {
	return DigestHashed(Hashed(user, password), nonce)
}

// DigestHashed is Digest for what Hashed gave.
func DigestHashed(hashed string, nonce []byte) string { return sum(hashed + ":" + string(nonce)) }

// Verify tells whether the credentials are the digest of hashed for this
// nonce. It takes the same time for each wrong one.
func (c *Cred) Verify(hashed string, nonce []byte) bool {
	want := DigestHashed(hashed, nonce)
	return c != nil && c.Type == AuthMD5 && subtle.ConstantTimeCompare([]byte(c.Data), []byte(want)) == 1
}

func sum(s string) string {
	b := md5.Sum([]byte(s)) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(b[:])
}
