// Package site serves the admin site: its files, and the private addresses that
// its pages need beside Microsoft Graph.
//
//	address                            who           file
//	GET  /admin/…                      anyone        static.go: the built pages
//	GET  /ui/signin, /ui/signin/done   anyone        signin.go: sign-in by code flow
//	GET  /ui/session                   signed in     session.go: who is signed in
//	GET  /ui/events                    signed in     events.go, watch.go: what changes, live
//	GET  /ui/guide                     signed in     guide.go: how far the eight steps are
//	GET  /ui/about                     may read      about.go: version and health
//	POST /ui/screens                   signed in     screens.go: which pages of setup a profile shows
//	POST /ui/signout                   signed in     signout.go
//	any  /admin/graph/…                signed in     forward.go: Graph itself
//	GET  /oobe/…                       anyone        static.go: the page with a virtual PC's screen
//	any  /ui/pcs, /ui/pcs/{id}         watch, drive  pcs.go: virtual PCs of a lab tenant
//
// A browser's session here is a sealed cookie that names a session of the
// sign-in pages, whose own cookie has to come with it: it ends when that one
// ends, and nothing is stored (session.go). Every unsafe request carries a
// header that only our own pages can know (guard.go). Live streams learn of
// changes by looking at the database once a second, so it does not matter which
// process made them. Package graph decides
// what the person may do; it never sees a cookie. Package oidc signs people in.
// What the pages are made of is in the folder web.
package site
