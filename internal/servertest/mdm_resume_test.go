package servertest_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"taxiway/internal/servertest"
)

// A PC that comes again resumes its TLS session, which spares both sides the
// signatures. The certificate of the first handshake then counts, and is
// checked as if it had just been shown.
func TestAResumedConnectionIsCheckedLikeAnyOther(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		for name, version := range map[string]uint16{"TLS12": tls.VersionTLS12, "TLS13": tls.VersionTLS13} {
			d := s.enrolled(who, name)
			d.Resume(version)
			var resumed []bool
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{TLSHandshakeDone: func(state tls.ConnectionState, err error) {
				resumed = append(resumed, err == nil && state.DidResume && state.Version == version)
			}})
			visit := func(ctx context.Context, script servertest.MDMScript) error {
				d.Close() // the next message makes a connection
				_, err := d.Session(ctx, script)
				return err
			}
			for range 2 {
				if err := visit(ctx, servertest.MDMScript{}); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
			var leaving servertest.MDMScript
			leaving.Alerts = append(leaving.Alerts, unenrolAlert())
			if err := visit(ctx, leaving); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := visit(ctx, servertest.MDMScript{}); servertest.HTTPStatus(err) != http.StatusUnauthorized {
				t.Errorf("%s: a PC that has left and resumes is answered: %v", name, err)
			}
			if len(resumed) != 4 || resumed[0] || !resumed[1] || !resumed[2] || !resumed[3] {
				t.Errorf("%s: resumed: %v, want all but the first", name, resumed)
			}
		}
	})
}
