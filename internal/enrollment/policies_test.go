package enrollment_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

func codeOf(err error) string {
	if e, ok := fault.As(err); ok {
		return e.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// page makes an Enrollment Status Page.
func (s *estate) page(name string) enrollment.Policy {
	s.t.Helper()
	return given(s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyESP, DisplayName: name, ESP: &enrollment.ESP{Blocks: true}}))
}

// order is the names of the status pages with their priorities.
func (s *estate) order() (out []string) {
	s.t.Helper()
	ps, _, err := s.Store.LoadPolicies(s.ctx, s.tenant, enrollment.PolicyESP)
	s.ok(err)
	for _, p := range ps {
		if !p.Default {
			out = append(out, fmt.Sprint(p.Priority, " ", p.DisplayName))
		}
	}
	return out
}

func onBothEngines(t *testing.T, test func(*estate)) {
	t.Helper()
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) { test(newEstate(t, e)) })
}

func TestEveryTenantHasItsOwnPoliciesOnce(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if err := s.EnsureDefaults(s.ctx, s.tenant); err != nil {
					s.t.Error(err)
				}
			})
		}
		wg.Wait()
		ps, _, err := s.Store.LoadPolicies(s.ctx, s.tenant)
		s.ok(err)
		var ids []string
		for _, p := range ps {
			ids = append(ids, p.GraphID(s.tenant))
			if !p.Default || p.Priority != 0 || p.DisplayName != "All users and all devices" || !p.CreatedAt.IsZero() || p.Version != 1 {
				s.t.Errorf("%+v", p)
			}
			id, ok := enrollment.ParseGraphID(s.tenant, p.GraphID(s.tenant))
			if !ok || id != p.ID {
				s.t.Errorf("%s is read as %s, %v", p.GraphID(s.tenant), id, ok)
			}
			if id, ok := enrollment.ParseGraphID(directory.TenantID(estateID()), p.GraphID(s.tenant)); ok {
				s.t.Errorf("%s is %s in another tenant", p.GraphID(s.tenant), id)
			}
		}
		slices.Sort(ids)
		var want []string
		for _, name := range []string{"DefaultLimit", "DefaultPlatformRestrictions", "DefaultWindows10EnrollmentCompletionPageConfiguration", "DefaultWindowsHelloForBusiness"} {
			want = append(want, string(s.tenant)+"_"+name)
		}
		if diff := cmp.Diff(want, ids); diff != "" {
			s.t.Error(diff)
		}
		for _, p := range ps {
			s.fails(s.DeletePolicy(s.ctx, s.tenant, p.ID, 0), fault.Invalid, "DefaultCannotBeDeleted")
			s.fails(s.AssignPolicy(s.ctx, s.tenant, p.ID, nil), fault.Invalid, "DefaultCannotBeAssigned")
			s.fails(s.SetPriority(s.ctx, s.tenant, p.ID, 1), fault.Invalid, "DefaultHasNoPriority")
			_, err := s.UpdatePolicy(s.ctx, s.tenant, p.ID, 0, func(p *enrollment.Policy) error { p.DisplayName = "mine"; return nil })
			s.fails(err, fault.Invalid, "DefaultNameIsFixed")
		}
		changed := given(s.UpdatePolicy(s.ctx, s.tenant, enrollment.DefaultPolicyID(s.tenant, enrollment.PolicyESP), 1, func(p *enrollment.Policy) error {
			p.ESP.ShowProgress, p.ESP.TimeoutMinutes = true, 60
			p.Default, p.Priority, p.Kind, p.CreatedAt, p.ID = false, 9, enrollment.PolicyMSI, s.clock.Real(), "x" // none of these is the caller's
			return nil
		}))
		if !changed.Default || changed.Priority != 0 || changed.Version != 2 || changed.Kind != enrollment.PolicyESP || !changed.CreatedAt.IsZero() || !changed.ModifiedAt.Equal(s.clock.Now("").Truncate(time.Nanosecond)) {
			s.t.Errorf("%+v", changed)
		}
	})
}

