// Package enrollment is the MDM side: PCs that are managed, what they are told
// to do, and how their deployment went. It knows no HTTP, no XML and no SQL.
//
// The map:
//
//	device.go       a managed device
//	certificate.go  the certificates that PCs prove themselves with
//	command.go      what a PC is told to do, and what became of it
//	session.go      a management session, message by message
//	checkin.go      answers one message: answers (checkin_answers.go), lost sessions
//	                (checkin_ends.go), what is sent next (checkin_compose.go), values
//	                that are not stored (checkin_secrets.go), what is left of an Atomic
//	                that had been done (checkin_again.go)
//	operation.go    what may be sent at all; queue.go queues it; partial.go takes large values
//	digest.go       messages without a certificate
//	owner.go        who queues commands and hears of their results
//	owner_policy.go brings custom configurations to PCs
//	poll.go         how often PCs ask
//	policy.go       what is assigned to groups: status page, restrictions, configurations, apps
//	resolve.go      which of them reach a PC; esp_explain.go says why a status page counts
//	deployment.go   the timeline of one PC's way to the desktop
//	settings.go     a tenant's terms, digest and real Entra tenants
//	authority.go    the tenant's certificate authority; certify.go and certify_ahead.go sign, certify_check.go checks
//	enrol.go        a PC comes in: who may (admit.go), what is written (enrol_write.go)
//	renew.go        a new certificate before the old one ends
//	leave.go        a PC goes
//	store.go        the storage roles
//	service.go      the service that does it all
package enrollment
