package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/graphclient"
	"taxiway/internal/labdata"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// labSpeed is how fast the time of the lab's PC passes: no wait of it takes two
// real seconds.
const labSpeed = 600

// labDeployment is the way of the lab's virtual PC to its desktop.
type labDeployment struct {
	Name    string            `json:"name"`
	Serial  string            `json:"serialNumber"`
	Steps   []labStep         `json:"steps"` // none when it was deployed before
	Boot    *virtualpc.Report `json:"boot"`
	Checks  []labCheck        `json:"checks"`
	Problem string            `json:"problem,omitempty"` // why it is not at its desktop
}

// labCheck is one of the things that the tutorial tells an admin to look at.
type labCheck struct {
	Name     string `json:"name"`
	Where    string `json:"where"` // Graph, or the PC itself
	Expected string `json:"expected"`
	Actual   string `json:"actual"`
	OK       bool   `json:"ok"`
}

// labPC drives the lab's virtual PC.
type labPC struct {
	*pcs

	cfg  config.Config
	lab  *lab
	host *host
	pc   labdata.VirtualPC
	out  io.Writer // for people, while it goes on
}

// deploy takes the lab's virtual PC from bare metal to its desktop by the
// tutorial's eight steps. One that was deployed before is switched on again. Only
// what ends the whole command is an error; what keeps the PC from its desktop is
// its Problem.
func (o *labUpOptions) deploy(ctx context.Context, cfg config.Config, l *lab, h *host, out io.Writer) (*labDeployment, error) {
	p := &labPC{pcs: &pcs{app: o.app, dir: filepath.Join(cfg.DataDir, "pcs")}, cfg: cfg, lab: l, host: h, pc: labdata.LabPC(), out: out}
	d := &labDeployment{Name: p.pc.Name, Serial: p.pc.Serial, Steps: []labStep{}}
	err := p.run(ctx, d)
	if err != nil && ctx.Err() == nil {
		d.Problem = problemOf(err).Message
		return d, nil
	}
	return d, err
}

func (p *labPC) run(ctx context.Context, d *labDeployment) error {
	if err := p.there(); err != nil {
		return err
	}
	mark, err := readLabMark(p.cfg)
	if err != nil {
		return err
	}
	if mark.PC != p.pc.Name {
		fmt.Fprintf(p.out, "\nThe virtual PC %s (serial number %s), from bare metal to its desktop\n\n", p.pc.Name, p.pc.Serial)
		if err := p.prepare(ctx, d); err != nil {
			return err
		}
		mark.PC = p.pc.Name
		if err := writePrivateJSON(labMarkFile(p.cfg), mark); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(p.out, "\nThe virtual PC %s (serial number %s), as it was left\n\n", p.pc.Name, p.pc.Serial)
	}
	return p.change(p.pc.Name, func(m *machine.Machine) error { return p.boot(ctx, m, d) })
}

// there builds the PC, once for a data directory.
func (p *labPC) there() error {
	place, err := p.place(p.pc.Name)
	if err != nil || machine.IsThere(place) {
		return err
	}
	_, err = p.build(p.pc.Name, func(disk machine.Disk) (*machine.Machine, error) {
		return machine.Create(disk, machine.Spec{Name: p.pc.Name, Model: p.pc.Model, Serial: p.pc.Serial})
	})
	return err
}

// prepare does what an admin does before the PC is switched on.
func (p *labPC) prepare(ctx context.Context, d *labDeployment) error {
	hash := ""
	err := p.change(p.pc.Name, func(m *machine.Machine) error {
		used, err := m.Drive().Names()
		if err == nil && len(used) > 0 { // the tenant it was set up for is another now
			err = m.Reset()
		}
		if err == nil {
			hash, err = m.HandOver(p.Now())
		}
		return err
	})
	if err != nil {
		return err
	}
	plan := &labPlan{client: p.lab.client, pc: p.pc, serial: p.pc.Serial, hash: hash}
	for i, w := range plan.before() {
		began := p.Now()
		text, err := w.do(ctx)
		if err != nil {
			return err
		}
		step := labStep{Number: i + 1, Title: w.title, Text: text, Took: p.Now().Sub(began)}
		d.Steps = append(d.Steps, step)
		fmt.Fprintf(p.out, "Step %d  %s: %s (%s)\n", step.Number, step.Title, step.Text, shortly(step.Took))
	}
	return nil
}

// deployTitle is the tutorial's last step.
const deployTitle = "Deploy the device"