func TestATenantsOwnPolicyIsThereBeforeItIsWritten(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		s.tx(func(tx enrollment.Tx) error {
			applied, err := s.PoliciesFor(s.ctx, tx, s.tenant, &enrollment.Device{})
			s.ok(err)
			if len(applied) != 4 {
				s.t.Errorf("%d policies reach a PC of an empty tenant, want the four own ones", len(applied))
			}
			esp := given(s.ESPFor(s.ctx, tx, s.tenant, &enrollment.Device{}))
			limit := given(s.LimitFor(s.ctx, tx, s.tenant, ""))
			restriction := given(s.RestrictionFor(s.ctx, tx, s.tenant, ""))
			if !esp.Policy.Default || esp.Policy.ESP.ShowProgress || *limit.Limit != 15 || restriction.Platform.Blocked {
				s.t.Errorf("%+v, %+v, %+v", esp, limit, restriction)
			}
			return nil
		})
		ps, _, err := s.Store.LoadPolicies(s.ctx, s.tenant)
		s.ok(err)
		if len(ps) > 0 {
			s.t.Errorf("asking wrote %d policies", len(ps))
		}
		p := given(s.FindPolicy(s.ctx, s.tenant, enrollment.DefaultPolicyID(s.tenant, enrollment.PolicyHello)))
		if p.Kind != enrollment.PolicyHello {
			s.t.Errorf("%+v", p)
		}
		_, err = s.FindPolicy(s.ctx, s.tenant, enrollment.DefaultPolicyID(directory.TenantID(estateID()), enrollment.PolicyHello))
		s.fails(err, fault.NotFound, "ResourceNotFound")
	})
}

// A list is the model of the order.
func TestPrioritiesStayOneToNWhateverIsDone(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		seed := rand.Uint64()
		s.t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		s.ok(s.EnsureDefaults(s.ctx, s.tenant))
		var model []enrollment.Policy
		for step := range 60 {
			switch n := len(model); {
			case n < 2 || r.IntN(3) == 0:
				model = append(model, s.page(fmt.Sprint("p", step)))
			case r.IntN(3) == 0:
				i := r.IntN(n)
				s.ok(s.DeletePolicy(s.ctx, s.tenant, model[i].ID, 0))
				model = slices.Delete(model, i, i+1)
			default:
				i, to := r.IntN(n), r.IntN(n)
				s.ok(s.SetPriority(s.ctx, s.tenant, model[i].ID, to+1))
				p := model[i]
				model = slices.Insert(slices.Delete(model, i, i+1), to, p)
			}
			var want []string
			for i, p := range model {
				want = append(want, fmt.Sprint(i+1, " ", p.DisplayName))
			}
			if diff := cmp.Diff(want, s.order()); diff != "" {
				s.t.Fatalf("after step %d:\n%s", step, diff)
			}
		}
		for _, bad := range []int{-1, 0, len(model) + 1, 1 << 30} {
			s.fails(s.SetPriority(s.ctx, s.tenant, model[0].ID, bad), fault.Invalid, "PriorityOutOfRange")
		}
		// Another kind has an order of its own.
		limit := given(s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyLimit, DisplayName: "limit", Limit: new(3)}))
		if limit.Priority != 1 {
			s.t.Errorf("the first limit has priority %d", limit.Priority)
		}
	})
}

func TestManyWhoSetPrioritiesAtOnceLeaveNoGap(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		var ids []enrollment.PolicyID
		for i := range 5 {
			ids = append(ids, s.page(strconv.Itoa(i)).ID)
		}
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				var err error
				switch {
				case i == 7:
					err = s.DeletePolicy(s.ctx, s.tenant, ids[4], 0)
				case i%5 == 3:
					_, err = s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{Kind: enrollment.PolicyESP, DisplayName: "new", ESP: &enrollment.ESP{}})
				default:
					err = s.SetPriority(s.ctx, s.tenant, ids[i%4], 1+i%3)
				}
				if err != nil {
					s.t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, text := range s.order() {
			if !strings.HasPrefix(text, fmt.Sprint(i+1, " ")) {
				s.t.Errorf("order %q", s.order())
			}
		}
	})
}

