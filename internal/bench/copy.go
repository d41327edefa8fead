package bench

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// copied is a table whose rows an import makes. sorted is the column by which
// the store orders the rows of one transaction, or empty.
type copied struct{ name, key, sorted string }

var importTables = []copied{
	{"autopilot_claims", "autopilot_id", "lookup_key"},
	{"devices", "id", ""},
	{"autopilot_identities", "id", ""},
	{"autopilot_hashes", "autopilot_id", ""},
	{"import_rows", "id", ""},
	{"memberships", "member_id", "group_id"},
	{"audit", "id", ""},
}

// tableRows are rows in the form in which they can be inserted again.
type tableRows struct {
	copied
	columns []string
	rows    [][]any
}

// newRows reads what was written with ids after since, in order of id: ids
// grow with time (RFC 9562, UUIDv7).
func (d *database) newRows(ctx context.Context, t copied, tenant, since string) (tableRows, error) {
	return d.readRows(ctx, t, d.sql("SELECT * FROM "+t.name+" WHERE tenant_id = $1 AND "+t.key+" > $2 ORDER BY "+t.key), d.id(tenant), d.id(since))
}

func (d *database) readRows(ctx context.Context, t copied, query string, args ...any) (out tableRows, err error) {
	out.copied = t
	rows, err := d.pool.QueryContext(ctx, query, args...)
	if err != nil {
		return out, fmt.Errorf("read %s: %w", t.name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if out.columns, err = rows.Columns(); err != nil {
		return out, fmt.Errorf("read %s: %w", t.name, err)
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return out, fmt.Errorf("read %s: %w", t.name, err)
	}
	for rows.Next() {
		values, into := make([]any, len(out.columns)), make([]any, len(out.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return out, fmt.Errorf("read %s: %w", t.name, err)
		}
		for i := range values {
			values[i] = bindable(types[i].DatabaseTypeName(), values[i])
		}
		out.rows = append(out.rows, values)
	}
	return out, rows.Err()
}

// bindable turns a value as it was read into what the store would bind, so
// that no driver has to convert while the watch runs.
func bindable(column string, v any) any {
	switch x := v.(type) {
	case string:
		if column == "UUID" {
			if u, err := uuid.Parse(x); err == nil {
				return [16]byte(u)
			}
		}
	case []byte:
		if column == "JSONB" {
			return string(x)
		}
		if len(x) == 0 {
			return []byte{} // nil would be NULL
		}
	}
	return v
}

// part is the i-th of n parts of the rows, in the order of one transaction.
func (t *tableRows) part(i, n int) [][]any {
	rows := slices.Clone(t.rows[len(t.rows)*i/n : len(t.rows)*(i+1)/n])
	at := slices.Index(t.columns, t.sorted)
	if at < 0 {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b []any) int { return compareValues(a[at], b[at]) })
	return rows
}

func compareValues(a, b any) int {
	switch x := a.(type) {
	case []byte:
		y, _ := b.([]byte)
		return bytes.Compare(x, y)
	case [16]byte:
		y, _ := b.([16]byte)
		return bytes.Compare(x[:], y[:])
	default:
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
	}
}

// inserter puts rows into a database over one connection, with prepared
// multi-row statements of the sizes that the store uses.
type inserter struct {
	db    *database
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	chunk int
}

func (d *database) inserter(ctx context.Context) (*inserter, error) {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a connection: %w", err)
	}
	chunk := 256
	if d.engine == "sqlite" {
		chunk = 64
	}
	return &inserter{db: d, conn: conn, stmts: map[string]*sql.Stmt{}, chunk: chunk}, nil
}

func (in *inserter) close() error {
	var errs []error
	for _, s := range in.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, in.conn.Close())...)
}

// inTx runs fn between BEGIN and a durable COMMIT.
func (in *inserter) inTx(ctx context.Context, fn func() error) error {
	begin := "BEGIN"
	if in.db.engine == "sqlite" {
		begin = "BEGIN IMMEDIATE"
	}
	if _, err := in.conn.ExecContext(ctx, begin); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := fn(); err != nil {
		_, rollback := in.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return errors.Join(err, rollback)
	}
	if _, err := in.conn.ExecContext(ctx, "COMMIT"); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// insert stores rows of a table.
func (in *inserter) insert(ctx context.Context, table string, columns []string, rows [][]any) error {
	for size := in.chunk; len(rows) > 0; rows = rows[size:] {
		for size > len(rows) {
			size /= 2
		}
		s, err := in.prepared(ctx, table, columns, size) //nolint:sqlclosecheck // kept for the next rows; close closes it
		if err != nil {
			return err
		}
		if _, err := s.ExecContext(ctx, slices.Concat(rows[:size]...)...); err != nil {
			return fmt.Errorf("insert into %s: %w", table, err)
		}
	}
	return nil
}

func (in *inserter) prepared(ctx context.Context, table string, columns []string, size int) (*sql.Stmt, error) {
	key := fmt.Sprint(table, size)
	if s := in.stmts[key]; s != nil {
		return s, nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "INSERT INTO %s (%s) VALUES ", table, strings.Join(columns, ", "))
	for i := range size * len(columns) {
		switch {
		case i == 0:
			text.WriteString("(")
		case i%len(columns) == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		text.WriteString("$" + strconv.Itoa(i+1))
	}
	text.WriteString(")")
	s, err := in.conn.PrepareContext(ctx, in.db.sql(text.String()))
	if err != nil {
		return nil, fmt.Errorf("prepare the insert into %s: %w", table, err)
	}
	in.stmts[key] = s
	return s, nil
}

// insertAll stores the rows of several tables together, parts transactions.
func (in *inserter) insertAll(ctx context.Context, tables []tableRows, parts int) error {
	for i := range parts {
		err := in.inTx(ctx, func() error {
			for k := range tables {
				if err := in.insert(ctx, tables[k].name, tables[k].columns, tables[k].part(i, parts)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
