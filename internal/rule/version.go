package rule

// isVersion reports whether text is a dotted version number: digits, and more digits after single dots.
func isVersion(text string) bool {
	digits := 0
	for _, c := range []byte(text) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' && digits > 0:
			digits = 0
		default:
			return false
		}
	}
	return digits > 0
}

// compareVersions orders two dotted version numbers part by part as numbers of any size; a missing
// part is 0, so 10.0 equals 10.0.0. Both must satisfy isVersion.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = cutPart(a)
		y, b = cutPart(b)
		switch {
		case len(x) != len(y):
			return sign(len(x) < len(y))
		case x != y:
			return sign(x < y)
		}
	}
	return 0
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// cutPart returns the first part of a version without leading zeros, and what follows its dot.
func cutPart(v string) (part, rest string) {
	end := 0
	for end < len(v) && v[end] != '.' {
		end++
	}
	part = v[:end]
	for part != "" && part[0] == '0' {
		part = part[1:]
	}
	if end < len(v) {
		end++
	}
	return part, v[end:]
}