func (p *labPC) boot(ctx context.Context, m *machine.Machine, d *labDeployment) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(p.lab.access.CA)) {
		return errors.New("the saved authority of the server is no certificate")
	}
	pc, err := virtualpc.New(m, virtualpc.Options{BaseURL: p.cfg.DeviceURL, Roots: roots, Dial: p.dial, Now: p.Now, Wait: pause, Speed: labSpeed})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "Step 8  %s:\n", deployTitle)
	began := p.Now()
	d.Boot, err = pc.Boot(ctx, virtualpc.Boot{
		Network: setup.Wired, Person: virtualpc.Person{UPN: p.pc.User, Password: p.password, Reads: time.Second},
		Done: func(s virtualpc.StepReport) {
			fmt.Fprintf(p.out, "        %s: %s (%s)\n", bootWords[s.Step], orBlank(s.Text), shortly(s.Real))
		},
	})
	if err != nil {
		return err
	}
	d.Steps = append(d.Steps, labStep{Number: len(d.Steps) + 1, Title: deployTitle, Text: outcomeWords[d.Boot.Outcome], Took: p.Now().Sub(began)})
	if problem := d.Boot.Problem; problem != nil {
		d.Problem = problem.Words + " " + problem.Next
	}
	d.Checks, err = p.checks(ctx, d.Boot)
	return err
}

// dial reaches the server that runs in this process, whatever its addresses say.
func (p *labPC) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	for _, to := range []struct{ base, listener string }{{p.cfg.BaseURL, p.host.address}, {p.cfg.DeviceURL, p.host.server.Address("devices")}} {
		if u, err := url.Parse(to.base); err == nil && to.listener != "" && address == hostPort(u) {
			address = to.listener
			break
		}
	}
	return d.DialContext(ctx, network, address)
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), "443")
}

// password is the one that the lab gave the person.
func (p *labPC) password(context.Context, string) (string, error) {
	for i := range p.lab.logins {
		if l := &p.lab.logins[i]; l.UserPrincipalName == p.pc.User && !l.Changed {
			return l.Password, nil
		}
	}
	return "", errNoPassword
}

// checks compare what the tutorial says with what Graph and the PC say.
func (p *labPC) checks(ctx context.Context, r *virtualpc.Report) ([]labCheck, error) {
	c := p.lab.client
	var d graphclient.DeviceIdentity
	var y graphclient.Deployment
	d, err := c.DeviceIdentity(ctx, p.pc.Serial)
	gone, refused := errors.AsType[*graphclient.Error](err)
	switch {
	case err == nil:
		all, err := c.Deployments(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			y = all[0]
		}
	case !refused || gone.Status != 404:
		return nil, err
	}
	const graph, pc = "Graph", "PC"
	is := func(name, where, want, got string) labCheck { return labCheck{name, where, want, got, want == got} }
	date := labCheck{"Date assigned", graph, "has a value", moment(d.AssignedDateTime), moment(d.AssignedDateTime) != ""}
	out := []labCheck{
		is("Profile status", graph, string(graphclient.Assigned), string(d.Status())), date,
		is("Assigned profile", graph, p.pc.Profile, d.ProfileName()),
		is("Assigned user", graph, p.pc.User, d.UserPrincipalName),
		is("Deployment", graph, "success", y.State),
		is("Computer name", graph, p.pc.Computer, y.DeviceName),
		is("Computer name", pc, p.pc.Computer, r.Setup.Name),
		is("Account type", pc, p.pc.UserType, string(r.Setup.AccountType)),
		is("ESP: device setup", graph, "success", y.DeviceSetup),
		is("ESP: account setup", graph, "success", y.AccountSetup),
	}
	for _, row := range r.Setup.Phases {
		out = append(out, is("ESP: "+row.Name, pc, string(setup.RowComplete), string(row.State)))
	}
	return append(out, is("Screen", pc, string(setup.ScreenDesktop), string(r.Setup.Reached))), nil
}

// writeChecks is the table of the tutorial's checks.
func writeChecks(w io.Writer, checks []labCheck) error {
	rows := make([][]string, len(checks))
	for i := range checks {
		c := &checks[i]
		mark := "ok"
		if !c.OK {
			mark = "differs"
		}
		rows[i] = []string{c.Name, c.Where, c.Expected, c.Actual, mark}
	}
	return table(w, []string{"Check", "Where", "Expected", "Actual", "Result"}, rows)
}
