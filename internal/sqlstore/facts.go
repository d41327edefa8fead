package sqlstore

import (
	"context"
	"strconv"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// heldDevices bounds the look for a group that holds a registered device: the
// oldest so many devices.
const heldDevices = 20_000

// ReadFacts implements enrollment.FactReader.
func (db *DB) ReadFacts(ctx context.Context, t directory.TenantID) (f enrollment.Facts, err error) {
	for _, part := range []func(context.Context, directory.TenantID, *enrollment.Facts) error{db.joinFacts, db.deviceFacts, db.configFacts, db.deploymentFacts} {
		if err := part(ctx, t, &f); err != nil {
			return f, fault.Wrap("read the facts of "+string(t), err)
		}
	}
	return f, nil
}

func (db *DB) joinFacts(ctx context.Context, t directory.TenantID, f *enrollment.Facts) error {
	scope, err := db.GetMobilityPolicy(ctx, t, directory.MDM)
	if err != nil {
		return err
	}
	f.Scope, f.ScopeGroups = scope.AppliesTo, len(scope.Groups)
	if f.ScopeUsers, err = db.usersIn(ctx, t, scope.Groups); err != nil {
		return err
	}
	join, err := db.GetJoinPolicy(ctx, t)
	if err != nil {
		return err
	}
	f.Join, f.JoinMFA = join.Join.Reach, join.MFA == directory.MFARequired
	in, err := db.usersIn(ctx, t, join.Join.Groups)
	f.JoinUsers = len(join.Join.Users) + in
	return err
}

// usersIn counts users in groups; one in two of them counts twice.
func (db *DB) usersIn(ctx context.Context, t directory.TenantID, groups []directory.ObjectID) (n int, err error) {
	if len(groups) == 0 {
		return 0, nil
	}
	b := &builder{d: db.d}
	where := "tenant_id = " + bindID(b, t) + " AND member_kind = " + strconv.Itoa(memberKinds.number(directory.MemberUser)) + " AND group_id IN (" + bindIDs(b, groups) + ")"
	_, err = one(ctx, db.reader(), []any{&n}, "SELECT count(*) FROM memberships WHERE "+where, b.args...)
	return n, err
}

func (db *DB) deviceFacts(ctx context.Context, t directory.TenantID, f *enrollment.Facts) error {
	id := idArg(db.d, t)
	failed := strconv.Itoa(importStatuses.number(autopilot.ImportError))
	dynamic := strconv.Itoa(groupKinds.number(directory.DynamicDevice))
	for _, q := range []struct {
		into any
		text string
	}{
		{&f.Devices, "SELECT count(*) FROM autopilot_identities WHERE tenant_id = $1"},
		{&f.FailedRows, "SELECT count(*) FROM import_rows r WHERE r.tenant_id = $1 AND r.status = " + failed +
			" AND r.batch = (SELECT l.batch FROM import_rows l WHERE l.tenant_id = r.tenant_id ORDER BY l.id DESC LIMIT 1)"},
		{asBool(&f.WithUser), "SELECT CASE WHEN EXISTS (SELECT 1 FROM autopilot_identities WHERE tenant_id = $1 AND user_principal_name <> '') THEN 1 ELSE 0 END"},
		{&f.DeviceGroups, "SELECT count(*) FROM dir_groups WHERE tenant_id = $1 AND deleted_at = 0 AND kind = " + dynamic},
		{&f.HoldingGroup, "SELECT g.display_name FROM (SELECT tenant_id, device_object_id FROM autopilot_identities WHERE tenant_id = $1 ORDER BY id LIMIT " + strconv.Itoa(heldDevices) + ") a" +
			" JOIN memberships m ON m.tenant_id = a.tenant_id AND m.member_id = a.device_object_id" +
			" JOIN dir_groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id AND g.deleted_at = 0 LIMIT 1"},
	} {
		if _, err := one(ctx, db.reader(), []any{q.into}, q.text, id); err != nil {
			return err
		}
	}
	var busy int
	_, err := one(ctx, db.reader(), []any{&busy}, "SELECT (SELECT count(*) FROM (SELECT 1 FROM dirty WHERE tenant_id = $1 LIMIT 1) d) + (SELECT count(*) FROM fills WHERE tenant_id = $2)", id, id)
	if err != nil || busy == 0 {
		return err
	}
	_, err = one(ctx, db.reader(), []any{&f.Assigning}, "SELECT count(*) FROM autopilot_identities a WHERE a.tenant_id = $1 AND "+concernedSQL, id)
	return err
}

// configFacts looks at profiles and status pages, of which there are few.
func (db *DB) configFacts(ctx context.Context, t directory.TenantID, f *enrollment.Facts) error {
	profiles, assignments, _, err := db.LoadConfig(ctx, t)
	if err != nil {
		return err
	}
	f.Profiles = len(profiles)
	assigned := make(map[autopilot.ProfileID]bool)
	for i := range assignments {
		if assignments[i].Target != autopilot.TargetExclusion {
			assigned[assignments[i].Profile] = true
		}
	}
	var right []autopilot.ProfileID
	for i := range profiles {
		p := &profiles[i]
		if assigned[p.ID] && p.Join == autopilot.EntraJoined && p.OOBE.UsageType == autopilot.SingleUser {
			right = append(right, p.ID)
			if f.Profile == "" {
				f.Profile = p.DisplayName
			}
		}
	}
	if len(right) > 0 {
		b := &builder{d: db.d}
		where := "tenant_id = " + bindID(b, t) + " AND assigned_at > 0 AND decided = " + strconv.Itoa(assignmentStatuses.number(autopilot.StatusAssignedInSync)) + " AND profile_id IN (" + bindIDs(b, right) + ")"
		if _, err := one(ctx, db.reader(), []any{&f.Assigned}, "SELECT count(*) FROM autopilot_identities WHERE "+where, b.args...); err != nil {
			return err
		}
	}
	pages, targets, err := db.LoadPolicies(ctx, t, enrollment.PolicyESP)
	if err != nil {
		return err
	}
	return db.pageFacts(ctx, t, pages, targets, f)
}

func (db *DB) pageFacts(ctx context.Context, t directory.TenantID, pages []enrollment.Policy, targets []enrollment.Assignment, f *enrollment.Facts) error {
	for i := range pages {
		p := &pages[i]
		if p.Default {
			continue
		}
		f.ESPs++
		if f.ESP != "" || p.ESP == nil || !p.ESP.ShowProgress {
			continue
		}
		reaches, err := db.reaches(ctx, t, p.ID, targets)
		if err != nil {
			return err
		}
		if reaches {
			f.ESP = p.DisplayName
		}
	}
	return nil
}

// reaches reports whether a policy goes to everybody or to a registered device.
func (db *DB) reaches(ctx context.Context, t directory.TenantID, p enrollment.PolicyID, targets []enrollment.Assignment) (bool, error) {
	var groups []directory.ObjectID
	for i := range targets {
		switch a := &targets[i]; {
		case a.Policy != p || a.Target == enrollment.TargetExclusion:
		case a.Group == "":
			return true, nil
		default:
			groups = append(groups, a.Group)
		}
	}
	if len(groups) == 0 {
		return false, nil
	}
	b := &builder{d: db.d}
	where := "m.tenant_id = " + bindID(b, t) + " AND m.group_id IN (" + bindIDs(b, groups) + ")"
	var n int
	_, err := one(ctx, db.reader(), []any{&n}, "SELECT count(*) FROM (SELECT 1 FROM memberships m JOIN autopilot_identities a ON a.tenant_id = m.tenant_id AND a.device_object_id = m.member_id WHERE "+where+" LIMIT 1) held", b.args...)
	return n > 0, err
}

func (db *DB) deploymentFacts(ctx context.Context, t directory.TenantID, f *enrollment.Facts) error {
	id := idArg(db.d, t)
	in := func(states ...enrollment.DeploymentState) string {
		numbers := make([]string, len(states))
		for i, s := range states {
			numbers[i] = strconv.Itoa(deploymentStates.number(s))
		}
		return "state IN (" + strings.Join(numbers, ", ") + ")"
	}
	good := in(enrollment.DeploymentSuccess, enrollment.DeploymentSuccessTimeout, enrollment.DeploymentSuccessRetry)
	var won, lost int64
	if _, err := one(ctx, db.reader(), []any{asID(&f.Succeeded), &won}, "SELECT id, started_at FROM deployments WHERE tenant_id = $1 AND "+good+" ORDER BY started_at DESC LIMIT 1", id); err != nil {
		return err
	}
	if _, err := one(ctx, db.reader(), []any{&f.Running}, "SELECT count(*) FROM deployments WHERE tenant_id = $1 AND "+in(enrollment.DeploymentInProgress), id); err != nil {
		return err
	}
	var failed enrollment.DeploymentID
	if _, err := one(ctx, db.reader(), []any{asID(&failed), &lost}, "SELECT id, started_at FROM deployments WHERE tenant_id = $1 AND "+in(enrollment.DeploymentFailure)+" ORDER BY started_at DESC LIMIT 1", id); err != nil {
		return err
	}
	if failed == "" || lost <= won {
		return nil
	}
	y, err := db.GetDeployment(ctx, t, failed)
	f.LastFailed, f.LastFailedWhy = failed, y.Failure
	return err
}
