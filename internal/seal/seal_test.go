package seal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"testing"

	"taxiway/internal/seal"
)

func key(t *testing.T, fill byte) *seal.Key {
	t.Helper()
	k, err := seal.New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASealedTextOpensForItsPurposeAndKeyAlone(t *testing.T) {
	t.Parallel()
	k := key(t, 1)
	text, err := k.Seal("terms", map[string]int{"n": 7})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]int
	if _, err := k.Open("terms", text, &got); err != nil || got["n"] != 7 {
		t.Fatalf("opened %v, %v", got, err)
	}
	other := []byte(text)
	other[20] ^= 1
	for name, open := range map[string]func() ([]byte, error){
		"another purpose":   func() ([]byte, error) { return k.Open("sign-in", text, &got) },
		"no purpose":        func() ([]byte, error) { return k.Open("", text, &got) },
		"another key":       func() ([]byte, error) { return key(t, 2).Open("terms", text, &got) },
		"a changed text":    func() ([]byte, error) { return k.Open("terms", string(other), &got) },
		"a short text":      func() ([]byte, error) { return k.Open("terms", text[:8], &got) },
		"no base64":         func() ([]byte, error) { return k.Open("terms", "*", &got) },
		"another kind of v": func() ([]byte, error) { return k.Open("terms", text, new([]int)) },
	} {
		if id, err := open(); !errors.Is(err, seal.ErrForeign) || id != nil {
			t.Errorf("%s: %x, %v", name, id, err)
		}
	}
	if again, err := k.Seal("terms", map[string]int{"n": 7}); err != nil || again == text {
		t.Errorf("the same value sealed twice is the same text: %v", err)
	}
}

// Otherwise a text that works once would work as often as it can be written.
func TestATextWrittenOtherwiseHasTheSameID(t *testing.T) {
	t.Parallel()
	k := key(t, 1)
	text, err := k.Seal("", "once")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	first, err := k.Open("", text, &got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.Open("", text[:5]+"\r\n"+text[5:], &got)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("with a line break: %x, %v; without: %x", again, err, first)
	}
	text, err = k.Seal("", "once")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := k.Open("", text, &got); err != nil || bytes.Equal(first, other) {
		t.Errorf("two texts of one value share an id: %v", err)
	}
}

// What earlier releases gave away goes on opening.
func TestTheFormatIsTheNonceAndTheBox(t *testing.T) {
	t.Parallel()
	block, err := aes.NewCipher(bytes.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := []byte("twelve bytes")
	text := base64.RawURLEncoding.EncodeToString(gcm.Seal(nonce, nonce, []byte(`"old"`), nil))
	var got string
	if _, err := key(t, 3).Open("", text, &got); err != nil || got != "old" {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestAKeyHas32Bytes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := seal.New(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
	}
}
