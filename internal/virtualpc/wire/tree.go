package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/syncml"
)

// Tree is the management tree of a PC for one scope: nodes by path, as Windows
// answers for them. It marshals to JSON.
type Tree struct {
	rules *treeRules
	nodes map[string]node
}

type node struct {
	Value  string `json:"v,omitempty"`
	Format string `json:"f,omitempty"` // "" is chr, "node" has no value
}

// treeRules is what the providers of a scope allow.
type treeRules struct {
	scope    syncml.Scope
	grown    []string // below them Replace makes a node that is missing
	readOnly []string // which only Get reaches, but those of
	writable []string
	roots    []string // that are there before anybody manages the PC
}

var (
	deviceRules = &treeRules{
		scope:    syncml.DeviceScope,
		grown:    []string{"Vendor/MSFT/Policy/Config", "Vendor/MSFT/DMClient/Provider", "Vendor/MSFT/Accounts/Domain", "Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders"},
		readOnly: []string{"DevInfo", "DevDetail", "Vendor/MSFT/DeviceStatus", "Vendor/MSFT/WindowsAutopilot"},
		writable: []string{"DevDetail/Ext/Microsoft/DNSComputerName"},
		roots: []string{
			"DevInfo", "DevDetail", "Vendor/MSFT/Policy/Config", "Vendor/MSFT/DMClient/Provider", "Vendor/MSFT/EnterpriseDesktopAppManagement/MSI",
			"Vendor/MSFT/EnterpriseModernAppManagement/AppManagement", "Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders",
			"Vendor/MSFT/EnrollmentStatusTracking/Setup", "Vendor/MSFT/Reboot/RebootNow", "Vendor/MSFT/RemoteWipe", "Vendor/MSFT/DeviceStatus",
			"Vendor/MSFT/Accounts/Domain", "Vendor/MSFT/CertificateStore/MY/WSTEP/Renew", "Vendor/MSFT/WindowsAutopilot",
		},
	}
	userRules = &treeRules{
		scope: syncml.UserScope,
		grown: []string{"Vendor/MSFT/Policy/Config"},
		roots: []string{
			"Vendor/MSFT/Policy/Config", "Vendor/MSFT/DMClient/Provider", "Vendor/MSFT/EnterpriseDesktopAppManagement/MSI",
			"Vendor/MSFT/EnterpriseModernAppManagement/AppManagement", "Vendor/MSFT/EnrollmentStatusTracking/Setup",
		},
	}
)

// DeviceFacts are what a PC's own nodes tell.
type DeviceFacts struct {
	DeviceID     string
	Name         string
	Serial       string
	Manufacturer string
	Model        string
	OSVersion    string
	Platform     string // "Windows 11 Enterprise"; "" is that
	Firmware     string
	MAC          string // of the wireless adapter, 12 hexadecimal digits
	Hash         string // the hardware hash as captured last
	Language     string // "en-US"; "" is that
}

// NewDeviceTree is the tree of a PC just set up.
func NewDeviceTree(f *DeviceFacts) *Tree {
	t := newTree(deviceRules)
	t.Tell(f)
	t.Set("./DevDetail/LrgObj", "bool", "false")
	for _, name := range []string{"ProcessorType", "ProcessorArchitecture", "TotalStorage", "FreeStorage", "TotalRAM"} {
		t.Set("./DevDetail/Ext/Microsoft/"+name, "int", "9")
	}
	return t
}

// Tell writes what the PC is into its own nodes, after it was renamed or a part
// was changed; what is empty stays as it is.
func (t *Tree) Tell(f *DeviceFacts) {
	language, platform := f.Language, f.Platform
	if language == "" {
		language = "en-US"
	}
	if platform == "" {
		platform = "Windows 11 Enterprise"
	}
	for uri, value := range map[string]string{
		"./DevInfo/DevId": f.DeviceID, "./DevInfo/Man": f.Manufacturer, "./DevInfo/Mod": f.Model, "./DevInfo/DmV": "1.3", "./DevInfo/Lang": language,
		"./DevDetail/SwV": f.OSVersion, "./DevDetail/FwV": f.Firmware, "./DevDetail/HwV": "A", "./DevDetail/OEM": f.Manufacturer, "./DevDetail/DevTyp": f.Model,
		"./DevDetail/Ext/Microsoft/DeviceName": f.Name, "./DevDetail/Ext/Microsoft/DNSComputerName": f.Name, "./DevDetail/Ext/Microsoft/SMBIOSSerialNumber": f.Serial,
		"./DevDetail/Ext/Microsoft/OSPlatform": platform, "./DevDetail/Ext/WLANMACAddress": f.MAC, "./DevDetail/Ext/DeviceHardwareData": f.Hash,
	} {
		if value != "" {
			t.Set(uri, "", value)
		}
	}
}

// Snapshot gives what brings the tree back to what it is now.
func (t *Tree) Snapshot() (restore func()) {
	nodes := maps.Clone(t.nodes)
	return func() { t.nodes = nodes }
}

// NewUserTree is the tree of somebody who signed in for the first time.
func NewUserTree() *Tree { return newTree(userRules) }

func newTree(rules *treeRules) *Tree {
	t := &Tree{rules: rules, nodes: make(map[string]node, 2*len(rules.roots))}
	for _, root := range rules.roots {
		t.Set(root, "node", "")
	}
	return t
}

