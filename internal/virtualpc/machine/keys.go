package machine

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// The names of the pairs a PC has.
const (
	KeyDevice = "device" // joined: the device certificate
	KeyMDM    = "mdm"    // enrolled: the MDM certificate
)

// Pair is a private key with the certificate it got.
type Pair struct {
	Key         crypto.Signer
	Certificate *x509.Certificate // nil until there is one
	InTPM       bool              // the key never leaves the TPM: a new TPM or another PC does not have it
}

// KeyStore keeps private keys. A pair is one file, so that key and certificate
// always belong together. Its errors are *Error.
type KeyStore struct {
	disk prefixed
	tpm  string // id of the TPM, "" for none
}

const (
	keyBlock         = "PRIVATE KEY"
	certificateBlock = "CERTIFICATE"
	inTPM            = "in TPM "
)

var keyNameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func keyFile(name string) (string, error) {
	if !keyNameForm.MatchString(name) {
		return "", &Error{Code: CodeName, Message: "A key cannot be called '" + name + "'.", Remedy: "Use small letters, digits and hyphens."}
	}
	return "keys/" + name + ".pem", nil
}

// Put keeps a pair under a name and replaces what was there. CodeNoTPM for a
// key in the TPM of a PC without one.
func (s *KeyStore) Put(name string, p Pair) error {
	file, err := keyFile(name)
	if err != nil {
		return err
	}
	if p.InTPM && s.tpm == "" {
		return &Error{Code: CodeNoTPM, Message: "The PC has no TPM to keep the key '" + name + "' in.", Remedy: "Keep the key in software."}
	}
	if err := p.check(); err != nil {
		return &Error{Code: CodeValue, File: s.disk.full(file), Message: "The key '" + name + "' cannot be kept: " + err.Error() + ".", Remedy: "Give the certificate that belongs to the key.", Err: err}
	}
	der, err := x509.MarshalPKCS8PrivateKey(p.Key)
	if err != nil {
		return fmt.Errorf("write the key '%s': %w", name, err)
	}
	var b bytes.Buffer
	if p.InTPM {
		fmt.Fprintf(&b, "%s%s\n", inTPM, s.tpm)
	}
	_ = pem.Encode(&b, &pem.Block{Type: keyBlock, Bytes: der}) // a buffer takes everything
	if p.Certificate != nil {
		_ = pem.Encode(&b, &pem.Block{Type: certificateBlock, Bytes: p.Certificate.Raw})
	}
	return s.disk.Write(file, b.Bytes())
}

// check tells whether the certificate is the key's.
func (p Pair) check() error {
	if p.Key == nil {
		return errors.New("there is none")
	}
	if p.Certificate == nil {
		return nil
	}
	public, ok := p.Key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(p.Certificate.PublicKey) {
		return errors.New("the certificate belongs to another key")
	}
	return nil
}

// Get is the pair of a name. CodeNoKey when there is none; CodeKeyLost when it
// was in a TPM that is no longer there, and then the pair has its certificate
// alone; CodeDamaged when the file makes no sense.
func (s *KeyStore) Get(name string) (Pair, error) {
	file, err := keyFile(name)
	if err != nil {
		return Pair{}, err
	}
	data, err := s.disk.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Pair{}, &Error{Code: CodeNoKey, File: s.disk.full(file), Message: "The PC has no key '" + name + "'.", Remedy: "Join or enrol the PC first.", Err: err}
	}
	if err != nil {
		return Pair{}, err
	}
	p, where, err := readPair(data)
	if err != nil {
		return Pair{}, damaged(s.disk.full(file), err)
	}
	if p.InTPM && where != s.tpm {
		p.Key = nil
		return p, &Error{
			Code: CodeKeyLost, File: s.disk.full(file), Message: "The key '" + name + "' was in a TPM that is no longer in this PC.",
			Remedy: "Reset the PC and set it up again.",
		}
	}
	return p, nil
}

// readPair understands a file; where is the TPM that the key is in.
func readPair(data []byte) (p Pair, where string, err error) {
	before, _, _ := strings.Cut(string(data), "-----BEGIN")
	if id, ok := strings.CutPrefix(strings.TrimSpace(before), inTPM); ok {
		p.InTPM, where = true, id
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case keyBlock:
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return p, "", err
			}
			signer, ok := key.(crypto.Signer)
			if !ok {
				return p, "", fmt.Errorf("a key of the type %T cannot sign", key)
			}
			p.Key = signer
		case certificateBlock:
			if p.Certificate, err = x509.ParseCertificate(block.Bytes); err != nil {
				return p, "", err
			}
		}
		data = rest
	}
	if len(bytes.TrimSpace(data)) > 0 {
		return p, "", errors.New("a block of it is cut off or changed")
	}
	return p, where, p.check()
}

// Delete removes a pair; one that is not there is no error.
func (s *KeyStore) Delete(name string) error {
	file, err := keyFile(name)
	if err != nil {
		return err
	}
	return s.disk.Remove(file)
}

// Names lists the pairs there are, in order.
func (s *KeyStore) Names() ([]string, error) {
	files, err := s.disk.Names()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		if rest, ok := strings.CutPrefix(file, "keys/"); ok {
			names = append(names, strings.TrimSuffix(rest, ".pem"))
		}
	}
	return names, nil
}
