package graph

import (
	"net/http"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// registrationPolicy is Graph's deviceRegistrationPolicy, a singleton: the
// device settings of the tenant.
type registrationPolicy struct {
	ETag         string           `json:"@odata.etag"`
	ID           string           `json:"id"`
	DisplayName  string           `json:"displayName"`
	Description  string           `json:"description"`
	Quota        int              `json:"userDeviceQuota"`
	MFA          string           `json:"multiFactorAuthConfiguration"`
	Registration registrationPart `json:"azureADRegistration"`
	Join         joinPart         `json:"azureADJoin"`
	LAPS         lapsPart         `json:"localAdminPassword"`
}

type registrationPart struct {
	Configurable bool       `json:"isAdminConfigurable"`
	Allowed      membership `json:"allowedToRegister"`
}

type joinPart struct {
	Configurable bool            `json:"isAdminConfigurable"`
	Allowed      membership      `json:"allowedToJoin"`
	LocalAdmins  localAdminsPart `json:"localAdmins"`
}

type localAdminsPart struct {
	GlobalAdmins     bool       `json:"enableGlobalAdmins"`
	RegisteringUsers membership `json:"registeringUsers"`
}

type lapsPart struct {
	Enabled bool `json:"isEnabled"`
}

// membership is Graph's deviceRegistrationMembership; only an enumerated one
// has the two lists.
type membership struct {
	Type   string                `json:"@odata.type"`
	Users  *[]directory.ObjectID `json:"users,omitempty"`
	Groups *[]directory.ObjectID `json:"groups,omitempty"`
}

var registrationPolicyTable = &odata.Table{
	Name: "microsoft.graph.deviceRegistrationPolicy",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("displayName", odata.String, readOnly),
		prop("description", odata.String, readOnly),
		prop("userDeviceQuota", odata.Int, 0),
		enum("multiFactorAuthConfiguration", "microsoft.graph.multiFactorAuthConfiguration", 0, "notRequired", "required", "unknownFutureValue"),
		nested("azureADRegistration", "microsoft.graph.azureADRegistrationPolicy", 0),
		nested("azureADJoin", "microsoft.graph.azureADJoinPolicy", 0),
		nested("localAdminPassword", "microsoft.graph.localAdminPasswordSettings", 0),
	},
}

const registrationPolicyPath = "policies/deviceRegistrationPolicy"

// The type names of the memberships, by whom they let in.
var membershipTypes = map[directory.Reach]string{
	directory.ReachAll:      "allDeviceRegistrationMembership",
	directory.ReachSelected: "enumeratedDeviceRegistrationMembership",
	directory.ReachNone:     "noDeviceRegistrationMembership",
}

func membershipWire(a *directory.Audience) membership {
	w := membership{Type: "#microsoft.graph." + membershipTypes[a.Reach]}
	if a.Reach == directory.ReachSelected {
		users, groups := append([]directory.ObjectID{}, a.Users...), append([]directory.ObjectID{}, a.Groups...)
		w.Users, w.Groups = &users, &groups
	}
	return w
}

func registrationPolicyWire(p *directory.JoinPolicy) registrationPolicy {
	return registrationPolicy{
		ETag: etagOf(p.Version), ID: "deviceRegistrationPolicy", DisplayName: "Device Registration Policy",
		Description: "Who may join and register devices, how many, and with which proof.",
		Quota:       p.DeviceQuota, MFA: string(p.MFA), LAPS: lapsPart{Enabled: p.LAPS},
		Registration: registrationPart{Configurable: true, Allowed: membershipWire(&p.Register)},
		Join: joinPart{
			Configurable: true, Allowed: membershipWire(&p.Join),
			LocalAdmins: localAdminsPart{GlobalAdmins: p.GlobalAdmins, RegisteringUsers: membershipWire(&p.RegisteringUsers)},
		},
	}
}

func (c *call) registrationPolicyAnswer(p *directory.JoinPolicy, q *odata.Query) error {
	w := registrationPolicyWire(p)
	return c.object(http.StatusOK, c.view(&w, registrationPolicyTable, q, registrationPolicyPath+selected(q)+"/$entity", w.ETag))
}

