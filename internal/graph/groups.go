package graph

import (
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
)

// group is Graph's group as far as security groups go. What no group here can
// have stands in it with the value Graph gives a plain security group, because
// clients compare.
type group struct {
	Type                  string            `json:"@odata.type,omitempty"`
	ETag                  string            `json:"@odata.etag,omitempty"`
	ID                    string            `json:"id"`
	DeletedDateTime       *time.Time        `json:"deletedDateTime"`
	Classification        *string           `json:"classification"`
	CreatedDateTime       time.Time         `json:"createdDateTime"`
	Description           *string           `json:"description"`
	DisplayName           string            `json:"displayName"`
	ExpirationDateTime    *time.Time        `json:"expirationDateTime"`
	GroupTypes            []string          `json:"groupTypes"`
	IsAssignableToRole    *bool             `json:"isAssignableToRole"`
	Mail                  *string           `json:"mail"`
	MailEnabled           bool              `json:"mailEnabled"`
	MailNickname          string            `json:"mailNickname"`
	MembershipRule        *string           `json:"membershipRule"`
	ProcessingState       *string           `json:"membershipRuleProcessingState"`
	ProcessingStatus      *processingStatus `json:"membershipRuleProcessingStatus"`
	OnPremisesSyncEnabled *bool             `json:"onPremisesSyncEnabled"`
	PreferredLanguage     *string           `json:"preferredLanguage"`
	ProxyAddresses        []string          `json:"proxyAddresses"`
	RenewedDateTime       time.Time         `json:"renewedDateTime"`
	BehaviorOptions       []string          `json:"resourceBehaviorOptions"`
	ProvisioningOptions   []string          `json:"resourceProvisioningOptions"`
	SecurityEnabled       bool              `json:"securityEnabled"`
	Theme                 *string           `json:"theme"`
	Visibility            *string           `json:"visibility"`
	AssignedLicenses      []string          `json:"assignedLicenses"`
	// RuleWarnings is ours: what is legal in the rule but hardly meant, such as
	// a value that the property never has.
	RuleWarnings []string `json:"membershipRuleWarnings"`
	// MembershipType is ours: whom a group's members are by, for lists of the
	// groups that fit. Graph tells no more than whether there is a rule.
	MembershipType string     `json:"membershipType"`
	Members        *expansion `json:"members,omitempty"`
	Owners         *expansion `json:"owners,omitempty"`
}

// processingStatus is Graph's membershipRuleProcessingStatus.
type processingStatus struct {
	Status       string     `json:"status"`
	LastUpdated  *time.Time `json:"lastMembershipUpdated"`
	ErrorMessage *string    `json:"errorMessage"`
}

var groupTable = &odata.Table{
	Name: "microsoft.graph.group", Directory: true,
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|advanced|readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("classification", odata.String, 0),
		prop("createdDateTime", odata.Time, filter|sorted|advanced|readOnly),
		prop("description", odata.String, filter|search),
		prop("displayName", odata.String, filter|sorted|search),
		prop("expirationDateTime", odata.Time, readOnly),
		prop("groupTypes", odata.Strings, filter),
		prop("isAssignableToRole", odata.Bool, 0),
		prop("mail", odata.String, readOnly),
		prop("mailEnabled", odata.Bool, filter),
		prop("mailNickname", odata.String, filter|sorted|advanced|search),
		prop("membershipRule", odata.String, filter),
		enum("membershipRuleProcessingState", "Edm.String", filter, "On", "Paused"),
		nestedOnSelect("membershipRuleProcessingStatus", "microsoft.graph.membershipRuleProcessingStatus"),
		prop("onPremisesSyncEnabled", odata.Bool, readOnly),
		prop("preferredLanguage", odata.String, 0),
		prop("proxyAddresses", odata.Strings, readOnly),
		prop("renewedDateTime", odata.Time, readOnly),
		prop("resourceBehaviorOptions", odata.Strings, 0),
		prop("resourceProvisioningOptions", odata.Strings, 0),
		prop("securityEnabled", odata.Bool, filter),
		prop("theme", odata.String, 0),
		prop("visibility", odata.String, 0),
		prop("assignedLicenses", odata.Complex, readOnly|onSelect),
		prop("membershipRuleWarnings", odata.Strings, readOnly|onBeta),
		enum("membershipType", "Edm.String", filter|readOnly|onBeta, string(directory.Assigned), string(directory.DynamicUser), string(directory.DynamicDevice)),
	},
	Navigations: []string{"members", "owners"},
}

