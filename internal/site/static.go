package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"taxiway/internal/fault"
)

const (
	adminPath  = "/admin/"
	indexName  = "index.html"
	screenPath = "/oobe/" // the screens of virtual PCs: a page of its own, below it a PC's name
	screenName = "oobe.html"
	// assets are named after their content, so a browser may keep them for ever.
	assetsPath = "assets/"
)

// files are the built pages by name.
type files struct{ byName map[string]*file }

// file is one of them, read when it is first asked for.
type file struct {
	kind string
	load func() (*loaded, error)
}

type loaded struct {
	content []byte
	etag    string
	zip     func() []byte // nil when that makes it no smaller
}

// types by ending: what a system's own table says differs from place to place.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json; charset=utf-8", ".png": "image/png", ".txt": "text/plain; charset=utf-8",
}

func readFiles(built fs.FS) (*files, error) {
	all := &files{byName: map[string]*file{}}
	err := fs.WalkDir(built, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		kind := types[path.Ext(name)]
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(name))
		}
		all.byName[name] = &file{kind, sync.OnceValues(func() (*loaded, error) { return load(built, name) })}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the built pages: %w", err)
	}
	return all, nil
}

func load(built fs.FS, name string) (*loaded, error) {
	content, err := fs.ReadFile(built, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	sum := sha256.Sum256(content)
	return &loaded{content, `"` + hex.EncodeToString(sum[:12]) + `"`, sync.OnceValue(func() []byte { return compressed(content) })}, nil
}

// compressed is the content with gzip, nil when it is not smaller so.
func compressed(content []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil
	}
	_, err = z.Write(content)
	if err := errors.Join(err, z.Close()); err != nil || b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// serveFile answers with a file, or with the one page that draws them all: the
// addresses below /admin/ are the page's own.
func (h *Handler) serveFile(w http.ResponseWriter, r *http.Request, _ *visitor) error {
	name := strings.TrimPrefix(r.URL.Path, adminPath)
	f, found := h.files.byName[name]
	if !found || name == "" {
		if strings.HasPrefix(name, assetsPath) {
			// A page of an older version asks for what is gone; it loads itself anew.
			return fault.New(fault.NotFound, "ResourceNotFound", "There is no such file in this version.")
		}
		if f, found = h.files.byName[indexName]; !found {
			return h.showProblem(w, http.StatusNotFound, "This program was built without the admin site. Build it with \"make build\", which needs Node.js.", adminPath)
		}
	}
	return send(w, r, f, strings.HasPrefix(name, assetsPath))
}

// serveScreen answers with the page that draws the screen of a virtual PC.
func (h *Handler) serveScreen(w http.ResponseWriter, r *http.Request, _ *visitor) error {
	f, found := h.files.byName[screenName]
	if !found {
		return h.showProblem(w, http.StatusNotFound, "This program was built without the admin site. Build it with \"make build\", which needs Node.js.", adminPath)
	}
	return send(w, r, f, false)
}

// send writes a file; one that lasts never changes under its name.
func send(w http.ResponseWriter, r *http.Request, f *file, lasts bool) error {
	it, err := f.load()
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", f.kind)
	head.Set("ETag", it.etag)
	head.Set("Vary", "Accept-Encoding")
	head.Set("Cache-Control", "no-cache")
	if lasts {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), it.etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	content := it.content
	if small := it.zip(); small != nil && acceptsGzip(r) {
		head.Set("Content-Encoding", "gzip")
		content = small
	}
	if r.Method == http.MethodHead {
		return nil
	}
	_, _ = w.Write(content) // the client is gone; nobody is left to tell
	return nil
}

// acceptsGzip reads Accept-Encoding (RFC 9110 section 12.5.3) as far as it
// matters: browsers that do not want gzip leave it out or weigh it with 0.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			return strings.TrimSpace(weight) != "q=0"
		}
	}
	return false
}
