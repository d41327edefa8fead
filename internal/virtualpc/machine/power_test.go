package machine_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

var errPowerOff = errors.New("the power is off")

// socket is a disk whose power goes after so many changes.
type socket struct {
	machine.Disk

	left int
}

func (s *socket) Write(name string, data []byte) error {
	if s.left == 0 {
		return errPowerOff
	}
	s.left--
	return s.Disk.Write(name, data)
}

func (s *socket) Remove(name string) error {
	if s.left == 0 {
		return errPowerOff
	}
	s.left--
	return s.Disk.Remove(name)
}

// identity is pc.json, the one write that decides.
func identity(t *testing.T, disk machine.Disk) string {
	t.Helper()
	data, err := disk.Read("pc.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestThePowerMayGoAtAnyWrite(t *testing.T) {
	t.Parallel()
	kept := func(t *testing.T, before, after map[string]string) {
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("the drive changed (-before +after):\n%s", diff)
		}
	}
	empty := func(t *testing.T, _, after map[string]string) {
		if len(after) > 0 {
			t.Errorf("the drive has %d files, want none", len(after))
		}
	}
	for name, tt := range map[string]struct {
		do   func(m *machine.Machine) error
		done func(t *testing.T, before, after map[string]string) // what the drive is like once it was done
	}{
		"reset":          {func(m *machine.Machine) error { return m.Reset() }, empty},
		"reimage":        {func(m *machine.Machine) error { return m.Reimage(machine.OS{Release: "11-25h2"}) }, empty},
		"swap the board": {func(m *machine.Machine) error { _, err := m.Swap(machine.Board); return err }, kept},
		"swap the TPM":   {func(m *machine.Machine) error { _, err := m.Swap(machine.TPM); return err }, kept},
		"swap the disk":  {func(m *machine.Machine) error { _, err := m.Swap(machine.SSD); return err }, empty},
		"keep the data":  {func(m *machine.Machine) error { _, err := m.SwapDiskKeepingData(); return err }, kept},
		"swap adapters":  {func(m *machine.Machine) error { _, err := m.Swap(machine.NIC); return err }, kept},
		"hand over":      {func(m *machine.Machine) error { _, err := m.HandOver(noon); return err }, kept},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for writes := 0; ; writes++ {
				if writes > 100 {
					t.Fatal("it never ends")
				}
				disk := machine.NewMemory()
				furnish(t, create(t, disk, machine.Spec{}))
				was, before := identity(t, disk), contents(t, open(t, disk).Drive())
				parts := open(t, disk).Hardware
				m := open(t, &socket{disk, writes})
				err := tt.do(m)
				if err != nil && !errors.Is(err, errPowerOff) {
					t.Fatal(err)
				}
				again := open(t, disk)
				after := contents(t, again.Drive())
				if identity(t, disk) == was {
					if err == nil {
						t.Error("it was done and changed nothing")
					}
					kept(t, before, after)
				} else {
					tt.done(t, before, after)
				}
				// The PC in memory is the one on the disk.
				if diff := cmp.Diff(again.Hardware, m.Hardware); diff != "" || m.Installation != again.Installation {
					t.Errorf("after %d writes the PC is not the one on its disk:\n%s", writes, diff)
				}
				hashOf(t, again)
				proves(t, again)
				if parts.SystemSerial != again.Hardware.SystemSerial {
					t.Error("the serial changed")
				}
				if err == nil {
					return
				}
			}
		})
	}
}

