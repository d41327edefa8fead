// Package server is the composition root: it opens the store, builds the
// subjects, mounts the edges on their listeners and runs the jobs. It is the
// only package that knows everyone.
//
//	what                                        file
//	New, Run: the life of a process             server.go
//	which subject gets what                     wire.go
//	two public listeners, one private           listen.go
//	request ids, logs, panics, addresses        middleware.go
//	metrics, health                             metrics.go
//	certificates of our own authority           authority.go
//	the clock of each tenant                    clock.go
//	the command line's private door             admin.go, admin_tenants.go, admin_apps.go
//	virtual PCs of lab tenants                  lab.go, lab_pcs.go
//	migrate, backup, restore                    maintenance.go
package server
