package server

import "math"

// mostFiles is how many files and connections this process may have open;
// Windows sets no limit.
func mostFiles() int { return math.MaxInt32 }
