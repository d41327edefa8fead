package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrForeign is a text that was not sealed with this key for this purpose.
var ErrForeign = errors.New("the text is not sealed with this key for this purpose")

// Key seals with AES-256-GCM (NIST SP 800-38D), a random nonce in front.
type Key struct{ aead cipher.AEAD }

// New takes a 32-byte key.
func New(key []byte) (*Key, error) {
	if len(key) != 32 {
		return nil, fmt.Errorf("a key for sealing has 32 bytes, not %d", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the cipher of sealed texts: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher of sealed texts: %w", err)
	}
	return &Key{aead}, nil
}

// Seal makes a text of a JSON value, fit for a URL. It opens for its own
// purpose alone; a key that has one purpose leaves it empty.
func (k *Key) Seal(purpose string, value any) (string, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode a sealed text: %w", err)
	}
	nonce := make([]byte, k.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(k.aead.Seal(nonce, nonce, plain, []byte(purpose))), nil
}

// Open reads a text into value, a pointer; the error is ErrForeign. id tells
// one sealed text from every other and is the same in whatever way its base64
// is written: what works once is noted under it.
func (k *Key) Open(purpose, text string, value any) (id []byte, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < k.aead.NonceSize() {
		return nil, ErrForeign
	}
	plain, err := k.aead.Open(nil, raw[:k.aead.NonceSize()], raw[k.aead.NonceSize():], []byte(purpose))
	if err != nil || json.Unmarshal(plain, value) != nil {
		return nil, ErrForeign
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}
