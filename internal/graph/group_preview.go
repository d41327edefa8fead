package graph

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
)

// What a preview shows, and how many objects it looks at: somebody is typing
// and waits for it. A rule that names one group tag is answered from an index,
// whatever the number of devices.
const (
	previewShown = 20
	previewBatch = 500
	previewMost  = 50_000
)

// rulePreview answers previewDynamicMembership, which is ours: what a rule that
// nobody saved comes to. A refused rule is an answer too, because the rule is
// what is asked about.
type rulePreview struct {
	Context    string          `json:"@odata.context"`
	Rule       string          `json:"membershipRule"`
	MemberType *string         `json:"memberType"` // user or device; null for a refused rule
	Fault      *ruleFault      `json:"membershipRuleError"`
	Warnings   []ruleRemark    `json:"membershipRuleWarnings"`
	Matching   int             `json:"matchingCount"`
	Evaluated  int             `json:"evaluatedCount"`
	Complete   bool            `json:"isComplete"` // false: there are more objects than were looked at
	Members    []previewMember `json:"members"`
}

// ruleFault is where and why a rule is refused; places count characters from 0.
type ruleFault struct {
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy"`
	Position int      `json:"position"`
	Length   int      `json:"length"`
	Expected []string `json:"expected"`
}

type ruleRemark struct {
	Position int    `json:"position"`
	Message  string `json:"message"`
}

// previewMember is as much of a user or device as tells who it is.
type previewMember struct {
	Type              string  `json:"@odata.type"`
	ID                string  `json:"id"`
	DisplayName       string  `json:"displayName"`
	UserPrincipalName *string `json:"userPrincipalName"`
	Manufacturer      *string `json:"manufacturer"`
	Model             *string `json:"model"`
	GroupTag          *string `json:"groupTag"`
}

// previewRule counts the objects a rule would take and shows the first of them,
// in the order of their ids.
func (h *Handler) previewRule(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "membershipRule"); err != nil {
		return err
	}
	out := rulePreview{Context: c.contextURL("taxiway.membershipRulePreview"), Warnings: []ruleRemark{}, Members: []previewMember{}}
	r := reader{o: o}
	r.text("membershipRule", &out.Rule)
	if r.err != nil {
		return r.err
	}
	parsed, err := rule.Parse(out.Rule)
	if refused, ok := errors.AsType[*rule.Error](err); ok {
		out.Fault = ruleFaultWire(refused)
		writeJSON(c.w, http.StatusOK, out)
		return nil
	}
	if err != nil {
		return fault.Wrap("parse membership rule", err)
	}
	kind := parsed.Kind().String()
	out.MemberType = &kind
	for _, w := range parsed.Warnings() {
		out.Warnings = append(out.Warnings, ruleRemark{Position: w.Pos, Message: w.Message})
	}
	if parsed.Kind() == rule.User {
		if err := holds(c.principal, access.UserReadAll); err != nil {
			return err
		}
		err = preview(c, &out, parsed, userTable, c.h.Lists.ListUsers, (*directory.User).Object, previewUser)
	} else {
		err = preview(c, &out, parsed, deviceTable, c.h.Lists.ListDevices, (*directory.Device).Object, previewDevice)
	}
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

func ruleFaultWire(e *rule.Error) *ruleFault {
	w := ruleFault{Code: e.Code, Message: e.Message, Remedy: e.Remedy, Position: e.Pos, Expected: append([]string{}, e.Expected...)}
	if e.Found != "end of rule" {
		w.Length = utf8.RuneCountInString(e.Found)
	}
	return &w
}

// preview walks the objects of the rule's kind, a page at a time.
func preview[T any](c *call, out *rulePreview, r *rule.Rule, table *odata.Table, read func(context.Context, directory.TenantID, *odata.Query) (odata.List[T], error), object func(*T) *rule.Object, show func(*T) previewMember) error {
	now := c.h.Clock.Now(c.tenant)
	q := &odata.Query{Top: previewBatch}
	if tag := directory.OrderTagOf(r.Text()); tag != "" {
		text := "physicalIds/any(x:x eq '" + strings.ReplaceAll(directory.PhysicalOrderID+tag, "'", "''") + "')"
		narrow, err := odata.ParseFilter(text, table, odata.Options{})
		if err != nil {
			return fault.Wrap("narrow a preview", err)
		}
		q.Filter = narrow
	}
	for {
		page, err := read(c.ctx(), c.tenant, q)
		if err != nil {
			return err
		}
		for i := range page.Items {
			item := &page.Items[i]
			if !r.Match(object(item), now) {
				continue
			}
			out.Matching++
			if len(out.Members) < previewShown {
				out.Members = append(out.Members, show(item))
			}
		}
		out.Evaluated += len(page.Items)
		out.Complete = page.Next == nil
		if out.Complete || out.Evaluated >= previewMost {
			return nil
		}
		q.After = page.Next
	}
}

func previewUser(u *directory.User) previewMember {
	return previewMember{Type: "#microsoft.graph.user", ID: string(u.ID), DisplayName: u.DisplayName, UserPrincipalName: &u.UserPrincipalName}
}

func previewDevice(d *directory.Device) previewMember {
	return previewMember{
		Type: "#microsoft.graph.device", ID: string(d.ID), DisplayName: d.DisplayName, Manufacturer: orNull(d.Attributes["deviceManufacturer"]),
		Model: orNull(d.Attributes["deviceModel"]), GroupTag: orNull(d.PhysicalID(directory.PhysicalOrderID)),
	}
}

// ruleProperty is one property of the rule language, ours to list: what an
// editor of rules offers.
type ruleProperty struct {
	Object    string   `json:"object"` // user, device or assignedPlan
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	Operators []string `json:"operators"`
	Values    []string `json:"values"` // all it can have; empty when any text is possible
}

func (h *Handler) listRuleProperties(c *call) error {
	list := []ruleProperty{}
	add := func(object string, from []rule.Property) {
		for i := range from {
			p := &from[i]
			list = append(list, ruleProperty{Object: object, Name: p.Name, Type: p.Type.String(), Operators: p.Operators, Values: append([]string{}, p.Closed...)})
		}
	}
	add(rule.Device.String(), rule.Properties(rule.Device))
	add(rule.User.String(), rule.Properties(rule.User))
	add("assignedPlan", rule.PlanProperties())
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL("taxiway.membershipRuleProperties"), Value: list})
	return nil
}
