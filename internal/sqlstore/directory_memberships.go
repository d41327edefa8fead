package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/rule"
)

const membershipColumns = "m.group_id, m.member_id, m.member_kind, m.by_rule, m.rule_version"

func scanMembership(r row, m *directory.Membership) error {
	return r.Scan(asID(&m.Group), asID(&m.Member), memberKinds.as(&m.Kind), asBool(&m.ByRule), &m.RuleVersion)
}

func membershipsOf(ctx context.Context, q querier, join string, t directory.TenantID, members []directory.ObjectID) ([]directory.Membership, error) {
	var all []directory.Membership
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(members))), maxList) {
		b := &builder{d: q.dialect()}
		where := " WHERE m.tenant_id = " + bindID(b, t) + " AND m.member_id IN (" + bindIDs(b, part) + ")"
		found, err := collect(ctx, q, scanMembership, "SELECT "+membershipColumns+" FROM memberships m/*by_member*/"+join+where+" ORDER BY m.member_id, m.group_id", b.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// ListMemberships implements directory.Reader, in order of member and group.
func (db *DB) ListMemberships(ctx context.Context, t directory.TenantID, members []directory.ObjectID) ([]directory.Membership, error) {
	all, err := membershipsOf(ctx, db.reader(), " JOIN dir_groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id AND g.deleted_at = 0", t, members)
	return all, fault.Wrap("list memberships", err)
}

// MembershipsOf implements directory.MembershipTx, in order of member and
// group; memberships of deleted groups are in it until those are purged.
func (tx *Tx) MembershipsOf(ctx context.Context, t directory.TenantID, members []directory.ObjectID) ([]directory.Membership, error) {
	all, err := membershipsOf(ctx, tx, "", t, members)
	return all, fault.Wrap("read memberships", err)
}

// ApplyMemberships implements directory.MembershipTx.
func (tx *Tx) ApplyMemberships(ctx context.Context, t directory.TenantID, add, remove []directory.Membership) error {
	d := tx.dialect()
	tenant := idArg(d, t)
	rows := make([][]any, 0, len(add))
	for _, m := range inOrder(add) {
		rows = append(rows, []any{tenant, idArg(d, m.Group), idArg(d, m.Member), memberKinds.arg(m.Kind), boolArg(m.ByRule), m.RuleVersion})
	}
	err := insertRows(ctx, tx, "INSERT INTO memberships (tenant_id, group_id, member_id, member_kind, by_rule, rule_version) VALUES ", rows, "ON CONFLICT (tenant_id, group_id, member_id) DO NOTHING")
	if err != nil {
		return fault.Wrap("add memberships", err)
	}
	return fault.Wrap("remove memberships", tx.removeMemberships(ctx, t, inOrder(remove)))
}

// inOrder sorts by key, so that two transactions never wait for each other crosswise.
func inOrder(ms []directory.Membership) []directory.Membership {
	return slices.SortedFunc(slices.Values(ms), func(a, b directory.Membership) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Member, b.Member))
	})
}

// Bounds of the two ways to remove: a list of members per group while there
// are few groups, else pairs.
const (
	fewGroups = 4
	maxPairs  = 64
)

func (tx *Tx) removeMemberships(ctx context.Context, t directory.TenantID, ms []directory.Membership) error {
	groups := make(map[directory.ObjectID][]directory.ObjectID)
	for _, m := range ms {
		groups[m.Group] = append(groups[m.Group], m.Member)
	}
	if len(groups) > fewGroups {
		for part := range slices.Chunk(ms, maxPairs) {
			if err := tx.removePairs(ctx, t, part); err != nil {
				return err
			}
		}
		return nil
	}
	for group, members := range groups {
		for part := range slices.Chunk(members, maxList) {
			b := &builder{d: tx.dialect()}
			where := " WHERE tenant_id = " + bindID(b, t) + " AND group_id = " + bindID(b, group) + " AND member_id IN (" + bindIDs(b, part) + ")"
			if _, err := tx.exec(ctx, "DELETE FROM memberships"+where, b.args...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) removePairs(ctx context.Context, t directory.TenantID, ms []directory.Membership) error {
	b := &builder{d: tx.dialect()}
	where := " WHERE tenant_id = " + bindID(b, t)
	n := 1
	for n < len(ms) {
		n *= 2
	}
	pairs := make([]string, n)
	for i := range pairs {
		m := ms[min(i, len(ms)-1)]
		pairs[i] = "(group_id = " + bindID(b, m.Group) + " AND member_id = " + bindID(b, m.Member) + ")"
	}
	_, err := tx.exec(ctx, "DELETE FROM memberships"+where+" AND ("+strings.Join(pairs, " OR ")+")", b.args...)
	return err
}

func scanID[T ~string](r row, id *T) error { return r.Scan(asID(id)) }

// PageMembers implements directory.MembershipTx.
func (tx *Tx) PageMembers(ctx context.Context, t directory.TenantID, group, after directory.ObjectID, limit int) ([]directory.ObjectID, error) {
	d := tx.dialect()
	ids, err := collect(ctx, tx, scanID[directory.ObjectID], "SELECT member_id FROM memberships WHERE tenant_id = $1 AND group_id = $2 AND member_id > $3 ORDER BY member_id LIMIT $4",
		idArg(d, t), idArg(d, group), idArg(d, after), limit)
	return ids, fault.Wrap("page members", err)
}

// PageObjects implements directory.MembershipTx.
func (tx *Tx) PageObjects(ctx context.Context, t directory.TenantID, kind directory.MemberKind, orderTag string, after directory.ObjectID, limit int) ([]directory.ObjectID, error) {
	d := tx.dialect()
	args := []any{idArg(d, t), idArg(d, after), limit}
	query := "SELECT id FROM users WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
	if kind == directory.MemberDevice {
		query = "SELECT id FROM devices WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3"
		if orderTag != "" {
			query = "SELECT id FROM devices WHERE tenant_id = $1 AND order_key = $4 AND id > $2 ORDER BY id LIMIT $3"
			args = append(args, rule.Fold(orderTag))
		}
	}
	ids, err := collect(ctx, tx, scanID[directory.ObjectID], query, args...)
	return ids, fault.Wrap("page objects", err)
}
