package storetest

import (
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
	"taxiway/internal/sqlstore"
)

var mdmPolicyListTests = []autopilotTest{
	{"random filters on enrolment configurations find what Match finds", filterEnrolmentConfigurations},
	{"random filters on custom configurations find what Match finds", filterCustomConfigurations},
	{"pages of enrolment configurations in any order join to the whole list", pageEnrolmentConfigurations},
	{"lists of policies keep to their kinds and their tenant, and show no secret", policyListsApart},
}

var (
	configurationTypeNames = []string{"windows10EnrollmentCompletionPageConfiguration", "limit", "platformRestrictions", "singlePlatformRestriction", "windowsHelloForBusiness", "defaultLimit", "windowsRestore"}

	configurationTable = table("enrolment configuration", join(
		props(odata.String, "displayName", "description"),
		props(odata.Int, "priority", "version"),
		props(odata.Time, "createdDateTime", "lastModifiedDateTime"),
		props(odata.Strings, "roleScopeTagIds"),
		[]odata.Property{{Name: "deviceEnrollmentConfigurationType", Type: odata.Enum, Enum: configurationTypeNames}})...)

	customTable = table("custom configuration", join(
		props(odata.GUID, "id"),
		props(odata.String, "displayName", "description"),
		props(odata.Int, "version"),
		props(odata.Time, "createdDateTime", "lastModifiedDateTime"),
		props(odata.Strings, "roleScopeTagIds"))...)
)

func (w *world) db() *sqlstore.DB {
	db, ok := w.s.(*sqlstore.DB)
	if !ok {
		w.Fatal("not a database")
	}
	return db
}

// somePolicies stores policies of these kinds with many equal sort keys.
func (w *world) somePolicies(g *gen, n int, kinds ...enrollment.PolicyKind) []enrollment.Policy {
	w.Helper()
	ps := make([]enrollment.Policy, n)
	for i := range ps {
		p := enrollment.Policy{
			ID: enrollment.PolicyID(w.id()), Kind: pick(g, kinds), DisplayName: g.text(), Description: g.text(), Default: g.IntN(5) == 0, Priority: g.IntN(5) + 803,
			CreatedAt: pick(g, g.moment[:3]), ModifiedAt: pick(g, g.moment[:3]), Version: int64(g.IntN(4) + 804),
		}
		for range g.IntN(3) {
			p.ScopeTags = append(p.ScopeTags, pick(g, g.texts))
		}
		ps[i] = p
	}
	w.storePolicies(w.tenant, ps...)
	return ps
}

func (w *world) storePolicies(t directory.TenantID, ps ...enrollment.Policy) {
	w.Helper()
	w.ok(w.db().InTx(w.ctx, func(tx *sqlstore.Tx) error {
		for _, p := range ps {
			if err := tx.CreatePolicy(w.ctx, t, p); err != nil {
				return err
			}
		}
		return nil
	}))
}

var configurationTypeOf = map[enrollment.PolicyKind]string{
	enrollment.PolicyESP: "windows10EnrollmentCompletionPageConfiguration", enrollment.PolicyLimit: "limit", enrollment.PolicyPlatform: "platformRestrictions",
	enrollment.PolicySingle: "singlePlatformRestriction", enrollment.PolicyHello: "windowsHelloForBusiness",
}

func policyProperty(p *enrollment.Policy, name string) any {
	tags := p.ScopeTags
	if tags == nil {
		tags = []string{}
	}
	return map[string]any{
		"id": p.ID, "displayName": p.DisplayName, "description": p.Description, "priority": int64(p.Priority), "version": p.Version, "roleScopeTagIds": tags,
		"createdDateTime": p.CreatedAt, "lastModifiedDateTime": p.ModifiedAt, "deviceEnrollmentConfigurationType": configurationTypeOf[p.Kind],
	}[name]
}

func (w *world) policyGen() *gen {
	g := w.newGen()
	g.moment = []time.Time{{}, w.now, w.now.Add(time.Hour), time.Unix(0, 0)} // no row has the last one: it is stored as none
	g.guids = []string{"00000000-0000-0000-0000-000000000000"}
	return g
}

func filterEnrolmentConfigurations(w *world) {
	g := w.policyGen()
	rows := w.somePolicies(g, 60, enrollment.EnrolmentKinds()...)
	w.somePolicies(g, 20, enrollment.PolicyCustom, enrollment.PolicyMSI) // in no answer
	agree(w, g, configurationTable, w.enrolmentConfigurations, rows, func(p *enrollment.Policy) string { return string(p.ID) }, policyProperty)
}

func (w *world) enrolmentConfigurations(q *odata.Query) (odata.List[enrollment.Policy], error) {
	return w.db().ListEnrolmentConfigurations(w.ctx, w.tenant, q)
}