func nestedOnSelect(name, typeName string) odata.Property {
	return nested(name, typeName, readOnly|onBeta|onSelect)
}

// notKeptOnGroups are properties Graph has and clients send, mostly as null or
// an empty list; they are taken and not kept (docs/parity.md).
var notKeptOnGroups = []string{
	"members", "owners", "assignedLabels", "autoSubscribeNewMembers", "allowExternalSenders", "hideFromAddressLists", "hideFromOutlookClients",
	"isSubscribedByMail", "isManagementRestricted", "infoCatalogs", "preferredDataLocation", "securityIdentifier", "uniqueName", "unseenCount", "welcomeMessageEnabled",
	"writebackConfiguration", "onPremisesLastSyncDateTime", "onPremisesDomainName", "onPremisesNetBiosName", "onPremisesSamAccountName",
	"onPremisesSecurityIdentifier", "onPremisesProvisioningErrors", "creationOptions", "licenseProcessingState", "hasMembersWithLicenseErrors", "serviceProvisioningErrors",
}

const dynamicMembership = "DynamicMembership"

func groupWire(g *directory.Group) group {
	w := group{
		ETag: etagOf(g.Version), ID: string(g.ID), CreatedDateTime: g.CreatedAt.UTC(), RenewedDateTime: g.CreatedAt.UTC(),
		Description: orNull(g.Description), DisplayName: g.DisplayName, MailNickname: g.MailNickname, SecurityEnabled: true,
		GroupTypes: []string{}, ProxyAddresses: []string{}, BehaviorOptions: []string{}, ProvisioningOptions: []string{}, AssignedLicenses: []string{}, RuleWarnings: []string{},
		MembershipType: string(g.Kind),
	}
	if g.Dynamic() {
		w.RuleWarnings = ruleWarnings(g.Rule)
		w.GroupTypes = []string{dynamicMembership}
		w.MembershipRule, w.ProcessingState = orNull(g.Rule), orNull(string(g.Processing))
		w.ProcessingStatus = &processingStatus{Status: g.ProcessingStatus(), LastUpdated: timeOrNull(g.LastUpdated)}
	}
	return w
}

func ruleWarnings(text string) []string {
	out := []string{}
	r, err := rule.Parse(text)
	if err != nil {
		return append(out, err.Error())
	}
	for _, w := range r.Warnings() {
		out = append(out, w.Message)
	}
	return out
}

// orNull is null for an empty text, as Entra's part of Graph sends it.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}

var groups = &resource[directory.Group]{
	path: "groups", table: groupTable, paging: directoryPaging, read: stored(Lists.ListGroups), show: groupWires, find: (*call).group,
	key:    func(_ *call, g *directory.Group) (string, int64) { return string(g.ID), g.Version },
	create: createGroup, update: updateGroup,
	remove: func(c *call, match int64) error {
		return c.h.Directory.DeleteGroup(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]), match)
	},
}

func (c *call) group() (directory.Group, error) {
	g, err := c.h.Objects.GetGroup(c.ctx(), c.tenant, directory.ObjectID(c.keys["id"]))
	return g, missing(err, "group", c.keys["id"], "List the groups to find the right id.")
}

func createGroup(c *call, o odata.Object) (directory.Group, error) {
	g := directory.Group{Kind: directory.Assigned}
	if err := knows(o, "", groupTable, notKeptOnGroups...); err != nil {
		return g, err
	}
	if err := readGroup(o, &g); err != nil {
		return g, err
	}
	if !o.Has("securityEnabled") {
		return g, fault.Field(fault.Invalid, "SecurityEnabledRequired", "securityEnabled", "A required property 'securityEnabled' is missing.", "Send securityEnabled true; groups here are security groups.")
	}
	members, err := bound(o, membersBind)
	if err != nil {
		return g, err
	}
	owners, err := c.boundOwners(o)
	if err != nil {
		return g, err
	}
	return c.h.Directory.CreateGroup(c.ctx(), c.tenant, g, members, owners...)
}

