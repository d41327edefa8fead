package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// deletedColumns are in the order of scanDeleted; x is the table's name in a query.
const deletedColumns = "x.id, x.kind, x.name, x.deleted_at, x.ends_at, x.body"

// deletedBody is the column body: what there was of the object.
type deletedBody struct {
	UPN          string               `json:"upn,omitempty"`
	Enabled      bool                 `json:"enabled,omitempty"`
	Licensed     bool                 `json:"licensed,omitempty"`
	DirSync      bool                 `json:"dirSync,omitempty"`
	Attrs        *userAttrs           `json:"attrs,omitempty"`
	Description  string               `json:"description,omitempty"`
	MailNickname string               `json:"mailNickname,omitempty"`
	GroupKind    directory.GroupKind  `json:"groupKind,omitempty"`
	Rule         string               `json:"rule,omitempty"`
	Processing   directory.Processing `json:"processing,omitempty"`
	CreatedAt    time.Time            `json:"createdAt"`
	Version      int64                `json:"version"`
	Members      []directory.ObjectID `json:"members,omitempty"`
	Owners       []directory.ObjectID `json:"owners,omitempty"`
	Groups       []directory.ObjectID `json:"groups,omitempty"`
}

func bodyOfDeleted(d *directory.Deleted) jsonArg {
	b := deletedBody{Members: d.Members, Owners: d.Owners, Groups: d.Groups}
	if u := d.User; u != nil {
		b.UPN, b.Enabled, b.Licensed, b.DirSync, b.CreatedAt, b.Version = u.UserPrincipalName, u.AccountEnabled, u.MDMLicensed, u.DirSyncEnabled, u.CreatedAt, u.Version
		b.Attrs = &userAttrs{u.Attributes, u.OtherMails, u.ProxyAddresses, u.AssignedPlans, u.EmployeeHireDate}
	}
	if g := d.Group; g != nil {
		b.Description, b.MailNickname, b.GroupKind, b.Rule, b.Processing, b.CreatedAt, b.Version = g.Description, g.MailNickname, g.Kind, g.Rule, g.Processing, g.CreatedAt, g.Version
	}
	return jsonArg{b}
}

func scanDeleted(r row, d *directory.Deleted) error {
	var b deletedBody
	if err := r.Scan(asID(&d.ID), memberKinds.as(&d.Kind), &d.Name, asTime(&d.At), asTime(&d.Ends), asJSON(&b)); err != nil {
		return err
	}
	d.Members, d.Owners, d.Groups = b.Members, b.Owners, b.Groups
	if d.Kind == directory.MemberGroup {
		d.Group = &directory.Group{
			ID: d.ID, DisplayName: d.Name, Description: b.Description, MailNickname: b.MailNickname, Kind: b.GroupKind, Rule: b.Rule, Processing: b.Processing,
			CreatedAt: b.CreatedAt.UTC(), DeletedAt: d.At, Version: b.Version,
		}
		return nil
	}
	u := &directory.User{
		ID: d.ID, UserPrincipalName: b.UPN, DisplayName: d.Name, AccountEnabled: b.Enabled, MDMLicensed: b.Licensed, DirSyncEnabled: b.DirSync,
		CreatedAt: b.CreatedAt.UTC(), Version: b.Version, Attributes: map[string]string{},
	}
	if a := b.Attrs; a != nil {
		u.OtherMails, u.ProxyAddresses, u.AssignedPlans, u.EmployeeHireDate = a.OtherMails, a.ProxyAddresses, a.AssignedPlans, a.EmployeeHireDate
		if a.Attributes != nil {
			u.Attributes = a.Attributes
		}
	}
	d.User = u
	return nil
}

const deletedByID = "SELECT " + deletedColumns + " FROM deleted_objects x WHERE x.tenant_id = $1 AND x.id = $2 AND x.ends_at > $3"

// GetDeleted implements directory.DeletedReader.
func (db *DB) GetDeleted(ctx context.Context, t directory.TenantID, id directory.ObjectID, now time.Time) (directory.Deleted, error) {
	d, ok, err := first(ctx, db.reader(), scanDeleted, deletedByID, idArg(db.d, t), idArg(db.d, id), timeArg(now))
	if err == nil && !ok {
		return d, missing("deleted object", string(id))
	}
	return d, fault.Wrap("get deleted object "+string(id), err)
}

// KeepDeleted implements directory.DeletedTx.
func (tx *Tx) KeepDeleted(ctx context.Context, t directory.TenantID, o directory.Deleted, now time.Time) error {
	d := tx.dialect()
	if _, err := tx.exec(ctx, "DELETE FROM deleted_objects WHERE tenant_id = $1 AND (id = $2 OR ends_at <= $3)", idArg(d, t), idArg(d, o.ID), timeArg(now)); err != nil {
		return fault.Wrap("drop deleted objects", err)
	}
	_, err := tx.exec(ctx, "INSERT INTO deleted_objects (tenant_id, id, kind, name, name_key, deleted_at, ends_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		idArg(d, t), idArg(d, o.ID), memberKinds.arg(o.Kind), o.Name, odata.Fold(o.Name), timeArg(o.At), timeArg(o.Ends), bodyOfDeleted(&o))
	return fault.Wrap("keep deleted object "+string(o.ID), err)
}

// TakeDeleted implements directory.DeletedTx.
func (tx *Tx) TakeDeleted(ctx context.Context, t directory.TenantID, id directory.ObjectID, now time.Time) (directory.Deleted, error) {
	d := tx.dialect()
	o, ok, err := first(ctx, tx, scanDeleted, deletedByID+"/*lock*/", idArg(d, t), idArg(d, id), timeArg(now))
	if err == nil && !ok {
		return o, missing("deleted object", string(id))
	}
	if err == nil {
		_, err = tx.exec(ctx, "DELETE FROM deleted_objects WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, id))
	}
	return o, fault.Wrap("take deleted object "+string(id), err)
}

// deletedFields: the rest of an object is in its document, where no list looks.
var deletedFields = map[string]field[directory.Deleted]{
	"id":              {id("x.id"), func(d *directory.Deleted) any { return string(d.ID) }},
	"displayName":     {key("x.name_key").orNull(), func(d *directory.Deleted) any { return d.Name }},
	"deletedDateTime": {moment("x.deleted_at").orNull(), func(d *directory.Deleted) any { return d.At }},
	"mailNickname": {unlisted().orNull(), func(d *directory.Deleted) any {
		if d.Group == nil {
			return ""
		}
		return d.Group.MailNickname
	}},
	"userPrincipalName": {unlisted().orNull(), func(d *directory.Deleted) any {
		if d.User == nil {
			return ""
		}
		return d.User.UserPrincipalName
	}},
}

var deletedList = &resource[directory.Deleted]{
	what: "deleted objects", fields: deletedFields, columns: columnsOf(deletedFields),
	selects: deletedColumns, id: "x.id", scan: scanDeleted,
}

// ListDeleted lists deleted users or groups that have not ended by now.
func (db *DB) ListDeleted(ctx context.Context, t directory.TenantID, kind directory.MemberKind, now time.Time, q *odata.Query) (odata.List[directory.Deleted], error) {
	s := db.scope(t)
	s.from = "FROM deleted_objects x WHERE x.tenant_id = " + bindID(s.b, t) + " AND x.kind = " + s.b.arg(memberKinds.arg(kind)) + " AND x.ends_at > " + s.b.arg(timeArg(now))
	return list(ctx, db.reader(), deletedList, s, q)
}
