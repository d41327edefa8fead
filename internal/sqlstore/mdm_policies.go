package sqlstore

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const policyColumns = "p.id, p.kind, p.display_name, p.by_default, p.priority, p.body, p.created_at, p.modified_at, p.version"

// policyBody is a policy's settings as stored: the part of its kind.
type policyBody struct {
	Description string                          `json:"description,omitempty"`
	ScopeTags   []string                        `json:"scopeTags,omitempty"`
	ESP         *enrollment.ESP                 `json:"esp,omitempty"`
	Limit       *int                            `json:"limit,omitempty"`
	Platform    *enrollment.PlatformRestriction `json:"platform,omitempty"`
	Hello       map[string]any                  `json:"hello,omitempty"`
	Custom      *enrollment.CustomConfiguration `json:"custom,omitempty"`
	App         *enrollment.App                 `json:"app,omitempty"`
}

func policyBodyOf(p *enrollment.Policy) policyBody {
	return policyBody{p.Description, p.ScopeTags, p.ESP, p.Limit, p.Platform, p.Hello, p.Custom, p.App}
}

func scanPolicy(r row, p *enrollment.Policy) error {
	var b policyBody
	err := r.Scan(asID(&p.ID), policyKinds.as(&p.Kind), &p.DisplayName, asBool(&p.Default), &p.Priority, asJSON(&b), asTime(&p.CreatedAt), asTime(&p.ModifiedAt), &p.Version)
	p.Description, p.ScopeTags, p.ESP, p.Limit, p.Platform, p.Hello, p.Custom, p.App = b.Description, b.ScopeTags, b.ESP, b.Limit, b.Platform, b.Hello, b.Custom, b.App
	return err
}

func scanPolicyAssignment(r row, a *enrollment.Assignment) error {
	return r.Scan(asID(&a.Policy), asID(&a.Group), policyTargets.as(&a.Target), intents.as(&a.Intent), asTime(&a.CreatedAt))
}

func policy(ctx context.Context, q querier, t directory.TenantID, id enrollment.PolicyID, lock string) (enrollment.Policy, error) {
	p, ok, err := first(ctx, q, scanPolicy, "SELECT "+policyColumns+" FROM mdm_policies p WHERE p.tenant_id = $1 AND p.id = $2"+lock, idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err == nil && !ok {
		return p, missing("policy", string(id))
	}
	return p, fault.Wrap("read policy "+string(id), err)
}

// GetPolicy implements enrollment.PolicyReader.
func (db *DB) GetPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) (enrollment.Policy, error) {
	return policy(ctx, db.reader(), t, id, "")
}

// LoadPolicies implements enrollment.PolicyReader.
func (db *DB) LoadPolicies(ctx context.Context, t directory.TenantID, kinds ...enrollment.PolicyKind) (ps []enrollment.Policy, as []enrollment.Assignment, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		ps, as, err = policies(ctx, q, t, kinds)
		return err
	})
	return ps, as, fault.Wrap("load policies", err)
}

// PoliciesNow implements enrollment.PolicyTx.
func (tx *Tx) PoliciesNow(ctx context.Context, t directory.TenantID, kinds ...enrollment.PolicyKind) ([]enrollment.Policy, []enrollment.Assignment, error) {
	ps, as, err := policies(ctx, tx, t, kinds)
	return ps, as, fault.Wrap("load policies", err)
}

// policies reads policies in order of kind, priority and id, and their
// assignments but those to groups that are gone.
func policies(ctx context.Context, q querier, t directory.TenantID, kinds []enrollment.PolicyKind) ([]enrollment.Policy, []enrollment.Assignment, error) {
	b := &builder{d: q.dialect()}
	of := " WHERE p.tenant_id = " + bindID(b, t)
	if len(kinds) > 0 {
		list := make([]string, len(kinds))
		for i, k := range kinds {
			list[i] = b.arg(policyKinds.arg(k))
		}
		of += " AND p.kind IN (" + strings.Join(list, ", ") + ")"
	}
	ps, err := collect(ctx, q, scanPolicy, "SELECT "+policyColumns+" FROM mdm_policies p"+of+" ORDER BY p.kind, p.priority, p.id", b.args...)
	if err != nil || len(ps) == 0 {
		return ps, nil, err
	}
	as, err := collect(ctx, q, scanPolicyAssignment, "SELECT a.policy_id, a.group_id, a.target, a.intent, a.created_at FROM mdm_policies p"+
		" JOIN mdm_assignments a ON a.tenant_id = p.tenant_id AND a.policy_id = p.id"+
		" LEFT JOIN dir_groups g ON g.tenant_id = a.tenant_id AND g.id = a.group_id AND g.deleted_at = 0"+of+
		" AND (a.target > 2 OR g.id IS NOT NULL) ORDER BY a.policy_id, a.created_at, a.group_id, a.target", b.args...)
	return ps, as, err
}

