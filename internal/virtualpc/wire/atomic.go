package wire

import "taxiway/internal/syncml"

// atomic runs all of the commands or undoes them. Windows knows no Atomic and no
// Get in one, and no Replace of what the same one has added.
func (w *work) atomic(c *syncml.Command) (o outcome) {
	undo := []func(){w.d.Tree.Snapshot()}
	if w.d.owned() {
		undo = append(undo, w.d.User(w.d.SignedIn).Snapshot())
	}
	codes := make([]int, len(c.Commands))
	failed := -1
	added := map[string]bool{}
	for i := range c.Commands {
		part := &c.Commands[i]
		target := ""
		if len(part.Items) > 0 {
			target = NodeName(part.Items[0].Target)
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
		for _, restore := range undo {
			restore()
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
