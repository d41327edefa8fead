package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var built embed.FS

// Files are the built pages; index.html is missing when none were built.
func Files() fs.FS {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		return built // never: the name is a constant that is valid
	}
	return dist
}