// CreatePolicy implements enrollment.PolicyTx.
func (tx *Tx) CreatePolicy(ctx context.Context, t directory.TenantID, p enrollment.Policy) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO mdm_policies (tenant_id, id, kind, display_name, name_key, by_default, priority, body, created_at, modified_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
		idArg(d, t), idArg(d, p.ID), policyKinds.arg(p.Kind), p.DisplayName, odata.Fold(p.DisplayName), boolArg(p.Default), p.Priority, jsonArg{policyBodyOf(&p)},
		timeArg(p.CreatedAt), timeArg(p.ModifiedAt), max(p.Version, 1))
	return fault.Wrap("create policy "+string(p.ID), err)
}

// UpdatePolicy implements enrollment.PolicyTx.
func (tx *Tx) UpdatePolicy(ctx context.Context, t directory.TenantID, p enrollment.Policy) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE mdm_policies SET display_name = $3, name_key = $4, priority = $5, body = $6, modified_at = $7, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, p.ID), p.DisplayName, odata.Fold(p.DisplayName), p.Priority, jsonArg{policyBodyOf(&p)}, timeArg(p.ModifiedAt))
	if err == nil && n == 0 {
		return missing("policy", string(p.ID))
	}
	return fault.Wrap("update policy "+string(p.ID), err)
}

// DeletePolicy implements enrollment.PolicyTx: it goes with its assignments and
// with what became of it at devices.
func (tx *Tx) DeletePolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "DELETE FROM mdm_policies WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, id))
	if err == nil && n == 0 {
		return missing("policy", string(id))
	}
	for _, table := range []string{"mdm_assignments", "mdm_states"} {
		if err == nil {
			_, err = tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1 AND policy_id = $2", idArg(d, t), idArg(d, id))
		}
	}
	return fault.Wrap("delete policy "+string(id), err)
}

// LockPolicy implements enrollment.PolicyTx.
func (tx *Tx) LockPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) (enrollment.Policy, error) {
	return policy(ctx, tx, t, id, "/*lock*/")
}

// LockPolicies implements enrollment.PolicyTx. The tenant's row is held, so
// that one is not made beside it.
func (tx *Tx) LockPolicies(ctx context.Context, t directory.TenantID, kind enrollment.PolicyKind) ([]enrollment.Policy, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return nil, fault.Wrap("lock policies", err)
	}
	all, err := collect(ctx, tx, scanPolicy, "SELECT "+policyColumns+" FROM mdm_policies p WHERE p.tenant_id = $1 AND p.kind = $2 ORDER BY p.priority, p.id/*lock*/",
		idArg(tx.dialect(), t), policyKinds.arg(kind))
	return all, fault.Wrap("lock policies", err)
}

// ReplaceAssignments implements enrollment.PolicyTx.
func (tx *Tx) ReplaceAssignments(ctx context.Context, t directory.TenantID, p enrollment.PolicyID, as []enrollment.Assignment) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "DELETE FROM mdm_assignments WHERE tenant_id = $1 AND policy_id = $2", idArg(d, t), idArg(d, p))
	if err == nil {
		rows := make([][]any, len(as))
		for i := range as {
			rows[i] = []any{idArg(d, t), idArg(d, p), idArg(d, as[i].Group), policyTargets.arg(as[i].Target), intents.arg(as[i].Intent), timeArg(as[i].CreatedAt)}
		}
		err = insertRows(ctx, tx, "INSERT INTO mdm_assignments (tenant_id, policy_id, group_id, target, intent, created_at) VALUES ", rows, "")
	}
	return fault.Wrap("assign policy "+string(p), err)
}
