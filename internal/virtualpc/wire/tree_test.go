package wire_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
)

const (
	policy   = "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera"
	provider = "./Device/Vendor/MSFT/DMClient/Provider/taxiway"
	mine     = "./User/Vendor/MSFT/Policy/Config/Desktop/Wallpaper"
)

func on(kind syncml.Kind, uri, value string) syncml.Command {
	item := syncml.Item{Target: uri}
	if kind == syncml.Add || kind == syncml.Replace {
		item.Data = syncml.TextData(value)
	}
	return syncml.Command{Kind: kind, Items: []syncml.Item{item}}
}

func all(kind syncml.Kind, inside ...syncml.Command) syncml.Command {
	return syncml.Command{Kind: kind, Commands: inside}
}

// number gives every command its own.
func number(commands []syncml.Command, next int) int {
	for i := range commands {
		commands[i].CmdID = strconv.Itoa(next)
		next = number(commands[i].Commands, next+1)
	}
	return next
}

// carriesOut sends commands in one message and gives the PC's answers: "200" of
// each command, "200 value" of a Get.
func carriesOut(t *testing.T, d *wire.Device, f *fake, s *sessions, commands ...syncml.Command) []string {
	t.Helper()
	number(commands, 50)
	s.heard = nil
	s.say = func(n int) []syncml.Command {
		if n == 1 {
			return commands
		}
		return nil
	}
	if _, err := f.c.Session(t.Context(), d, wire.SessionOptions{}); err != nil {
		t.Fatalf("session: %v (%v)", err, wire.ProblemOf(err).Cause)
	}
	var out []string
	at := map[string]int{}
	for _, c := range s.heard[1].Body {
		switch {
		case c.Kind == syncml.Status && c.CmdRef != "0":
			at[c.CmdRef] = len(out)
			out = append(out, strconv.Itoa(c.Code()))
		case c.Kind == syncml.Results:
			for _, item := range c.Items {
				out[at[c.CmdRef]] += " " + item.Data.Text
			}
		}
	}
	return out
}

