package enrollment_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// shop is a fleet whose PC gets apps and a status page.
type shop struct {
	*fleet
	contents *enrollment.Contents
	machine  *machine
}

func runShop(t *testing.T, name string, test func(*shop)) {
	t.Helper()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newShop(t, e.Open(t)))
		})
	})
}

func newShop(t *testing.T, db *sqlstore.DB) *shop {
	t.Helper()
	s := &shop{fleet: newFleet(t, db)}
	s.contents = &enrollment.Contents{Service: s.Service, Key: bytes.Repeat([]byte{7}, 32), Limit: 8 << 20}
	s.Owners[enrollment.OwnerESP] = &enrollment.StatusPage{Service: s.Service}
	s.Owners[enrollment.OwnerApp] = &enrollment.Apps{Service: s.Service, Address: s.contents.Address}
	s.tx(func(tx enrollment.Tx) error {
		d, err := tx.LockManagedDevice(s.ctx, s.tenant, s.device)
		if err != nil {
			return err
		}
		d.InOOBE = true
		return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
	})
	s.machine = &machine{shop: s, tree: map[string]string{}, apps: map[string]*installation{}}
	return s
}

// installer is the bytes of a Windows Installer package, as far as anybody here
// looks.
func installer(name string) []byte {
	return append([]byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}, bytes.Repeat([]byte(name), 300_000)...)
}

// app makes an app with a file and assigns it.
func (s *shop) app(name, code string, change func(*enrollment.App), as ...enrollment.Assignment) enrollment.Policy {
	s.Helper()
	a := &enrollment.App{Publisher: "Contoso", ProductCode: code, ProductVersion: "1.0", FileName: "app.msi"}
	if change != nil {
		change(a)
	}
	p, err := s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyMSI, DisplayName: name, App: a})
	s.ok(err)
	p, err = s.contents.Put(s.ctx, s.tenant, p.ID, 0, "", bytes.NewReader(installer(name)))
	s.ok(err)
	s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, as))
	s.clock.advance(time.Millisecond) // apps go in the order in which they were made
	return p
}

func to(target enrollment.Target, intent enrollment.Intent) enrollment.Assignment {
	return enrollment.Assignment{Target: target, Intent: intent}
}

// page makes a status page for all devices.
func (s *shop) page(e enrollment.ESP) {
	s.Helper()
	p, err := s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyESP, DisplayName: "Reception", ESP: &e})
	s.ok(err)
	s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, []enrollment.Assignment{to(enrollment.TargetAllDevices, enrollment.IntentNone)}))
}

// machine is a PC with Windows Installer.
type machine struct {
	*shop
	n        int
	login    enrollment.Login
	alerts   []enrollment.Alert
	tree     map[string]string
	apps     map[string]*installation
	removed  []string
	executed []string
	jobs     []string
	first    []string // commands of the first message
}

// installation is an app at the PC: the status it tells each time it is asked.
type installation struct {
	steps     []int
	lastError int64
	running   bool
}

// session is one session of the PC, to its end.
func (m *machine) session() {
	m.Helper()
	m.n++
	p := m.pc(strconv.Itoa(m.n))
	p.login = m.login
	in := p.message()
	in.Alerts = append(in.Alerts, m.alerts...)
	m.alerts = nil
	out := p.send(in)
	if m.n == 1 {
		m.first = nodes(out)
	}
	for range 60 {
		if len(out.Commands) == 0 {
			return
		}
		var answers []enrollment.Answer
		for _, c := range out.Commands {
			status, results := m.do(c.Op)
			ref := strconv.Itoa(out.MsgID)
			answers = append(answers, enrollment.Answer{MsgRef: ref, CmdRef: c.CmdID, Status: status})
			if len(results) > 0 {
				answers = append(answers, enrollment.Answer{MsgRef: ref, CmdRef: c.CmdID, CmdID: "r" + c.CmdID, Results: results})
			}
		}
		out = p.send(p.message(answers...))
	}
	m.Fatal("the session has no end")
}

// after lets time pass and then the PC come.
func (m *machine) after(d time.Duration) {
	m.Helper()
	m.clock.advance(d)
	m.session()
}

const msiRoot = "/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/"