func TestAPCIsThereWhenAllOfItIs(t *testing.T) {
	t.Parallel()
	source := create(t, machine.NewMemory(), machine.Spec{NoTPM: true}) // making keys takes a while
	furnish(t, source)
	for name, build := range map[string]func(machine.Disk) (*machine.Machine, error){
		"create": func(d machine.Disk) (*machine.Machine, error) {
			return machine.Create(d, machine.Spec{Name: "PC2", EK: key(t, 1)})
		},
		"clone": func(d machine.Disk) (*machine.Machine, error) { return source.Clone(d, "PC2") },
	} {
		disk := machine.NewMemory()
		for writes := 0; ; writes++ { // each on what the one before left behind
			_, err := build(&socket{disk, writes})
			if err == nil {
				break
			}
			if !errors.Is(err, errPowerOff) {
				t.Fatal(err)
			}
			if _, err := machine.Open(disk); !machine.Is(err, machine.CodeMissing) {
				t.Fatalf("%s: after %d writes there is a PC: %v", name, writes, err)
			}
		}
		if m := open(t, disk); name == "clone" {
			if diff := cmp.Diff(contents(t, source.Drive()), contents(t, m.Drive())); diff != "" {
				t.Errorf("the clone's drive differs:\n%s", diff)
			}
		}
	}
}

// TestWhatWasWrittenIsThereAfterThePowerWent adds to every store until the
// power goes: what was acknowledged is there, in order, and nothing else.
func TestWhatWasWrittenIsThereAfterThePowerWent(t *testing.T) {
	t.Parallel()
	r := random(t)
	for range 20 {
		disk := machine.NewMemory()
		create(t, disk, machine.Spec{})
		m := open(t, &socket{disk, 1 + r.IntN(300)})
		acknowledged := map[string]int{}
		steps := map[string]func(n int) error{
			"events": func(n int) error { return m.Events().Add(machine.Event{Time: noon, ID: n}) },
			"trace":  func(n int) error { return m.Trace().Add(machine.Exchange{Time: noon, Status: n}) },
			"registry": func(n int) error {
				return m.Registry().Set(machine.KeyEnrollments, strconv.Itoa(n), n)
			},
			"state": func(n int) error { return m.SaveJSON("n", n) },
		}
		names := []string{"events", "trace", "registry", "state"}
		for {
			name := names[r.IntN(len(names))]
			if err := steps[name](acknowledged[name]); err != nil {
				if !errors.Is(err, errPowerOff) {
					t.Fatal(err)
				}
				break
			}
			acknowledged[name]++
		}
		again := open(t, disk)
		events, err := again.Events().All()
		if err != nil || len(events) != acknowledged["events"] {
			t.Fatalf("%d events, %v, want %d", len(events), err, acknowledged["events"])
		}
		for i, e := range events {
			if e.ID != i {
				t.Fatalf("event %d is %d", i, e.ID)
			}
		}
		trace, err := again.Trace().All()
		if err != nil || len(trace) != acknowledged["trace"] {
			t.Fatalf("%d exchanges, %v, want %d", len(trace), err, acknowledged["trace"])
		}
		values, err := again.Registry().Values(machine.KeyEnrollments)
		if err != nil || len(values) != acknowledged["registry"] {
			t.Fatalf("%d values, %v, want %d", len(values), err, acknowledged["registry"])
		}
		var n int
		if err := again.LoadJSON("n", &n); acknowledged["state"] > 0 && (err != nil || n != acknowledged["state"]-1) {
			t.Fatalf("the state is %d, %v, want %d", n, err, acknowledged["state"]-1)
		}
	}
}

// writerFolder tells a process of this test that it is the one to be killed.
const writerFolder = "TAXIWAY_TEST_WRITER"

// written is the n-th content of the file: long, and wrong in every part of it
// that belongs to another one.
func written(n int) []byte { return bytes.Repeat(fmt.Appendf(nil, "%08d", n), 32<<10) }