func TestAPCDoesWhatCommandsWantAsWindowsDoes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		commands []syncml.Command
		want     []string
	}{
		{"a policy is made by Replace", []syncml.Command{on(syncml.Replace, policy, "0"), on(syncml.Get, policy, "")}, []string{"200", "200 0"}},
		{"another node is not", []syncml.Command{on(syncml.Replace, "./Device/Vendor/MSFT/Nobody/X", "0")}, []string{"404"}},
		{"a node is added once", []syncml.Command{on(syncml.Add, policy, "0"), on(syncml.Add, policy, "1"), on(syncml.Get, policy, "")}, []string{"200", "418", "200 0"}},
		{"nobody's node is not added", []syncml.Command{on(syncml.Add, "./Device/Vendor/MSFT/Nobody/X", "0")}, []string{"404"}},
		{"what the PC tells cannot be changed", []syncml.Command{on(syncml.Replace, "./DevDetail/SwV", "1"), on(syncml.Delete, "./DevInfo/DmV", "")}, []string{"405", "405"}},
		{"its name can", []syncml.Command{on(syncml.Replace, "./DevDetail/Ext/Microsoft/DNSComputerName", "PC-2")}, []string{"200"}},
		{"a node with children has no value", []syncml.Command{on(syncml.Replace, "./Device/Vendor/MSFT/Policy/Config", "1")}, []string{"405"}},
		{"a Replace needs a value", []syncml.Command{{Kind: syncml.Replace, Items: []syncml.Item{{Target: policy}}}}, []string{"415"}},
		{"a node goes with those below it", []syncml.Command{on(syncml.Replace, policy, "0"), on(syncml.Delete, "./Vendor/MSFT/Policy/Config/Camera", ""), on(syncml.Get, policy, "")}, []string{"200", "200", "404"}},
		{"what is not there cannot go", []syncml.Command{on(syncml.Delete, policy, "")}, []string{"404"}},
		{"a Get of a node with children names them", []syncml.Command{on(syncml.Get, "./Vendor/MSFT/DMClient/Provider/taxiway", "")}, []string{"200 EntDMID/FirstSyncStatus/UPN"}},
		{"a user's node fails without the user", []syncml.Command{on(syncml.Replace, mine, "x"), on(syncml.Get, mine, "")}, []string{"500", "500"}},
		{"what nobody knows is not run", []syncml.Command{on(syncml.Exec, "./Device/Vendor/MSFT/Nobody/Do", "")}, []string{"404"}},
		{"a command without item", []syncml.Command{{Kind: syncml.Replace}}, []string{"400"}},
		{"an Atomic does all", []syncml.Command{all(syncml.Atomic, on(syncml.Replace, policy, "0"), on(syncml.Replace, provider+"/X", "1")), on(syncml.Get, policy, "")}, []string{"200", "200", "200", "200 0"}},
		{"or nothing", []syncml.Command{all(syncml.Atomic, on(syncml.Replace, policy, "0"), on(syncml.Replace, "./DevDetail/SwV", "1"), on(syncml.Replace, provider+"/X", "1")), on(syncml.Get, policy, "")}, []string{"507", "216", "405", "215", "404"}},
		{"an Atomic has no Get", []syncml.Command{all(syncml.Atomic, on(syncml.Get, policy, ""))}, []string{"507", "500"}},
		{"and no other Atomic", []syncml.Command{all(syncml.Atomic, all(syncml.Atomic, on(syncml.Replace, policy, "0")))}, []string{"507", "500"}},
		{"and no Replace of what it added", []syncml.Command{all(syncml.Atomic, on(syncml.Add, policy, "0"), on(syncml.Replace, policy, "1"))}, []string{"507", "216", "500"}},
		{"a Sequence goes on after an error", []syncml.Command{all(syncml.Sequence, on(syncml.Delete, policy, ""), on(syncml.Replace, policy, "0"))}, []string{"200", "404", "200"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &sessions{t: t}
			f := newFake(t, s.handle)
			if diff := cmp.Diff(tt.want, carriesOut(t, enrolled(t, f), f, s, tt.commands...)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
		})
	}
}

func TestAUsersNodesAreReachedWhileTheOwnerIsSignedIn(t *testing.T) {
	t.Parallel()
	s := &sessions{t: t}
	f := newFake(t, s.handle)
	d := enrolled(t, f)
	d.SignedIn = "ANN@contoso.example"
	want := []string{"200", "200 x"}
	if got := carriesOut(t, d, f, s, on(syncml.Replace, mine, "x"), on(syncml.Get, mine, "")); !slices.Equal(got, want) {
		t.Errorf("with the owner: %q, want %q", got, want)
	}
	if got := s.heard[0].Body[1].Items[0].Data.Text; got != syncml.LoginUser {
		t.Errorf("the login status is %q", got)
	}
	// An Atomic that fails undoes the user's nodes, too.
	want = []string{"507", "216", "405", "200 x"}
	if got := carriesOut(t, d, f, s, all(syncml.Atomic, on(syncml.Replace, mine, "y"), on(syncml.Replace, "./DevDetail/SwV", "1")), on(syncml.Get, mine, "")); !slices.Equal(got, want) {
		t.Errorf("an Atomic: %q, want %q", got, want)
	}
	d.SignedIn = "bob@contoso.example"
	if got := carriesOut(t, d, f, s, on(syncml.Get, mine, "")); !slices.Equal(got, []string{"500"}) {
		t.Errorf("with another: %q", got)
	}
	if got := s.heard[0].Body[1].Items[0].Data.Text; got != syncml.LoginOthers {
		t.Errorf("the login status is %q", got)
	}
	if got, _ := d.User("ann@contoso.example").Value(mine); got != "x" {
		t.Errorf("ann has %q", got)
	}
}

