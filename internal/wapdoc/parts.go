package wapdoc

import (
	"crypto/sha1" //nolint:gosec // Windows names certificates by SHA-1
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Store is where the PC keeps its certificate.
type Store string

// The stores. User goes with EnrollmentType Full, System with Device.
const (
	StoreUser   Store = "User"
	StoreSystem Store = "System"
)

// Thumbprint is how Windows names a certificate: SHA-1 in capital letters.
func Thumbprint(der []byte) string {
	sum := sha1.Sum(der) //nolint:gosec // a name, it protects nothing
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// checking collects the first mistake.
type checking struct{ err error }

func (c *checking) fail(code, path, message, remedy string) {
	if c.err == nil {
		c.err = &Error{code, path, message, remedy}
	}
}

// certificate checks that der is one DER value, whole. What a certificate says
// is not this package's subject.
func (c *checking) certificate(path string, der []byte) {
	var value asn1.RawValue
	rest, err := asn1.Unmarshal(der, &value)
	if err != nil || len(rest) > 0 || value.Tag != asn1.TagSequence || value.Class != asn1.ClassUniversal || !value.IsCompound {
		c.fail(CodeValue, path, "The certificate is not in DER.", "Give the certificate's DER.")
	}
}

// plainID is an id that stands in paths and XML without being escaped.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (c *checking) providerID(path, id string) {
	if !plainID.MatchString(id) {
		c.fail(CodeValue, path, "The provider id has characters that would have to be escaped, or none, or more than 64.", "Use letters, digits, dots, hyphens and underscores.")
	}
}

func (c *checking) store(s Store) {
	if s != StoreUser && s != StoreSystem {
		c.fail(CodeValue, "CertificateStore/My", "The store is neither User nor System.", "Use User for EnrollmentType Full and System for Device.")
	}
}

func (c *checking) needed(path, value string) {
	if value == "" {
		c.fail(CodeMissing, path, "The value is missing.", "Give a value.")
	}
}

func (c *checking) https(path, address string) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
		c.fail(CodeValue, path, "The address is no absolute https URL.", "Give an absolute https URL.")
	}
}

func (c *checking) atLeast(path string, value, least int) {
	if value < least {
		c.fail(CodeValue, path, fmt.Sprintf("The number is below %d.", least), "Give a larger number.")
	}
}

// group is a characteristic of parms and, after them, of children.
func group(kind string, children ...Characteristic) Characteristic {
	return Characteristic{Type: kind, Children: children}
}

func (c Characteristic) with(parms ...Parm) Characteristic {
	c.Parms = append(c.Parms, parms...)
	return c
}

func text(name, value string) Parm { return Parm{Name: name, Value: value} }

func integer(name string, value int) Parm {
	return Parm{Name: name, Value: strconv.Itoa(value), Datatype: "integer"}
}

func boolean(name string, value bool) Parm {
	return Parm{Name: name, Value: strconv.FormatBool(value), Datatype: "boolean"}
}

// encoded is a certificate under its name.
func encoded(der []byte) Characteristic {
	return group(Thumbprint(der)).with(text("EncodedCertificate", base64.StdEncoding.EncodeToString(der)))
}