// treeJSON is how a tree is written.
type treeJSON struct {
	Scope string          `json:"scope"`
	Nodes map[string]node `json:"nodes"`
}

// MarshalJSON implements json.Marshaler.
func (t *Tree) MarshalJSON() ([]byte, error) {
	return json.Marshal(treeJSON{t.rules.scope.String(), t.nodes})
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *Tree) UnmarshalJSON(data []byte) error {
	var in treeJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read a management tree: %w", err)
	}
	t.rules, t.nodes = deviceRules, in.Nodes
	if in.Scope == syncml.UserScope.String() {
		t.rules = userRules
	}
	if t.nodes == nil {
		t.nodes = map[string]node{}
	}
	return nil
}

// NodeName is a LocURI in the one form that a tree knows: without ./Device and
// ./User, escapes undone.
func NodeName(uri string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(uri, "./"), "/")
	for _, scope := range []string{"Device/", "User/"} {
		name = strings.TrimPrefix(name, scope)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// Set puts a node in, with those above it.
func (t *Tree) Set(uri, format, value string) {
	name := NodeName(uri)
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		if _, ok := t.nodes[name[:i]]; !ok {
			t.nodes[name[:i]] = node{Format: "node"}
		}
	}
	t.nodes[name] = node{value, format}
}

// Value is what a node holds.
func (t *Tree) Value(uri string) (string, bool) {
	n, ok := t.nodes[NodeName(uri)]
	return n.Value, ok && n.Format != "node"
}

// Has tells whether there is such a node.
func (t *Tree) Has(uri string) bool {
	_, ok := t.nodes[NodeName(uri)]
	return ok
}

// Below are the paths of the nodes with a value under a node, without scope, in
// order.
func (t *Tree) Below(uri string) []string {
	name := NodeName(uri)
	var out []string
	for n, v := range t.nodes {
		if v.Format != "node" && strings.HasPrefix(n, name+"/") {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

func under(name string, paths []string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return name == p || strings.HasPrefix(name, p+"/") })
}

func (t *Tree) writable(name string) bool {
	return !under(name, t.rules.readOnly) || under(name, t.rules.writable)
}

// Add makes a node and gives the status code; nodes between it and a provider that
// exists come by themselves.
func (t *Tree) Add(item *syncml.Item) int {
	name := NodeName(item.Target)
	switch {
	case !t.writable(name):
		return syncml.StatusNotAllowed
	case t.Has(item.Target):
		return syncml.StatusExists
	case !t.provided(name):
		return syncml.StatusNotFound
	}
	t.Set(item.Target, item.Format, item.Data.Text)
	return syncml.StatusOK
}

// Replace gives a node another value, and makes it where its provider does so.
func (t *Tree) Replace(item *syncml.Item) (status int, changed bool) {
	name := NodeName(item.Target)
	was, ok := t.nodes[name]
	switch {
	case !t.writable(name):
		return syncml.StatusNotAllowed, false
	case !ok && !under(name, t.rules.grown):
		return syncml.StatusNotFound, false
	case ok && was.Format == "node":
		return syncml.StatusNotAllowed, false
	case !item.Data.Present():
		return syncml.StatusBadFormat, false
	}
	t.Set(item.Target, item.Format, item.Data.Text)
	return syncml.StatusOK, !ok || was.Value != item.Data.Text
}

// Delete takes a node away with those below it.
func (t *Tree) Delete(item *syncml.Item) int {
	name := NodeName(item.Target)
	switch {
	case !t.Has(item.Target):
		return syncml.StatusNotFound
	case !t.writable(name):
		return syncml.StatusNotAllowed
	}
	maps.DeleteFunc(t.nodes, func(n string, _ node) bool { return n == name || strings.HasPrefix(n, name+"/") })
	return syncml.StatusOK
}

// Get gives the Results item of a node: its value, or the names of its children
// joined by slashes.
func (t *Tree) Get(item *syncml.Item) (*syncml.Item, int) {
	name := NodeName(item.Target)
	n, ok := t.nodes[name]
	if !ok {
		return nil, syncml.StatusNotFound
	}
	out := &syncml.Item{Source: item.Target, Format: n.Format, Data: syncml.TextData(n.Value)}
	if n.Format == "node" {
		out.Data = syncml.TextData(strings.Join(t.children(name), "/"))
	}
	if out.Format == "chr" {
		out.Format = "" // what Windows leaves out
	}
	return out, syncml.StatusOK
}

func (t *Tree) children(name string) (names []string) {
	for n := range t.nodes {
		if rest, ok := strings.CutPrefix(n, name+"/"); ok && !strings.Contains(rest, "/") {
			names = append(names, url.PathEscape(rest))
		}
	}
	slices.Sort(names)
	return names
}

// provided tells whether a configuration service provider answers for a path:
// "Vendor/MSFT/<provider>" or a first segment that exists.
func (t *Tree) provided(name string) bool {
	parts := strings.SplitN(name, "/", 4)
	if parts[0] != "Vendor" {
		return t.Has(parts[0])
	}
	return len(parts) > 2 && t.Has(strings.Join(parts[:3], "/"))
}
