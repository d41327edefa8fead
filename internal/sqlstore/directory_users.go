package sqlstore

import (
	"context"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
)

// userColumns are in the order of scanUser; u is the table's name in a query.
const userColumns = "u.id, u.upn, u.display_name, u.enabled, u.mdm_licensed, u.dir_sync, u.attrs, u.sessions_from, u.created_at, u.version"

// userAttrs is the column attrs: what no list is filtered or sorted by.
type userAttrs struct {
	Attributes       map[string]string `json:"attributes,omitempty"`
	OtherMails       []string          `json:"otherMails,omitempty"`
	ProxyAddresses   []string          `json:"proxyAddresses,omitempty"`
	AssignedPlans    []rule.Plan       `json:"assignedPlans,omitempty"`
	EmployeeHireDate time.Time         `json:"employeeHireDate,omitzero"`
}

func scanUser(r row, u *directory.User) error {
	var a userAttrs
	err := r.Scan(asID(&u.ID), &u.UserPrincipalName, &u.DisplayName, asBool(&u.AccountEnabled), asBool(&u.MDMLicensed), asBool(&u.DirSyncEnabled),
		asJSON(&a), asTime(&u.SessionsFrom), asTime(&u.CreatedAt), &u.Version)
	u.Attributes, u.OtherMails, u.ProxyAddresses, u.AssignedPlans, u.EmployeeHireDate = a.Attributes, a.OtherMails, a.ProxyAddresses, a.AssignedPlans, a.EmployeeHireDate
	if u.Attributes == nil {
		u.Attributes = map[string]string{}
	}
	return err
}

func attrsOfUser(u *directory.User) jsonArg {
	return jsonArg{userAttrs{u.Attributes, u.OtherMails, u.ProxyAddresses, u.AssignedPlans, u.EmployeeHireDate}}
}

// GetUser implements directory.Reader.
func (db *DB) GetUser(ctx context.Context, t directory.TenantID, idOrUPN string) (directory.User, error) {
	where, arg := " AND u.id = $2", idArg(db.d, idOrUPN)
	if strings.Contains(idOrUPN, "@") {
		where, arg = " AND u.upn_key = $2", odata.Fold(idOrUPN)
	}
	u, ok, err := first(ctx, db.reader(), scanUser, "SELECT "+userColumns+" FROM users u WHERE u.tenant_id = $1"+where, idArg(db.d, t), arg)
	if err == nil && !ok {
		return u, missing("user", idOrUPN)
	}
	return u, fault.Wrap("get user "+idOrUPN, err)
}

func upnTaken(err error, upn string) error {
	if e, ok := fault.As(err); !ok || e.Code != "AlreadyExists" {
		return err
	}
	taken := fault.Field(fault.Conflict, "UserPrincipalNameTaken", "userPrincipalName", "Another user has the user principal name '"+upn+"'.", "Choose another name.")
	taken.Cause = err
	return taken
}

// CreateUser implements directory.UserTx.
func (tx *Tx) CreateUser(ctx context.Context, t directory.TenantID, u directory.User) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO users (tenant_id, id, upn, upn_key, display_name, name_key, enabled, mdm_licensed, dir_sync, attrs, sessions_from, created_at, version)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
		idArg(d, t), idArg(d, u.ID), u.UserPrincipalName, odata.Fold(u.UserPrincipalName), u.DisplayName, odata.Fold(u.DisplayName),
		boolArg(u.AccountEnabled), boolArg(u.MDMLicensed), boolArg(u.DirSyncEnabled), attrsOfUser(&u), timeArg(u.SessionsFrom), timeArg(u.CreatedAt), max(u.Version, 1))
	return fault.Wrap("create user "+u.UserPrincipalName, upnTaken(err, u.UserPrincipalName))
}

// UpdateUser implements directory.UserTx.
func (tx *Tx) UpdateUser(ctx context.Context, t directory.TenantID, u directory.User) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE users SET upn = $3, upn_key = $4, display_name = $5, name_key = $6, enabled = $7, mdm_licensed = $8, dir_sync = $9, attrs = $10,"+
		" sessions_from = $11, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, u.ID), u.UserPrincipalName, odata.Fold(u.UserPrincipalName), u.DisplayName, odata.Fold(u.DisplayName),
		boolArg(u.AccountEnabled), boolArg(u.MDMLicensed), boolArg(u.DirSyncEnabled), attrsOfUser(&u), timeArg(u.SessionsFrom))
	if err == nil && n == 0 {
		return missing("user", string(u.ID))
	}
	return fault.Wrap("update user "+string(u.ID), upnTaken(err, u.UserPrincipalName))
}

