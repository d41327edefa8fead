package rule

import (
	"strings"
	"unicode"
)

// Fold maps s to the form in which the rule language compares text: every rune is replaced by one
// fixed member of its Unicode simple case folding orbit, the lower-case letter where there is one.
// Folding is rune by rune, so a prefix or part of s folds to a prefix or part of Fold(s). A store that
// keeps keys for look-up by [Rule.Anchors] must make them with this function: strings.ToLower differs
// for a few letters (the long s, the final sigma, the dotted capital I).
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 0x80 || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

func foldRune(r rune) rune {
	if r < 0x80 {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	lower := unicode.ToLower(least)
	for f := unicode.SimpleFold(least); f != least; f = unicode.SimpleFold(f) {
		if f == lower {
			return lower
		}
	}
	// A lower-case letter outside the orbit (dotted capital I) would join letters that simple folding,
	// and with it the regexp package, keeps apart.
	return least
}
