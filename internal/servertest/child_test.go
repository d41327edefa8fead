package servertest_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

// childEnv holds a childSpec: the test binary then is a server.
const childEnv = "TAXIWAY_TEST_CHILD"

// childSpec is what a server process is told.
type childSpec struct {
	DataDir, Database, MasterKey string
	Fleet                        bool // no limit per address, since all PCs come from one, and the usual pace of the engine
	Messages                     int  // mdm.max_messages; 0: the usual
}

// childReady is what it answers when it serves.
type childReady struct{ People, Devices, Private, Authority string }

func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := serveAsChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveAsChild serves until SIGTERM. It ends with its parent, however that ends.
func serveAsChild(text string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent does
		os.Exit(3)
	}()
	var spec childSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return fmt.Errorf("read %s: %w", childEnv, err)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := server.New(ctx, spec.config(), server.Options{Log: log})
	if err != nil {
		return err
	}
	ready := childReady{People: s.Address("people"), Devices: s.Address("devices"), Private: s.Address("private"), Authority: string(s.AuthorityPEM())}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	return s.Run(ctx)
}

func (s *childSpec) config() config.Config {
	c := config.Default()
	c.DataDir, c.BaseURL, c.DeviceURL = s.DataDir, servertest.BaseURL, servertest.DeviceURL
	c.Listen = config.Listen{People: "127.0.0.1:0", Devices: "127.0.0.1:0", Metrics: "127.0.0.1:0"}
	c.Database.URL, c.MasterKey = config.NewSecret(s.Database), config.NewSecret(s.MasterKey)
	if s.Messages > 0 {
		c.MDM.MaxMessages = s.Messages
	}
	if s.Fleet {
		c.Limits.DeviceRate = 0
	} else {
		hurried(&c)
	}
	return c
}

// child is a server in a process of its own.
type child struct {
	spec  childSpec
	ready childReady
	cmd   *exec.Cmd
	p     *servertest.Process
	gone  chan error
}

// startChild starts a server and waits until it serves.
func startChild(t testing.TB, spec childSpec) *child {
	t.Helper()
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{spec: spec, cmd: exec.Command(os.Args[0]), gone: make(chan error, 1)}
	c.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	c.cmd.Stderr = childLog{t}
	if _, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("start a server process: %v", err)
	}
	var ready childReady
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	go func() { c.gone <- c.cmd.Wait() }()
	t.Cleanup(func() { c.kill(t) })
	if err != nil {
		t.Fatalf("the server process does not serve: %v %s", err, line)
	}
	c.ready, c.p = ready, &servertest.Process{Config: spec.config(), HTTP: childClient(t, ready)}
	if c.p.Admin, err = server.OpenAdmin(context.Background(), c.p.Config, server.Options{}); err != nil || !c.p.Admin.Running {
		t.Fatalf("reach the private door: %v", err)
	}
	t.Cleanup(func() {
		if err := c.p.Admin.Close(); err != nil {
			t.Errorf("leave the private door: %v", err)
		}
	})
	return c
}

// childLog sends a server's warnings to the test's log.
type childLog struct{ t testing.TB }

// Write implements io.Writer.
func (l childLog) Write(b []byte) (int, error) {
	l.t.Logf("server process: %s", b)
	return len(b), nil
}

// kill ends the process as the kernel does when it has to, and waits for it.
func (c *child) kill(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("kill the server process: %v", err)
	}
	err := <-c.gone
	c.gone <- err
	if c.p != nil {
		c.p.HTTP.CloseIdleConnections()
	}
}

// memory is the most bytes that the process has used, 0 where the system does
// not tell.
func (c *child) memory(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		text, ok := strings.CutPrefix(line, "VmHWM:")
		if !ok {
			continue
		}
		kilobytes, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")))
		if err != nil {
			t.Fatalf("read the memory of the server: %v", err)
		}
		return kilobytes << 10
	}
	t.Fatal("the system does not tell the memory of a process")
	return 0
}

// stopGrace is how long a server may take to stop.
const stopGrace = 10 * time.Second

// terminate asks the process to stop, which it has to do in time and without
// an error.
func (c *child) terminate(t testing.TB) {
	t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("send SIGTERM: %v", err)
	}
	late := time.NewTimer(stopGrace)
	defer late.Stop()
	select {
	case err := <-c.gone:
		c.gone <- err
		if err != nil {
			t.Errorf("after SIGTERM the server ended with %v", err)
		}
	case <-late.C:
		t.Errorf("the server did not stop within %s of SIGTERM", stopGrace)
	}
}

// childClient trusts a server process and reaches it under its names.
func childClient(t testing.TB, ready childReady) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(ready.Authority)) {
		t.Fatal("the server's authority is no certificate")
	}
	addresses := map[string]string{hostPort(t, servertest.BaseURL): ready.People, hostPort(t, servertest.DeviceURL): ready.Devices, "private:80": ready.Private}
	return &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, addresses[addr])
		},
	}}
}

func hostPort(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host + ":443"
}
