// Package fault is the one error type that crosses package borders.
//
// A subject returns a *fault.Error; each edge has exactly one renderer that
// turns its Kind into the words of that edge's protocol:
//
//	Kind             Graph   OAuth            command line
//	Invalid          400     invalid_request  2
//	Unauthenticated  401     invalid_client   3
//	Denied           403     unauthorized     3
//	NotFound         404     -                4
//	Conflict         409     -                5
//	Precondition     412     -                5
//	TooLarge         413     -                2
//	Unsupported      415     -                2
//	Unprocessable    422     -                2
//	Throttled        429     slow_down        6
//	Internal         500     server_error     1
//	Unavailable      503     -                6
//
// The message is for people and says what to do next; the cause is for the
// log and is never shown.
package fault