func filterCustomConfigurations(w *world) {
	g := w.policyGen()
	rows := w.somePolicies(g, 60, enrollment.PolicyCustom)
	for i := range rows {
		g.guids = append(g.guids, string(rows[i].ID))
	}
	w.somePolicies(g, 20, append(enrollment.EnrolmentKinds(), enrollment.PolicyMSI)...) // in no answer
	list := func(q *odata.Query) (odata.List[enrollment.Policy], error) {
		return w.db().ListCustomConfigurations(w.ctx, w.tenant, q)
	}
	agree(w, g, customTable, list, rows, func(p *enrollment.Policy) string { return string(p.ID) }, policyProperty)
}

func pageEnrolmentConfigurations(w *world) {
	rows := w.somePolicies(w.policyGen(), 40, enrollment.EnrolmentKinds()...)
	keys := map[string]func(a, b *enrollment.Policy) int{
		"":                     func(_, _ *enrollment.Policy) int { return 0 },
		"displayName":          func(a, b *enrollment.Policy) int { return order(odata.Fold(a.DisplayName), odata.Fold(b.DisplayName)) },
		"priority":             func(a, b *enrollment.Policy) int { return order(a.Priority, b.Priority) },
		"version":              func(a, b *enrollment.Policy) int { return order(int(a.Version), int(b.Version)) },
		"createdDateTime":      func(a, b *enrollment.Policy) int { return a.CreatedAt.Compare(b.CreatedAt) },
		"lastModifiedDateTime": func(a, b *enrollment.Policy) int { return a.ModifiedAt.Compare(b.ModifiedAt) },
	}
	for key, compare := range keys {
		for _, desc := range []bool{false, true} {
			raw, want := "", slices.Clone(rows)
			if key != "" {
				raw = "$orderby=" + key + map[bool]string{true: " desc"}[desc]
			}
			slices.SortFunc(want, func(a, b enrollment.Policy) int {
				if c := compare(&a, &b); c != 0 {
					return signed(c, desc)
				}
				return signed(order(a.ID, b.ID), desc && key != "")
			})
			for _, top := range []string{"3", "40"} {
				got := all(w, w.enrolmentConfigurations, w.query(configurationTable, raw+"&$top="+top))
				w.equal(raw+" by "+top, policyIDs(got), policyIDs(want))
			}
		}
	}
	// Types stand beside each other, in whatever order.
	got := all(w, w.enrolmentConfigurations, w.query(configurationTable, "$orderby=deviceEnrollmentConfigurationType&$top=7"))
	seen := map[enrollment.PolicyKind]bool{}
	for i, p := range got {
		if i > 0 && got[i-1].Kind != p.Kind && seen[p.Kind] {
			w.Errorf("%s comes twice", p.Kind)
		}
		seen[p.Kind] = true
	}
	w.equal("all of them", len(got), len(rows))
}

func policyIDs(ps []enrollment.Policy) (ids []enrollment.PolicyID) {
	for _, p := range ps {
		ids = append(ids, p.ID)
	}
	return ids
}

func policyListsApart(w *world) {
	c := &city{T: w.T, db: w.db(), ctx: w.ctx, tenant: w.tenant, now: w.now}
	for _, k := range policyKindsOfTests() {
		w.storePolicies(w.tenant, policyOf(c, k))
	}
	fabrikam := w.newTenant("fabrikam.example")
	w.storePolicies(fabrikam, policyOf(c, enrollment.PolicyESP))
	w.equal("enrolment configurations", len(all(w, w.enrolmentConfigurations, w.query(configurationTable, ""))), len(enrollment.EnrolmentKinds()))
	l, err := w.db().ListCustomConfigurations(w.ctx, w.tenant, w.query(customTable, "$count=true"))
	w.ok(err)
	w.equal("custom configurations", []int{len(l.Items), int(l.Count)}, []int{1, 1})
	for _, s := range l.Items[0].Custom.Settings {
		w.equal("value of "+s.URI, s.Value == "", s.Secret)
	}
	theirs, err := w.db().ListEnrolmentConfigurations(w.ctx, fabrikam, w.query(configurationTable, "$count=true"))
	w.ok(err)
	w.equal("the other tenant's", []int{len(theirs.Items), int(theirs.Count)}, []int{1, 1})
	none, err := w.db().ListCustomConfigurations(w.ctx, fabrikam, w.query(customTable, ""))
	w.ok(err)
	w.equal("the other tenant's custom ones", len(none.Items), 0)
	w.tx(func(tx autopilot.Tx) error { return tx.DeleteTenant(w.ctx, w.tenant) })
	w.equal("after the tenant went", len(all(w, w.enrolmentConfigurations, w.query(configurationTable, ""))), 0)
}
