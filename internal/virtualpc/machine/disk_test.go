package machine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/machine"
)

// disks are all kinds of disk, empty.
func disks(t *testing.T) map[string]machine.Disk {
	t.Helper()
	folder, err := machine.OpenFolder(filepath.Join(t.TempDir(), "pcs", "PC1"))
	if err != nil {
		t.Fatal(err)
	}
	limited, err := machine.Limit(machine.NewMemory(), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]machine.Disk{
		"folder": folder, "memory": machine.NewMemory(), "limited": limited,
		"drive": create(t, machine.NewMemory(), machine.Spec{}).Drive(),
	}
}

func TestEveryDiskKeepsFilesAsAMapWould(t *testing.T) {
	t.Parallel()
	for kind, disk := range disks(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			r := random(t)
			model := map[string]string{}
			names := []string{"a", "b.json", "keys/a.pem", "keys/b.pem", "Windows/System32/Config", "x y/{1-2}"}
			for range 200 {
				name := names[r.IntN(len(names))]
				if r.IntN(3) == 0 {
					if err := disk.Remove(name); err != nil {
						t.Fatal(err)
					}
					delete(model, name)
				} else {
					text := strings.Repeat("x", r.IntN(2000))
					if err := disk.Write(name, []byte(text)); err != nil {
						t.Fatal(err)
					}
					model[name] = text
				}
				if diff := cmp.Diff(model, contents(t, disk)); diff != "" {
					t.Fatalf("the disk differs (-want +got):\n%s", diff)
				}
				got, err := disk.Names()
				if err != nil || !slices.Equal(got, slices.Sorted(maps.Keys(model))) {
					t.Fatalf("names %q, %v", got, err)
				}
			}
			for _, name := range names {
				if err := disk.Remove(name); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := disk.Read("a"); !errors.Is(err, fs.ErrNotExist) || !machine.Is(err, machine.CodeNoFile) {
				t.Errorf("a file that is not there: %v", err)
			}
		})
	}
}

func TestADiskIsNotChangedThroughWhatItWasGiven(t *testing.T) {
	t.Parallel()
	for kind, disk := range disks(t) {
		data := []byte("before")
		if err := disk.Write("a", data); err != nil {
			t.Fatal(err)
		}
		copy(data, "AFTER!")
		got, err := disk.Read("a")
		if err != nil {
			t.Fatal(err)
		}
		copy(got, "AFTER!")
		if again, err := disk.Read("a"); err != nil || string(again) != "before" {
			t.Errorf("%s: the file has %q, %v", kind, again, err)
		}
	}
}

func TestNamesThatLeadOutOrThatWindowsRefusesAreNoFiles(t *testing.T) {
	t.Parallel()
	for kind, disk := range disks(t) {
		for _, name := range []string{"", ".", "..", "../pc.json", "/etc/passwd", "a/../b", "a//b", `a\b`, "C:x", "a*", "a/.new-1", "nul\x00", "a.", "a ", strings.Repeat("n", 129), "\xff"} {
			_, err := disk.Read(name)
			for op, err := range map[string]error{"read": err, "write": disk.Write(name, nil), "remove": disk.Remove(name)} {
				// A drive's names stand behind a folder of its own, but nothing leads out of it.
				if !machine.Is(err, machine.CodeName) {
					t.Errorf("%s: %s of %q: %v", kind, op, name, err)
				}
			}
		}
	}
}

func TestADiskServesSeveralGoroutines(t *testing.T) {
	t.Parallel()
	for kind, disk := range disks(t) {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() {
					for n := range 25 {
						name := fmt.Sprintf("folder/%d", i)
						err := disk.Write(name, fmt.Append(nil, n))
						if err == nil {
							_, err = disk.Read(name)
						}
						if err == nil {
							_, err = disk.Names()
						}
						if err == nil {
							err = disk.Remove(name)
						}
						if err != nil {
							t.Errorf("goroutine %d: %v", i, err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestAFolderIsItsOwnersAloneAndHasNothingHalfWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "PC1")
	disk, err := machine.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	create(t, disk, machine.Spec{})
	if runtime.GOOS != "windows" {
		for name, want := range map[string]fs.FileMode{"": 0o700 | fs.ModeDir, "pc.json": 0o600} {
			info, err := os.Stat(filepath.Join(dir, name))
			if err != nil || info.Mode() != want {
				t.Errorf("%q has the mode %v, %v, want %v", name, info.Mode(), err, want)
			}
		}
	}
	// What a process leaves that ended while it wrote.
	half := filepath.Join(dir, ".new-123")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := disk.Names(); err != nil || !slices.Equal(names, []string{"pc.json"}) {
		t.Errorf("names %q, %v", names, err)
	}
	release, err := machine.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the half file is still there: %v", err)
	}
	if _, err := machine.OpenFolder(filepath.Join(dir, "pc.json")); !machine.Is(err, machine.CodeDisk) {
		t.Errorf("a file opens as a folder: %v", err)
	}
}

func TestOneProcessUsesAPC(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "PC1")
	release, err := machine.LockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = machine.LockFolder(dir)
	wants(t, err, machine.CodeInUse)
	release()
	release, err = machine.LockFolder(dir)
	if err != nil {
		t.Fatalf("after it was released: %v", err)
	}
	release()
	machine.Vacate(dir)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder without a PC stays: %v", err)
	}
	disk, err := machine.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	create(t, disk, machine.Spec{})
	machine.Vacate(dir)
	if !machine.IsThere(dir) {
		t.Error("the PC was removed")
	}
}