func TestCommandsThatThePCCarriesOutLaterAreTold(t *testing.T) {
	t.Parallel()
	s := &sessions{t: t}
	f := newFake(t, s.handle)
	d := enrolled(t, f)
	var told []string
	say := func(what string) func() { return func() { told = append(told, what) } }
	d.Reboot, d.Reset, d.Renew = say("reboot"), say("reset"), say("renew")
	d.Rename = func(name string) { told = append(told, "rename "+name) }
	d.Wipe = func(kind string) { told = append(told, "wipe "+kind) }
	d.Changed = func(kind syncml.Kind, uri, value string) { told = append(told, fmt.Sprint(kind, " ", uri, " ", value)) }
	carriesOut(t, d, f, s,
		on(syncml.Exec, "./Device/Vendor/MSFT/Reboot/RebootNow", ""),
		on(syncml.Exec, "./Device/Vendor/MSFT/RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment", ""),
		on(syncml.Exec, "./Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow", ""),
		on(syncml.Replace, "./DevDetail/Ext/Microsoft/DNSComputerName", "PC-%RAND:4%"),
		on(syncml.Exec, "./Device/Vendor/MSFT/RemoteWipe/doWipeProtected", ""),
	)
	want := []string{"reboot", "reset", "renew", "Replace ./DevDetail/Ext/Microsoft/DNSComputerName PC-%RAND:4%", "rename PC-%RAND:4%", "wipe doWipeProtected"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	number := on(syncml.Exec, "./Device/Vendor/MSFT/DMClient/Unenroll", "")
	number.CmdID = "50"
	s.heard, s.say = nil, func(n int) []syncml.Command {
		if n == 1 {
			return []syncml.Command{number}
		}
		return nil
	}
	got, err := f.c.Session(t.Context(), d, wire.SessionOptions{})
	if err != nil || !got.Left || got.Messages != 2 {
		t.Errorf("the session that ends the management: %+v, %v", got, err)
	}
}

const (
	product = "{11111111-2222-4333-8444-555555555555}"
	msiNode = "./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-4333-8444-555555555555%7D"
)

// installs is the command to install the product from there.
func installs(address, hash string) syncml.Command {
	c := on(syncml.Exec, msiNode+"/DownloadInstall", "")
	c.Items[0].Format, c.Items[0].Data = "xml", syncml.TextData(`<MsiInstallJob id="`+product+`"><Product Version="1.0"><Download><ContentURLList><ContentURL>`+address+
		`</ContentURL></ContentURLList></Download><Validation><FileHash>`+hash+`</FileHash></Validation><Enforcement><CommandLine>/quiet</CommandLine><TimeOut>5</TimeOut><RetryCount>3</RetryCount><RetryInterval>5</RetryInterval></Enforcement></Product></MsiInstallJob>`)
	return c
}

func TestAnMSIIsInstalledOnlyWhenItIsTheFileThatWasAnnounced(t *testing.T) {
	t.Parallel()
	file := []byte(strings.Repeat("installer ", 10_000))
	sum := sha256.Sum256(file)
	right := strings.ToUpper(hex.EncodeToString(sum[:]))
	tests := []struct {
		name, path, hash string
		install          func() (int, int64)
		status, err      string
	}{
		{"the right file", "/file", right, nil, "70", "0"},
		{"another file", "/file", strings.Repeat("0", 64), nil, "30", "2147942423"},
		{"no file", "/none", right, nil, "30", "2149122452"},
		{"a file in chunks", "/chunks", right, nil, "30", "2147942402"},
		{"a file elsewhere", "/elsewhere", right, nil, "30", "2147942402"},
		{"an installation that fails", "/file", right, func() (int, int64) { return wire.MSIInstallFailed, 1603 }, "60", "1603"},
		{"an installation that goes on", "/file", right, func() (int, int64) { return wire.MSIInstalling, 0 }, "50", "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &sessions{t: t}
			f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/file":
					say(w, http.StatusOK, "application/x-msi", file)
				case "/chunks":
					_, _ = w.Write(file)
				case "/elsewhere":
					http.Redirect(w, r, "https://evil.example/file", http.StatusFound)
				case "/none":
					http.NotFound(w, r)
				default:
					s.handle(w, r)
				}
			})
			d := enrolled(t, f)
			if tt.install != nil {
				d.Install = func(_ context.Context, job wire.MSIJob) (int, int64) {
					if job.Product != product || job.Version != "1.0" || job.CommandLine != "/quiet" || job.User {
						t.Errorf("the job is %+v", job)
					}
					return tt.install()
				}
			}
			job := installs(f.URL+tt.path, tt.hash)
			got := carriesOut(t, d, f, s, on(syncml.Add, msiNode+"/DownloadInstall", ""), job, on(syncml.Get, msiNode+"/Status", ""), on(syncml.Get, msiNode+"/LastError", ""))
			if want := []string{"200", "200", "200 " + tt.status, "200 " + tt.err}; !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", tt.name, got, want)
			}
			d.Tree.SetMSI(product, wire.MSIInstalled, 0)
			if got, _ := d.Tree.Value(msiNode + "/Status"); got != "70" {
				t.Errorf("later the status is %q", got)
			}
		})
	}
}

