package enrollment

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ended implements CommandOwner.
func (o *Apps) Ended(ctx context.Context, tx Tx, v *Visit, c *Command) error {
	p, err := o.plan(ctx, tx, v)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.apps, func(a Applied) bool { return string(a.Policy.ID) == c.Of })
	if at < 0 {
		return nil // assigned no more
	}
	a := &p.apps[at]
	s, known := p.states[a.Policy.ID]
	if !known || s.Applied != a.edition() {
		s = p.stateOf(a)
	}
	s.Name, s.Tracked = a.Policy.DisplayName, v.Device.ESP.Tracks(a.Policy.ID)
	asks := p.heard(a, &s, c)
	if err := tx.PutStates(ctx, v.Tenant, []PolicyState{s}); err != nil {
		return err
	}
	_, err = o.Service.Enqueue(ctx, tx, v.Tenant, v.Device.ID, asks...)
	return err
}

// heard changes an app's state by what the PC answered, and says what to ask
// next.
func (p *appPlan) heard(a *Applied, s *PolicyState, c *Command) (asks []Command) {
	ok, now := c.State == Done, p.v.Now
	switch c.Op.Verb {
	case Add:
		s.move(statusCreated, now)
		if !ok {
			s.fail(int64(c.Status), now)
		}
	case Exec:
		if !ok {
			s.fail(int64(c.Status), now)
			return nil
		}
		s.move(statusDownloading, now)
		return p.later(a, s)
	case Delete:
		s.Status, s.Error, s.ReportedAt, s.Compliance = 0, 0, now, ComplianceNotInstalled
		if !ok {
			s.fail(int64(c.Status), now)
		}
	case Get:
		if strings.HasSuffix(c.Op.URI, "/"+nodeLastError) {
			s.fail(integer(c.value()), now)
			return nil
		}
		return p.status(a, s, ok, int(integer(c.value())))
	default: // none of ours
	}
	return nil
}

// status follows an installation: 70 is its end, 30 and 60 are failures whose
// reason is asked for.
func (p *appPlan) status(a *Applied, s *PolicyState, ok bool, status int) []Command {
	now := p.v.Now
	if !s.underWay() {
		return nil // it has come to its end since
	}
	if !ok {
		s.fail(errorWithoutAReason, now) // the node is gone: somebody removed the app
		return nil
	}
	switch status {
	case statusInstalled:
		s.move(status, now)
		s.Compliance = ComplianceInstalled
		return nil
	case statusDownloadFailed, statusInstallFailed:
		s.move(status, now)
		return []Command{askError(a)}
	}
	if status > statusCreated && status != s.Status {
		s.move(status, now)
	} else if now.Sub(s.ReportedAt) >= a.Policy.App.patience() {
		s.fail(codeTimeout, now)
		return nil
	}
	return p.later(a, s)
}

// askError asks why an installation failed.
func askError(a *Applied) Command {
	return Command{Owner: OwnerApp, Of: string(a.Policy.ID), Key: "app/" + string(a.Policy.ID) + "/error", Op: Operation{Verb: Get, URI: a.Policy.App.node(nodeLastError)}}
}

// later asks for the status again, the later the longer nothing has changed.
func (p *appPlan) later(a *Applied, s *PolicyState) []Command {
	c := askStatus(a)
	pause := min(max(p.v.Now.Sub(s.ReportedAt)/2, askAgainFirst), askAgainAtLongest)
	c.NotBefore = p.v.Now.Add(pause)
	return []Command{c}
}

// move notes a new status.
func (s *PolicyState) move(status int, now time.Time) {
	s.Status, s.Compliance, s.Error, s.ReportedAt = status, ComplianceUnknown, 0, now
}

// fail notes an end that is none of success. A failure without a reason gets
// Windows' word for that.
func (s *PolicyState) fail(code int64, now time.Time) {
	if code == 0 {
		code = errorWithoutAReason
	}
	s.Compliance, s.Error, s.ReportedAt = ComplianceError, code, now
}

// integer reads an integer as PCs write it: decimal, signed or not, or 0x….
func integer(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 0, 64)
	if err != nil {
		return 0
	}
	return n
}
