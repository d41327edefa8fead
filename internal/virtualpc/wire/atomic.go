package wire

import (
	"maps"

	"taxiway/internal/syncml"
)

// atomic runs all of the commands or undoes them. Windows knows no Atomic and no
// Get in one, and no Replace of what the same one has added.
func (w *work) atomic(c *syncml.Command) (o outcome) {
	device, before := w.d.Tree, maps.Clone(w.d.Tree.nodes)
	var user *Tree
	var userBefore map[string]node
	if w.d.owned() {
		user = w.d.User(w.d.SignedIn)
		userBefore = maps.Clone(user.nodes)
	}
	codes := make([]int, len(c.Commands))
	failed := -1
	added := map[string]bool{}
	for i := range c.Commands {
		part := &c.Commands[i]
		target := ""
		if len(part.Items) > 0 {
			target = nodeName(part.Items[0].Target)
		}
		switch {
		case failed >= 0:
			codes[i] = syncml.StatusNotExecuted
		case part.Kind == syncml.Atomic || part.Kind == syncml.Get || part.Kind == syncml.Replace && added[target]:
			codes[i], failed = syncml.StatusFailed, i
		default:
			added[target] = added[target] || part.Kind == syncml.Add
			if codes[i] = w.run(part).code; codes[i] >= syncml.StatusBadRequest {
				failed = i
			}
		}
	}
	if failed < 0 {
		o.status(w.msgRef, c, "", syncml.StatusOK)
	} else {
		device.nodes = before
		if user != nil {
			user.nodes = userBefore
		}
		o.status(w.msgRef, c, "", syncml.StatusAtomicFailed)
		for i := range failed {
			codes[i] = syncml.StatusRolledBack
		}
	}
	for i := range c.Commands {
		o.status(w.msgRef, &c.Commands[i], "", codes[i])
	}
	return o
}
