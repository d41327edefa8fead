package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// joinBody is a join policy as stored. Its names are the stored form and do
// not change with the Go fields.
type joinBody struct {
	Join             audienceBody             `json:"join"`
	RegisteringUsers audienceBody             `json:"registeringUsers"`
	GlobalAdmins     bool                     `json:"globalAdmins,omitempty"`
	Register         audienceBody             `json:"register"`
	MFA              directory.MFARequirement `json:"mfa"`
	DeviceQuota      int                      `json:"deviceQuota"`
	LAPS             bool                     `json:"laps,omitempty"`
	OnlyAssignedUser bool                     `json:"onlyAssignedUser,omitempty"`
}

type audienceBody struct {
	Reach  directory.Reach      `json:"reach"`
	Users  []directory.ObjectID `json:"users,omitempty"`
	Groups []directory.ObjectID `json:"groups,omitempty"`
}

// mobilityBody is a user scope as stored; an empty address is the server's own.
type mobilityBody struct {
	AppliesTo     directory.Reach      `json:"appliesTo"`
	Groups        []directory.ObjectID `json:"groups,omitempty"`
	DiscoveryURL  string               `json:"discoveryUrl,omitempty"`
	TermsOfUseURL string               `json:"termsOfUseUrl,omitempty"`
	ComplianceURL string               `json:"complianceUrl,omitempty"`
}

var mobilityKinds = enum[directory.MobilityKind]{"mobility policy", []directory.MobilityKind{"", directory.MDM, directory.MAM}}

func scanJoinPolicy(r row, p *directory.JoinPolicy) error {
	var b joinBody
	if err := r.Scan(asJSON(&b), asTime(&p.ModifiedAt), &p.Version); err != nil {
		return err
	}
	p.Join, p.RegisteringUsers, p.Register = directory.Audience(b.Join), directory.Audience(b.RegisteringUsers), directory.Audience(b.Register)
	p.GlobalAdmins, p.MFA, p.DeviceQuota, p.LAPS, p.OnlyAssignedUser = b.GlobalAdmins, b.MFA, b.DeviceQuota, b.LAPS, b.OnlyAssignedUser
	return nil
}

func scanMobilityPolicy(r row, p *directory.MobilityPolicy) error {
	var b mobilityBody
	if err := r.Scan(mobilityKinds.as(&p.Kind), asJSON(&b), asTime(&p.ModifiedAt), &p.Version); err != nil {
		return err
	}
	b.into(p)
	return nil
}

func (b *mobilityBody) into(p *directory.MobilityPolicy) {
	p.AppliesTo, p.Groups, p.DiscoveryURL, p.TermsOfUseURL, p.ComplianceURL = b.AppliesTo, b.Groups, b.DiscoveryURL, b.TermsOfUseURL, b.ComplianceURL
}

func joinPolicy(ctx context.Context, q querier, t directory.TenantID) (directory.JoinPolicy, error) {
	p, ok, err := first(ctx, q, scanJoinPolicy, "SELECT p.body, p.modified_at, p.version FROM join_policies p WHERE p.tenant_id = $1", idArg(q.dialect(), t))
	if err == nil && !ok {
		return directory.DefaultJoinPolicy(), nil
	}
	return p, fault.Wrap("read the join policy", err)
}

func mobilityPolicy(ctx context.Context, q querier, t directory.TenantID, kind directory.MobilityKind) (directory.MobilityPolicy, error) {
	p, ok, err := first(ctx, q, scanMobilityPolicy, "SELECT p.kind, p.body, p.modified_at, p.version FROM mobility_policies p WHERE p.tenant_id = $1 AND p.kind = $2",
		idArg(q.dialect(), t), mobilityKinds.arg(kind))
	if err == nil && !ok {
		return directory.DefaultMobilityPolicy(kind), nil
	}
	return p, fault.Wrap("read the user scope", err)
}

// GetJoinPolicy implements directory.JoinSettingsReader.
func (db *DB) GetJoinPolicy(ctx context.Context, t directory.TenantID) (directory.JoinPolicy, error) {
	return joinPolicy(ctx, db.reader(), t)
}

// GetMobilityPolicy implements directory.JoinSettingsReader.
func (db *DB) GetMobilityPolicy(ctx context.Context, t directory.TenantID, kind directory.MobilityKind) (directory.MobilityPolicy, error) {
	return mobilityPolicy(ctx, db.reader(), t, kind)
}

// lockTenant locks what is there from the start: a policy that was never
// written has no row to lock.
func (tx *Tx) lockTenant(ctx context.Context, t directory.TenantID) error {
	var version int64
	ok, err := one(ctx, tx, []any{asID(new(directory.TenantID)), &version}, "SELECT t.tenant_id, t.created_at FROM tenants t WHERE t.tenant_id = $1/*lock*/", idArg(tx.dialect(), t))
	if err == nil && !ok {
		return missing("tenant", string(t))
	}
	return fault.Wrap("lock tenant "+string(t), err)
}

// LockJoinPolicy implements directory.JoinSettingsTx.
func (tx *Tx) LockJoinPolicy(ctx context.Context, t directory.TenantID) (directory.JoinPolicy, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return directory.JoinPolicy{}, err
	}
	return joinPolicy(ctx, tx, t)
}

// LockMobilityPolicy implements directory.JoinSettingsTx.
func (tx *Tx) LockMobilityPolicy(ctx context.Context, t directory.TenantID, kind directory.MobilityKind) (directory.MobilityPolicy, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return directory.MobilityPolicy{}, err
	}
	return mobilityPolicy(ctx, tx, t, kind)
}

const replaceRow = " DO UPDATE SET body = excluded.body, modified_at = excluded.modified_at, version = excluded.version"

// PutJoinPolicy implements directory.JoinSettingsTx.
func (tx *Tx) PutJoinPolicy(ctx context.Context, t directory.TenantID, p directory.JoinPolicy) error {
	b := joinBody{
		Join: audienceBody(p.Join), RegisteringUsers: audienceBody(p.RegisteringUsers), GlobalAdmins: p.GlobalAdmins,
		Register: audienceBody(p.Register), MFA: p.MFA, DeviceQuota: p.DeviceQuota, LAPS: p.LAPS, OnlyAssignedUser: p.OnlyAssignedUser,
	}
	_, err := tx.exec(ctx, "INSERT INTO join_policies (tenant_id, body, modified_at, version) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id)"+replaceRow,
		idArg(tx.dialect(), t), jsonArg{b}, timeArg(p.ModifiedAt), p.Version+1)
	return fault.Wrap("write the join policy", err)
}

// PutMobilityPolicy implements directory.JoinSettingsTx.
func (tx *Tx) PutMobilityPolicy(ctx context.Context, t directory.TenantID, p directory.MobilityPolicy) error {
	b := mobilityBody{AppliesTo: p.AppliesTo, Groups: p.Groups, DiscoveryURL: p.DiscoveryURL, TermsOfUseURL: p.TermsOfUseURL, ComplianceURL: p.ComplianceURL}
	_, err := tx.exec(ctx, "INSERT INTO mobility_policies (tenant_id, kind, body, modified_at, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, kind)"+replaceRow,
		idArg(tx.dialect(), t), mobilityKinds.arg(p.Kind), jsonArg{b}, timeArg(p.ModifiedAt), p.Version+1)
	return fault.Wrap("write the user scope", err)
}
