package enrollment

import "maps"

// Statuses that an Atomic's parts have when it is sent again.
const (
	statusNotExecuted   = 215
	statusRolledBack    = 216
	statusNotAllowed    = 405
	statusExistsAlready = 418
)

// again looks at an Atomic that failed when it was sent once more, because its
// first answer was lost. If the PC had done it, an Add in it is answered 418 now
// and a Delete 404, and each undoes the rest ([MS-MDM], Atomic; OMA SyncML Representation
// Protocol 1.2, "Response Status Codes"). The Atomic is sent
// again then without what is fulfilled; a value to be added replaces the one
// that is there, so that it is ours in the end. It reports whether something
// is left to be sent, and done when nothing is.
//
// A status of another kind is a failure like any other. Each round finds one
// more part fulfilled, or ends.
func (cmd *Command) again() (more, done bool) {
	if cmd.Op.Verb != Atomic || cmd.Tries < 2 || fine(Atomic, cmd.Status) {
		return false, false
	}
	met := maps.Clone(cmd.Met)
	if met == nil {
		met = map[int]int{}
	}
	for i, status := range cmd.Parts {
		op, due := cmd.part(i)
		switch {
		case !due, status == statusNotExecuted, status == statusRolledBack:
		case op.Verb == Add && status == statusExistsAlready, op.Verb == Delete && status == statusNotFound,
			cmd.Met[i] != 0 && status == statusNotAllowed: // a node that cannot be replaced is as it was added
			met[i] = status
		case !fine(op.Verb, status):
			return false, false
		}
	}
	if maps.Equal(met, cmd.Met) {
		return false, false
	}
	cmd.Met = met
	for i := range cmd.Op.Parts {
		if _, due := cmd.part(i); due {
			return true, false
		}
	}
	return false, true
}

// part is what is still to be sent of a part of an Atomic.
func (cmd *Command) part(i int) (op Operation, due bool) {
	op = cmd.Op.Parts[i]
	switch cmd.Met[i] {
	case 0:
		return op, true
	case statusExistsAlready:
		op.Verb = Replace
		return op, op.Data != nil
	}
	return op, false
}
