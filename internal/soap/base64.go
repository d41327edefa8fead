package soap

import (
	"encoding/base64"
	"strings"
)

// DecodeToken decodes the text of a BinarySecurityToken: base64 or base64url,
// with or without padding, with any line breaks and blanks. Windows writes
// padded base64 in lines; other clients write base64url.
func DecodeToken(content string) ([]byte, error) {
	text := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, content)
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(text)-len(strings.TrimRight(text, "=")) > 2 {
		return nil, &Error{Code: CodeValue, Element: "BinarySecurityToken", Message: "The text is no base64.", Remedy: "Send the token's bytes in base64.", Subcode: SubcodeInvalidSecurity}
	}
	if len(data) == 0 {
		return nil, &Error{Code: CodeMissing, Element: "BinarySecurityToken", Message: "The token is empty.", Remedy: "Send the token's bytes in base64.", Subcode: SubcodeInvalidSecurity}
	}
	return data, nil
}

// EncodeToken is the text of a BinarySecurityToken: padded base64 in one line.
func EncodeToken(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
