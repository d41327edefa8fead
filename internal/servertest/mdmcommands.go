package servertest

import (
	"maps"
	"strings"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
)

// outcome is what the PC answers to one command: its statuses, the first of
// them the command's own, and the values it brought.
type outcome struct {
	statuses []syncml.Command
	results  []brought
	code     int
}

// brought is the value of a node and the Get that asked for it.
type brought struct {
	cmdID string
	item  syncml.Item
}

// status adds the answer to a command, or to one item of it.
func (o *outcome) status(msgRef string, c *syncml.Command, target string, code int) {
	s := syncml.Command{Kind: syncml.Status, MsgRef: msgRef, CmdRef: c.CmdID, Cmd: c.Name(), Data: syncml.CodeData(code)}
	if target != "" {
		s.TargetRefs = []string{target}
	}
	o.statuses = append(o.statuses, s)
	if o.code == 0 || code >= 400 {
		o.code = code
	}
}

// run executes one command of the server's message msgRef.
func (d *MDMDevice) run(msgRef string, c *syncml.Command) (o outcome) {
	switch c.Kind {
	case syncml.Atomic:
		return d.atomic(msgRef, c)
	case syncml.Sequence:
		o.status(msgRef, c, "", syncml.StatusOK)
		for i := range c.Commands {
			inner := d.run(msgRef, &c.Commands[i])
			o.statuses, o.results = append(o.statuses, inner.statuses...), append(o.results, inner.results...)
		}
		return o
	case syncml.Add, syncml.Replace, syncml.Delete, syncml.Get, syncml.Exec:
	default:
		o.status(msgRef, c, "", syncml.StatusBadRequest)
		return o
	}
	for i := range c.Items {
		item := &c.Items[i]
		code, result := d.item(c.Kind, *item)
		target := ""
		if len(c.Items) > 1 {
			target = item.Target
		}
		o.status(msgRef, c, target, code)
		if result != nil {
			o.results = append(o.results, brought{c.CmdID, *result})
		}
	}
	if len(c.Items) == 0 {
		o.status(msgRef, c, "", syncml.StatusBadRequest)
	}
	return o
}

// item does what a command wants of one node.
func (d *MDMDevice) item(kind syncml.Kind, item syncml.Item) (int, *syncml.Item) {
	d.Runs[string(kind)+" "+item.Target]++
	tree := d.Device
	if strings.HasPrefix(item.Target, "./User/") {
		if d.SignedIn == "" || d.SignedIn != d.owner() {
			return syncml.StatusFailed, nil
		}
		tree = d.user(d.SignedIn)
	}
	switch kind {
	case syncml.Get:
		result, code := tree.Get(&item)
		return code, result
	case syncml.Add:
		code := tree.Add(&item)
		if code == syncml.StatusOK {
			d.Effects["Add "+item.Target]++
		}
		return code, nil
	case syncml.Replace:
		code, changed := tree.Replace(&item)
		if changed {
			d.Effects["Replace "+item.Target+"="+item.Data.Text]++
		}
		return code, nil
	case syncml.Delete:
		code := tree.Delete(&item)
		if code == syncml.StatusOK {
			d.Effects["Delete "+item.Target]++
		}
		return code, nil
	default:
		return d.exec(item), nil
	}
}

func (d *MDMDevice) exec(item syncml.Item) int {
	name := wire.NodeName(item.Target)
	for end, exec := range d.Exec {
		if name == end || strings.HasSuffix(name, "/"+end) {
			d.Effects["Exec "+item.Target]++
			return exec(item)
		}
	}
	return syncml.StatusNotFound
}

// owner is who enrolled the PC.
func (d *MDMDevice) owner() string {
	if d.Enrolment == nil {
		return ""
	}
	return d.Enrolment.UPN
}

// atomic runs all of the commands or undoes them. Windows knows no Atomic and
// no Get in one, and no Replace of what the same one has added.
func (d *MDMDevice) atomic(msgRef string, c *syncml.Command) (o outcome) {
	device, user := d.Device.Snapshot(), d.user(d.SignedIn).Snapshot()
	effects := maps.Clone(d.Effects)
	codes := make([]int, len(c.Commands))
	failed := -1
	added := map[string]bool{}
	for i := range c.Commands {
		part := &c.Commands[i]
		target := ""
		if len(part.Items) > 0 {
			target = wire.NodeName(part.Items[0].Target)
		}
		switch {
		case failed >= 0:
			codes[i] = syncml.StatusNotExecuted
		case part.Kind == syncml.Atomic || part.Kind == syncml.Get || part.Kind == syncml.Replace && added[target]:
			codes[i], failed = syncml.StatusFailed, i
		default:
			added[target] = added[target] || part.Kind == syncml.Add
			if codes[i] = d.run(msgRef, part).code; codes[i] >= 400 {
				failed = i
			}
		}
	}
	if failed < 0 {
		o.status(msgRef, c, "", syncml.StatusOK)
	} else {
		device()
		user()
		d.Effects = effects
		o.status(msgRef, c, "", syncml.StatusAtomicFailed)
		for i := range failed {
			codes[i] = syncml.StatusRolledBack
		}
	}
	for i := range c.Commands {
		o.status(msgRef, &c.Commands[i], "", codes[i])
	}
	return o
}
