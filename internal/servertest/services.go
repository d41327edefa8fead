package servertest

import (
	"context"
	"database/sql"
	"log/slog"
	"testing"

	"github.com/google/uuid"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

// Services work on a world's database beside its processes, as another process
// would: to prepare what no client can, and to look at what came of a request.
type Services struct {
	DB        *sqlstore.DB
	Directory *directory.Service
	Apps      *directory.AppService
	People    *signin.People
	Grants    *signin.Grants

	process *Process
}

// Services opens them until the test ends.
func (w *World) Services(t testing.TB) *Services {
	t.Helper()
	c := w.First().Config
	master, err := sqlstore.LoadMasterKey(c.DataDir, c.MasterKey.Reveal())
	if err != nil {
		t.Fatalf("read the master key: %v", err)
	}
	db, err := sqlstore.Open(context.Background(), sqlstore.Options{
		URL: w.Database.URL, Dir: c.DataDir, MasterKey: master, MaxConns: 4, Logger: slog.New(slog.DiscardHandler), Clock: w.now,
	})
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	clock, newID := fixedClock(w.now), uuid.NewString
	s := &Services{
		DB: db, process: w.First(),
		Directory: &directory.Service{Store: db.Directory(), Clock: clock, NewID: newID},
		Apps:      &directory.AppService{Store: db, Clock: clock, NewID: newID, Permissions: access.Permissions()},
		Grants:    &signin.Grants{Store: db, Apps: db, Clock: clock, NewID: newID},
	}
	s.People = &signin.People{Store: db, Users: db.Directory(), Tenants: db.Directory(), Admins: s.Directory, Clock: clock, NewID: newID, Hasher: signin.NewHasher(2)}
	return s
}

// signInTables are where a sign-in leaves its rows.
var signInTables = []string{"sessions", "signin_attempts", "auth_codes", "token_families", "refresh_tokens", "device_codes", "consents", "spent_nonces"}

// SignInRows counts the rows of every table that a sign-in writes.
func (w *World) SignInRows(t testing.TB) map[string]int {
	t.Helper()
	driver, source := "pgx", w.Database.URL
	if source == "" {
		driver, source = "sqlite", "file:"+w.First().Config.SQLiteFile()+"?mode=ro&_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	}()
	counts := make(map[string]int, len(signInTables))
	for _, table := range signInTables {
		var n int
		if err := db.QueryRowContext(context.Background(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatalf("count %s: %v", table, err)
		}
		counts[table] = n
	}
	return counts
}
