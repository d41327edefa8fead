package sqlstore_test

import (
	"testing"

	"taxiway/internal/storetest"
)

func TestAutopilotTablesAndListsOnBothEngines(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		storetest.RunAutopilot(t, func(t *testing.T) storetest.AutopilotStore { return e.Open(t) })
	})
}