// updateGroup applies properties that were sent, or adds members or owners.
func updateGroup(c *call, match int64, o odata.Object) (g directory.Group, err error) {
	if err := knows(o, "", groupTable, notKeptOnGroups...); err != nil {
		return g, err
	}
	members, err := bound(o, membersBind)
	if err != nil {
		return g, err
	}
	owners, err := c.boundOwners(o)
	if err != nil {
		return g, err
	}
	id := directory.ObjectID(c.keys["id"])
	switch {
	case len(members)+len(owners) == 0:
		return c.h.Directory.UpdateGroup(c.ctx(), c.tenant, id, match, func(g *directory.Group) error { return readGroup(o, g) })
	case len(o) > 1:
		return g, fault.Field(fault.Invalid, "MembersAndPropertiesTogether", membersBind, "Members, owners and properties cannot be changed in one request: they would not be one change.", "Send members@odata.bind or owners@odata.bind in a request of its own.")
	case match != 0:
		if g, err = c.group(); err != nil {
			return g, err
		}
		if err := fault.Match(g.Version, match); err != nil {
			return g, err
		}
	}
	if len(owners) > 0 {
		return g, c.h.Directory.AddOwners(c.ctx(), c.tenant, id, owners)
	}
	return g, c.h.Directory.AddMembers(c.ctx(), c.tenant, id, members)
}

// readGroup applies a body to a group.
func readGroup(o odata.Object, g *directory.Group) error {
	r := reader{o: o}
	r.text("displayName", &g.DisplayName)
	r.text("description", &g.Description)
	r.text("mailNickname", &g.MailNickname)
	r.text("membershipRule", &g.Rule)
	choice(&r, "membershipRuleProcessingState", &g.Processing, directory.ProcessingOn, directory.ProcessingPaused)
	security, mail, role := true, false, false
	r.flag("securityEnabled", &security)
	r.flag("mailEnabled", &mail)
	r.flag("isAssignableToRole", &role)
	var types []string
	r.texts("groupTypes", &types)
	if r.err != nil {
		return r.err
	}
	switch {
	case mail || slices.ContainsFunc(types, func(t string) bool { return strings.EqualFold(t, "Unified") }):
		return fault.Field(fault.Invalid, "MailGroupNotSupported", "mailEnabled", "Mail-enabled and Microsoft 365 groups are not supported.", "Make a security group: mailEnabled false, securityEnabled true, no Unified in groupTypes.")
	case !security:
		return fault.Field(fault.Invalid, "SecurityGroupRequired", "securityEnabled", "Groups here are security groups.", "Send securityEnabled true.")
	case role:
		return fault.Field(fault.Invalid, "RoleGroupNotSupported", "isAssignableToRole", "Groups that roles can be assigned to are not supported.", "Send isAssignableToRole false.")
	}
	return readKind(o, g, types)
}

// readKind takes the kind from groupTypes. Whether a dynamic group is of users
// or devices, the service reads from the rule.
func readKind(o odata.Object, g *directory.Group, types []string) error {
	for _, t := range types {
		if !strings.EqualFold(t, dynamicMembership) {
			return fault.Field(fault.Invalid, "InvalidGroupType", "groupTypes", "The group type '"+short(t)+"' does not exist.", "Send DynamicMembership for a dynamic group, else an empty list.")
		}
	}
	if o.Has("groupTypes") && len(types) == 0 {
		g.Kind = directory.Assigned
	}
	if len(types) > 0 && !g.Dynamic() {
		g.Kind = directory.DynamicDevice
	}
	switch {
	case g.Dynamic() && g.Rule == "":
		return fault.Field(fault.Invalid, "MembershipRuleRequired", "membershipRule", "A dynamic group needs a membership rule.", `Send a rule such as (device.devicePhysicalIds -any (_ -startsWith "[ZTDid]")).`)
	case !g.Dynamic() && g.Rule != "":
		return fault.Field(fault.Invalid, "MembershipRuleOnAssignedGroup", "membershipRule", "The group has a membership rule and is not dynamic.", "Send groupTypes [\"DynamicMembership\"], or leave the rule out.")
	}
	if g.Dynamic() && g.Processing == "" {
		g.Processing = directory.ProcessingOn
	}
	if g.Processing != "" && g.Processing != directory.ProcessingOn && g.Processing != directory.ProcessingPaused {
		return fault.Field(fault.Invalid, "InvalidProcessingState", "membershipRuleProcessingState", "The processing state '"+short(string(g.Processing))+"' does not exist.", "Use On or Paused.")
	}
	if !g.Dynamic() {
		g.Processing = ""
	}
	return nil
}