func TestThereAreFiftyOneStatusPagesAtMost(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		for i := range 50 {
			s.page(strconv.Itoa(i))
		}
		one := enrollment.Policy{Kind: enrollment.PolicyESP, DisplayName: "one more", ESP: &enrollment.ESP{}}
		_, err := s.CreatePolicy(s.ctx, s.tenant, one)
		s.fails(err, fault.Invalid, "TooManyStatusPages")
		s.ok(s.EnsureDefaults(s.ctx, s.tenant))
		ps, _, err := s.Store.LoadPolicies(s.ctx, s.tenant, enrollment.PolicyESP)
		s.ok(err)
		if len(ps) != 51 {
			t.Errorf("%d status pages with the default one", len(ps))
		}
		s.ok(s.DeletePolicy(s.ctx, s.tenant, ps[20].ID, 0))
		_, err = s.CreatePolicy(s.ctx, s.tenant, one)
		s.ok(err)
	})
}

func TestAStatusPageWaitsForAppsThatAreThere(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		app := enrollment.Policy{ID: enrollment.PolicyID(estateID()), Kind: enrollment.PolicyMSI, DisplayName: "Contoso VPN", App: &enrollment.App{}, Version: 1}
		s.tx(func(tx enrollment.Tx) error { return tx.CreatePolicy(s.ctx, s.tenant, app) })
		foreign := enrollment.Policy{ID: enrollment.PolicyID(estateID()), Kind: enrollment.PolicyMSI, DisplayName: "theirs", App: &enrollment.App{}, Version: 1}
		other := s.newTenant("fabrikam.example")
		s.tx(func(tx enrollment.Tx) error { return tx.CreatePolicy(s.ctx, other, foreign) })
		page := enrollment.Policy{Kind: enrollment.PolicyESP, DisplayName: "p", ESP: &enrollment.ESP{Blocks: true, SelectedApps: []enrollment.PolicyID{app.ID}}}
		made := given(s.CreatePolicy(s.ctx, s.tenant, page))
		for _, id := range []enrollment.PolicyID{foreign.ID, made.ID, enrollment.PolicyID(estateID()), "no guid"} {
			page.ESP.SelectedApps = []enrollment.PolicyID{app.ID, id}
			_, err := s.CreatePolicy(s.ctx, s.tenant, page)
			s.fails(err, fault.Invalid, "SelectedAppNotFound")
			if e, _ := fault.As(err); e.Details[0].Target != "selectedMobileAppIds/1" {
				s.t.Errorf("target %s", e.Details[0].Target)
			}
			_, err = s.UpdatePolicy(s.ctx, s.tenant, made.ID, 0, func(p *enrollment.Policy) error { p.ESP.SelectedApps = page.ESP.SelectedApps; return nil })
			s.fails(err, fault.Invalid, "SelectedAppNotFound")
		}
		s.fails(s.DeletePolicy(s.ctx, s.tenant, app.ID, 0), fault.Invalid, "AppIsSelected")
		given(s.UpdatePolicy(s.ctx, s.tenant, made.ID, 0, func(p *enrollment.Policy) error { p.ESP.SelectedApps = nil; return nil }))
		s.ok(s.DeletePolicy(s.ctx, s.tenant, app.ID, 0))
	})
}

func TestAWriteNeedsTheVersionThatWasRead(t *testing.T) {
	onBothEngines(t, func(s *estate) {
		p := s.page("p")
		change := func(p *enrollment.Policy) error { p.Description = "x"; return nil }
		_, err := s.UpdatePolicy(s.ctx, s.tenant, p.ID, 7, change)
		s.fails(err, fault.Precondition, "PreconditionFailed")
		given(s.UpdatePolicy(s.ctx, s.tenant, p.ID, 1, change))
		s.fails(s.DeletePolicy(s.ctx, s.tenant, p.ID, 1), fault.Precondition, "PreconditionFailed")
		_, err = s.UpdatePolicy(s.ctx, s.tenant, enrollment.PolicyID(estateID()), 0, change)
		s.fails(err, fault.NotFound, "ResourceNotFound")
		s.fails(s.DeletePolicy(s.ctx, s.newTenant("fabrikam.example"), p.ID, 0), fault.NotFound, "ResourceNotFound")
		s.ok(s.DeletePolicy(s.ctx, s.tenant, p.ID, 2))
	})
}
