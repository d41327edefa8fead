package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// papers go into every archive beside the program; docs with what is below it.
var papers = []string{"README.md", "LICENSE", "THIRD_PARTY_NOTICES.md", "CHANGELOG.md", "SECURITY.md", "config.example.toml", "docs"}

type release struct {
	version, out string
	made         time.Time
	say          io.Writer // hears of every archive
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, say io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	version := flags.String("version", "", "the `version`")
	notices := flags.String("notices", "bin/notices", "the built `program` that lists what is contained")
	out := flags.String("out", "dist", "the `directory`, which is emptied before")
	if err := flags.Parse(args); err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil || *version == "" {
		return errors.New("give -version and set SOURCE_DATE_EPOCH: make release does")
	}
	if _, err := os.Stat("web/dist/index.html"); err != nil {
		return errors.New("the admin site is not built: make web (needs npm)")
	}
	r := &release{version: strings.TrimPrefix(*version, "v"), out: *out, made: time.Unix(seconds, 0).UTC(), say: say}
	if err := errors.Join(os.RemoveAll(r.out), os.MkdirAll(r.out, 0o755)); err != nil { // #nosec G301 -- published
		return err
	}
	targets := flags.Args()
	if len(targets) == 0 {
		targets = []string{"linux/amd64", "linux/arm64", "windows/amd64", "windows/arm64", "darwin/amd64", "darwin/arm64"}
	}
	for _, target := range targets {
		if err := r.build(ctx, target); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	list := exec.CommandContext(ctx, *notices, "-site", "web/licences.json", "-version", r.version, "-sbom", filepath.Join(r.out, "taxiway_"+r.version+".cdx.json")) // #nosec G204 -- our own program
	list.Stderr = os.Stderr
	if err := list.Run(); err != nil {
		return fmt.Errorf("list what is contained: %w", err)
	}
	recipe, err := os.ReadFile("Containerfile")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.out, "Containerfile"), recipe, 0o644); err != nil { // #nosec G306 G703 -- published, into the directory named on the command line
		return err
	}
	return r.sums()
}

// build makes the program for one system and the archive with it.
func (r *release) build(ctx context.Context, target string) (err error) {
	system, processor, ok := strings.Cut(target, "/")
	if !ok {
		return errors.New("a target is a system and a processor, as in linux/amd64")
	}
	work, err := os.MkdirTemp("", "taxiway-release-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	program := filepath.Join(work, "taxiway")
	if system == "windows" {
		program += ".exe"
	}
	compile := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w -X main.version="+r.version, "-o", program, "./cmd/taxiway") // #nosec G204 -- the version is ours
	compile.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+processor)
	compile.Stderr = os.Stderr
	if err := compile.Run(); err != nil {
		return err
	}
	folder := fmt.Sprintf("taxiway_%s_%s_%s", r.version, system, processor)
	files := map[string]string{folder + "/" + filepath.Base(program): program}
	for _, paper := range papers {
		if err := filepath.WalkDir(paper, func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				files[folder+"/"+filepath.ToSlash(path)] = path
			}
			return err
		}); err != nil {
			return err
		}
	}
	kind, pack := ".tar.gz", r.tarball
	if system == "windows" {
		kind, pack = ".zip", r.zipped
	}
	name := filepath.Join(r.out, folder+kind)
	f, err := os.Create(name) // #nosec G304 -- below the directory named on the command line
	if err != nil {
		return err
	}
	if err := errors.Join(pack(f, files), f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.say, "ok   ", name)
	return err
}

func (r *release) tarball(w io.Writer, files map[string]string) error {
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content, err := os.ReadFile(files[name])
		if err != nil {
			return err
		}
		head := &tar.Header{Name: name, Mode: int64(modeOf(name)), Size: int64(len(content)), ModTime: r.made, Format: tar.FormatPAX}
		if err := archive.WriteHeader(head); err != nil {
			return err
		}
		if _, err := archive.Write(content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), packed.Close())
}

func (r *release) zipped(w io.Writer, files map[string]string) error {
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content, err := os.ReadFile(files[name])
		if err != nil {
			return err
		}
		head := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: r.made}
		head.SetMode(modeOf(name))
		part, err := archive.CreateHeader(head)
		if err != nil {
			return err
		}
		if _, err := part.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// modeOf: the program, and nothing else, is run.
func modeOf(name string) fs.FileMode {
	if base := filepath.Base(name); base == "taxiway" || base == "taxiway.exe" {
		return 0o755
	}
	return 0o644
}

// sums writes SHA256SUMS, as sha256sum checks it.
func (r *release) sums() error {
	entries, err := os.ReadDir(r.out) // by name
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(r.out, e.Name())) // #nosec G304 -- what was just written
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		fmt.Fprintf(&text, "%s  %s\n", hex.EncodeToString(sum[:]), e.Name())
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(text.String()), 0o644) // #nosec G306 -- published
}
