package enrollment

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// base are the settings that the PC gets in its very first session: later it
// has moved past the page. Their values also say what a phase that failed shows.
func (s *espStep) base() []ESPCommand {
	shown := s.Device.State != DeploymentDisabled
	set := []ESPCommand{
		{Node: nodeSkipDevice, Value: strconv.FormatBool(!s.Device.Shown)},
		{Node: nodeSkipUser, Value: strconv.FormatBool(!s.Account.Shown || !s.Account.Ended.IsZero() && s.told(ofUser+nodeFinished, "true"))},
	}
	if !shown {
		return set
	}
	minutes := s.Config.minutes()
	if s.showsFailure() {
		minutes = 1
	}
	set = append(set,
		ESPCommand{Node: nodeLogs, Value: strconv.FormatBool(s.Config.AllowLogCollection)},
		ESPCommand{Node: nodeText, Value: s.Config.errorText()},
		ESPCommand{Node: nodeBlock, Value: s.Config.blockFlags()},
		ESPCommand{Node: nodeTimeout, Value: strconv.Itoa(minutes)})
	if s.Device.Shown {
		set = append(set, ESPCommand{Node: nodePreparation, Value: nodeThere})
		if s.Phase == PhasePreparation {
			set = append(set, ESPCommand{Node: nodeInstallation, Value: preparing})
		}
	}
	return set
}

// showsFailure: a phase has failed, and the PC is still at it.
func (s *espStep) showsFailure() bool {
	for _, p := range []*PhaseProgress{&s.Device, &s.Account} {
		if p.State == DeploymentFailure && p.Ended.IsZero() {
			return true
		}
	}
	return false
}

// wanted is everything that the PC has to know now, in order.
func (s *espStep) wanted() []ESPCommand {
	set := s.base()
	if s.Device.Shown && s.Phase != PhasePreparation {
		set = append(set, s.expectations("", &s.Device)...)
		if s.expects(&s.Device) {
			set = append(set, ESPCommand{Node: nodeInstallation, Value: prepared})
		}
		if released(&s.Device) {
			set = append(set, ESPCommand{Node: nodeFinished, Value: "true"})
		}
	}
	if s.Account.Began.IsZero() {
		return set
	}
	set = append(set,
		ESPCommand{Node: ofUser + nodeProvider, Value: nodeThere},
		ESPCommand{Node: ofUser + nodeFirstSync, Value: nodeThere},
		ESPCommand{Node: ofUser + nodeLogs, Value: strconv.FormatBool(s.Config.AllowLogCollection)},
		ESPCommand{Node: ofUser + nodeText, Value: s.Config.errorText()})
	set = append(set, s.expectations(ofUser, &s.Account)...)
	if released(&s.Account) {
		set = append(set, ESPCommand{Node: ofUser + nodeFinished, Value: "true"})
	}
	return set
}

// released: the phase has ended, and not as a failure.
func released(p *PhaseProgress) bool { return !p.Ended.IsZero() && p.State != DeploymentFailure }

// expects: everything tracked is at the PC, so that it can be expected.
func (s *espStep) expects(p *PhaseProgress) bool {
	return !p.Ended.IsZero() || !slices.ContainsFunc(p.Tracked, func(t Tracked) bool { return !t.Created })
}

// expectations are the lists of what to expect. A list is sent when every node
// in it was created: a PC waits for ever for one that nobody makes.
func (s *espStep) expectations(scope string, p *PhaseProgress) []ESPCommand {
	var set []ESPCommand
	for _, list := range []struct {
		kind PolicyKind
		node string
	}{{PolicyMSI, nodeApps}, {PolicyCustom, nodePolicies}} {
		missing := slices.ContainsFunc(p.Tracked, func(t Tracked) bool { return t.Kind == list.kind && !t.Created })
		if value := expected(p.Tracked, list.kind); value != "" && !missing {
			set = append(set, ESPCommand{Node: scope + list.node, Value: value})
		}
	}
	return set
}

// commands are what the PC has to be told and has not acknowledged. A leaf that
// is refused is added at once, as a PC may not have it yet; what was refused
// both ways is sent again in later sessions, a few times.
func (s *espStep) commands() []ESPCommand {
	out := slices.DeleteFunc(s.missing(), func(c ESPCommand) bool {
		n := s.Refused[c.Node]
		return n > 0 && n%2 == 0 && !s.f.Begins
	})
	for i := range out {
		out[i].Add = s.Refused[out[i].Node]%2 == 1
	}
	if s.f.Begins && s.showsFailure() && s.Config.mayLeave() {
		scope := ""
		if s.Phase == PhaseAccount {
			scope = ofUser
		}
		out = append(out, ESPCommand{Node: scope + nodeLeft, Read: true})
	}
	return out
}

func (s *espStep) missing() []ESPCommand {
	return slices.DeleteFunc(s.wanted(), func(c ESPCommand) bool {
		return s.told(c.Node, c.Value) || s.Refused[c.Node] >= 2*maxRefusals
	})
}

func (p *ESPProgress) told(node, value string) bool { return p.Told[node] == shortened(value) }

// answered: the PC took the node at some time, or refused it.
func (p *ESPProgress) answered(node string) bool { return p.Told[node] != "" || p.Refused[node] > 0 }

// Hear notes what the PC answered to a command of the page.
func (p *ESPProgress) Hear(node string, op Operation, ok bool, results []ResultOf) {
	switch {
	case op.Verb == Get:
		left := ok && len(results) > 0 && strings.EqualFold(results[0].Data, "true")
		if strings.HasPrefix(node, ofUser) {
			p.Account.Left = p.Account.Left || left
		} else {
			p.Device.Left = p.Device.Left || left
		}
	case !ok:
		n := 1
		if op.Data == nil {
			n = 2 // an interior node can only be added
		}
		p.Refused = with(p.Refused, node, p.Refused[node]+n)
	default:
		value := nodeThere
		if op.Data != nil {
			value = *op.Data
		}
		p.Told = with(p.Told, node, shortened(value))
		p.Refused = maps.Clone(p.Refused)
		delete(p.Refused, node)
	}
}

// with is a copy of a map with one more entry: progress is compared with what is
// stored.
func with[V any](m map[string]V, key string, value V) map[string]V {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]V{}
	}
	m[key] = value
	return m
}

// Operation is the command as the PC gets it.
func (c *ESPCommand) Operation() Operation {
	if c.Read {
		return Operation{Verb: Get, URI: nodeURI(c.Node)}
	}
	op := operation(c.Node, c.Value)
	if c.Add {
		op.Verb = Add
	}
	return op
}
