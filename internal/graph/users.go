package graph

import (
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
)

// user is Graph's user.
type user struct {
	Type                string             `json:"@odata.type,omitempty"`
	ETag                string             `json:"@odata.etag,omitempty"`
	ID                  string             `json:"id"`
	DeletedDateTime     *time.Time         `json:"deletedDateTime"`
	AccountEnabled      bool               `json:"accountEnabled"`
	AssignedLicenses    []userLicense      `json:"assignedLicenses"`
	AssignedPlans       []userPlan         `json:"assignedPlans"`
	BusinessPhones      []string           `json:"businessPhones"`
	City                *string            `json:"city"`
	CompanyName         *string            `json:"companyName"`
	Country             *string            `json:"country"`
	CreatedDateTime     time.Time          `json:"createdDateTime"`
	Department          *string            `json:"department"`
	DisplayName         string             `json:"displayName"`
	EmployeeHireDate    *time.Time         `json:"employeeHireDate"`
	EmployeeID          *string            `json:"employeeId"`
	FaxNumber           *string            `json:"faxNumber"`
	GivenName           *string            `json:"givenName"`
	IMAddresses         []string           `json:"imAddresses"`
	JobTitle            *string            `json:"jobTitle"`
	Mail                *string            `json:"mail"`
	MailNickname        *string            `json:"mailNickname"`
	MobilePhone         *string            `json:"mobilePhone"`
	OfficeLocation      *string            `json:"officeLocation"`
	DistinguishedName   *string            `json:"onPremisesDistinguishedName"`
	ExtensionAttributes map[string]*string `json:"onPremisesExtensionAttributes"`
	SecurityIdentifier  *string            `json:"onPremisesSecurityIdentifier"`
	SyncEnabled         *bool              `json:"onPremisesSyncEnabled"`
	OtherMails          []string           `json:"otherMails"`
	PasswordPolicies    *string            `json:"passwordPolicies"`
	PostalCode          *string            `json:"postalCode"`
	PreferredLanguage   *string            `json:"preferredLanguage"`
	ProxyAddresses      []string           `json:"proxyAddresses"`
	ShowInAddressList   *bool              `json:"showInAddressList"`
	SessionsFrom        *time.Time         `json:"signInSessionsValidFromDateTime"`
	State               *string            `json:"state"`
	StreetAddress       *string            `json:"streetAddress"`
	Surname             *string            `json:"surname"`
	UsageLocation       *string            `json:"usageLocation"`
	UserPrincipalName   string             `json:"userPrincipalName"`
	UserType            *string            `json:"userType"`
	MDMLicensed         bool               `json:"mdmLicensed"`
	Manager             *user              `json:"manager,omitempty"`
	Extensions          map[string]string  `json:"*"`
}

// userPlan is Graph's assignedPlan.
type userPlan struct {
	CapabilityStatus string `json:"capabilityStatus"`
	Service          string `json:"service"`
	ServicePlanID    string `json:"servicePlanId"`
}

var userTable = &odata.Table{
	Name: "microsoft.graph.user", Directory: true,
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|advanced|readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("accountEnabled", odata.Bool, filter),
		nested("assignedLicenses", "microsoft.graph.assignedLicense", onSelect|readOnly),
		nested("assignedPlans", "microsoft.graph.assignedPlan", onSelect),
		prop("businessPhones", odata.Strings, 0),
		prop("city", odata.String, filter),
		prop("companyName", odata.String, filter),
		prop("country", odata.String, filter),
		prop("createdDateTime", odata.Time, filter|sorted|advanced|readOnly),
		prop("department", odata.String, filter),
		prop("displayName", odata.String, filter|sorted|search),
		prop("employeeHireDate", odata.Time, filter),
		prop("employeeId", odata.String, filter),
		prop("faxNumber", odata.String, filter),
		prop("givenName", odata.String, filter|search),
		prop("imAddresses", odata.Strings, 0),
		prop("jobTitle", odata.String, filter),
		prop("mail", odata.String, filter|search),
		prop("mailNickname", odata.String, filter),
		prop("mobilePhone", odata.String, filter),
		prop("officeLocation", odata.String, filter),
		prop("onPremisesDistinguishedName", odata.String, filter),
		nested("onPremisesExtensionAttributes", "microsoft.graph.onPremisesExtensionAttributes", 0),
		prop("onPremisesSecurityIdentifier", odata.String, filter),
		prop("onPremisesSyncEnabled", odata.Bool, filter),
		prop("otherMails", odata.Strings, filter),
		prop("passwordPolicies", odata.String, filter),
		prop("postalCode", odata.String, filter),
		prop("preferredLanguage", odata.String, filter),
		prop("proxyAddresses", odata.Strings, filter),
		prop("showInAddressList", odata.Bool, onBeta),
		prop("signInSessionsValidFromDateTime", odata.Time, onSelect|readOnly),
		prop("state", odata.String, filter),
		prop("streetAddress", odata.String, filter),
		prop("surname", odata.String, filter|search),
		prop("usageLocation", odata.String, filter),
		prop("userPrincipalName", odata.String, filter|sorted|search),
		prop("userType", odata.String, filter),
		prop("mdmLicensed", odata.Bool, 0), // ours: the licence that enrolment asks for
	},
	Navigations: []string{"manager"},
}

