package cli_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"taxiway/internal/cli"
)

var update = flag.Bool("update", false, "write what the scripts compare with")

// TestMain lets the scripts run this test binary as taxiway.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"taxiway": func() { os.Exit(cli.Main("test", time.Now)) },
	})
}

// TestScripts runs what a user could type: every file under testdata/script.
//
// Beside testscript's own commands there are:
//
//	code N COMMAND…       runs a command that must end with exit code N
//	ready                 waits until the server in the background is ready
//	terminate             sends SIGTERM to it; "wait" then checks its exit code
//	capture NAME REGEXP   keeps what the first group of REGEXP matches in stdout
//	lines FILE LINE…      writes a file
//	neutral FILE          writes stdout with ids, times and paths made equal
func TestScripts(t *testing.T) {
	t.Parallel()
	var files []string
	err := filepath.WalkDir(filepath.Join("testdata", "script"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(d.Name(), ".txtar") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no scripts")
	}
	testscript.Run(t, testscript.Params{
		Files: files, Setup: setup, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": code, "ready": ready, "terminate": terminate, "capture": capture, "neutral": neutral, "lines": lines,
		},
	})
}

// setup gives each script ports and a data directory of its own.
func setup(e *testscript.Env) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"TAXIWAY_LISTEN_PEOPLE": "127.0.0.1:" + ports[0], "TAXIWAY_BASE_URL": "https://localhost:" + ports[0],
		"TAXIWAY_LISTEN_DEVICES": "127.0.0.1:" + ports[1], "TAXIWAY_DEVICE_URL": "https://localhost:" + ports[1],
		"TAXIWAY_LISTEN_METRICS": "127.0.0.1:" + ports[2], "TAXIWAY_DATA_DIR": filepath.Join(e.WorkDir, "data"),
		"PORT": ports[0],
	} {
		e.Setenv(name, value)
	}
	return nil
}

// freePorts asks the system for ports nobody listens on; they are told apart
// by being held together.
func freePorts(n int) ([]string, error) {
	var out []string
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = ln.Close() }()
		_, port, err := net.SplitHostPort(ln.Addr().String())
		if err != nil {
			return nil, err
		}
		out = append(out, port)
	}
	return out, nil
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// readyWithin is how long a server may take to start on a busy machine.
const readyWithin = time.Minute

func ready(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: ready")
	}
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	url := "http://" + ts.Getenv("TAXIWAY_LISTEN_METRICS") + "/readyz"
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		ts.Check(err)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			ts.Check(resp.Body.Close())
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
			ts.Fatalf("the server was not ready within %s", readyWithin)
		case <-tick.C:
		}
	}
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: terminate")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
	}
}

func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture NAME REGEXP")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("stdout does not match %q with one group", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// What differs from run to run.
var (
	guid   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	when   = regexp.MustCompile(`\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z`)
	blanks = regexp.MustCompile(` +\n`)

	took     = regexp.MustCompile(`\((\d+m)?\d+(\.\d+)?(µs|ms|s)\)`)
	password = regexp.MustCompile(`\b[a-z2-9]{4}(-[a-z2-9]{4}){3}\b`)
)

func neutral(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: neutral FILE")
	}
	text := ts.ReadFile("stdout")
	text = strings.ReplaceAll(text, ts.Getenv("WORK"), "WORK")
	for i, name := range []string{"TAXIWAY_LISTEN_PEOPLE", "TAXIWAY_LISTEN_DEVICES", "TAXIWAY_LISTEN_METRICS"} {
		_, port, err := net.SplitHostPort(ts.Getenv(name))
		ts.Check(err)
		text = strings.ReplaceAll(text, ":"+port, fmt.Sprintf(":PORT%d", i+1))
	}
	text = guid.ReplaceAllString(text, "GUID")
	text = when.ReplaceAllString(text, "WHEN")
	text = took.ReplaceAllString(text, "(TIME)")
	text = password.ReplaceAllString(text, "PASSWORD")
	text = blanks.ReplaceAllString(text, "\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: lines FILE LINE…")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\r\n")+"\r\n"), 0o600))
}
