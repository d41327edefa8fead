// Package setup is Windows' out-of-box experience (OOBE) as a pure state
// machine: which page a person sees next, why, and what the PC has to do
// meanwhile. It has no clock, no network and no files, and it knows no server:
// whoever runs a PC does the jobs and reports what came of them as events.
//
//	s := setup.New(facts)                      // a PC out of its box
//	s, screen, job, err := setup.Next(s, event) // what happened → what is shown, what to do
//
// The order on the PC:
//
//	region → keyboard → layout → network → profile (download, updates) →
//	[preprovisioning] → eula → rename → account → password → [mfa] → [terms] →
//	join, enrol → device-esp → windows-sign-in (only after a restart) →
//	privacy → user-esp → hello → desktop
//
//	no profile, or one that is refused:  … profile → eula → plain → account … or a local account
//	something refused that stops setup:  error, with the buttons that lead on
//	between pages ("moment"):            the profile at power-on with a wired network, terms, join, enrol
//
// What is where:
//
//	facts.go event.go state.go   what goes in, and what is kept on the PC's disk
//	screen.go problem.go         what comes out; codes.go and words_*.go have the texts of refusals
//	profile.go settings.go       the profile document, and its settings in the tutorial's words
//	name.go                      the computer's name from its template
//	order.go plan_*.go           which page comes next, or why it is passed over
//	next.go on_*.go              what an event does; preprovision.go: five times the Windows key
//	view.go view_*.go            what the present page shows
//	lines.go                     a screen as text for terminals
//	report.go                    what became of it all
//
// Sources: the public tutorial "User-driven Microsoft Entra join" and the pages
// around it, "Enrollment Status Page", the DMClient CSP (FirstSyncStatus), the
// list of MDM enrolment errors, winerror.h (DSREG_E_…) and the event ids of
// "Troubleshooting Windows Autopilot". Where they are silent, the comment at
// the place says what was chosen.
package setup