// notKeptOnUsers are properties Graph has and clients send; they are taken and
// not kept (docs/parity.md).
var notKeptOnUsers = []string{
	"ageGroup", "consentProvidedForMinor", "employeeType", "employeeOrgData", "employeeLeaveDateTime", "externalUserState",
	"forceChangePassword", "onPremisesImmutableId", "showInAddressList", "licenseAssignmentStates", "aboutMe", "birthday",
	"hireDate", "interests", "mySite", "pastProjects", "preferredName", "responsibilities", "schools", "skills", "identities", "creationType",
	"onPremisesDomainName", "onPremisesSamAccountName", "onPremisesUserPrincipalName", "onPremisesLastSyncDateTime", "onPremisesProvisioningErrors",
	"isResourceAccount", "legalAgeGroupClassification", "provisionedPlans", "externalUserStateChangeDateTime", "lastPasswordChangeDateTime",
	"securityIdentifier", "authorizationInfo", "customSecurityAttributes", "isManagementRestricted",
}

// userAttributes maps Graph's text properties to the names of the rule language.
var userAttributes = []struct{ graph, attribute string }{
	{"city", "city"},
	{"companyName", "companyName"},
	{"country", "country"},
	{"department", "department"},
	{"employeeId", "employeeId"},
	{"faxNumber", "facsimileTelephoneNumber"},
	{"givenName", "givenName"},
	{"jobTitle", "jobTitle"},
	{"mail", "mail"},
	{"mailNickname", "mailNickName"},
	{"mobilePhone", "mobile"},
	{"officeLocation", "physicalDeliveryOfficeName"},
	{"onPremisesDistinguishedName", "onPremisesDistinguishedName"},
	{"onPremisesSecurityIdentifier", "onPremisesSecurityIdentifier"},
	{"passwordPolicies", "passwordPolicies"},
	{"postalCode", "postalCode"},
	{"preferredLanguage", "preferredLanguage"},
	{"state", "state"},
	{"streetAddress", "streetAddress"},
	{"surname", "surname"},
	{"usageLocation", "usageLocation"},
	{"userType", "userType"},
}

// The two of the rule language that are lists in Graph and hold the first entry.
const (
	attributePhone = "telephoneNumber"
	attributeSIP   = "sipProxyAddress"
	// extensionPrefix begins the name of a directory extension.
	extensionPrefix = "extension_"
)

func userWire(u *directory.User) user {
	at := func(name string) *string { return orNull(u.Attributes[name]) }
	w := user{
		ETag: etagOf(u.Version), ID: string(u.ID), AccountEnabled: u.AccountEnabled, CreatedDateTime: u.CreatedAt.UTC(), DisplayName: u.DisplayName,
		AssignedPlans: make([]userPlan, len(u.AssignedPlans)), BusinessPhones: oneOrNone(u.Attributes[attributePhone]), IMAddresses: oneOrNone(u.Attributes[attributeSIP]),
		City: at("city"), CompanyName: at("companyName"), Country: at("country"), Department: at("department"), EmployeeHireDate: timeOrNull(u.EmployeeHireDate),
		EmployeeID: at("employeeId"), FaxNumber: at("facsimileTelephoneNumber"), GivenName: at("givenName"), JobTitle: at("jobTitle"), Mail: at("mail"),
		MailNickname: at("mailNickName"), MobilePhone: at("mobile"), OfficeLocation: at("physicalDeliveryOfficeName"),
		DistinguishedName: at("onPremisesDistinguishedName"), SecurityIdentifier: at("onPremisesSecurityIdentifier"), ExtensionAttributes: extensionsWire(u.Attributes),
		OtherMails: append([]string{}, u.OtherMails...), PasswordPolicies: at("passwordPolicies"), PostalCode: at("postalCode"), PreferredLanguage: at("preferredLanguage"),
		ProxyAddresses: append([]string{}, u.ProxyAddresses...), State: at("state"), StreetAddress: at("streetAddress"), Surname: at("surname"),
		UsageLocation: at("usageLocation"), UserPrincipalName: u.UserPrincipalName, UserType: at("userType"), MDMLicensed: u.MDMLicensed,
	}
	w.AssignedLicenses, w.SessionsFrom = licensesWire(u), timeOrNull(u.SessionsFrom)
	if u.DirSyncEnabled {
		w.SyncEnabled = &u.DirSyncEnabled
	}
	for i, p := range u.AssignedPlans {
		w.AssignedPlans[i] = userPlan{CapabilityStatus: p.CapabilityStatus, Service: p.Service, ServicePlanID: p.ServicePlanID}
	}
	for name, value := range u.Attributes {
		if strings.HasPrefix(strings.ToLower(name), extensionPrefix) {
			if w.Extensions == nil {
				w.Extensions = map[string]string{}
			}
			w.Extensions[name] = value
		}
	}
	return w
}

