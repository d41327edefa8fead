package signin

import (
	"testing"
	"time"
)

// rfcVectors are the SHA-1 rows of the table in RFC 6238 appendix B; the table
// has eight digits, an authenticator app shows the last six.
var rfcVectors = []struct {
	unix int64
	code string
}{
	{59, "94287082"},
	{1111111109, "07081804"},
	{1111111111, "14050471"},
	{1234567890, "89005924"},
	{2000000000, "69279037"},
	{20000000000, "65353130"},
}

func TestCodesAreThoseOfRFC6238(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for _, v := range rfcVectors {
		step := v.unix / 30
		want := v.code[2:]
		if got := totpCode(secret, step); got != want {
			t.Errorf("at %d: %s, want %s", v.unix, got, want)
		}
		for offset, good := range map[int64]bool{-60: false, -30: true, 0: true, 29: true, 59: true, 60: false} {
			at := time.Unix(step*30+offset, 0)
			if got, ok := matchTOTP(secret, want, at); ok != good || ok && got != step {
				t.Errorf("the code of %d looked at %d seconds from its step: %v, step %d", v.unix, offset, ok, got)
			}
		}
	}
}

func TestTheTextToScanIsOneThatAppsRead(t *testing.T) {
	t.Parallel()
	got := totpURI("Contoso & Söhne", "a.b@contoso.example", []byte("12345678901234567890"))
	want := "otpauth://totp/Contoso%20&%20S%C3%B6hne:a.b@contoso.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Contoso%20&%20S%C3%B6hne&algorithm=SHA1&digits=6&period=30"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
