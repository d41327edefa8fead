package wire

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps use
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Authenticator is the app on a person's phone: the time-based codes of RFC 6238
// with SHA-1, six digits and thirty seconds.
type Authenticator struct {
	secret []byte
	last   int64 // the step of the code that was given last
}

// NewAuthenticator makes the app from the key that a page shows: PageView.Secret.
func NewAuthenticator(key string) (*Authenticator, error) {
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(strings.Join(strings.Fields(key), "")))
	if err != nil {
		return nil, fmt.Errorf("read the key of an authenticator app: %w", err)
	}
	return &Authenticator{secret: secret}, nil
}

// Code is the app's code at a time. Each is good once: whoever needs a second
// one within thirty seconds gets the next, which servers take early, and free is
// when one more than that will do.
func (a *Authenticator) Code(now time.Time) (code string, free time.Time) {
	const period = 30
	present := now.Unix() / period
	a.last = max(a.last+1, present)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(a.last)) //nolint:gosec // not before 1970
	mac := hmac.New(sha1.New, a.secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000), time.Unix((a.last-1)*period, 0)
}