// TestWriter is the process that TestAWriteIsWholeOrNotAtAllWhenTheProcessIsKilled
// kills; as a test of its own it writes three times.
func TestWriter(t *testing.T) {
	dir, most := os.Getenv(writerFolder), 1<<30
	if dir == "" {
		dir, most = t.TempDir(), 3
	}
	disk, err := machine.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	for n := range most {
		if err := disk.Write("file", written(n)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(os.Stdout, "wrote", n)
	}
	if data, err := disk.Read("file"); err != nil || !bytes.Equal(data, written(most-1)) {
		t.Errorf("the file has %d bytes, %v", len(data), err)
	}
}

func TestAWriteIsWholeOrNotAtAllWhenTheProcessIsKilled(t *testing.T) {
	t.Parallel()
	r := random(t)
	for range 5 {
		dir := filepath.Join(t.TempDir(), "PC1")
		cmd := exec.Command(os.Args[0], "-test.run=^TestWriter$")
		cmd.Env = append(os.Environ(), writerFolder+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acknowledged := -1
		lines := bufio.NewScanner(out)
		for stop := r.IntN(20); acknowledged < stop && lines.Scan(); {
			if text, ok := strings.CutPrefix(lines.Text(), "wrote "); ok {
				if acknowledged, err = strconv.Atoi(text); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said before it was gone
			if text, ok := strings.CutPrefix(lines.Text(), "wrote "); ok {
				acknowledged, _ = strconv.Atoi(text)
			}
		}
		_ = cmd.Wait() // it was killed
		disk, err := machine.OpenFolder(dir)
		if err != nil {
			t.Fatal(err)
		}
		data, err := disk.Read("file")
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(string(data[:8]))
		if err != nil || !bytes.Equal(data, written(n)) || n < acknowledged || n > acknowledged+1 {
			t.Errorf("the file has content %d of %d bytes (%v), acknowledged was %d", n, len(data), err, acknowledged)
		}
	}
}

func TestAFullDiskNamesTheFileAndLosesNothing(t *testing.T) {
	t.Parallel()
	r := random(t)
	for range 30 {
		inner := machine.NewMemory()
		create(t, inner, machine.Spec{})
		room := int64(len(identity(t, inner)) + r.IntN(12_000))
		disk, err := machine.Limit(inner, room)
		if err != nil {
			t.Fatal(err)
		}
		m := open(t, disk)
		for n := range 200 {
			before := contents(t, inner)
			var file string
			switch r.IntN(4) {
			case 0:
				file, err = "windows-1/registry.json", m.Registry().Set(machine.KeyTracking, strconv.Itoa(n), strings.Repeat("x", 100))
			case 1:
				file, err = "windows-1/events/", m.Events().Add(machine.Event{Time: noon, ID: n, Message: strings.Repeat("x", 100)})
			case 2:
				file, err = "windows-1/state/s.json", m.SaveJSON("s", strings.Repeat("x", r.IntN(2000)))
			case 3:
				file = "pc.json"
				_, err = m.HandOver(noon)
			}
			size := 0
			for _, text := range contents(t, inner) {
				size += len(text)
			}
			if int64(size) > room {
				t.Fatalf("the disk has %d bytes, room was for %d", size, room)
			}
			if err == nil {
				continue
			}
			e, ok := errors.AsType[*machine.Error](err)
			if !ok || e.Code != machine.CodeFull || !strings.HasPrefix(e.File, file) || !strings.Contains(e.Message, e.File) {
				t.Fatalf("error %v, want a full disk and %s", err, file)
			}
			if diff := cmp.Diff(before, contents(t, inner)); diff != "" {
				t.Fatalf("a full disk lost something:\n%s", diff)
			}
		}
		// With room again it goes on from what is there.
		if err := disk.Remove("windows-1/state/s.json"); err != nil {
			t.Fatal(err)
		}
		again := open(t, inner)
		if err := again.Events().Add(machine.Event{Time: noon, ID: 1000}); err != nil {
			t.Errorf("after room was made: %v", err)
		}
		if events, err := again.Events().All(); err != nil || events[len(events)-1].ID != 1000 {
			t.Errorf("events %v, %v", events, err)
		}
	}
}

func TestADamagedFileIsNamed(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	furnish(t, create(t, disk, machine.Spec{}))
	record := identity(t, disk)
	for n := range len(record) - 2 { // the last is the end of a line
		if n%7 != 0 && n < len(record)-100 {
			continue // parsing keys takes a while
		}
		namesDamage(t, disk, "pc.json", record[:n], record, func() error { _, err := machine.Open(disk); return err })
	}
	views := map[string]func() error{
		"windows-1/registry.json":       func() error { _, err := open(t, disk).Registry().Values(machine.KeyAutopilot); return err },
		"windows-1/events/000001.jsonl": func() error { _, err := open(t, disk).Events().All(); return err },
		"windows-1/trace/000001.jsonl":  func() error { _, err := open(t, disk).Trace().All(); return err },
		"windows-1/keys/device.pem":     func() error { _, err := open(t, disk).Keys().Get(machine.KeyDevice); return err },
		"windows-1/state/setup.json": func() error {
			var v any
			return open(t, disk).LoadJSON("setup", &v)
		},
	}
	for file, view := range views {
		data, err := disk.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		whole := string(data)
		for _, broken := range []string{whole[:len(whole)/2], whole[:len(whole)/3], "\x00\x01\x02", "{", strings.Replace(whole, `"`, "'", 1) + "?"} {
			namesDamage(t, disk, file, broken, whole, view)
		}
	}
	if err := disk.Write("windows-1/events/copy.jsonl", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, disk).Events().All(); !machine.Is(err, machine.CodeDamaged) || !strings.Contains(err.Error(), "events/copy.jsonl") {
		t.Errorf("a file that is no piece: %v", err)
	}
}

// namesDamage fails unless a broken file is an error that names it, and the
// whole one is fine again.
func namesDamage(t *testing.T, disk machine.Disk, file, broken, whole string, view func() error) {
	t.Helper()
	if err := disk.Write(file, []byte(broken)); err != nil {
		t.Fatal(err)
	}
	e, ok := errors.AsType[*machine.Error](view())
	if !ok || e.Code != machine.CodeDamaged || e.File != file || !strings.Contains(e.Message, file) || e.Remedy == "" {
		t.Errorf("%s with %d of %d bytes: %v", file, len(broken), len(whole), e)
	}
	if err := disk.Write(file, []byte(whole)); err != nil {
		t.Fatal(err)
	}
	if err := view(); err != nil {
		t.Errorf("%s is whole again: %v", file, err)
	}
}

func TestPartsThatDoNotBelongTogetherAreDamage(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(record map[string]any){
		"another endorsement key": func(r map[string]any) {
			r["endorsementKey"] = recordOf(t, machine.Spec{EK: key(t, 1)})["endorsementKey"]
		},
		"no endorsement key": func(r map[string]any) { delete(r, "endorsementKey") },
		"a later format":     func(r map[string]any) { r["format"] = 2 },
		"no name":            func(r map[string]any) { r["name"] = "" },
		"no installation":    func(r map[string]any) { r["installation"] = 0 },
		"an impossible UUID": func(r map[string]any) { r["hardware"].(map[string]any)["SMBIOSUUID"] = "?" },
	} {
		r := recordOf(t, machine.Spec{})
		change(r)
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		disk := machine.NewMemory()
		if err := disk.Write("pc.json", data); err != nil {
			t.Fatal(err)
		}
		if _, err := machine.Open(disk); !machine.Is(err, machine.CodeDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func recordOf(t *testing.T, spec machine.Spec) (r map[string]any) {
	t.Helper()
	disk := machine.NewMemory()
	create(t, disk, spec)
	if err := json.Unmarshal([]byte(identity(t, disk)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAChangeThatFailsLeavesThePCAsItWas(t *testing.T) {
	t.Parallel()
	disk := machine.NewMemory()
	create(t, disk, machine.Spec{})
	m := open(t, &socket{disk, 0})
	before := m.Hardware
	if _, err := m.Swap(machine.Board); !errors.Is(err, errPowerOff) {
		t.Fatalf("the swap: %v", err)
	}
	if c := hwhash.Compare(&hwhash.Hash{Hardware: before}, hashOf(t, m)); c.Verdict != hwhash.Same {
		t.Errorf("the PC has new parts that its disk does not know: %+v", c)
	}
}
