package sqlstore

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const policyColumns = "p.id, p.kind, p.display_name, p.by_default, p.priority, p.body, p.created_at, p.modified_at, p.version"

// wholePolicyColumns has the secrets too, which lists do without.
const wholePolicyColumns = policyColumns + ", p.secrets"

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

// policyBodyOf is what is stored of a policy, without the values that are
// secrets.
func policyBodyOf(p *enrollment.Policy) policyBody {
	b := policyBody{p.Description, p.ScopeTags, p.ESP, p.Limit, p.Platform, p.Hello, p.Custom, p.App}
	if len(policySecrets(p)) > 0 {
		b.Custom = &enrollment.CustomConfiguration{Settings: slices.Clone(p.Custom.Settings)}
		for i := range b.Custom.Settings {
			if s := &b.Custom.Settings[i]; s.Secret {
				s.Value = ""
			}
		}
	}
	return b
}

// policySecrets are the secret values of a policy in the order of its settings.
func policySecrets(p *enrollment.Policy) (values []string) {
	if p.Custom == nil {
		return nil
	}
	for i := range p.Custom.Settings {
		if s := &p.Custom.Settings[i]; s.Secret {
			values = append(values, s.Value)
		}
	}
	return values
}

// policyName is what a policy's secrets are sealed under.
func policyName(t directory.TenantID, id enrollment.PolicyID) string {
	return "mdm-policy/" + string(t) + "/" + string(id)
}

// sealPolicy seals the secrets of a policy; empty when it has none.
func (tx *Tx) sealPolicy(ctx context.Context, t directory.TenantID, p *enrollment.Policy) ([]byte, error) {
	values := policySecrets(p)
	if len(values) == 0 {
		return []byte{}, nil
	}
	if err := tx.db.holdMasterKey(ctx, tx, "/*share*/"); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	return tx.db.seal.seal(policyName(t, p.ID), plain)
}

// openPolicies puts the secrets back where they were.
func (db *DB) openPolicies(t directory.TenantID, stored []sealedPolicy) ([]enrollment.Policy, error) {
	ps := make([]enrollment.Policy, len(stored))
	for i := range stored {
		ps[i] = stored[i].Policy
		if len(stored[i].secrets) == 0 {
			continue
		}
		var values []string
		plain, err := db.seal.open(policyName(t, ps[i].ID), stored[i].secrets)
		if err == nil {
			err = json.Unmarshal(plain, &values)
		}
		if err != nil {
			return nil, fault.Wrap("open the secrets of policy "+string(ps[i].ID), err)
		}
		settings := ps[i].Custom.Settings
		for n := range settings {
			if settings[n].Secret && len(values) > 0 {
				settings[n].Value, values = values[0], values[1:]
			}
		}
	}
	return ps, nil
}

type sealedPolicy struct {
	enrollment.Policy
	secrets []byte
}

func scanSealedPolicy(r row, p *sealedPolicy) error {
	return scanPolicy(longer{r, []any{&p.secrets}}, &p.Policy)
}

// scanPolicy reads a policy without its secrets.
func scanPolicy(r row, p *enrollment.Policy) error {
	var b policyBody
	err := r.Scan(asID(&p.ID), policyKinds.as(&p.Kind), &p.DisplayName, asBool(&p.Default), &p.Priority, asJSON(&b), asTime(&p.CreatedAt), asTime(&p.ModifiedAt), &p.Version)
	p.Description, p.ScopeTags, p.ESP, p.Limit, p.Platform, p.Hello, p.Custom, p.App = b.Description, b.ScopeTags, b.ESP, b.Limit, b.Platform, b.Hello, b.Custom, b.App
	return err
}

func scanPolicyAssignment(r row, a *enrollment.Assignment) error {
	return r.Scan(asID(&a.Policy), asID(&a.Group), policyTargets.as(&a.Target), intents.as(&a.Intent), asTime(&a.CreatedAt))
}

func (db *DB) policy(ctx context.Context, q querier, t directory.TenantID, id enrollment.PolicyID, lock string) (p enrollment.Policy, err error) {
	found, err := collect(ctx, q, scanSealedPolicy, "SELECT "+wholePolicyColumns+" FROM mdm_policies p WHERE p.tenant_id = $1 AND p.id = $2"+lock, idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err != nil {
		return p, fault.Wrap("read policy "+string(id), err)
	}
	if len(found) == 0 {
		return p, missing("policy", string(id))
	}
	opened, err := db.openPolicies(t, found)
	if err != nil {
		return p, err
	}
	return opened[0], nil
}

// GetPolicy implements enrollment.PolicyReader.
func (db *DB) GetPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) (enrollment.Policy, error) {
	return db.policy(ctx, db.reader(), t, id, "")
}

// LoadPolicies implements enrollment.PolicyReader.
func (db *DB) LoadPolicies(ctx context.Context, t directory.TenantID, kinds ...enrollment.PolicyKind) (ps []enrollment.Policy, as []enrollment.Assignment, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		ps, as, err = db.policies(ctx, q, t, kinds)
		return err
	})
	return ps, as, fault.Wrap("load policies", err)
}

