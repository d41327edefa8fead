package graph

import "strings"

// nearest is a remedy that offers the known name most like the one sent, or
// the given text when none is close.
func nearest(sent string, known []string, otherwise string) string {
	folded := strings.ToLower(sent)
	best, name := len(folded)/3+2, ""
	for _, k := range known {
		if d := distance(folded, strings.ToLower(k)); d < best {
			best, name = d, k
		}
	}
	if name == "" {
		return otherwise
	}
	return "Did you mean '" + name + "'?"
}

// distance is the number of edits between two texts (Levenshtein), bounded:
// a long text is far from everything.
func distance(a, b string) int {
	const longest = 100
	if len(a) > longest || len(b) > longest {
		return longest
	}
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
			row[j+1] = min(row[j+1]+1, row[j]+1, change)
		}
	}
	return row[len(b)]
}
