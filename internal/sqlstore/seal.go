package sqlstore

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"taxiway/internal/fault"
)

// sealer encrypts key columns with the master key: AES-256-GCM, a random nonce
// in front, and the row's name as additional data, so that a sealed value does
// not open in another row.
type sealer struct {
	aead     cipher.AEAD
	chainKey []byte // of the audit chain, see auditchain.go
}

func newSealer(key []byte) (*sealer, error) {
	if len(key) != 32 {
		return nil, fault.New(fault.Invalid, "InvalidMasterKey", fmt.Sprintf("The master key has %d bytes; it must have 32.", len(key)))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fault.Wrap("use the master key", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.Wrap("use the master key", err)
	}
	chain, err := hkdf.Key(sha256.New, key, nil, "taxiway audit chain", sha256.Size)
	if err != nil {
		return nil, fault.Wrap("use the master key", err)
	}
	return &sealer{aead, chain}, nil
}

func (s *sealer) seal(name string, plain []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(plain)+s.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fault.Wrap("seal "+name, err)
	}
	return s.aead.Seal(nonce, nonce, plain, []byte(name)), nil
}

var errSealed = errors.New("the sealed value does not open with this master key")

func (s *sealer) open(name string, sealed []byte) ([]byte, error) {
	if len(sealed) < s.aead.NonceSize() {
		return nil, errSealed
	}
	n := s.aead.NonceSize()
	plain, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(name))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// keyCheck is the server secret that tells whether the master key is right.
const keyCheck = "taxiway/master-key-check"

const keyCheckText = "taxiway master key"

// checkMasterKey stores the check value on the first opening and refuses
// another key ever after.
func (db *DB) checkMasterKey(ctx context.Context) error {
	sealed, err := loadSealed(ctx, db.reads, keyCheck)
	if err == nil && sealed == nil && !db.readOnly {
		var mine []byte
		if mine, err = db.seal.seal(keyCheck, []byte(keyCheckText)); err == nil {
			sealed, err = db.storeSealed(ctx, keyCheck, mine)
		}
	}
	if err != nil {
		return fault.Wrap("check the master key", err)
	}
	return db.seal.verify(sealed)
}

// verify opens the check value of a database or a backup.
func (s *sealer) verify(sealed []byte) error {
	if plain, err := s.open(keyCheck, sealed); err != nil || string(plain) != keyCheckText {
		return &fault.Error{Kind: fault.Precondition, Code: "MasterKeyMismatch", Message: "The master key is not the one this database was made with: give its master.key file or TAXIWAY_MASTER_KEY.", Cause: err}
	}
	return nil
}

func loadSealed(ctx context.Context, q querier, name string) (sealed []byte, err error) {
	_, err = one(ctx, q, []any{&sealed}, "SELECT sealed FROM server_secrets WHERE name = $1", name)
	return sealed, err
}

// storeSealed stores sealed unless the name is taken, and returns what is there.
func (db *DB) storeSealed(ctx context.Context, name string, sealed []byte) (there []byte, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		if err := db.holdMasterKey(ctx, tx, "/*share*/"); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "INSERT INTO server_secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING", name, sealed); err != nil {
			return err
		}
		there, err = loadSealed(ctx, tx, name)
		return err
	})
	return there, err
}
