package cli_test

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taxiway/internal/cli"
	"taxiway/internal/virtualpc/machine"
)

// run is one command with its exit code and what it wrote.
func run(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = cli.Run(context.Background(), cli.Process{
		Args: append([]string{"taxiway"}, args...), In: strings.NewReader(""), Out: &out, Err: &errs, Version: "test", Now: time.Now,
	})
	return code, out.String(), errs.String()
}

func TestAPCThatRunsIsNotChangedFromOutside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pc := func(args ...string) (int, string, string) {
		return run(append([]string{"pc", "--dir", dir}, args...)...)
	}
	if code, _, errs := pc("create", "PC1"); code != 0 {
		t.Fatalf("create: %d %s", code, errs)
	}
	release, err := machine.LockFolder(filepath.Join(dir, "PC1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"swap", "PC1", "nic"}, {"reset", "PC1"}, {"rm", "PC1"}, {"clone", "PC1", "PC2"}} {
		if code, _, errs := pc(args...); code != 5 || !strings.Contains(errs, "Power it off first") {
			t.Errorf("%q while the PC runs: code %d, %s", args, code, errs)
		}
	}
	for _, args := range [][]string{{"list"}, {"show", "PC1"}, {"export-hash", "PC1"}, {"diagnostics", "PC1", "--out", filepath.Join(dir, "d.zip")}} {
		if code, _, errs := pc(args...); code != 0 {
			t.Errorf("%q only reads: code %d, %s", args, code, errs)
		}
	}
	release()
	if code, _, errs := pc("rm", "PC1"); code != 0 {
		t.Errorf("rm after it was powered off: %d %s", code, errs)
	}
}