func (h *Handler) getRegistrationPolicy(c *call) error {
	q, err := c.single(registrationPolicyTable)
	if err != nil {
		return err
	}
	p, err := h.Directory.GetJoinPolicy(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	return c.registrationPolicyAnswer(&p, q)
}

// replaceRegistrationPolicy answers PUT: Graph has no PATCH here.
func (h *Handler) replaceRegistrationPolicy(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", registrationPolicyTable); err != nil {
		return err
	}
	sent, err := readRegistrationPolicy(o)
	if err != nil {
		return err
	}
	p, err := h.Directory.ReplaceJoinPolicy(c.ctx(), c.tenant, match, sent)
	if err != nil {
		return err
	}
	return c.registrationPolicyAnswer(&p, nil)
}

// readRegistrationPolicy notes what was sent; null counts as not sent, and the
// subject refuses what is missing.
func readRegistrationPolicy(o odata.Object) (directory.JoinReplacement, error) {
	var sent directory.JoinReplacement
	r := &reader{o: o}
	if quota, err := o.Number("userDeviceQuota"); err != nil {
		return sent, err
	} else if quota.Set && !quota.Null {
		n := int(quota.Value)
		sent.DeviceQuota = &n
	}
	if sent.MFA = choiceAt(r, "multiFactorAuthConfiguration", directory.MFANotRequired, directory.MFARequired); sent.MFA != nil && *sent.MFA == "" {
		sent.MFA = nil
	}
	registration := r.part("azureADRegistration", "isAdminConfigurable", "allowedToRegister")
	sent.Register = registration.audience("allowedToRegister")
	join := r.part("azureADJoin", "isAdminConfigurable", "allowedToJoin", "localAdmins")
	sent.Join = join.audience("allowedToJoin")
	admins := join.part("localAdmins", "enableGlobalAdmins", "registeringUsers")
	sent.RegisteringUsers = admins.audience("registeringUsers")
	sent.GlobalAdmins = admins.flagUnlessNull("enableGlobalAdmins")
	laps := r.part("localAdminPassword", "isEnabled")
	sent.LAPS = laps.flagUnlessNull("isEnabled")
	// isAdminConfigurable is Graph's to say: a client sends back what it read.
	for _, part := range []*reader{r, registration, join, admins, laps} {
		if part.err != nil {
			return sent, part.err
		}
	}
	return sent, nil
}

// part reads a nested object with these properties; it is empty when absent.
func (r *reader) part(name string, properties ...string) *reader {
	inner := &reader{prefix: r.prefix + name + "/"}
	inner.o, _ = r.inner(name)
	inner.err = knownNames(inner.o, inner.prefix, properties...)
	return inner
}

// flagUnlessNull is flagAt, but null is as good as absent.
func (r *reader) flagUnlessNull(name string) *bool {
	f, err := r.o.Flag(name)
	r.note(err)
	if !f.Set || f.Null || err != nil {
		return nil
	}
	return &f.Value
}

// audience reads a membership; nil when it is absent or null.
func (r *reader) audience(name string) *directory.Audience {
	o, ok := r.inner(name)
	if !ok {
		return nil
	}
	in := r.part(name, "users", "groups")
	var kind string
	in.text("@odata.type", &kind)
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "#"), "microsoft.graph.")
	a := &directory.Audience{Reach: directory.Reach(short(kind))} // Validate says which there are
	for reach, known := range membershipTypes {
		if strings.EqualFold(kind, known) {
			a.Reach = reach
		}
	}
	a.Users, a.Groups = objectIDs(in, o, "users"), objectIDs(in, o, "groups")
	if r.err == nil {
		r.err = in.err
	}
	return a
}

func objectIDs(r *reader, o odata.Object, name string) []directory.ObjectID {
	sent, err := o.Texts(name)
	r.note(err)
	ids := make([]directory.ObjectID, len(sent.Value))
	for i, id := range sent.Value {
		ids[i] = directory.ObjectID(short(id))
	}
	return ids
}
