package wire

import (
	"context"
	"strings"

	"taxiway/internal/syncml"
)

// outcome is what the PC answers to one command: its statuses, the first of them
// the command's own, and the values it brought.
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
	if o.code == 0 || code >= syncml.StatusBadRequest {
		o.code = code
	}
}

// work executes commands on a device.
type work struct {
	ctx    context.Context
	c      *Client
	d      *Device
	msgRef string // the message whose commands they are
}

// run executes one command.
func (w *work) run(c *syncml.Command) (o outcome) {
	switch c.Kind {
	case syncml.Atomic:
		return w.atomic(c)
	case syncml.Sequence:
		o.status(w.msgRef, c, "", syncml.StatusOK)
		for i := range c.Commands {
			inner := w.run(&c.Commands[i])
			o.statuses, o.results = append(o.statuses, inner.statuses...), append(o.results, inner.results...)
		}
		return o
	case syncml.Add, syncml.Replace, syncml.Delete, syncml.Get, syncml.Exec:
	default:
		o.status(w.msgRef, c, "", syncml.StatusBadRequest)
		return o
	}
	for i := range c.Items {
		item := &c.Items[i]
		code, result := w.item(c.Kind, item)
		target := ""
		if len(c.Items) > 1 {
			target = item.Target
		}
		o.status(w.msgRef, c, target, code)
		if result != nil {
			o.results = append(o.results, brought{c.CmdID, *result})
		}
	}
	if len(c.Items) == 0 {
		o.status(w.msgRef, c, "", syncml.StatusBadRequest)
	}
	return o
}

// item does what a command wants of one node.
func (w *work) item(kind syncml.Kind, item *syncml.Item) (int, *syncml.Item) {
	tree := w.d.Tree
	if syncml.ScopeOf(item.Target) == syncml.UserScope {
		if !w.d.owned() {
			return syncml.StatusFailed, nil // what Windows says without that user
		}
		tree = w.d.User(w.d.SignedIn)
	}
	switch kind {
	case syncml.Get:
		result, code := tree.Get(item)
		return code, result
	case syncml.Add:
		code := tree.Add(item)
		w.changed(code == syncml.StatusOK, kind, item)
		return code, nil
	case syncml.Replace:
		code, changed := tree.Replace(item)
		w.changed(changed, kind, item)
		return code, nil
	case syncml.Delete:
		code := tree.Delete(item)
		w.changed(code == syncml.StatusOK, kind, item)
		return code, nil
	default:
		return w.exec(tree, item), nil
	}
}

// changed tells of a change of a node, and renames the PC by those that do.
func (w *work) changed(did bool, kind syncml.Kind, item *syncml.Item) {
	if !did {
		return
	}
	if w.d.Changed != nil {
		w.d.Changed(kind, item.Target, item.Data.Text)
	}
	name := NodeName(item.Target)
	if w.d.Rename != nil && kind != syncml.Delete && (name == "DevDetail/Ext/Microsoft/DNSComputerName" || name == "Vendor/MSFT/Accounts/Domain/ComputerName") {
		w.d.Rename(item.Data.Text)
	}
}

// exec runs what a node does.
func (w *work) exec(tree *Tree, item *syncml.Item) int {
	name := strings.TrimPrefix(NodeName(item.Target), "Vendor/MSFT/")
	call := func(f func()) int {
		if f != nil {
			f()
		}
		return syncml.StatusOK
	}
	switch {
	case strings.HasPrefix(name, "EnterpriseDesktopAppManagement/") && strings.HasSuffix(name, "/DownloadInstall"):
		return w.install(tree, item)
	case name == "Reboot/RebootNow":
		return call(w.d.Reboot)
	case name == "RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment":
		return call(w.d.Reset)
	case strings.HasPrefix(name, "RemoteWipe/doWipe"):
		if w.d.Wipe != nil {
			w.d.Wipe(strings.TrimPrefix(name, "RemoteWipe/"))
		}
		return syncml.StatusOK
	case strings.HasPrefix(name, "DMClient/") && strings.HasSuffix(name, "/Unenroll"):
		w.d.left = true
		return syncml.StatusOK
	case strings.EqualFold(name, "CertificateStore/MY/WSTEP/Renew/RenewNow"):
		return call(w.d.Renew)
	}
	return syncml.StatusNotFound
}
