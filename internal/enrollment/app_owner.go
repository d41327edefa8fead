package enrollment

import (
	"context"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
)

// Apps installs and removes Windows Installer packages by the
// EnterpriseDesktopAppManagement CSP. All that a PC has to have are announced at
// once, so that the status page can expect them, and installed one after the
// other: Windows Installer refuses a second installation beside the first.
type Apps struct {
	Service *Service
	// Address signs an address at which the device gets the app's file.
	Address func(t directory.TenantID, d DeviceID, app *Policy, now time.Time) string
}

const (
	// alertInstalled is the alert with which a PC tells that an installation is
	// over, one way or the other.
	alertInstalled = "com.microsoft.mdm.win32csp_install"
	// workKey is the key of whatever installs or removes: one at a time.
	workKey = "app/work"

	retryFailedAfter    = 15 * time.Minute
	retryRemovalAfter   = 8 * time.Hour
	askAgainFirst       = 15 * time.Second
	askAgainAtLongest   = 15 * time.Minute
	errorWithoutAReason = 0x80004005 // E_FAIL
)

// forgetApps removes the states of apps that which names.
func forgetApps(ctx context.Context, tx Tx, t directory.TenantID, states []PolicyState, which func(PolicyState) bool) error {
	for _, s := range states {
		if s.Kind != PolicyMSI || !which(s) {
			continue
		}
		if err := tx.DeleteState(ctx, t, s.Device, s.Policy, s.User); err != nil {
			return err
		}
	}
	return nil
}

// Plan implements CommandOwner.
func (o *Apps) Plan(ctx context.Context, tx Tx, v *Visit) error {
	p, err := o.plan(ctx, tx, v)
	if err != nil {
		return err
	}
	for i := range p.apps {
		if err := p.next(&p.apps[i]); err != nil {
			return err
		}
	}
	if len(p.changed) > 0 {
		if err := tx.PutStates(ctx, v.Tenant, p.changed); err != nil {
			return err
		}
	}
	_, err = o.Service.Enqueue(ctx, tx, v.Tenant, v.Device.ID, p.commands...)
	return err
}

// appPlan is what one message does about apps.
type appPlan struct {
	*Apps
	v        *Visit
	apps     []Applied
	states   map[PolicyID]PolicyState
	busy     bool // an installation is under way
	changed  []PolicyState
	commands []Command
}

// plan reads what is assigned and what became of it. Apps that are assigned no
// more are left alone and forgotten.
func (o *Apps) plan(ctx context.Context, tx Tx, v *Visit) (*appPlan, error) {
	p := &appPlan{Apps: o, v: v, states: map[PolicyID]PolicyState{}}
	applied, err := o.Service.reaching(ctx, tx, v, PolicyMSI)
	if err != nil {
		return nil, err
	}
	for i := range applied {
		a := &applied[i]
		if a.Intent == IntentUninstall || a.Intent == IntentRequired && a.Policy.App.ready() {
			p.apps = append(p.apps, *a)
		}
	}
	// What the status page waits for comes first.
	slices.SortStableFunc(p.apps, func(a, b Applied) int { return p.rank(&a) - p.rank(&b) })
	states, err := tx.StatesOf(ctx, v.Tenant, v.Device.ID)
	if err != nil {
		return nil, err
	}
	gone := func(s PolicyState) bool {
		return !slices.ContainsFunc(p.apps, func(a Applied) bool { return a.Policy.ID == s.Policy && p.stateOf(&a).User == s.User })
	}
	for _, s := range states {
		if s.Kind == PolicyMSI && gone(s) {
			if _, err := tx.CancelCommands(ctx, v.Tenant, v.Device.ID, OwnerApp, string(s.Policy), v.Now); err != nil {
				return nil, err
			}
		} else if s.Kind == PolicyMSI {
			p.states[s.Policy] = s
			p.busy = p.busy || s.underWay()
		}
	}
	return p, forgetApps(ctx, tx, v.Tenant, states, gone)
}

func (p *appPlan) rank(a *Applied) int {
	if p.v.Device.ESP.Tracks(a.Policy.ID) {
		return 0
	}
	return 1
}

// underWay: the PC was told to install it and has not come to an end.
func (s *PolicyState) underWay() bool {
	return s.Compliance == ComplianceUnknown && s.Status > statusCreated
}

