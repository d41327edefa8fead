package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/jobs"
)

// queues are tenants with so many steps to go, each of one PC.
type queues struct {
	directory.Reader
	steps map[directory.TenantID]int
	calls []string
	fail  error
}

func (q *queues) ListTenants(context.Context) ([]directory.Tenant, error) {
	return []directory.Tenant{{ID: "a"}, {ID: "b"}}, nil
}

func (q *queues) ForgetCommands(_ context.Context, t directory.TenantID, after enrollment.DeviceID, queued, ended time.Time, limit int) (enrollment.Forgotten, error) {
	if err := q.fail; err != nil {
		q.fail = nil
		return enrollment.Forgotten{}, err
	}
	q.calls = append(q.calls, fmt.Sprintf("%s>%s %s %s %d", t, after, queued.Format(time.DateOnly), ended.Format(time.DateOnly), limit))
	q.steps[t]--
	return enrollment.Forgotten{Commands: 10, More: q.steps[t] > 0, Next: enrollment.DeviceID(strconv.Itoa(q.steps[t]))}, nil
}

// clocks are a server's and that of tenants a year ahead.
type clocks struct{ now time.Time }

func (c *clocks) Real() time.Time                  { return c.now }
func (c *clocks) Now(directory.TenantID) time.Time { return c.now.AddDate(1, 0, 0) }

func TestOldCommandsAreForgottenInBoundedRunsThatGoOnWhereTheyStopped(t *testing.T) {
	t.Parallel()
	clock := &clocks{time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC)}
	q := &queues{steps: map[directory.TenantID]int{"a": 2, "b": 30}}
	job := jobs.ForgetCommands(q, q, clock, 30*24*time.Hour)
	run := func(want int) {
		t.Helper()
		r, err := job.RunOnce(t.Context())
		if err != nil || r.Done != want || r.More {
			t.Errorf("a run: %+v, %v; want %d done", r, err, want)
		}
	}
	run(200)
	if diff := cmp.Diff([]string{"a> 2026-05-01 2027-05-01 250", "a>1 2026-05-01 2027-05-01 250", "b> 2026-05-01 2027-05-01 250", "b>29 2026-05-01 2027-05-01 250"}, q.calls[:4]); diff != "" {
		t.Errorf("the first steps (-want +got):\n%s", diff)
	}
	q.fail = errors.New("the database went away")
	if _, err := job.RunOnce(t.Context()); err == nil {
		t.Error("an error is not told")
	}
	run(120) // the rest, from where it stood
	if last := q.calls[len(q.calls)-1]; last != "b>1 2026-05-01 2027-05-01 250" {
		t.Errorf("the last step is %s", last)
	}
	q.steps["a"], q.steps["b"] = 1, 1
	clock.now = clock.now.Add(59 * time.Minute)
	run(0) // it rests
	clock.now = clock.now.Add(time.Minute)
	run(20)
}
