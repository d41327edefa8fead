package enrollment_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"taxiway/internal/enrollment"
)

const umbrella = "glass umbrella piano"

func secretSetting(uri, value string) *enrollment.CustomConfiguration {
	return &enrollment.CustomConfiguration{Settings: []enrollment.OMASetting{{URI: uri, Type: enrollment.SettingString, Value: value, Secret: true}}}
}

// values are what an answer tells the PC, by node.
func values(out enrollment.Outgoing) []string {
	all := []string{}
	for _, c := range out.Commands {
		line := string(c.Op.Verb) + " " + c.Op.URI
		if c.Op.Data != nil {
			line += "=" + *c.Op.Data
		}
		all = append(all, line)
	}
	return all
}

// kept is everything that the store has of the PC's commands and sessions.
func (f *fleet) kept() string {
	f.Helper()
	var standing enrollment.Standing
	f.tx(func(tx enrollment.Tx) (err error) {
		standing, err = tx.GetStanding(f.ctx, f.tenant, f.device)
		return err
	})
	var out strings.Builder
	for _, c := range f.commands() {
		fmt.Fprintln(&out, c.Op.Verb, c.Op.URI)
		if c.Op.Data != nil {
			fmt.Fprintln(&out, *c.Op.Data)
		}
	}
	text, err := json.Marshal(standing.Sessions)
	f.ok(err)
	return out.String() + string(text)
}

func (f *fleet) keepsNoSecret() {
	f.Helper()
	kept := f.kept()
	if !strings.Contains(kept, nodeA) {
		f.Errorf("nothing was kept of the command, so the search is blind: %s", kept)
	}
	if strings.Contains(kept, umbrella) {
		f.Errorf("the secret is kept: %s", kept)
	}
}

func TestSecretsOfConfigurationsAreSentAndNotKept(t *testing.T) {
	t.Parallel()
	told := []string{"Replace " + nodeA + "=" + umbrella}
	runCheckIns(t, []checkInTest{
		{"a secret is sent, and is in no queue and no session while it is on its way or later", func(f *fleet) {
			f.configure()
			f.policy("A", secretSetting(nodeA, umbrella))
			p := f.pc("1")
			f.equal("told", values(p.hello()), told)
			f.keepsNoSecret()
			p.say("1=200")
			f.equal("standing", f.standing(), []string{"A=compliant 0"})
			f.keepsNoSecret()
		}},
		{"a repeated message gets the secret once more", func(f *fleet) {
			f.configure()
			f.policy("A", secretSetting(nodeA, umbrella))
			p := f.pc("1")
			in := p.message()
			f.equal("answers", p.send(in), p.send(in))
			f.equal("told", values(p.last), told)
			f.keepsNoSecret()
		}},
		{"a lost answer is told again with the secret", func(f *fleet) {
			f.configure()
			f.policy("A", secretSetting(nodeA, umbrella))
			f.pc("1").hello()
			f.equal("told", values(f.pc("2").hello()), told)
		}},
		{"a node that is not there is added with the secret", func(f *fleet) {
			f.configure()
			f.policy("A", secretSetting(nodeA, umbrella))
			p := f.pc("1")
			p.hello()
			f.equal("told", values(p.say("1=404")), []string{"Add " + nodeA + "=" + umbrella})
			f.keepsNoSecret()
		}},
		{"a secret that was changed while it waited is told as it is now", func(f *fleet) {
			f.configure()
			c := settings()
			for i := range 35 { // more than one message takes
				c.Settings = append(c.Settings, settings(fmt.Sprintf("./Vendor/MSFT/N%d", i)).Settings...)
			}
			c.Settings = append(c.Settings, secretSetting(nodeA, "an old "+umbrella).Settings...)
			a := f.policy("A", c)
			p := f.pc("1")
			p.hello()
			f.change(a, secretSetting(nodeA, umbrella))
			out := values(p.all())
			f.equal("told", out[len(out)-1:], told)
		}},
		{"a secret that went while it waited is not told, and its command is taken back", func(f *fleet) {
			f.configure()
			c := settings()
			for i := range 35 {
				c.Settings = append(c.Settings, settings(fmt.Sprintf("./Vendor/MSFT/N%d", i)).Settings...)
			}
			c.Settings = append(c.Settings, secretSetting(nodeA, umbrella).Settings...)
			a := f.policy("A", c)
			p := f.pc("1")
			p.hello()
			f.tx(func(tx enrollment.Tx) error { return tx.DeletePolicy(f.ctx, f.tenant, a.ID) })
			for len(p.all().Commands) > 0 {
				if text := strings.Join(values(p.last), "\n"); strings.Contains(text, nodeA+"=") {
					t.Errorf("told %s", text)
				}
			}
			for _, c := range f.commands() {
				if c.Op.Secret && c.State != enrollment.Cancelled {
					t.Errorf("the command is %s", c.State)
				}
			}
		}},
		{"a repeated message whose secret went meanwhile breaks the session off", func(f *fleet) {
			f.configure()
			a := f.policy("A", secretSetting(nodeA, umbrella))
			p := f.pc("1")
			in := p.message()
			p.send(in)
			f.assign(a)
			out := p.send(in)
			f.equal("alert", out.Alert, enrollment.AlertAbort)
			f.equal("told", values(out), []string{})
			f.equal("the next session", values(f.pc("2").hello()), []string{"Delete " + nodeA})
		}},
		{"a secret counts for the size of a message", func(f *fleet) {
			f.configure()
			c := secretSetting(nodeA, strings.Repeat("a", 100<<10))
			c.Settings = append(c.Settings, secretSetting(nodeB, strings.Repeat("b", 100<<10)).Settings...)
			c.Settings = append(c.Settings, secretSetting(nodeC, strings.Repeat("c", 100<<10)).Settings...)
			f.policy("A", c)
			f.equal("told", len(f.pc("1").hello().Commands), 2)
		}},
		{"a command that says that it is secret needs an owner who keeps the secret", func(f *fleet) {
			f.queue("x", nil, enrollment.Operation{Verb: enrollment.Replace, URI: nodeA, Data: new(umbrella), Secret: true})
			f.keepsNoSecret()
			f.equal("told", values(f.pc("1").hello()), []string{})
			f.equal("states", f.states(), []string{"x=cancelled 0 0"})
		}},
	})
}
