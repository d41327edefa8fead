package wire_test

import (
	"encoding/base32"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

func TestTheCodesOfAPhoneAreThoseOfRFC6238(t *testing.T) {
	t.Parallel()
	// Appendix B has eight digits; apps show the last six.
	key := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		phone, err := wire.NewAuthenticator(" " + key[:4] + " " + key[4:])
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := phone.Code(time.Unix(at, 0)); got != want {
			t.Errorf("at %d the code is %s, want %s", at, got, want)
		}
	}
	if _, err := wire.NewAuthenticator("0189"); err == nil {
		t.Error("a key that is no base32 makes an app")
	}
}

func TestEachCodeOfAPhoneIsGivenOnce(t *testing.T) {
	t.Parallel()
	phone, err := wire.NewAuthenticator("JBSWY3DPEHPK3PXP")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_010, 0)
	first, _ := phone.Code(now)
	second, free := phone.Code(now)
	if first == second || !free.Equal(time.Unix(1_800_000_000, 0)) {
		t.Errorf("the codes are %s and %s, free at %s", first, second, free)
	}
	if _, free := phone.Code(now); !free.After(now) {
		t.Errorf("a third code within thirty seconds is good at %s", free)
	}
	later, _ := phone.Code(now.Add(5 * time.Minute))
	other, err := wire.NewAuthenticator("jbswy3dpehpk3pxp")
	if err != nil {
		t.Fatal(err)
	}
	if same, _ := other.Code(now.Add(5 * time.Minute)); same != later {
		t.Errorf("later the codes of one key are %s and %s", later, same)
	}
}
