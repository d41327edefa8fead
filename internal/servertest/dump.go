package servertest

import (
	"context"
	"database/sql"
	"testing"
)

// DumpPostgres is every row of every table as text, bytes as hexadecimal.
func DumpPostgres(t testing.TB, d Database) []byte {
	t.Helper()
	db, err := sql.Open("pgx", d.URL)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	}()
	texts := func(query string) (all []string) {
		rows, err := db.QueryContext(context.Background(), query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		defer rows.Close() //nolint:errcheck // only read
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
			all = append(all, s)
		}
		if err := rows.Err(); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return all
	}
	var dump []byte
	for _, table := range texts("SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1") {
		for _, row := range texts("SELECT r::text FROM " + table + " r") {
			dump = append(append(dump, row...), '\n')
		}
	}
	return dump
}
