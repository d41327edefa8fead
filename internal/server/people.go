package server

import (
	"runtime"

	"taxiway/internal/signin"
)

// openPeople makes the service of how people prove who they are. A password
// takes a processor for some milliseconds, so one is hashed per processor.
func (s *Server) openPeople() *signin.People {
	return &signin.People{
		Store: s.db, Users: s.db.Directory(), Tenants: s.db.Directory(), Admins: s.directory, Clock: s.clock, NewID: s.newID,
		Hasher:      signin.NewHasher(runtime.GOMAXPROCS(0)),
		SessionIdle: s.cfg.Sessions.Idle.Duration, SessionLife: s.cfg.Sessions.Life.Duration,
	}
}