// PoliciesNow implements enrollment.PolicyTx.
func (tx *Tx) PoliciesNow(ctx context.Context, t directory.TenantID, kinds ...enrollment.PolicyKind) ([]enrollment.Policy, []enrollment.Assignment, error) {
	ps, as, err := tx.db.policies(ctx, tx, t, kinds)
	return ps, as, fault.Wrap("load policies", err)
}

// policies reads policies in order of kind, priority and id, and their
// assignments but those to groups that are gone.
func (db *DB) policies(ctx context.Context, q querier, t directory.TenantID, kinds []enrollment.PolicyKind) ([]enrollment.Policy, []enrollment.Assignment, error) {
	b := &builder{d: q.dialect()}
	of := " WHERE p.tenant_id = " + bindID(b, t)
	if len(kinds) > 0 {
		list := make([]string, len(kinds))
		for i, k := range kinds {
			list[i] = b.arg(policyKinds.arg(k))
		}
		of += " AND p.kind IN (" + strings.Join(list, ", ") + ")"
	}
	stored, err := collect(ctx, q, scanSealedPolicy, "SELECT "+wholePolicyColumns+" FROM mdm_policies p"+of+" ORDER BY p.kind, p.priority, p.id", b.args...)
	if err != nil || len(stored) == 0 {
		return nil, nil, err
	}
	ps, err := db.openPolicies(t, stored)
	if err != nil {
		return nil, nil, err
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
	secrets, err := tx.sealPolicy(ctx, t, &p)
	if err == nil {
		_, err = tx.exec(ctx, "INSERT INTO mdm_policies (tenant_id, id, kind, display_name, name_key, by_default, priority, body, secrets, created_at, modified_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			idArg(d, t), idArg(d, p.ID), policyKinds.arg(p.Kind), p.DisplayName, odata.Fold(p.DisplayName), boolArg(p.Default), p.Priority, jsonArg{policyBodyOf(&p)}, secrets,
			timeArg(p.CreatedAt), timeArg(p.ModifiedAt), max(p.Version, 1))
	}
	return fault.Wrap("create policy "+string(p.ID), err)
}

// UpdatePolicy implements enrollment.PolicyTx.
func (tx *Tx) UpdatePolicy(ctx context.Context, t directory.TenantID, p enrollment.Policy) error {
	d := tx.dialect()
	secrets, err := tx.sealPolicy(ctx, t, &p)
	if err != nil {
		return fault.Wrap("update policy "+string(p.ID), err)
	}
	n, err := tx.exec(ctx, "UPDATE mdm_policies SET display_name = $3, name_key = $4, priority = $5, body = $6, secrets = $7, modified_at = $8, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, p.ID), p.DisplayName, odata.Fold(p.DisplayName), p.Priority, jsonArg{policyBodyOf(&p)}, secrets, timeArg(p.ModifiedAt))
	if err == nil && n == 0 {
		return missing("policy", string(p.ID))
	}
	return fault.Wrap("update policy "+string(p.ID), err)
}

// DeletePolicy implements enrollment.PolicyTx: it goes with its assignments and
// with what became of it at devices, but for a configuration: what a PC got of
// that has to be taken back.
func (tx *Tx) DeletePolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "DELETE FROM mdm_policies WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, id))
	if err == nil && n == 0 {
		return missing("policy", string(id))
	}
	if err == nil {
		_, err = tx.exec(ctx, "DELETE FROM mdm_assignments WHERE tenant_id = $1 AND policy_id = $2", idArg(d, t), idArg(d, id))
	}
	if err == nil {
		_, err = tx.exec(ctx, "DELETE FROM mdm_states WHERE tenant_id = $1 AND policy_id = $2 AND kind <> $3", idArg(d, t), idArg(d, id), policyKinds.arg(enrollment.PolicyCustom))
	}
	return fault.Wrap("delete policy "+string(id), err)
}

// LockPolicy implements enrollment.PolicyTx.
func (tx *Tx) LockPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) (enrollment.Policy, error) {
	return tx.db.policy(ctx, tx, t, id, "/*lock*/")
}

// LockPolicies implements enrollment.PolicyTx. The tenant's row is held, so
// that one is not made beside it.
func (tx *Tx) LockPolicies(ctx context.Context, t directory.TenantID, kind enrollment.PolicyKind) ([]enrollment.Policy, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return nil, fault.Wrap("lock policies", err)
	}
	stored, err := collect(ctx, tx, scanSealedPolicy, "SELECT "+wholePolicyColumns+" FROM mdm_policies p WHERE p.tenant_id = $1 AND p.kind = $2 ORDER BY p.priority, p.id/*lock*/",
		idArg(tx.dialect(), t), policyKinds.arg(kind))
	if err != nil {
		return nil, fault.Wrap("lock policies", err)
	}
	return tx.db.openPolicies(t, stored)
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
