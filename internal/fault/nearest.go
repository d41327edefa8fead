package fault

import "strings"

// longestGuess bounds the work on names from outside.
const longestGuess = 100

// Nearest is the known name most like the one given, or "" when none is close:
// for remedies that ask "did you mean".
func Nearest(name string, known []string) string {
	if len(name) > longestGuess {
		return ""
	}
	folded := strings.ToLower(name)
	best, near := max(2, len(name)/3)+1, ""
	for _, k := range known {
		if d := edits(folded, strings.ToLower(k)); d < best {
			best, near = d, k
		}
	}
	return near
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
