package rule

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// compileRegex compiles the value of -match: unanchored, case-insensitive, in linear time. The reason
// is empty when it compiles.
func compileRegex(pattern string) (re *regexp.Regexp, reason string) {
	re, err := regexp.Compile("(?i)" + pattern)
	if err == nil {
		return re, ""
	}
	var bad *syntax.Error
	if !errors.As(err, &bad) {
		return nil, err.Error()
	}
	lookAround := []string{"(?=", "(?!", "(?<=", "(?<!"}
	switch {
	case bad.Code == syntax.ErrInvalidPerlOp || bad.Code == syntax.ErrInvalidNamedCapture || bad.Code == syntax.ErrMissingParen:
		for _, look := range lookAround {
			if strings.Contains(bad.Expr, look) {
				return nil, "look-around (" + look + "…) is not supported"
			}
		}
		if strings.Contains(bad.Expr, "(?>") {
			return nil, "an atomic group ((?>…) is not supported"
		}
	case bad.Code == syntax.ErrInvalidEscape && isBackReference(bad.Expr):
		return nil, "a back-reference (" + bad.Expr + ") is not supported"
	case bad.Code == syntax.ErrInvalidRepeatSize:
		return nil, "a repeat count over 1,000 or out of order (" + bad.Expr + ") is not supported"
	case bad.Code == syntax.ErrMissingRepeatArgument:
		return nil, "nothing stands before the repetition '" + bad.Expr + "'"
	}
	if bad.Expr == "" {
		return nil, bad.Code.String()
	}
	return nil, bad.Code.String() + ": " + strings.TrimPrefix(bad.Expr, "(?i)")
}

func isBackReference(escape string) bool {
	return len(escape) >= 2 && (escape[1] >= '1' && escape[1] <= '9' || escape[1] == 'k')
}

// regexLiterals returns folded literals of which every match of pattern contains at least one, and
// whether the match must begin with it at the start of the value; none when nothing is known.
// Folding a value keeps this true, because it works rune by rune.
func regexLiterals(pattern string) (literals []string, prefix bool) {
	re, err := syntax.Parse("(?i)"+pattern, syntax.Perl)
	if err != nil {
		return nil, false
	}
	re = re.Simplify()
	if re.Op == syntax.OpConcat && len(re.Sub) > 1 && re.Sub[0].Op == syntax.OpBeginText {
		if lit := required(re.Sub[1]); re.Sub[1].Op == syntax.OpLiteral && lit != nil {
			return lit, true
		}
	}
	return required(re), false
}

// mostLiterals bounds the alternatives taken from one regex.
const mostLiterals = 16

// required is regexLiterals for a simplified regex, in which counted repeats are spelled out.
func required(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		lit := Fold(string(re.Rune))
		// A rune that UTF-8 cannot carry would be written as U+FFFD.
		if strings.ContainsRune(lit, utf8.RuneError) {
			return nil
		}
		return []string{lit}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		var best []string
		for _, sub := range re.Sub {
			if lits := required(sub); lits != nil && (best == nil || shortest(lits) > shortest(best)) {
				best = lits
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			lits := required(sub)
			if lits == nil || len(all)+len(lits) > mostLiterals {
				return nil
			}
			all = append(all, lits...)
		}
		return all
	default:
		return nil
	}
}

func shortest(texts []string) int {
	n := len(texts[0])
	for _, t := range texts {
		n = min(n, len(t))
	}
	return n
}
