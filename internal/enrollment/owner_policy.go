package enrollment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Configurations brings custom configurations to PCs: one Replace for each
// setting, again when the configuration has changed, and a Delete of what a PC
// should not have any more. Of two that set the same node, the later created is
// told last.
//
//	state of a configuration at a PC   meaning
//	unknown                            told, not all answers have come
//	compliant                          every setting was taken
//	error                              one was not; told again after eight hours
type Configurations struct {
	Service *Service
}

const (
	// goneOf begins the subject of Deletes for a configuration that does not
	// reach the PC any more.
	goneOf           = "gone/"
	retryConfigAfter = 8 * time.Hour
	statusNotFound   = 404
)

// formats are the formats of SyncML for the types of settings.
var formats = map[string]string{
	SettingString: "chr", SettingInteger: "int", SettingBoolean: "bool", SettingFloat: "float", SettingDateTime: "time", SettingXML: "xml", SettingBase64: "b64",
}

// Plan implements CommandOwner.
func (o *Configurations) Plan(ctx context.Context, tx Tx, v *Visit) error {
	if v.Device.State != Managed {
		return nil // it is about to leave
	}
	applied, err := o.Service.reaching(ctx, tx, v, PolicyCustom)
	if err != nil {
		return err
	}
	all, err := tx.StatesOf(ctx, v.Tenant, v.Device.ID)
	if err != nil {
		return err
	}
	p := &configPlan{Configurations: o, tx: tx, v: v, states: map[PolicyID]PolicyState{}, set: map[string]bool{}}
	for i := range applied {
		for _, uri := range applied[i].Policy.Custom.nodes() {
			p.set[nodeKey(uri)] = true
		}
	}
	for _, s := range all {
		if s.Kind != PolicyCustom {
			continue
		}
		if slices.ContainsFunc(applied, func(a Applied) bool { return a.Policy.ID == s.Policy && p.userOf(&a) == string(s.User) }) {
			p.states[s.Policy] = s
		} else if err := p.takeBack(ctx, s); err != nil {
			return err
		}
	}
	for i := range applied {
		if err := p.drop(ctx, &applied[i]); err != nil {
			return err
		}
	}
	for i := range applied {
		if err := p.bring(ctx, &applied[i]); err != nil {
			return err
		}
	}
	return nil
}

// configPlan is what one message does about configurations.
type configPlan struct {
	*Configurations
	tx     Tx
	v      *Visit
	states map[PolicyID]PolicyState
	set    map[string]bool // nodes that some configuration sets
	anew   map[string]bool // those that lost their value to one that is gone
}

// userOf is whose state it is: the user's when anything of it waits for them.
func (p *configPlan) userOf(a *Applied) string {
	if a.ForUser || a.Policy.Custom.forUser() {
		return string(p.v.Device.User)
	}
	return ""
}

// takeBack removes what a PC has of a configuration that does not reach it any
// more. A node that another one sets is left to that, which is told again.
func (p *configPlan) takeBack(ctx context.Context, s PolicyState) error {
	if _, err := p.tx.CancelCommands(ctx, p.v.Tenant, p.v.Device.ID, OwnerPolicy, string(s.Policy), p.v.Now); err != nil {
		return err
	}
	if err := p.tx.DeleteState(ctx, p.v.Tenant, p.v.Device.ID, s.Policy, s.User); err != nil {
		return err
	}
	return p.remove(ctx, goneOf+string(s.Policy), lines(s.Sent))
}

// remove tells the PC to delete nodes.
func (p *configPlan) remove(ctx context.Context, of string, uris []string) error {
	var cs []Command
	for _, uri := range uris {
		key := nodeKey(uri)
		if p.set[key] {
			if p.anew == nil {
				p.anew = map[string]bool{}
			}
			p.anew[key] = true
			continue
		}
		cs = append(cs, Command{Owner: OwnerPolicy, Of: of, Key: "custom/delete/" + shortKey(key), Op: Operation{Verb: Delete, URI: uri}})
	}
	_, err := p.Service.Enqueue(ctx, p.tx, p.v.Tenant, p.v.Device.ID, cs...)
	return err
}

// drop removes the nodes that a configuration has set no longer.
func (p *configPlan) drop(ctx context.Context, a *Applied) error {
	s, known := p.states[a.Policy.ID]
	if !known || s.Applied == a.edition() {
		return nil
	}
	now := a.Policy.Custom.nodes()
	return p.remove(ctx, goneOf+string(a.Policy.ID), slices.DeleteFunc(lines(s.Sent), func(uri string) bool {
		return slices.ContainsFunc(now, func(n string) bool { return nodeKey(n) == nodeKey(uri) })
	}))
}

