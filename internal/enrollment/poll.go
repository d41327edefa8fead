package enrollment

import "hash/fnv"

// Retries is one of the three sets of a PC's own polling. No Minutes means
// that the set is not used; no Count that it never ends.
type Retries struct {
	Count   int
	Minutes int
}

// Poll is how often a PC asks on its own (DMClient CSP, Poll): the first set is
// for the hours after enrolment, the remaining one for the rest of its life.
type Poll struct {
	First, Second, Remaining Retries
	// OnLogin starts a session at each sign-in, AllUsersOnFirstLogin at the
	// first one of each user: the user phase of the status page needs both.
	OnLogin, AllUsersOnFirstLogin bool
}

const (
	firstMinutes = 3
	firstCount   = 20 // an hour in all: the default time-out of the status page
	dailyMinutes = 8 * 60
	// jitterPercent spreads PCs that enrolled together; each keeps its own pace.
	jitterPercent = 10
)

// DefaultPoll is the schedule of one PC: every three minutes for an hour, then
// about every eight hours for good. A schedule without an endless set makes
// Windows choose one of 24 hours.
func DefaultPoll(id DeviceID) Poll {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	const width = dailyMinutes * 2 * jitterPercent / 100
	jitter := int(h.Sum32()%(width+1)) - width/2
	return Poll{
		First:     Retries{Count: firstCount, Minutes: firstMinutes},
		Remaining: Retries{Minutes: dailyMinutes + jitter},
		OnLogin:   true, AllUsersOnFirstLogin: true,
	}
}
