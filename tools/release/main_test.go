package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Both kinds of archive hold the same files, of which the program alone may be
// run, and come out the same twice.
func TestArchivesHoldTheProgramAndItsPapersAndComeOutTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := map[string]string{}
	for name, content := range map[string]string{"v/taxiway": "program", "v/README.md": "read", "v/docs/lab.md": "lab"} {
		path := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		files[name] = path
	}
	want := []string{"v/README.md -rw-r--r-- read", "v/docs/lab.md -rw-r--r-- lab", "v/taxiway -rwxr-xr-x program"}
	r := &release{made: time.Unix(1767225600, 0).UTC()}
	for kind, c := range map[string]struct {
		pack func(io.Writer, map[string]string) error
		read func([]byte) ([]string, error)
	}{"tar": {r.tarball, untar}, "zip": {r.zipped, unzip}} {
		var once, again bytes.Buffer
		if err := errors.Join(c.pack(&once, files), c.pack(&again, files)); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if !bytes.Equal(once.Bytes(), again.Bytes()) {
			t.Errorf("%s: two archives of the same files differ", kind)
		}
		if got, err := c.read(once.Bytes()); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s holds %q, %v; want %q", kind, got, err, want)
		}
	}
}

func untar(data []byte) (all []string, err error) {
	packed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	archive := tar.NewReader(packed)
	for {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprint(head.Name, " ", head.FileInfo().Mode(), " ", string(content)))
	}
}

func unzip(data []byte) (all []string, err error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	for _, f := range archive.File {
		part, err := f.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(part)
		if err := errors.Join(err, part.Close()); err != nil {
			return nil, err
		}
		all = append(all, fmt.Sprint(f.Name, " ", f.Mode(), " ", string(content)))
	}
	return all, nil
}

func TestAReleaseWithoutDateOrSiteSaysWhatIsMissing(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "")
	if err := run(t.Context(), []string{"-version", "v1.0.0"}, io.Discard); err == nil || err.Error() != "give -version and set SOURCE_DATE_EPOCH: make release does" {
		t.Errorf("err = %v", err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1767225600")
	t.Chdir(t.TempDir())
	if err := run(t.Context(), []string{"-version", "v1.0.0"}, io.Discard); err == nil || err.Error() != "the admin site is not built: make web (needs npm)" {
		t.Errorf("err = %v", err)
	}
}
