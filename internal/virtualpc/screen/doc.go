// Package screen is one virtual PC with its screen, its power button and
// somebody in front of it: what is on the screen goes out as frames, what the
// person does comes in as actions. Whoever carries the two to a browser needs to
// know nothing of Windows' setup.
//
//	host.go     Host: power, parts, files; which frame is the newest
//	frame.go    Frame, what a browser draws
//	action.go   Action, what a person does; Error
//	hands.go    the person's turn: a page waits for an action
//	pace.go     how fast the PC's time passes
//	offer.go    Offer, a screen for browsers on this machine
//	outcome.go  Outcome, what became of the PC, held against its profile
//
// What is typed at a page goes to the PC and into no frame. A frame for those
// who only watch lacks the key of a new authenticator app and recovery codes, too.
package screen