// downloadsLost loses so many downloads.
type downloadsLost struct {
	inside http.RoundTripper
	left   *atomic.Int32
}

// RoundTrip implements http.RoundTripper.
func (l downloadsLost) RoundTrip(r *http.Request) (*http.Response, error) {
	if wire.StepOf(r.Context()) == wire.StepDownload && l.left.Add(-1) >= 0 {
		return nil, syscall.ECONNRESET
	}
	return l.inside.RoundTrip(r)
}

// A server that is away for minutes costs an app nothing but time.
func TestADownloadIsTriedAgainAsOftenAsItsJobSays(t *testing.T) {
	t.Parallel()
	file := []byte("installer")
	sum := sha256.Sum256(file)
	// One try of a job is four of its request.
	for _, tt := range []struct {
		lost        int32
		pauses      int
		status, err string
	}{{3, 0, "70", "0"}, {4, 1, "70", "0"}, {15, 3, "70", "0"}, {16, 3, "30", "2147954431"}} {
		var left atomic.Int32
		left.Store(tt.lost)
		s := &sessions{t: t}
		f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/file" {
				say(w, http.StatusOK, "application/x-msi", file)
				return
			}
			s.handle(w, r)
		}, func(o *wire.Options) {
			o.Wrap = func(inside http.RoundTripper) http.RoundTripper { return downloadsLost{inside, &left} }
		})
		got := carriesOut(t, enrolled(t, f), f, s, on(syncml.Add, msiNode+"/DownloadInstall", ""), installs(f.URL+"/file", hex.EncodeToString(sum[:])),
			on(syncml.Get, msiNode+"/Status", ""), on(syncml.Get, msiNode+"/LastError", ""))
		if want := []string{"200", "200", "200 " + tt.status, "200 " + tt.err}; !slices.Equal(got, want) {
			t.Errorf("%d lost: %q, want %q", tt.lost, got, want)
		}
		_, waits := f.told()
		pauses := 0
		for _, d := range waits {
			if d == 5*time.Minute {
				pauses++
			}
		}
		if pauses != tt.pauses {
			t.Errorf("%d lost: the PC waited %v, want %d times five minutes", tt.lost, waits, tt.pauses)
		}
	}
}

func TestATreeIsTheSameAfterTheDisk(t *testing.T) {
	t.Parallel()
	for _, tree := range []*wire.Tree{wire.NewDeviceTree(&wire.DeviceFacts{DeviceID: "D", Name: "PC-1", Hash: "hash"}), wire.NewUserTree()} {
		tree.Set(policy, "int", "0")
		text, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		back := &wire.Tree{}
		if err := json.Unmarshal(text, back); err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(back)
		if err != nil {
			t.Fatal(err)
		}
		if string(again) != string(text) || !slices.Equal(back.Below("./Vendor/MSFT/Policy"), []string{"Vendor/MSFT/Policy/Config/Camera/AllowCamera"}) {
			t.Errorf("written %s, read %s", text, again)
		}
	}
	if err := json.Unmarshal([]byte(`[]`), &wire.Tree{}); err == nil {
		t.Error("a list is a tree")
	}
}