// do carries out one command.
func (m *machine) do(op enrollment.Operation) (int, []enrollment.ResultOf) {
	m.Helper()
	if strings.HasPrefix(op.URI, "./User/") && m.login != enrollment.LoginUser {
		m.Errorf("%s %s without its user", op.Verb, op.URI)
		return 500, nil
	}
	if _, rest, found := strings.Cut(op.URI, msiRoot); found {
		code, node, _ := strings.Cut(rest, "/")
		return m.msi(op, code, node)
	}
	switch op.Verb {
	case enrollment.Add:
		m.tree[op.URI] = ""
	case enrollment.Replace:
		m.tree[op.URI] = *op.Data
		if strings.HasSuffix(op.URI, "/ExpectedMSIAppPackages") {
			for node := range strings.SplitSeq(*op.Data, "\uf000") {
				if _, rest, _ := strings.Cut(node, msiRoot); m.apps[strings.TrimSuffix(rest, "/Status;1")] == nil {
					m.Errorf("%s is expected and was not created", node)
				}
			}
		}
	case enrollment.Get:
		value, ok := m.tree[op.URI]
		if !ok {
			return 404, nil
		}
		return 200, []enrollment.ResultOf{{URI: op.URI, Data: value}}
	default:
	}
	return 200, nil
}

func (m *machine) msi(op enrollment.Operation, code, node string) (int, []enrollment.ResultOf) {
	a := m.apps[code]
	switch {
	case op.Verb == enrollment.Add && a != nil && !a.running && len(a.steps) > 0 && a.steps[0] >= 30:
		return 418, nil
	case op.Verb == enrollment.Add:
		if a == nil {
			m.apps[code] = &installation{steps: []int{70}}
		}
		return 200, nil
	case a == nil:
		return 404, nil
	case op.Verb == enrollment.Exec:
		for other, o := range m.apps {
			if o.running && other != code {
				m.Errorf("%s is installed beside %s", code, other)
			}
		}
		a.running = true
		m.executed = append(m.executed, code)
		m.jobs = append(m.jobs, *op.Data)
		m.download(*op.Data)
	case op.Verb == enrollment.Delete:
		m.removed = append(m.removed, code)
		delete(m.apps, code)
	case node == "Status":
		status := a.steps[0]
		if len(a.steps) > 1 {
			a.steps = a.steps[1:]
		}
		if status == 70 || status == 60 || status == 30 {
			a.running = false
		}
		return 200, []enrollment.ResultOf{{URI: op.URI, Format: "int", Data: strconv.Itoa(status)}}
	case node == "LastError":
		return 200, []enrollment.ResultOf{{URI: op.URI, Format: "int", Data: strconv.FormatInt(a.lastError, 10)}}
	}
	return 200, nil
}

// download gets the file of a job and compares its hash, as Windows does.
func (m *machine) download(text string) {
	m.Helper()
	var job struct {
		ID  string `xml:"id,attr"`
		URL string `xml:"Product>Download>ContentURLList>ContentURL"`
		Sum string `xml:"Product>Validation>FileHash"`
	}
	m.ok(xml.Unmarshal([]byte(text), &job))
	u, err := url.Parse(job.URL)
	m.ok(err)
	ticket, ok := enrollment.ParseTicket(strings.TrimPrefix(u.Path, enrollment.ContentPath))
	if !ok {
		m.Fatalf("%s is no address", job.URL)
	}
	file, err := m.contents.Open(m.ctx, ticket)
	m.ok(err)
	data, err := io.ReadAll(file)
	m.ok(err)
	if got := fmt.Sprintf("%X", sha256.Sum256(data)); got != job.Sum {
		m.Errorf("the file of %s has the hash %s, want %s", job.ID, got, job.Sum)
	}
}

// outcome is what the store tells of the PC's deployment and apps.
func (s *shop) outcome() (enrollment.Deployment, []enrollment.Event, map[string]string) {
	s.Helper()
	all, err := s.db.DeploymentsOf(s.ctx, s.tenant, "", s.device, 10)
	s.ok(err)
	if len(all) != 1 {
		s.Fatalf("%d deployments", len(all))
	}
	events, err := s.db.ListEvents(s.ctx, s.tenant, all[0].ID)
	s.ok(err)
	states, err := s.db.ListStates(s.ctx, s.tenant, s.device)
	s.ok(err)
	became := map[string]string{}
	for _, st := range states {
		became[st.Name] = fmt.Sprintf("%s %d %#x tracked=%t", st.Compliance, st.Status, uint32(st.Error), st.Tracked)
	}
	return all[0], events, became
}
