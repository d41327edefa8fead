package autopilot

import (
	"context"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/rule"
)

// Remedy is something that would change the answer by itself.
type Remedy struct {
	Text
	// Action does it; nil when it takes a person's judgement.
	Action *Action
}

// ActionKind is what an Action does.
type ActionKind string

// The actions that were tried in thought before they are offered.
const (
	ActionSetTag       ActionKind = "setGroupTag"
	ActionJoinGroup    ActionKind = "joinGroup"
	ActionLeaveGroup   ActionKind = "leaveGroup"
	ActionEndExclusion ActionKind = "endExclusion"
)

// Action is one write after which the device has a profile.
type Action struct {
	Kind    ActionKind
	Tag     string             // to set
	Group   directory.ObjectID // to join or to leave, or that is excluded
	Profile ProfileID          // that excludes it
}

// conclude writes the one sentence and the single actions that would change it.
func (x *explaining) conclude(ctx context.Context, dec Decision) error {
	ex, d := x.ex, &x.ex.Device
	switch {
	case d.Remediation == RemediationAutomatic:
		ex.Sentence = Words.Say("fixPending")
	case d.Remediation == RemediationManual:
		ex.Sentence = Words.Say("attentionRequired")
		x.remedy(Words.Say("captureAgain"), nil)
	case d.Status == StatusPending:
		ex.Sentence = Words.Say("assigning")
		ex.Waiting = Words.Say("engineSettles")
	case d.Decided == StatusFailed:
		x.explainLoop()
	case dec.Profile != "" && dec.ByDefault:
		ex.Sentence = Words.Say("assignedByDefault", "profile", dec.Name)
	case dec.Profile != "":
		at := slices.IndexFunc(ex.Profiles, func(p ProfileCheck) bool { return p.ID == dec.Profile })
		ex.Sentence = Words.Say("assignedByGroup", "profile", dec.Name, "group", x.names[ex.Profiles[at].Group])
	default:
		return x.explainNone(ctx)
	}
	return nil
}

func (x *explaining) remedy(t Text, a *Action) {
	x.ex.Remedy = append(x.ex.Remedy, Remedy{t, a})
}

// explainLoop names the rules between which the device went round.
func (x *explaining) explainLoop() {
	var rules []string
	for _, g := range x.ex.Groups {
		if strings.Contains(strings.ToLower(g.Rule), "enrollmentprofilename") {
			rules = append(rules, "'"+g.Name+"' ("+g.Rule+")")
		}
	}
	x.ex.Sentence = Words.Say("loopStopped", "rules", strings.Join(rules, ", "))
	x.remedy(Words.Say("changeLoopRule"), nil)
}

func (x *explaining) explainNone(ctx context.Context) error {
	ex := x.ex
	if len(x.assignments) == 0 {
		ex.Sentence = Words.Say("nothingAssigned")
		x.remedy(Words.Say("assignProfile"), nil)
		return nil
	}
	for i := range ex.Profiles {
		if p := &ex.Profiles[i]; p.Verdict == VerdictExcluded && x.keptOut(p) {
			ex.Sentence = Words.Say("excluded", "group", x.names[p.Group], "profile", p.Name)
			return nil
		}
	}
	for _, p := range ex.Profiles {
		if p.Verdict == VerdictOtherType {
			ex.Sentence = Words.Say("otherType", "profile", p.Name)
			x.remedy(Words.Say("assignPCProfile"), nil)
			return nil
		}
	}
	ex.Sentence = Words.Say("noGroup")
	if tag := ex.Device.GroupTag; tag != "" {
		ex.Sentence = Words.Say("noGroupForTag", "tag", tag)
	}
	for i := range ex.Groups {
		if err := x.enter(ctx, &ex.Groups[i]); err != nil {
			return err
		}
	}
	if len(ex.Remedy) == 0 {
		x.remedy(Words.Say("changeRule"), nil)
	}
	return nil
}

// keptOut tells whether the device would have a profile if this one excluded
// nobody, and what to do then.
func (x *explaining) keptOut(p *ProfileCheck) bool {
	without := func(out func(*Assignment) bool) *Config {
		left := slices.DeleteFunc(slices.Clone(x.assignments), func(a Assignment) bool {
			return a.Profile == p.ID && a.Target == TargetExclusion && out(&a)
		})
		return NewConfig(x.config.Version, x.profiles, left)
	}
	if !x.mends(x.ex.Set, without(func(*Assignment) bool { return true })) {
		return false
	}
	group := x.names[p.Group]
	end := Remedy{Text: Words.Say("endExclusion", "group", group, "profile", p.Name)}
	if x.mends(x.ex.Set, without(func(a *Assignment) bool { return a.Group == p.Group })) {
		end.Action = &Action{Kind: ActionEndExclusion, Group: p.Group, Profile: p.ID}
	}
	x.ex.Remedy = append(x.ex.Remedy, end)
	byHand := slices.ContainsFunc(x.have, func(m directory.Membership) bool { return m.Group == p.Group && !m.ByRule })
	left := slices.DeleteFunc(slices.Clone(x.ex.Set), func(g directory.ObjectID) bool { return g == p.Group })
	if byHand && x.mends(left, x.config) {
		x.remedy(Words.Say("leaveGroup", "group", group), &Action{Kind: ActionLeaveGroup, Group: p.Group})
	}
	return true
}

// mends tells whether the device would have a profile.
func (x *explaining) mends(set GroupSet, c *Config) bool {
	return Decide(x.ex.Device.Type, set, c, nil).Profile != ""
}

// enter offers how the device gets into a group, when it has a profile then.
func (x *explaining) enter(ctx context.Context, g *GroupCheck) error {
	if g.Member {
		return nil
	}
	if g.Kind == directory.Assigned {
		set := append(slices.Clone(x.ex.Set), g.ID)
		slices.Sort(set)
		if x.mends(set, x.config) {
			x.remedy(Words.Say("joinGroup", "group", g.Name), &Action{Kind: ActionJoinGroup, Group: g.ID})
		}
		return nil
	}
	want, begins := wantedTag(g.Rule)
	if want == "" {
		return nil
	}
	set, err := x.tagged(ctx, want)
	if err != nil || !x.mends(set, x.config) {
		return err
	}
	if begins {
		x.remedy(Words.Say("setTagBeginning", "tag", want, "group", g.Name), nil)
		return nil
	}
	x.remedy(Words.Say("setTag", "tag", want, "group", g.Name), &Action{Kind: ActionSetTag, Tag: want})
	return nil
}

// wantedTag is the group tag, or what it must begin with, that alone makes a
// rule hold; "" when no tag does. It is tried before it is offered.
func wantedTag(text string) (tag string, begins bool) {
	r, err := rule.Parse(text)
	if err != nil {
		return "", false
	}
	anchors, ok := r.Anchors()
	if !ok || len(anchors) != 1 || anchors[0].Op == rule.Contains {
		return "", false
	}
	// The anchor is folded; show the tag as the rule's author typed it.
	at := strings.Index(strings.ToLower(text), strings.ToLower(directory.PhysicalOrderID))
	if at < 0 {
		return "", false
	}
	rest := text[at+len(directory.PhysicalOrderID):]
	end := strings.IndexAny(rest, `"'`)
	if end <= 0 {
		return "", false
	}
	o := rule.NewObject(rule.Device)
	o.SetStrings("devicePhysicalIds", []string{directory.PhysicalZTDID + "x", directory.PhysicalOrderID + rest[:end]})
	if !r.Match(o, time.Time{}) {
		return "", false
	}
	return rest[:end], anchors[0].Op == rule.Prefix
}
