package sqlstore_test

import (
	"testing"

	"taxiway/internal/storetest"
)

func TestTheDirectoryKeepsItsContract(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		storetest.RunDirectory(t, e.Open)
	})
}
