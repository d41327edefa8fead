package odata

import (
	"encoding/base64"
	"strings"
)

var base64Forms = strings.NewReplacer("-", "+", "_", "/")

// decodeBase64 takes either alphabet, with or without padding. Bits behind the
// last byte are ignored, as .NET does.
func decodeBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(base64Forms.Replace(text), "=")
	if strings.ContainsAny(text, "\r\n") {
		return nil, false
	}
	out, err := base64.RawStdEncoding.DecodeString(text)
	return out, err == nil
}