// userTables are the tables with rows that a user takes along.
var userTables = []string{"passwords", "totp", "recovery_codes", "sessions", "consents", "role_assignments", "entry_links", "token_families", "device_people", "group_owners"}

// DeleteUser implements directory.UserTx: the user goes with its memberships,
// its mark, whatever it signs in with, and every token.
func (tx *Tx) DeleteUser(ctx context.Context, t directory.TenantID, id directory.ObjectID) error {
	doing := "delete user " + string(id)
	n, err := tx.deleteObjects(ctx, t, "users", directory.TopicUser, []directory.ObjectID{id})
	if err != nil {
		return fault.Wrap(doing, err)
	}
	if n == 0 {
		return missing("user", string(id))
	}
	d := tx.dialect()
	for _, table := range []string{"refresh_tokens", "auth_codes"} {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1 AND family_id IN (SELECT f.id FROM token_families f WHERE f.tenant_id = $1 AND f.user_id = $2)", idArg(d, t), idArg(d, id)); err != nil {
			return fault.Wrap(doing, err)
		}
	}
	for _, table := range userTables {
		if _, err := tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1 AND user_id = $2", idArg(d, t), idArg(d, id)); err != nil {
			return fault.Wrap(doing, err)
		}
	}
	return nil
}

// deleteObjects removes users or devices with what hangs on them.
func (tx *Tx) deleteObjects(ctx context.Context, t directory.TenantID, table string, topic directory.Topic, ids []directory.ObjectID) (gone int64, err error) {
	for part := range slices.Chunk(slices.Sorted(slices.Values(ids)), maxList) {
		b := &builder{d: tx.dialect()}
		where := " WHERE tenant_id = " + bindID(b, t)
		list := " IN (" + bindIDs(b, part) + ")"
		n, err := tx.exec(ctx, "DELETE FROM "+table+where+" AND id"+list, b.args...)
		if err != nil {
			return gone, err
		}
		gone += n
		if _, err := tx.exec(ctx, "DELETE FROM memberships/*by_member*/"+where+" AND member_id"+list, b.args...); err != nil {
			return gone, err
		}
		if _, err := tx.exec(ctx, "DELETE FROM dirty"+where+" AND entity_id"+list+" AND topic = "+b.arg(int64(topic)), b.args...); err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// LockUsers implements directory.UserTx.
func (tx *Tx) LockUsers(ctx context.Context, t directory.TenantID, ids []directory.ObjectID) ([]directory.User, error) {
	all, err := lockByID(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users u", "u", t, ids)
	return all, fault.Wrap("lock users", err)
}

// lockByID reads rows by id in order of id and keeps them locked.
func lockByID[T any](ctx context.Context, tx *Tx, scan func(row, *T) error, selection, table string, t directory.TenantID, ids []directory.ObjectID) ([]T, error) {
	var all []T
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), maxList) {
		b := &builder{d: tx.dialect()}
		where := " WHERE " + table + ".tenant_id = " + bindID(b, t) + " AND " + table + ".id IN (" + bindIDs(b, part) + ")"
		found, err := collect(ctx, tx, scan, selection+where+" ORDER BY "+table+".id/*lock*/", b.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// UsersByUPN implements directory.UserTx.
func (tx *Tx) UsersByUPN(ctx context.Context, t directory.TenantID, upns []string) (map[string]directory.User, error) {
	keys := make([]string, len(upns))
	for i, upn := range upns {
		keys[i] = odata.Fold(upn)
	}
	slices.Sort(keys)
	users := make(map[string]directory.User, len(keys))
	for part := range slices.Chunk(slices.Compact(keys), maxList) {
		b := &builder{d: tx.dialect()}
		found, err := collect(ctx, tx, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.tenant_id = "+bindID(b, t)+
			" AND u.upn_key IN ("+bindTexts(b, part)+")", b.args...)
		if err != nil {
			return nil, fault.Wrap("find users", err)
		}
		for i := range found {
			users[odata.Fold(found[i].UserPrincipalName)] = found[i]
		}
	}
	return users, nil
}

// bindTexts is bindIDs for text.
func bindTexts(b *builder, texts []string) string {
	n := 1
	for n < len(texts) {
		n *= 2
	}
	places := make([]string, n)
	for i := range places {
		places[i] = b.arg(texts[min(i, len(texts)-1)])
	}
	return strings.Join(places, ", ")
}
