// Package msalgo signs in with Microsoft's MSAL for Go, unmodified, against a
// running server: tools/compat starts one and names it in TAXIWAY_COMPAT.
package msalgo
