// Package wire is everything a virtual PC says over the network: what Windows
// says, in the order Windows says it, from the question for a profile to the
// sessions of its management. It is a client from outside: it shares codecs with
// the server and nothing else, is given the address of the device listener and
// the roots it may trust, and finds all else by asking.
//
//	client.go     Client, Options; who the PC is on the network
//	step.go       the steps, how long each waits and how often it tries again
//	send.go       one request and its answer, with limits and retries
//	connect.go    connections, with and without the PC's certificates
//	problem.go    Problem, the one error of this package, and its codes
//	trouble.go    what went wrong below HTTP, in Windows' numbers
//	trace.go      Exchange, what a log may show of a request
//
//	profile.go    POST /ztd/profile with the proof of the TPM; /ztd/hardware
//	discover.go   where a tenant's people sign in and its PCs join
//	signin.go     the sign-in of a person in Windows' web view, to a token
//	browser.go    the web view: cookies, redirects within the site, forms
//	page.go       what a page shows and asks, read from its HTML
//	prompt.go     Prompter, the person in front of the PC
//	phone.go      Authenticator, the app on that person's phone
//	join.go       the join of the directory; leaving it
//	terms.go      the terms of use of the device management
//	enrol.go      discovery, policy and certificate of the enrolment
//	provision.go  Enrolment, what the server plants; its checks
//	renew.go      a new certificate for the old one; cms.go its signature
//
//	session.go    a session of the management, message by message
//	answer.go     what an answer of the server has to be like
//	device.go     Device: the trees, who is signed in, what commands set off
//	command.go    what a command does; atomic.go all or nothing
//	tree.go       Tree, the nodes of one scope, as Windows answers for them
//	msi.go        DownloadInstall: download, check, install
//
// The addresses of enrolment and terms come to a real PC from its directory:
// what an administrator sets at "Mobility (MDM and WIP)". This server tells them
// to nobody, so they are the well-known ones below the device listener:
// /EnrollmentServer/Discovery.svc and /EnrollmentServer/TermsOfUse.
//
// Sources: [MS-DVRJ], [MS-DVRD], [MS-MDE2], [MS-XCEP], [MS-WSTEP], [MS-MDM];
// Microsoft Learn, "Microsoft Entra integration with MDM", "OMA DM protocol
// support" and the pages of the configuration service providers; OpenID Connect
// Core, RFC 6749, RFC 7636.
package wire
