package enrollment_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

// configure lets configurations be the fleet's only owner.
func (f *fleet) configure() {
	f.Owners = map[enrollment.OwnerKind]enrollment.CommandOwner{enrollment.OwnerPolicy: &enrollment.Configurations{Service: f.Service}}
}

func settings(uris ...string) *enrollment.CustomConfiguration {
	c := &enrollment.CustomConfiguration{}
	for _, u := range uris {
		c.Settings = append(c.Settings, enrollment.OMASetting{URI: u, Type: enrollment.SettingInteger, Value: "1"})
	}
	return c
}

// policy makes a configuration for all devices.
func (f *fleet) policy(name string, c *enrollment.CustomConfiguration) enrollment.Policy {
	f.Helper()
	f.clock.advance(time.Second)
	p := enrollment.Policy{ID: enrollment.PolicyID(fleetID()), Kind: enrollment.PolicyCustom, DisplayName: name, Custom: c, CreatedAt: f.clock.Now(f.tenant), Version: 1}
	f.tx(func(tx enrollment.Tx) error { return tx.CreatePolicy(f.ctx, f.tenant, p) })
	f.assign(p, enrollment.TargetAllDevices)
	return p
}

func (f *fleet) assign(p enrollment.Policy, targets ...enrollment.Target) {
	f.Helper()
	var as []enrollment.Assignment
	for _, target := range targets {
		as = append(as, enrollment.Assignment{Policy: p.ID, Target: target})
	}
	f.tx(func(tx enrollment.Tx) error { return tx.ReplaceAssignments(f.ctx, f.tenant, p.ID, as) })
}

func (f *fleet) change(p enrollment.Policy, c *enrollment.CustomConfiguration) {
	f.Helper()
	p.Custom = c
	f.tx(func(tx enrollment.Tx) error { return tx.UpdatePolicy(f.ctx, f.tenant, p) })
}

// standing is what became of configurations: "<name>=<compliance> <error>", and
// " user" when it is the user's.
func (f *fleet) standing() []string {
	f.Helper()
	all, err := f.db.ListStates(f.ctx, f.tenant, f.device)
	f.ok(err)
	out := []string{}
	for _, s := range all {
		line := fmt.Sprintf("%s=%s %d", s.Name, s.Compliance, s.Error)
		if s.User != "" {
			line += " user"
		}
		out = append(out, line)
	}
	return out
}

// sync is a whole session in which the PC answers each node with its status,
// others with 200. It returns what it was told.
func (f *fleet) sync(session string, statuses map[string]int, change func(*pc)) []string {
	f.Helper()
	p := f.pc(session)
	if change != nil {
		change(p)
	}
	told := []string{}
	for out := p.hello(); len(out.Commands) > 0; {
		var answers []enrollment.Answer
		for _, c := range out.Commands {
			told = append(told, string(c.Op.Verb)+" "+c.Op.URI)
			status, ok := statuses[string(c.Op.Verb)+" "+c.Op.URI]
			if !ok {
				status = 200
			}
			answers = append(answers, enrollment.Answer{MsgRef: strconv.Itoa(out.MsgID), CmdRef: c.CmdID, Status: status})
		}
		out = p.send(p.message(answers...))
	}
	return told
}

func signedIn(p *pc) { p.login = enrollment.LoginUser }

