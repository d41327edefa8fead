package sqlstore

import (
	"strconv"
	"strings"
	"sync"

	"github.com/pressly/goose/v3"
)

// dialect is all that differs between the engines' SQL.
type dialect struct {
	name      string // for messages and logs
	goose     goose.Dialect
	types     *strings.Replacer // column types in migrations
	marks     *strings.Replacer // marks in statements: row locks, a named index
	question  bool              // parameters are ? or ?1, not $1
	bytesID   bool              // a uuid is a 16-byte blob
	chunk     int               // rows of one multi-row INSERT
	translate sync.Map          // statement as written -> as sent
}

// newSQLite: one writer at a time, so row locks say nothing.
func newSQLite() *dialect {
	return &dialect{
		name:  "sqlite",
		goose: goose.DialectSQLite3,
		types: strings.NewReplacer("{{uuid}}", "BLOB", "{{text}}", "TEXT", "{{bytes}}", "BLOB", "{{json}}", "TEXT",
			"{{long}}", "INTEGER", "{{small}}", "INTEGER", "{{without_rowid}}", "WITHOUT ROWID"),
		// Without statistics SQLite takes the clustered key, of which it knows the
		// tenant alone, over the index that names the member: a walk over every
		// membership of the tenant (SQLite, "The INDEXED BY Clause").
		marks:    strings.NewReplacer("/*claim*/", "", "/*lock*/", "", "/*share*/", "", "/*by_member*/", " INDEXED BY memberships_member"),
		question: true, bytesID: true,
		chunk: 64,
	}
}

// newPostgres: text sorts by bytes, as SQLite's does.
func newPostgres() *dialect {
	return &dialect{
		name:  "postgres",
		goose: goose.DialectPostgres,
		types: strings.NewReplacer("{{uuid}}", "uuid", "{{text}}", `text COLLATE "C"`, "{{bytes}}", "bytea", "{{json}}", "jsonb",
			"{{long}}", "bigint", "{{small}}", "smallint", "{{without_rowid}}", ""),
		marks: strings.NewReplacer("/*claim*/", " FOR UPDATE SKIP LOCKED", "/*lock*/", " FOR UPDATE", "/*share*/", " FOR SHARE", "/*by_member*/", ""),
		chunk: 256,
	}
}

// sql turns a statement as written into the engine's form. The texts are
// constants or come from a bounded set of list lengths, so the cache is small.
func (d *dialect) sql(s string) string {
	if sent, ok := d.translate.Load(s); ok {
		return sent.(string)
	}
	sent := d.rewrite(s)
	d.translate.Store(s, sent)
	return sent
}

// questions writes a statement with SQLite's marks for parameters. A number is a
// name, and the driver looks every name up among all of them for every value:
// with many values that takes longer than the statement. Where the parameters
// stand in order, they get none.
func questions(s string) string {
	parts := strings.Split(s, "$")
	given, ordered := 0, true
	for _, p := range parts[1:] {
		if n := digits(p); n > 0 {
			given++
			ordered = ordered && p[:n] == strconv.Itoa(given)
		}
	}
	var b strings.Builder
	b.WriteString(parts[0])
	for _, p := range parts[1:] {
		n := digits(p)
		switch {
		case n == 0:
			b.WriteString("$" + p)
		case ordered:
			b.WriteString("?" + p[n:])
		default:
			b.WriteString("?" + p)
		}
	}
	return b.String()
}

// digits is how many of them a text begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// rewrite is sql without the cache, for texts that clients' filters make.
func (d *dialect) rewrite(s string) string {
	s = d.marks.Replace(s)
	if d.question {
		s = questions(s)
	}
	return s
}
