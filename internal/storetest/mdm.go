package storetest

import (
	"testing"

	"taxiway/internal/sqlstore"
)

// RunEnrollment runs the suites of the MDM side. Each test gets a database of
// its own from open.
func RunEnrollment(t *testing.T, open func(t testing.TB) *sqlstore.DB) {
	t.Helper()
	for _, suite := range [][]directoryTest{
		mdmAuthorityTests, mdmManagedTests, mdmSessionTests, mdmCommandTests, mdmForgetTests, mdmSettingsTests, mdmPolicyTests, mdmContentTests,
	} {
		for _, test := range suite {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(newCity(t, open(t)))
			})
		}
	}
}