func TestConfigurationsReachPCs(t *testing.T) {
	t.Parallel()
	const user = "./User/Vendor/MSFT/U"
	runCheckIns(t, []checkInTest{
		{"each setting is told once, in the format of its type", func(f *fleet) {
			f.configure()
			c := &enrollment.CustomConfiguration{}
			for _, kind := range enrollment.SettingTypes() {
				c.Settings = append(c.Settings, enrollment.OMASetting{URI: "./Vendor/MSFT/" + kind, Type: kind, Value: "v <" + kind})
			}
			f.policy("A", c)
			out := f.pc("1").hello()
			var got []string
			for _, k := range out.Commands {
				got = append(got, k.Op.Format+" "+*k.Op.Data)
			}
			f.equal("told", got, []string{"chr v <String", "int v <Integer", "bool v <Boolean", "float v <FloatingPoint", "time v <DateTime", "xml v <StringXml", "b64 v <Base64"})
			f.equal("standing", f.standing(), []string{"A=unknown 0"})
			f.equal("told again", len(f.sync("2", nil, nil)), 7)
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
			f.equal("told a third time", f.sync("3", nil, nil), []string{})
		}},
		{"a setting that is refused is an error, tried again after eight hours", func(f *fleet) {
			f.configure()
			f.policy("A", settings(nodeA, nodeB))
			refuse := map[string]int{"Replace " + nodeA: 405}
			f.sync("1", refuse, nil)
			f.equal("standing", f.standing(), []string{"A=error 405"})
			f.clock.advance(7 * time.Hour)
			f.equal("too early", f.sync("2", refuse, nil), []string{})
			f.clock.advance(2 * time.Hour)
			f.equal("again", f.sync("3", nil, nil), []string{"Replace " + nodeA, "Replace " + nodeB})
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
		}},
		{"a node that is not there is added", func(f *fleet) {
			f.configure()
			f.policy("A", settings(nodeA, nodeB))
			f.equal("told", f.sync("1", map[string]int{"Replace " + nodeA: 404, "Add " + nodeA: 418}, nil), []string{"Replace " + nodeA, "Replace " + nodeB, "Add " + nodeA})
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
			f.policy("B", settings(nodeC))
			f.sync("2", map[string]int{"Replace " + nodeC: 404, "Add " + nodeC: 404}, nil)
			f.equal("standing", f.standing(), []string{"A=compliant 0", "B=error 404"})
		}},
		{"a change is told as a whole, and what it dropped is deleted", func(f *fleet) {
			f.configure()
			p := f.policy("A", settings(nodeA, nodeB))
			f.sync("1", nil, nil)
			f.change(p, settings(nodeB, nodeC))
			f.equal("told", f.sync("2", nil, nil), []string{"Delete " + nodeA, "Replace " + nodeB, "Replace " + nodeC})
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
		}},
		{"a change in the middle of a session leaves nothing of the old edition", func(f *fleet) {
			f.configure()
			p := f.policy("A", settings(nodeA))
			s := f.pc("1")
			s.hello()
			f.change(p, settings(nodeA, nodeB))
			next := s.all()
			f.equal("told", nodes(next), []string{"Replace " + nodeA, "Replace " + nodeB})
			s.last = next
			s.all()
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
		}},
		{"what is assigned no more is taken back, as far as the CSP allows", func(f *fleet) {
			f.configure()
			p := f.policy("A", settings(nodeA, nodeB))
			f.sync("1", nil, nil)
			f.assign(p)
			f.equal("told", f.sync("2", map[string]int{"Delete " + nodeA: 405, "Delete " + nodeB: 404}, nil), []string{"Delete " + nodeA, "Delete " + nodeB})
			f.equal("standing", f.standing(), []string{})
			f.equal("once", f.sync("3", nil, nil), []string{})
			f.assign(p, enrollment.TargetAllDevices)
			f.equal("assigned anew", f.sync("4", nil, nil), []string{"Replace " + nodeA, "Replace " + nodeB})
		}},
		{"a deleted configuration is taken back", func(f *fleet) {
			f.configure()
			p := f.policy("A", settings(nodeA))
			f.sync("1", nil, nil)
			f.tx(func(tx enrollment.Tx) error { return tx.DeletePolicy(f.ctx, f.tenant, p.ID) })
			f.equal("told", f.sync("2", nil, nil), []string{"Delete " + nodeA})
			f.equal("standing", f.standing(), []string{})
		}},
		{"what another configuration sets is not deleted but told anew", func(f *fleet) {
			f.configure()
			first := f.policy("A", settings(nodeA, nodeB))
			f.policy("B", settings("./Vendor/MSFT/a", nodeC))
			f.sync("1", nil, nil)
			f.assign(first)
			f.equal("told", f.sync("2", nil, nil), []string{"Delete " + nodeB, "Replace ./Vendor/MSFT/a", "Replace " + nodeC})
			f.equal("standing", f.standing(), []string{"B=compliant 0"})
		}},
		{"a user's settings wait for the user", func(f *fleet) {
			f.configure()
			f.policy("A", settings(nodeA, user))
			f.equal("nobody is there", f.sync("1", nil, nil), []string{"Replace " + nodeA})
			f.equal("standing", f.standing(), []string{"A=unknown 0 user"})
			f.equal("somebody else is", f.sync("2", nil, func(p *pc) { p.login = enrollment.LoginOthers }), []string{})
			f.equal("somebody else has a token", f.sync("3", nil, func(p *pc) { p.login, p.upn = enrollment.LoginUser, "adam@contoso.example" }), []string{})
			f.equal("the user is there", f.sync("4", nil, signedIn), []string{"Replace " + user})
			f.equal("standing", f.standing(), []string{"A=compliant 0 user"})
		}},
		{"a PC that is about to leave is told nothing", func(f *fleet) {
			f.configure()
			f.policy("A", settings(nodeA))
			d := f.row()
			d.State = enrollment.RetirePending
			f.tx(func(tx enrollment.Tx) error { return tx.UpdateManagedDevice(f.ctx, f.tenant, d) })
			f.equal("told", f.sync("1", nil, nil), []string{})
		}},
		{"a thousand settings come in messages of thirty", func(f *fleet) {
			f.configure()
			var uris []string
			for i := range 1000 {
				uris = append(uris, fmt.Sprintf("./Vendor/MSFT/N%d", i))
			}
			f.policy("A", settings(uris...))
			p := f.pc("1")
			n, messages := 0, 0
			for out := p.hello(); len(out.Commands) > 0; out = p.all() {
				n, messages = n+len(out.Commands), messages+1
			}
			f.equal("commands and messages", []int{n, messages}, []int{1000, 34})
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
		}},
		{"an answer that never comes is an error in the end", func(f *fleet) {
			f.configure()
			f.policy("A", settings(nodeA))
			for i := range 6 {
				f.pc(strconv.Itoa(i)).hello()
			}
			if got := f.standing(); len(got) != 1 || !strings.HasPrefix(got[0], "A=error ") {
				f.Errorf("standing %q", got)
			}
		}},
	})
}

func TestTheUserOfAStateIsThePCs(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{{"a configuration for users belongs to the user", func(f *fleet) {
		f.configure()
		p := f.policy("A", settings(nodeA))
		f.assign(p, enrollment.TargetAllUsers)
		f.equal("told", f.sync("1", nil, nil), []string{"Replace " + nodeA})
		all, err := f.db.ListStates(f.ctx, f.tenant, f.device)
		f.ok(err)
		f.equal("user", []directory.ObjectID{all[0].User}, []directory.ObjectID{f.row().User})
	}}})
}