// bring tells the PC a configuration that it does not have as it is now.
func (p *configPlan) bring(ctx context.Context, a *Applied) error {
	s, known := p.states[a.Policy.ID]
	lost := known && slices.ContainsFunc(a.Policy.Custom.nodes(), func(uri string) bool { return p.anew[nodeKey(uri)] })
	retry := s.Compliance == ComplianceError && p.v.Begins && !p.v.Now.Before(s.ReportedAt.Add(retryConfigAfter))
	if known && s.Applied == a.edition() && !lost && !retry {
		return nil
	}
	if _, err := p.tx.CancelCommands(ctx, p.v.Tenant, p.v.Device.ID, OwnerPolicy, string(a.Policy.ID), p.v.Now); err != nil {
		return err
	}
	s = PolicyState{
		Device: p.v.Device.ID, Policy: a.Policy.ID, Kind: PolicyCustom, Name: a.Policy.DisplayName, Compliance: ComplianceUnknown, Applied: a.edition(),
		Tracked: p.v.Device.ESP.Tracks(a.Policy.ID), Sent: strings.Join(a.Policy.Custom.nodes(), "\n"), ReportedAt: p.v.Now,
	}
	if p.userOf(a) != "" {
		s.User = p.v.Device.User
	}
	if err := p.tx.PutStates(ctx, p.v.Tenant, []PolicyState{s}); err != nil {
		return err
	}
	var cs []Command
	for i := range a.Policy.Custom.Settings {
		cs = append(cs, settingCommand(a, &a.Policy.Custom.Settings[i]))
	}
	_, err := p.Service.Enqueue(ctx, p.tx, p.v.Tenant, p.v.Device.ID, cs...)
	return err
}

func settingCommand(a *Applied, s *OMASetting) Command {
	c := Command{
		Owner: OwnerPolicy, Of: string(a.Policy.ID), Key: editionKey(a.Policy.ID, a.edition()) + shortKey(nodeKey(s.URI)),
		Op: Operation{Verb: Replace, URI: s.URI, Format: formats[s.Type], Secret: s.Secret},
	}
	if !s.Secret {
		c.Op.Data = new(s.Value)
	}
	return c
}

// Reveal implements SecretKeeper: the value is the one that the configuration
// has now. A PC that it does not reach any more is not told it.
func (o *Configurations) Reveal(ctx context.Context, tx Tx, v *Visit, c *Command) (string, bool, error) {
	applied, err := o.Service.reaching(ctx, tx, v, PolicyCustom)
	if err != nil {
		return "", false, err
	}
	for i := range applied {
		if string(applied[i].Policy.ID) != c.Of {
			continue
		}
		for _, s := range applied[i].Policy.Custom.Settings {
			if nodeKey(s.URI) == nodeKey(c.Op.URI) {
				return s.Value, true, nil
			}
		}
	}
	return "", false, nil
}

// editionKey begins the keys of a configuration's commands.
func editionKey(id PolicyID, edition int64) string {
	return "custom/" + string(id) + "/" + strconv.FormatInt(edition, 10) + "/"
}

// nodeKey is the same for all spellings of a node.
func nodeKey(uri string) string { return strings.ToLower(deviceless(uri)) }

// shortKey bounds the length of a key.
func shortKey(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}

func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// Ended implements CommandOwner. A node that is not there yet is added; some
// CSPs make it with a Replace, some do not.
func (o *Configurations) Ended(ctx context.Context, tx Tx, v *Visit, c *Command) error {
	if strings.HasPrefix(c.Of, goneOf) {
		return nil // what cannot be deleted stays: that CSP does not allow it
	}
	all, err := tx.StatesOf(ctx, v.Tenant, v.Device.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(s PolicyState) bool { return s.Kind == PolicyCustom && string(s.Policy) == c.Of })
	if at < 0 || !strings.HasPrefix(c.Key, editionKey(all[at].Policy, all[at].Applied)) {
		return nil // of an edition that is past
	}
	s := all[at]
	if c.Op.Verb == Replace && c.State == Failed && c.Status == statusNotFound {
		add := Command{Owner: OwnerPolicy, Of: c.Of, Key: c.Key, Op: c.Op}
		add.Op.Verb = Add
		_, err := o.Service.Enqueue(ctx, tx, v.Tenant, v.Device.ID, add)
		return err
	}
	if c.State != Done {
		s.Compliance, s.Status, s.Error = ComplianceError, c.Status, int64(c.Status)
		if c.State == Unconfirmed {
			s.Error = errorWithoutAReason
		}
	}
	waiting, err := o.waiting(ctx, tx, v, c.Of)
	if err != nil {
		return err
	}
	if !waiting && s.Compliance == ComplianceUnknown {
		s.Compliance, s.Status = ComplianceCompliant, c.Status
	}
	if s == all[at] {
		return nil
	}
	s.ReportedAt = v.Now
	return tx.PutStates(ctx, v.Tenant, []PolicyState{s})
}

// waiting reports whether anything of a configuration has no answer yet.
func (o *Configurations) waiting(ctx context.Context, tx Tx, v *Visit, of string) (bool, error) {
	after := ""
	for {
		page, err := tx.OpenCommandsAfter(ctx, v.Tenant, v.Device.ID, after, pageOpen)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(page, func(c Command) bool { return c.Owner == OwnerPolicy && c.Of == of }) {
			return true, nil
		}
		if len(page) < pageOpen {
			return false, nil
		}
		after = page[len(page)-1].ID
	}
}
