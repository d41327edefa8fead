package server

import "taxiway/internal/signin"

// openPeople makes the service of how people prove who they are.
func (s *Server) openPeople() *signin.People {
	return &signin.People{
		Store: s.db, Users: s.db.Directory(), Tenants: s.db.Directory(), Admins: s.directory, Clock: s.clock, NewID: s.newID,
		Hasher:      s.hasher,
		SessionIdle: s.cfg.Sessions.Idle.Duration, SessionLife: s.cfg.Sessions.Life.Duration,
	}
}
