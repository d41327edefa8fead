package graph

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const (
	membersBind = "members@odata.bind"
	ownersBind  = "owners@odata.bind"
	maxBind     = 20 // Graph page "Add members"
)

// memberTable is what a list of members can be asked for: the properties of
// users, devices and groups together; filters on what clients look for among members.
var memberTable = &odata.Table{
	Name: "microsoft.graph.directoryObject", Directory: true,
	Properties: memberProperties(),
}

func memberProperties() []odata.Property {
	out := []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("displayName", odata.String, filter|sorted|search),
	}
	seen := map[string]bool{"id": true, "displayName": true}
	for _, t := range []*odata.Table{deviceTable, userTable, groupTable} {
		for _, p := range t.Properties {
			if !seen[p.Name] {
				seen[p.Name] = true
				p.Filter = slices.Contains([]string{"accountEnabled", "deviceId", "userPrincipalName"}, p.Name)
				p.Sort, p.AdvancedSort, p.Search = false, false, false
				out = append(out, p)
			}
		}
	}
	return out
}

// memberWire is a user, a device or a group with its type, without which the
// SDKs give only the base type.
func memberWire(m *directory.Member) any {
	if m.Device != nil {
		w := deviceWire(m.Device)
		w.Type, w.ETag = "#microsoft.graph.device", ""
		return &w
	}
	if m.Group != nil {
		w := groupWire(m.Group)
		w.Type, w.ETag = "#microsoft.graph.group", ""
		return &w
	}
	if m.User == nil { // the kinds are three
		return &directoryObject{}
	}
	w := userWire(m.User)
	w.Type, w.ETag = "#microsoft.graph.user", ""
	return &w
}

// directoryObject is the bare base type.
type directoryObject struct {
	Type string `json:"@odata.type,omitempty"`
	ID   string `json:"id"`
}

func memberWires(_ *call, _ *odata.Query, items []directory.Member) ([]any, error) {
	out := make([]any, len(items))
	for i := range items {
		out[i] = memberWire(&items[i])
	}
	return out, nil
}

func (c *call) members(q *odata.Query) (odata.List[directory.Member], error) {
	if _, err := c.group(); err != nil {
		return odata.List[directory.Member]{}, err
	}
	return c.h.Lists.ListMembers(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]), q)
}

// listMembers answers the members themselves; listMembersWithin those of the
// groups among them too.
func (h *Handler) listMembers(c *call) error {
	return list(c, memberTable, directoryPaging, "directoryObjects", (*call).members, memberWires)
}

func (h *Handler) countMembers(c *call) error { return count(c, memberTable, (*call).members) }

// addMember answers POST members/$ref.
func (h *Handler) addMember(c *call) error {
	id, err := c.reference()
	if err != nil {
		return err
	}
	if err := h.Directory.AddMembers(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]), []directory.ObjectID{id}); err != nil {
		return err
	}
	return c.noContent()
}

// reference is the object that the body of a POST …/$ref names.
func (c *call) reference() (directory.ObjectID, error) {
	o, err := c.body()
	if err != nil {
		return "", err
	}
	if err := knownNames(o, ""); err != nil {
		return "", err
	}
	ref, err := o.Text("@odata.id")
	if err != nil {
		return "", err
	}
	return referenced("@odata.id", ref.Value)
}

func (h *Handler) removeMember(c *call) error {
	if err := h.Directory.RemoveMember(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]), directory.ObjectID(c.keys["member"])); err != nil {
		return err
	}
	return c.noContent()
}

func bound(o odata.Object, name string) ([]directory.ObjectID, error) {
	refs, err := o.Texts(name)
	if err != nil {
		return nil, err
	}
	if len(refs.Value) > maxBind {
		return nil, fault.Field(fault.Invalid, "TooManyReferences", name, fmt.Sprintf("The request binds %d objects; %d are allowed.", len(refs.Value), maxBind), "Send them in several requests.")
	}
	ids := make([]directory.ObjectID, len(refs.Value))
	for i, ref := range refs.Value {
		if ids[i], err = referenced(name, ref); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// referenced takes the object id out of a reference such as
// https://graph.microsoft.com/v1.0/directoryObjects/{id}. The host does not
// matter: clients send Microsoft's whatever server they talk to. The id is
// looked up in the caller's own tenant.
func referenced(target, ref string) (directory.ObjectID, error) {
	u, err := url.Parse(ref)
	var last string
	if err == nil {
		path := strings.TrimSuffix(u.EscapedPath(), "/")
		segments, perr := odata.ParsePath(path)
		if err = perr; err == nil {
			if segments = odata.Spread(segments); len(segments) > 0 {
				last = segments[len(segments)-1].Name
			}
		}
	}
	if err != nil || !isGUID(last) {
		return "", fault.Field(fault.Invalid, "InvalidReference", target, "'"+short(ref)+"' does not refer to a directory object.", "Send {base}/v1.0/directoryObjects/{object id}.")
	}
	return directory.ObjectID(strings.ToLower(last)), nil
}

// isGUID checks the 8-4-4-4-12 form.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// listGroupsOf answers memberOf of a user, device or group.
func (c *call) listGroupsOf(member directory.ObjectID) error {
	return c.memberOf(func(c *call, q *odata.Query) (odata.List[directory.Group], error) {
		return c.h.Lists.ListGroupsOf(c.ctx(), c.tenant, member, q)
	})
}

func (c *call) memberOf(groups fetch[directory.Group]) error {
	return list(c, groupTable, directoryPaging, "directoryObjects", groups, each(func(g *directory.Group) group {
		w := groupWire(g)
		w.Type, w.ETag = "#microsoft.graph.group", ""
		return w
	}))
}
