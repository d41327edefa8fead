package sqlstore

import "testing"

func TestParametersHaveNumbersOnlyWhereTheyAreOutOfOrder(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"SELECT 1": "SELECT 1",
		"SELECT a FROM t WHERE b = $1 AND c = $2":             "SELECT a FROM t WHERE b = ? AND c = ?",
		"SELECT a FROM t WHERE b = $2 AND c = $1":             "SELECT a FROM t WHERE b = ?2 AND c = ?1",
		"UPDATE t SET a = $1 WHERE b = $2 OR c = $1":          "UPDATE t SET a = ?1 WHERE b = ?2 OR c = ?1",
		"INSERT INTO t VALUES ($1, $2), ($3, $4)":             "INSERT INTO t VALUES (?, ?), (?, ?)",
		"SELECT a FROM t WHERE b -> '$.c' = $1":               "SELECT a FROM t WHERE b -> '$.c' = ?",
		"SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11": "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?",
	} {
		if got := newSQLite().sql(statement); got != want {
			t.Errorf("%s\nis  %s\nwant %s", statement, got, want)
		}
	}
}
