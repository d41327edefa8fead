package sqlstore

import (
	"io/fs"
	"regexp"
	"strings"
)

// tableInfo is a table as the migrations write it, before an engine's types
// are filled in: what backups are made from.
type tableInfo struct {
	name    string
	columns []columnInfo
}

type columnInfo struct {
	name string
	kind string // uuid, text, bytes, json, long or small
}

var (
	createTable = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	addColumn   = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+) +\{\{(\w+)\}\}`)
	typedColumn = regexp.MustCompile(`(?m)^\s*(\w+) +\{\{(\w+)\}\}`)
)

// tables reads the tables from the migrations, in their order.
func tables() ([]tableInfo, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []tableInfo
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return nil, err
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, m := range createTable.FindAllStringSubmatch(up, -1) {
			t := tableInfo{name: m[1]}
			for _, c := range typedColumn.FindAllStringSubmatch(m[2], -1) {
				t.columns = append(t.columns, columnInfo{c[1], c[2]})
			}
			all = append(all, t)
		}
		for _, m := range addColumn.FindAllStringSubmatch(up, -1) {
			for i := range all {
				if all[i].name == m[1] {
					all[i].columns = append(all[i].columns, columnInfo{m[2], m[3]})
				}
			}
		}
	}
	return all, nil
}

// columnList is the names for a statement.
func (t *tableInfo) columnList() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}
