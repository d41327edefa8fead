package signin_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// phone is an authenticator app: it knows the secret and the time, and shares
// no code with the server.
func phone(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatalf("the secret %q is no base32: %v", secret, err)
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(math.Floor(float64(at.Unix())/30)))
	sum := mac.Sum(nil)
	at4 := sum[sum[19]&15:][:4]
	number := int(at4[0]&127)<<24 | int(at4[1])<<16 | int(at4[2])<<8 | int(at4[3])
	return fmt.Sprintf("%06d", number%1000000)
}

// authenticator sets one up and gives its secret.
func (o *office) authenticator(u directory.User) string {
	o.t.Helper()
	setup, err := o.BeginTOTP(o.ctx, o.tenant, u.ID)
	o.ok(err)
	_, err = o.ConfirmTOTP(o.ctx, o.tenant, u.ID, phone(o.t, setup.Secret, o.clock.Real()))
	o.ok(err)
	return setup.Secret
}

func TestAnAuthenticatorCountsOnceItIsConfirmed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	_, err := o.ConfirmTOTP(o.ctx, o.tenant, u.ID, "123456")
	o.fails(err, fault.NotFound, "ResourceNotFound")
	first, err := o.BeginTOTP(o.ctx, o.tenant, u.ID)
	o.ok(err)
	setup, err := o.BeginTOTP(o.ctx, o.tenant, u.ID)
	o.ok(err)
	if first.Secret == setup.Secret || !strings.Contains(setup.URI, "secret="+setup.Secret+"&issuer=Contoso") {
		t.Errorf("setups: %+v, %+v", first, setup)
	}
	code := phone(t, setup.Secret, o.clock.Real())
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, code, home)
	o.fails(err, fault.Unauthenticated, "WrongCode")
	who, err := o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, home)
	o.ok(err)
	if who.HasTOTP {
		t.Error("an authenticator that was never confirmed is asked for")
	}
	_, err = o.ConfirmTOTP(o.ctx, o.tenant, u.ID, phone(t, first.Secret, o.clock.Real()))
	o.fails(err, fault.Unauthenticated, "WrongCode")
	recovery, err := o.ConfirmTOTP(o.ctx, o.tenant, u.ID, code[:3]+" "+code[3:])
	o.ok(err)
	if len(recovery) != 10 {
		t.Errorf("recovery codes: %v", recovery)
	}
	who, err = o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, home)
	o.ok(err)
	if !who.HasTOTP {
		t.Error("the confirmed authenticator is not asked for")
	}
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, code, home)
	o.fails(err, fault.Unauthenticated, "WrongCode") // it was spent at the setup
	_, err = o.BeginTOTP(o.ctx, o.tenant, u.ID)
	o.fails(err, fault.Conflict, "AuthenticatorExists")
	_, err = o.ConfirmTOTP(o.ctx, o.tenant, u.ID, code)
	o.fails(err, fault.Conflict, "AuthenticatorExists")
	o.ok(o.RemoveTOTP(o.ctx, o.tenant, u.ID))
	o.fails(o.RemoveTOTP(o.ctx, o.tenant, u.ID), fault.NotFound, "ResourceNotFound")
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, recovery[0], home)
	o.fails(err, fault.Unauthenticated, "WrongCode")
}

func TestACodeIsGoodOnceAndNotForLong(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	secret := o.authenticator(u)
	check := func(code string) error {
		method, left, err := o.CheckCode(o.ctx, o.tenant, u.ID, code, home)
		if err == nil && (method != signin.MethodOTP || left != 10) {
			t.Errorf("method %s, %d recovery codes left", method, left)
		}
		return err
	}
	o.clock.advance(time.Minute)
	now := o.clock.Real()
	o.ok(check(phone(t, secret, now.Add(-30*time.Second)))) // typed slowly
	o.ok(check(phone(t, secret, now)))
	o.fails(check(phone(t, secret, now)), fault.Unauthenticated, "WrongCode")
	o.fails(check(phone(t, secret, now.Add(-30*time.Second))), fault.Unauthenticated, "WrongCode")
	o.ok(check(phone(t, secret, now.Add(30*time.Second)))) // a clock that is fast
	o.clock.advance(time.Hour)
	now = o.clock.Real()
	for _, off := range []time.Duration{-time.Hour, -time.Minute, time.Minute, time.Hour} {
		o.fails(check(phone(t, secret, now.Add(off))), fault.Unauthenticated, "WrongCode")
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "１２３４５６"} {
		o.fails(check(code), fault.Unauthenticated, "WrongCode")
	}
}

func TestARecoveryCodeIsGoodOnceHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u, other := o.person("adele.vance", goodPassword), o.person("lee.gu", goodPassword)
	o.authenticator(u)
	o.authenticator(other)
	codes, err := o.NewRecovery(o.ctx, o.tenant, u.ID)
	o.ok(err)
	theirs, err := o.NewRecovery(o.ctx, o.tenant, other.ID)
	o.ok(err)
	for i, typed := range []string{codes[0], strings.ToUpper(codes[1]), strings.ReplaceAll(codes[2], "-", ""), " " + strings.ReplaceAll(codes[3], "-", " ") + " ", strings.NewReplacer("0", "O", "1", "l").Replace(codes[4])} {
		_, left, err := o.CheckCode(o.ctx, o.tenant, u.ID, typed, home)
		o.ok(err)
		if left != 9-i {
			t.Errorf("%d are left after %d were used", left, i+1)
		}
	}
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, codes[0], home)
	o.fails(err, fault.Unauthenticated, "WrongCode")
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, theirs[0], home)
	o.fails(err, fault.Unauthenticated, "WrongCode")
	fresh, err := o.NewRecovery(o.ctx, o.tenant, u.ID)
	o.ok(err)
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, codes[9], home)
	o.fails(err, fault.Unauthenticated, "WrongCode")
	_, _, err = o.CheckCode(o.ctx, o.tenant, u.ID, fresh[0], home)
	o.ok(err)
	_, err = o.NewRecovery(o.ctx, o.tenant, o.person("megan", goodPassword).ID)
	o.fails(err, fault.NotFound, "NoAuthenticator")
}

func TestRightPasswordsDoNotBuyMoreGuessesAtTheCode(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	u := o.person("adele.vance", goodPassword)
	o.authenticator(u)
	guesses := 0
	for range 60 {
		if _, err := o.CheckPassword(o.ctx, o.tenant, u.UserPrincipalName, goodPassword, away); err != nil {
			t.Fatal(err)
		}
		_, _, err := o.CheckCode(o.ctx, o.tenant, u.ID, "000000", away)
		if fault.Is(err, fault.Unauthenticated) {
			guesses++
		} else {
			o.fails(err, fault.Throttled, "SignInSlowed")
		}
	}
	if guesses != 11 {
		t.Errorf("%d guesses at once, want 11", guesses)
	}
}
