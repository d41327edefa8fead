package sqlstore_test

import (
	"testing"

	"taxiway/internal/storetest"
)

func TestTheMDMSideKeepsItsContract(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		storetest.RunEnrollment(t, e.Open)
	})
}
