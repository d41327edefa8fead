package odata

import (
	"encoding/base64"
	"strings"
)

var base64Forms = strings.NewReplacer("-", "+", "_", "/")

// decodeBase64 takes either alphabet, with or without padding; the bits behind
// the last byte must be zero, or two texts would mean one value.
func decodeBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(base64Forms.Replace(text), "=")
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	out, err := base64.RawStdEncoding.Strict().DecodeString(text)
	return out, err == nil
}
