package cli

import (
	"fmt"
	"io"
	"regexp"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
)

// writeParts writes which parts a PC told that are not the registered ones.
func writeParts(w io.Writer, parts []graphclient.ChangedPart) error {
	if len(parts) == 0 {
		return nil
	}
	rows := make([][]string, len(parts))
	for i, p := range parts {
		rows[i] = []string{p.Component, partValue(p.Component, p.Registered), partValue(p.Component, p.Reported)}
	}
	fmt.Fprintln(w)
	return table(w, []string{"Part", "Registered", "Reported"}, rows)
}

// tpmVersion is the TPM's text in a hardware hash.
var tpmVersion = regexp.MustCompile(`^TPM-Version:(\S+) .*VendorID:'(\S+) *'-Firmware:(\S+)$`)

// shortHex is how much of a long number tells it from others.
const shortHex = 16

// partValue is a part's value for a table: two of them have to stand side by
// side.
func partValue(component, value string) string {
	switch {
	case component == hwhash.ComponentEK && len(value) > shortHex:
		return value[:shortHex] + "…"
	case component == hwhash.ComponentTPMVersion:
		return tpmVersion.ReplaceAllString(value, "$1, $2, firmware $3")
	}
	return value
}
