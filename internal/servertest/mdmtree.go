package servertest

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/syncml"
)

// MDMTree is the management tree of a PC for one scope: nodes by path, as
// Windows answers for them.
type MDMTree struct {
	nodes map[string]mdmNode
	// Grown are the paths under which Replace makes a node that is missing.
	Grown []string
	// ReadOnly are the paths that only Get reaches, but those of Writable.
	ReadOnly, Writable []string
}

type mdmNode struct {
	value  string
	format string // "" is chr, "node" has no value
}

// NewMDMTree makes a tree with these interior nodes and nothing in them.
func NewMDMTree(roots ...string) *MDMTree {
	tree := &MDMTree{nodes: map[string]mdmNode{}}
	for _, root := range roots {
		tree.Set(root, "node", "")
	}
	return tree
}

// nodeName is a LocURI in the one form that the tree knows: without ./Device
// and ./User, escapes undone.
func nodeName(uri string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(uri, "./"), "/")
	for _, scope := range []string{"Device/", "User/"} {
		name = strings.TrimPrefix(name, scope)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	return name
}

// Set puts a node in, with those above it.
func (tree *MDMTree) Set(uri, format, value string) {
	name := nodeName(uri)
	for i := strings.IndexByte(name, '/'); i >= 0; {
		if _, ok := tree.nodes[name[:i]]; !ok {
			tree.nodes[name[:i]] = mdmNode{format: "node"}
		}
		next := strings.IndexByte(name[i+1:], '/')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	tree.nodes[name] = mdmNode{value, format}
}

// Value is what a node holds.
func (tree *MDMTree) Value(uri string) (string, bool) {
	n, ok := tree.nodes[nodeName(uri)]
	return n.value, ok && n.format != "node"
}

// Has tells whether there is such a node.
func (tree *MDMTree) Has(uri string) bool {
	_, ok := tree.nodes[nodeName(uri)]
	return ok
}

func under(name string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

func (tree *MDMTree) writable(name string) bool {
	return !under(name, tree.ReadOnly) || under(name, tree.Writable)
}

// add makes a node; those between it and a provider that exists come by
// themselves.
func (tree *MDMTree) add(item syncml.Item) int {
	name := nodeName(item.Target)
	switch {
	case !tree.writable(name):
		return syncml.StatusNotAllowed
	case tree.Has(item.Target):
		return syncml.StatusExists
	case !tree.provided(name):
		return syncml.StatusNotFound
	}
	tree.Set(item.Target, item.Format, item.Data.Text)
	return syncml.StatusOK
}

func (tree *MDMTree) replace(item syncml.Item) (status int, changed bool) {
	name := nodeName(item.Target)
	was, ok := tree.nodes[name]
	switch {
	case !tree.writable(name):
		return syncml.StatusNotAllowed, false
	case !ok && !under(name, tree.Grown):
		return syncml.StatusNotFound, false
	case ok && was.format == "node":
		return syncml.StatusNotAllowed, false
	case !item.Data.Present():
		return syncml.StatusBadFormat, false
	}
	tree.Set(item.Target, item.Format, item.Data.Text)
	return syncml.StatusOK, !ok || was.value != item.Data.Text
}

func (tree *MDMTree) remove(item syncml.Item) int {
	name := nodeName(item.Target)
	switch {
	case !tree.Has(item.Target):
		return syncml.StatusNotFound
	case !tree.writable(name):
		return syncml.StatusNotAllowed
	}
	maps.DeleteFunc(tree.nodes, func(n string, _ mdmNode) bool { return under(n, []string{name}) })
	return syncml.StatusOK
}

// get gives a value, or the names of the children joined by slashes.
func (tree *MDMTree) get(item syncml.Item) (syncml.Item, int) {
	name := nodeName(item.Target)
	n, ok := tree.nodes[name]
	if !ok {
		return syncml.Item{}, syncml.StatusNotFound
	}
	out := syncml.Item{Source: item.Target, Format: n.format, Data: syncml.TextData(n.value)}
	if n.format == "node" {
		out.Data = syncml.TextData(strings.Join(tree.children(name), "/"))
	}
	if out.Format == "chr" {
		out.Format = "" // what Windows leaves out
	}
	return out, syncml.StatusOK
}

func (tree *MDMTree) children(name string) (names []string) {
	for n := range tree.nodes {
		if rest, ok := strings.CutPrefix(n, name+"/"); ok && !strings.Contains(rest, "/") {
			names = append(names, url.PathEscape(rest))
		}
	}
	slices.Sort(names)
	return names
}

// provided tells whether a configuration service provider answers for a path:
// "Vendor/MSFT/<provider>" or a first segment that exists.
func (tree *MDMTree) provided(name string) bool {
	parts := strings.SplitN(name, "/", 4)
	if parts[0] != "Vendor" {
		return tree.Has(parts[0])
	}
	return len(parts) > 2 && tree.Has(strings.Join(parts[:3], "/"))
}

// copyOf is what an Atomic goes back to.
func (tree *MDMTree) copyOf() map[string]mdmNode { return maps.Clone(tree.nodes) }
