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
	types     *strings.Replacer // column types and other tokens in migrations
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
		types: tokens("{{uuid}}", "BLOB", "{{text}}", "TEXT", "{{bytes}}", "BLOB", "{{json}}", "TEXT",
			"{{long}}", "INTEGER", "{{small}}", "INTEGER", "{{without_rowid}}", "WITHOUT ROWID",
			// SQLite looks each row of an index up by itself, which for a million of
			// them takes ten seconds. With all that a search looks into in the index
			// it reads the rows that it found, and no others.
			"{{and_searched}}", ", group_tag_key, "+foldedColumns()),
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
		types: tokens("{{uuid}}", "uuid", "{{text}}", `text COLLATE "C"`, "{{bytes}}", "bytea", "{{json}}", "jsonb",
			"{{long}}", "bigint", "{{small}}", "smallint", "{{without_rowid}}", "", "{{and_searched}}", ""),
		marks: strings.NewReplacer("/*claim*/", " FOR UPDATE SKIP LOCKED", "/*lock*/", " FOR UPDATE", "/*share*/", " FOR SHARE", "/*by_member*/", ""),
		chunk: 256,
	}
}

// foldedTexts are the columns of Autopilot devices that lists are sorted by and
// searched in, and that have no folded column of their own.
var foldedTexts = []string{"manufacturer", "model", "purchase_order", "user_principal_name", "display_name"}

func foldedColumns() string {
	folded := make([]string, len(foldedTexts))
	for i, name := range foldedTexts {
		folded[i] = fold(name)
	}
	return strings.Join(folded, ", ")
}

// tokens are what stands for an engine's own words in migrations, and for what
// lists write about a column: an index on an expression serves that text alone.
func tokens(own ...string) *strings.Replacer {
	for _, name := range foldedTexts {
		own = append(own, "{{folded "+name+"}}", fold(name))
	}
	return strings.NewReplacer(own...)
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
