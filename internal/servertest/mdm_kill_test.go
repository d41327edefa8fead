package servertest_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

func TestEveryCommandTakesEffectOnceAlthoughTheServerDies(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			for i := range rounds(10) {
				t.Run(fmt.Sprint("round ", i+1), func(t *testing.T) { mdmKillRound(t, engine) })
			}
		})
	}
}

// mortal is a server process that dies at random while a PC talks to it, and
// comes back.
type mortal struct {
	t      *testing.T
	c      *child
	d      *servertest.MDMDevice
	rnd    *rand.Rand
	within time.Duration // it dies within this time
	lives  int
	struck chan struct{} // closed when it is dead; nil when nobody is after it
}

func mdmKillRound(t *testing.T, engine string) {
	spec := childSpec{DataDir: t.TempDir(), MasterKey: hex.EncodeToString(make([]byte, 31)) + "07"}
	if engine == "postgres" {
		spec.Database = servertest.NewPostgres(t).URL
		if _, err := server.Migrate(context.Background(), spec.config(), server.Options{}); err != nil {
			t.Fatalf("migrate: %v", err)
		}
	}
	m := &mortal{t: t, c: startChild(t, spec), rnd: rand.New(rand.NewPCG(seed(t), 0))}
	s := newMDMSite(t, m.c.p, time.Now)
	m.d = s.enrolled(newJoining(t, m.c.p, s.Tenant, "Adele"), "PC")
	const batches = 6
	rig(m.d, batches)

	began := time.Now()
	s.queue(m.d, batch(0)...)
	s.session(m.d, servertest.MDMScript{})
	m.within = time.Since(began) * 3 / 2
	deaths := 0
	for n := 1; n < batches; n++ {
		s.queue(m.d, batch(n)...)
		m.lives = 1
		m.hunt()
		script := mishap(m.rnd, false)
		script.AtOnce = nil // of two requests at once only one would be taken up
		script.Lost = func(err error) error {
			if m.lives == 0 {
				return err
			}
			deaths++
			m.comeBack()
			return nil
		}
		s.session(m.d, script)
		if m.lives > 0 {
			m.comeBack() // it died between two sessions
			deaths++
		}
	}
	s.session(m.d, servertest.MDMScript{})
	t.Logf("the server died %d times", deaths)
	s.once(m.d)
	for _, c := range s.commands(m.d) {
		if c.Tries != 1 {
			t.Errorf("%s %s was sent %d times, although the PC went on with its session", c.Op.Verb, c.Op.URI, c.Tries)
		}
	}
}

// hunt kills the server at a random moment from now on.
func (m *mortal) hunt() {
	moment := time.NewTimer(time.Duration(m.rnd.Float64() * float64(m.within)))
	prey, struck := m.c, make(chan struct{})
	m.struck = struck
	go func() {
		defer close(struck)
		<-moment.C
		prey.kill(m.t)
	}()
}

// comeBack waits until the server is dead, starts it again and sends the PC
// there.
func (m *mortal) comeBack() {
	m.t.Helper()
	<-m.struck
	m.lives--
	m.c = startChild(m.t, m.c.spec)
	m.d.At(m.c.p)
}
