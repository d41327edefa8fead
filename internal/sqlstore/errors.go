package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"taxiway/internal/fault"
)

// translate turns what a driver says into a fault: a taken unique key is
// Conflict, an unreachable or full database Unavailable. Everything else stays
// as it is, for the caller to wrap with what it was doing.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePostgres(pg, err)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return translateSQLite(lite, err)
	}
	var refused *pgconn.ConnectError
	if errors.As(err, &refused) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return unavailable("DatabaseUnavailable", "The database does not answer.", err)
	}
	return err
}

func translatePostgres(pg *pgconn.PgError, err error) error {
	switch {
	case pg.Code == "23505":
		return taken(err)
	case pg.Code == "22021" || pg.Code == "22P05":
		return &fault.Error{Kind: fault.Invalid, Code: "InvalidCharacter", Message: "The text holds a character that cannot be stored.", Cause: err}
	case pg.Code == "53100":
		return unavailable("StorageFull", "The database has no room left.", err)
	case strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "57P"), pg.Code == "53300":
		return unavailable("DatabaseUnavailable", "The database does not answer.", err)
	}
	return err
}

func translateSQLite(lite *sqlite.Error, err error) error {
	switch lite.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return taken(err)
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return unavailable("StorageFull", "The disk of the database is full.", err)
	case sqlite3.SQLITE_BUSY:
		return unavailable("DatabaseUnavailable", "The database is held by another process.", err)
	}
	return err
}

func taken(err error) error {
	return &fault.Error{Kind: fault.Conflict, Code: "AlreadyExists", Message: "Something with this name or id is there already.", Cause: err}
}

func unavailable(code, message string, err error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: code, Message: message, RetryAfter: 2 * time.Second, Cause: err}
}

// retryable tells whether the same transaction may pass when run again.
func retryable(err error) bool {
	if errors.Is(err, errGroupLost) {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}

// missing is the fault of a Get without a row.
func missing(what, id string) error {
	return fault.New(fault.NotFound, "ResourceNotFound", "There is no "+what+" '"+id+"'.")
}

// conflictAs gives a taken unique key its own code and words.
func conflictAs(err error, code, message string) error {
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict && e.Code == "AlreadyExists" {
		return &fault.Error{Kind: fault.Conflict, Code: code, Message: message, Cause: e.Cause}
	}
	return err
}
