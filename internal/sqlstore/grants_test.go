package sqlstore_test

import (
	"testing"

	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

var (
	_ signin.GrantStore = (*sqlstore.DB)(nil)
	_ signin.Sweeper    = (*sqlstore.DB)(nil)
)

func TestGrantsKeepTheirContract(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		storetest.RunGrants(t, e.Open)
	})
}