// stateOf is an app's state before anything was heard of it.
func (p *appPlan) stateOf(a *Applied) PolicyState {
	s := PolicyState{
		Device: p.v.Device.ID, Policy: a.Policy.ID, Kind: PolicyMSI, Name: a.Policy.DisplayName, Compliance: ComplianceUnknown,
		Applied: a.edition(), ReportedAt: p.v.Now,
	}
	if a.ForUser || a.Policy.App.UserContext {
		s.User = p.v.Device.User
	}
	return s
}

// next decides about one app.
func (p *appPlan) next(a *Applied) error {
	app := a.Policy.App
	if (a.ForUser || app.UserContext) && !p.v.UserHere {
		return nil
	}
	if a.Intent == IntentUninstall {
		p.remove(a)
		return nil
	}
	s, known := p.states[a.Policy.ID]
	switch failed := s.Compliance == ComplianceError; {
	case !known || s.Applied != a.edition():
		p.announce(a)
	case s.underWay() && (s.Status == statusDownloadFailed || s.Status == statusInstallFailed):
		p.commands = append(p.commands, askError(a))
	case s.underWay():
		p.commands = append(p.commands, askStatus(a))
	case failed && p.v.Begins && (p.v.Device.ESP.failing() || !p.v.Now.Before(s.ReportedAt.Add(retryFailedAfter))),
		s.Compliance == ComplianceUnknown && s.Status == statusCreated:
		return p.install(a, s)
	}
	return nil
}

// announce makes the app's node, which is what the status page expects.
func (p *appPlan) announce(a *Applied) {
	p.tell(a, "app/"+string(a.Policy.ID)+"/add", Operation{Verb: Add, URI: a.Policy.App.node(nodeDownloadInstall), Format: formatNode})
}

func (p *appPlan) tell(a *Applied, key string, op Operation) {
	p.commands = append(p.commands, Command{Owner: OwnerApp, Of: string(a.Policy.ID), Key: key, Op: op})
}

// install starts an installation when none is under way. It may be repeated: a
// product code is installed once only.
func (p *appPlan) install(a *Applied, s PolicyState) error {
	if p.busy {
		return nil
	}
	p.busy = true
	job, err := a.Policy.App.job(p.Address(p.v.Tenant, p.v.Device.ID, &a.Policy, p.v.Real))
	if err != nil {
		return err
	}
	if s.Compliance == ComplianceError {
		s.Compliance, s.Status, s.Error, s.ReportedAt = ComplianceUnknown, statusCreated, 0, p.v.Now
		p.changed = append(p.changed, s)
	}
	p.tell(a, workKey, Operation{Verb: Exec, URI: a.Policy.App.node(nodeDownloadInstall), Format: "xml", Type: mimeText, Data: &job})
	return nil
}

// askStatus asks how far the app is.
func askStatus(a *Applied) Command {
	return Command{Owner: OwnerApp, Of: string(a.Policy.ID), Key: statusKey(a.Policy.ID), Op: Operation{Verb: Get, URI: a.Policy.App.node(nodeStatus)}}
}

func statusKey(id PolicyID) string { return "app/" + string(id) + "/status" }

// remove deletes an app once. One that is not there is removed, too.
func (p *appPlan) remove(a *Applied) {
	s, known := p.states[a.Policy.ID]
	switch {
	case p.busy,
		known && s.Compliance == ComplianceNotInstalled,
		known && s.Compliance == ComplianceError && (!p.v.Begins || p.v.Now.Before(s.ReportedAt.Add(retryRemovalAfter))):
		return
	}
	p.busy = true
	p.tell(a, workKey, Operation{Verb: Delete, URI: a.Policy.App.node("")})
}

// Alerted implements AlertHearer: an installation is over, so the answers that
// were to be asked for later are due now.
func (o *Apps) Alerted(ctx context.Context, tx Tx, v *Visit, a *Alert) error {
	if !strings.Contains(a.Type, alertInstalled) && !slices.ContainsFunc(a.Items, func(i ResultOf) bool { return strings.Contains(i.Data, alertInstalled) }) {
		return nil
	}
	states, err := tx.StatesOf(ctx, v.Tenant, v.Device.ID)
	if err != nil {
		return err
	}
	for i := range states {
		if states[i].Kind != PolicyMSI || !states[i].underWay() {
			continue
		}
		c, ok, err := tx.LastCommand(ctx, v.Tenant, v.Device.ID, statusKey(states[i].Policy))
		if err != nil {
			return err
		}
		if ok && c.State == Queued {
			c.NotBefore = time.Time{}
			if err := tx.UpdateCommands(ctx, v.Tenant, []Command{c}); err != nil {
				return err
			}
		}
	}
	return nil
}
