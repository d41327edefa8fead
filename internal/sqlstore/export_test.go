package sqlstore

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// Exec runs a statement behind the store's back, as a meddler would.
func (db *DB) Exec(ctx context.Context, statement string, args ...any) error {
	return db.InTx(ctx, func(tx *Tx) error { _, err := tx.exec(ctx, statement, args...); return err })
}

// SchemaAt pretends that the database has another schema.
func (db *DB) SchemaAt(ctx context.Context, version int) error {
	return db.Exec(ctx, "UPDATE goose_db_version SET version_id = $1 WHERE version_id > 0", version)
}

// Columns lists a table's columns as the database has them.
func (db *DB) Columns(ctx context.Context, table string) ([]string, error) {
	rows, err := db.reads.db.QueryContext(ctx, "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	return names, errors.Join(err, rows.Err())
}

// TableNames lists what the database holds, without goose's table and SQLite's own.
func (db *DB) TableNames(ctx context.Context) ([]string, error) {
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'goose_db_version' ORDER BY name"
	if db.d.name == "postgres" {
		query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version' ORDER BY tablename"
	}
	return collect(ctx, db.reader(), func(r row, name *string) error { return r.Scan(name) }, query)
}

// Tables gives the tables and columns that backups are made from.
func Tables() (map[string][]string, error) {
	all, err := tables()
	names := make(map[string][]string, len(all))
	for _, t := range all {
		for _, c := range t.columns {
			names[t.name] = append(names[t.name], c.name)
		}
	}
	return names, err
}

// TenantTables are the tables DeleteTenant empties.
func TenantTables() []string { return append([]string{"tenants"}, tenantTables...) }

// Migrations is the embedded migrations.
func Migrations() fs.FS { return migrations }

// SealedColumns names the columns that a change of the master key knows.
func SealedColumns() map[string]bool {
	names := map[string]bool{}
	for _, c := range sealedColumns {
		names[c.table+"."+c.column] = true
	}
	return names
}

// Statements are the statements that were run so far, as they were sent.
func (db *DB) Statements() (texts []string) {
	db.d.translate.Range(func(_, sent any) bool {
		texts = append(texts, sent.(string))
		return true
	})
	return texts
}

// DeviceListPlans is how the database would read a page of Autopilot devices, and
// how it would look for them alone.
func (db *DB) DeviceListPlans(ctx context.Context, t directory.TenantID, q *odata.Query) (page, look []string, err error) {
	s := db.scope(t)
	s.from = registrationTables + " WHERE a.tenant_id = " + bindID(s.b, t)
	l, err := newLister(registrationList, s, q)
	if err != nil {
		return nil, nil, err
	}
	text, args, err := l.statement(nil, q.Top, 0)
	if err != nil {
		return nil, nil, err
	}
	if page, err = db.Plan(ctx, db.d.rewrite(text), len(args)); err != nil {
		return nil, nil, err
	}
	alone := strings.Replace(l.from, registrationTables, " FROM autopilot_identities a", 1)
	look, err = db.Plan(ctx, db.d.rewrite("SELECT a.id"+alone+l.where+" ORDER BY a.serial_key"), len(l.b.args))
	return page, look, err
}

// Plan is how the database would run a statement, without looking at how many
// rows there are: a line for each table it reads.
func (db *DB) Plan(ctx context.Context, statement string, args int) (lines []string, err error) {
	if db.d.name == "sqlite" {
		return collect(ctx, db.reader(), func(r row, line *string) error {
			var id, parent, unused int
			return r.Scan(&id, &parent, &unused, line)
		}, "EXPLAIN QUERY PLAN "+statement, make([]any, args)...)
	}
	err = db.InTx(ctx, func(tx *Tx) error {
		values := ""
		if args > 0 {
			values = "(" + strings.Repeat("NULL, ", args-1) + "NULL)"
		}
		for _, s := range []string{"SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off", "SET LOCAL plan_cache_mode = force_generic_plan", "PREPARE guarded AS " + statement} {
			if _, err := tx.exec(ctx, s); err != nil {
				return err
			}
		}
		lines, err = collect(ctx, tx, func(r row, line *string) error { return r.Scan(line) }, "EXPLAIN EXECUTE guarded"+values)
		if err == nil {
			_, err = tx.exec(ctx, "DEALLOCATE guarded")
		}
		return err
	})
	return lines, err
}
