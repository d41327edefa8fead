package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

const stateColumns = "s.device_id, s.policy_id, s.user_id, s.kind, s.name, s.compliance, s.status, s.error_code, s.applied, s.tracked, s.sent, s.reported_at"

func scanState(r row, s *enrollment.PolicyState) error {
	return r.Scan(asID(&s.Device), asID(&s.Policy), asID(&s.User), policyKinds.as(&s.Kind), &s.Name, compliances.as(&s.Compliance), &s.Status, &s.Error, &s.Applied, asBool(&s.Tracked), &s.Sent, asTime(&s.ReportedAt))
}

func states(ctx context.Context, q querier, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.PolicyState, error) {
	all, err := collect(ctx, q, scanState, "SELECT "+stateColumns+" FROM mdm_states s WHERE s.tenant_id = $1 AND s.device_id = $2 ORDER BY s.kind, s.policy_id, s.user_id", idArg(q.dialect(), t), idArg(q.dialect(), d))
	return all, fault.Wrap("list what became of policies at "+string(d), err)
}

// ListStates implements enrollment.DeviceReader.
func (db *DB) ListStates(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.PolicyState, error) {
	return states(ctx, db.reader(), t, d)
}

// StatesOf implements enrollment.StateTx.
func (tx *Tx) StatesOf(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.PolicyState, error) {
	return states(ctx, tx, t, d)
}

// PutStates implements enrollment.StateTx.
func (tx *Tx) PutStates(ctx context.Context, t directory.TenantID, ss []enrollment.PolicyState) error {
	d := tx.dialect()
	rows := make([][]any, len(ss))
	for i := range ss {
		s := &ss[i]
		rows[i] = []any{
			idArg(d, t), idArg(d, s.Device), idArg(d, s.Policy), idArg(d, s.User), policyKinds.arg(s.Kind), s.Name, compliances.arg(compliances.orFirst(s.Compliance)),
			s.Status, s.Error, s.Applied, boolArg(s.Tracked), s.Sent, timeArg(s.ReportedAt),
		}
	}
	err := insertRows(ctx, tx, "INSERT INTO mdm_states (tenant_id, device_id, policy_id, user_id, kind, name, compliance, status, error_code, applied, tracked, sent, reported_at) VALUES ", rows,
		"ON CONFLICT (tenant_id, device_id, policy_id, user_id) DO UPDATE SET kind = excluded.kind, name = excluded.name, compliance = excluded.compliance, status = excluded.status,"+
			" error_code = excluded.error_code, applied = excluded.applied, tracked = excluded.tracked, sent = excluded.sent, reported_at = excluded.reported_at")
	return fault.Wrap("store what became of policies", err)
}

// DeleteState implements enrollment.StateTx.
func (tx *Tx) DeleteState(ctx context.Context, t directory.TenantID, device enrollment.DeviceID, p enrollment.PolicyID, user directory.ObjectID) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "DELETE FROM mdm_states WHERE tenant_id = $1 AND device_id = $2 AND policy_id = $3 AND user_id = $4", idArg(d, t), idArg(d, device), idArg(d, p), idArg(d, user))
	return fault.Wrap("forget what became of a policy", err)
}
