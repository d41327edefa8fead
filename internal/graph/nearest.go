package graph

import "taxiway/internal/fault"

// nearest is a remedy that offers the known name most like the one sent, or
// the given text when none is close.
func nearest(sent string, known []string, otherwise string) string {
	if name := fault.Nearest(sent, known); name != "" {
		return "Did you mean '" + name + "'?"
	}
	return otherwise
}