func oneOrNone(s string) []string {
	if s == "" {
		return []string{}
	}
	return []string{s}
}

// readUser applies a body to a user.
func readUser(o odata.Object, u *directory.User) error {
	r := reader{o: o}
	set := func(name, value string) {
		if u.Attributes == nil {
			u.Attributes = map[string]string{}
		}
		if value == "" {
			delete(u.Attributes, name)
		} else {
			u.Attributes[name] = value
		}
	}
	r.text("userPrincipalName", &u.UserPrincipalName)
	r.text("displayName", &u.DisplayName)
	r.flag("accountEnabled", &u.AccountEnabled)
	r.flag("mdmLicensed", &u.MDMLicensed)
	r.flag("onPremisesSyncEnabled", &u.DirSyncEnabled)
	r.texts("otherMails", &u.OtherMails)
	r.texts("proxyAddresses", &u.ProxyAddresses)
	r.moment("employeeHireDate", &u.EmployeeHireDate)
	for _, a := range userAttributes {
		if v := r.optional(a.graph); v != nil {
			set(a.attribute, *v)
		}
	}
	for graph, attribute := range map[string]string{"businessPhones": attributePhone, "imAddresses": attributeSIP} {
		var items []string
		r.texts(graph, &items)
		if o.Has(graph) {
			set(attribute, strings.Join(items[:min(1, len(items))], ""))
		}
	}
	for name := range o {
		if isExtension(name) {
			if v := r.optional(name); v != nil {
				set(name, *v)
			}
		}
	}
	if err := readExtensions(&r, "onPremisesExtensionAttributes", set); err != nil {
		return err
	}
	return readPlans(&r, u)
}

// readPlans reads assignedPlans, which Graph derives from licences; here they
// are set, because membership rules look at them.
func readPlans(r *reader, u *directory.User) error {
	plans, err := r.o.Objects("assignedPlans")
	r.note(err)
	if !plans.Set || r.err != nil {
		return r.err
	}
	u.AssignedPlans = nil
	for _, o := range plans.Value {
		if err := knownNames(o, "assignedPlans/", "assignedDateTime", "capabilityStatus", "service", "servicePlanId"); err != nil {
			return err
		}
		var p rule.Plan
		in := reader{o: o, prefix: "assignedPlans/"}
		in.text("capabilityStatus", &p.CapabilityStatus)
		in.text("service", &p.Service)
		in.text("servicePlanId", &p.ServicePlanID)
		if in.err != nil {
			return in.err
		}
		u.AssignedPlans = append(u.AssignedPlans, p)
	}
	return nil
}

// isExtension is the name of a directory extension: extension_{app}_{name}.
func isExtension(name string) bool {
	parts := strings.SplitN(name, "_", 3)
	return len(parts) == 3 && strings.EqualFold(parts[0]+"_", extensionPrefix) && len(parts[1]) == 32 && parts[2] != "" && !strings.Contains(name, "@")
}

// knowsUser is knows with directory extensions let through.
func knowsUser(o odata.Object) error {
	names := append([]string{passwordProfile}, notKeptOnUsers...)
	for name := range o {
		if isExtension(name) {
			names = append(names, name)
		}
	}
	return knows(o, "", userTable, names...)
}

var users = &resource[directory.User]{
	path: "users", table: userTable, paging: directoryPaging, read: stored(Lists.ListUsers), show: withManagers(userWire), find: (*call).user,
	key:    func(_ *call, u *directory.User) (string, int64) { return string(u.ID), u.Version },
	create: createUser,
}

// user finds a user by object id or user principal name.
func (c *call) user() (directory.User, error) {
	u, err := c.h.Objects.GetUser(c.ctx(), c.tenant, c.keys["id"])
	return u, missing(err, "user", c.keys["id"], "Address the user by object id or user principal name.")
}

func (h *Handler) listUserGroups(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return c.listGroupsOf(u.ID)
}
