package sqlstore

import (
	"strconv"

	"taxiway/internal/directory"
)

// Texts of directory objects are null in Graph when they are empty.

var userFields = withAttributes(map[string]field[directory.User]{
	"id":                {id("u.id"), func(u *directory.User) any { return string(u.ID) }},
	"userPrincipalName": {key("u.upn_key").orNull(), func(u *directory.User) any { return u.UserPrincipalName }},
	"displayName":       {key("u.name_key").orNull(), func(u *directory.User) any { return u.DisplayName }},
	"accountEnabled":    {flag("u.enabled"), func(u *directory.User) any { return u.AccountEnabled }},
	"onPremisesSyncEnabled": {column{kind: colCode, expr: "u.dir_sync", domain: []code{{0, nil}, {1, true}}}, func(u *directory.User) any {
		if u.DirSyncEnabled {
			return true
		}
		return nil // Graph has no false here: it is null where nothing is synchronised
	}},
	"createdDateTime":          {moment("u.created_at").orNull(), func(u *directory.User) any { return u.CreatedAt }},
	"employeeHireDate":         {unlisted().orNull(), func(u *directory.User) any { return u.EmployeeHireDate }},
	"otherMails":               {unlisted(), func(u *directory.User) any { return u.OtherMails }},
	directory.AttributeManager: {unlisted().orNull(), func(u *directory.User) any { return u.Attributes[directory.AttributeManager] }},
	"proxyAddresses":           {unlisted(), func(u *directory.User) any { return u.ProxyAddresses }},
}, userAttributes, func(u *directory.User) map[string]string { return u.Attributes })

// userAttributes and deviceAttributes give Graph's name of a property its name
// in the rule language, under which it is stored.
var userAttributes = map[string]string{
	"city": "city", "companyName": "companyName", "country": "country", "department": "department", "employeeId": "employeeId",
	"faxNumber": "facsimileTelephoneNumber", "givenName": "givenName", "jobTitle": "jobTitle", "mail": "mail", "mailNickname": "mailNickName",
	"mobilePhone": "mobile", "officeLocation": "physicalDeliveryOfficeName", "onPremisesDistinguishedName": "onPremisesDistinguishedName",
	"onPremisesSecurityIdentifier": "onPremisesSecurityIdentifier", "passwordPolicies": "passwordPolicies", "postalCode": "postalCode",
	"preferredLanguage": "preferredLanguage", "state": "state", "streetAddress": "streetAddress", "surname": "surname",
	"usageLocation": "usageLocation", "userType": "userType",
}

var deviceFields = withExtensions(withAttributes(map[string]field[directory.Device]{
	"id":                            {id("d.id"), func(d *directory.Device) any { return string(d.ID) }},
	"deviceId":                      {id("d.device_id").orNull(), func(d *directory.Device) any { return string(d.DeviceID) }},
	"displayName":                   {key("d.name_key").orNull(), func(d *directory.Device) any { return d.DisplayName }},
	"accountEnabled":                {flag("d.enabled"), func(d *directory.Device) any { return d.AccountEnabled }},
	"operatingSystem":               {text("d.os").orNull(), func(d *directory.Device) any { return d.OperatingSystem }},
	"operatingSystemVersion":        {text("d.os_version").orNull(), func(d *directory.Device) any { return d.OperatingSystemVersion }},
	"trustType":                     {text("d.trust_type").orNull(), func(d *directory.Device) any { return d.TrustType }},
	"deviceOwnership":               {text("d.ownership").orNull(), func(d *directory.Device) any { return d.DeviceOwnership }},
	"isRooted":                      {flag("d.rooted"), func(d *directory.Device) any { return d.IsRooted }},
	"physicalIds":                   {column{kind: colPhysicalIDs, expr: "d.order_key"}, func(d *directory.Device) any { return d.PhysicalIDs }},
	"systemLabels":                  {unlisted(), func(d *directory.Device) any { return d.SystemLabels }},
	"approximateLastSignInDateTime": {moment("d.last_seen").orNull(), func(d *directory.Device) any { return d.LastSeen }},
	"createdDateTime":               {moment("d.created_at").orNull(), func(d *directory.Device) any { return d.CreatedAt }},
	"registrationDateTime":          {moment("d.registered_at").orNull(), func(d *directory.Device) any { return d.RegisteredAt }},
}, deviceAttributes, attributesOf), attributesOf)

var deviceAttributes = map[string]string{
	"deviceCategory": "deviceCategory", "enrollmentProfileName": "enrollmentProfileName", "managementType": "managementType",
	"manufacturer": "deviceManufacturer", "mdmAppId": "deviceManagementAppId", "model": "deviceModel", "profileType": "profileType",
}

func attributesOf(d *directory.Device) map[string]string { return d.Attributes }

// withAttributes adds the properties that are kept in the attributes document.
func withAttributes[T any](fields map[string]field[T], names map[string]string, of func(*T) map[string]string) map[string]field[T] {
	for graph, stored := range names {
		fields[graph] = field[T]{unlisted().orNull(), func(x *T) any { return of(x)[stored] }}
	}
	return fields
}

// withExtensions adds extensionAttributes/extensionAttribute1 to 15.
func withExtensions[T any](fields map[string]field[T], of func(*T) map[string]string) map[string]field[T] {
	for n := range 15 {
		name := "extensionAttribute" + strconv.Itoa(n+1)
		fields["extensionAttributes/"+name] = field[T]{unlisted().orNull(), func(x *T) any { return of(x)[name] }}
	}
	return fields
}

var groupFields = map[string]field[directory.Group]{
	"id":              {id("g.id"), func(g *directory.Group) any { return string(g.ID) }},
	"displayName":     {key("g.name_key").orNull(), func(g *directory.Group) any { return g.DisplayName }},
	"description":     {text("g.description").orNull(), func(g *directory.Group) any { return g.Description }},
	"mailNickname":    {text("g.mail_nickname").orNull(), func(g *directory.Group) any { return g.MailNickname }},
	"membershipRule":  {text("g.rule").orNull(), func(g *directory.Group) any { return g.Rule }},
	"createdDateTime": {moment("g.created_at").orNull(), func(g *directory.Group) any { return g.CreatedAt }},
	"membershipType":  {enumColumn(groupKinds, "g.kind"), func(g *directory.Group) any { return string(g.Kind) }},
	"securityEnabled": {constant(true), func(*directory.Group) any { return true }},
	"mailEnabled":     {constant(false), func(*directory.Group) any { return false }},
	"membershipRuleProcessingState": {column{
		kind: colCode, expr: "CASE WHEN g.kind IN (" + dynamicKinds + ") THEN g.processing ELSE 0 END",
		domain: enumColumn(processings, "").domain,
	}, func(g *directory.Group) any {
		if !g.Dynamic() || g.Processing == "" {
			return nil
		}
		return string(g.Processing)
	}},
	"groupTypes": {column{
		kind: colCode, unsort: true, expr: "CASE WHEN g.kind IN (" + dynamicKinds + ") THEN 1 ELSE 0 END",
		domain: []code{{0, []string{}}, {1, []string{dynamicMembership}}},
	}, func(g *directory.Group) any {
		if g.Dynamic() {
			return []string{dynamicMembership}
		}
		return []string{}
	}},
}

// dynamicMembership is the groupTypes member of a group that follows a rule.
const dynamicMembership = "DynamicMembership"

var dynamicKinds = strconv.Itoa(groupKinds.number(directory.DynamicUser)) + ", " + strconv.Itoa(groupKinds.number(directory.DynamicDevice))

// memberFields are what users, devices and groups in one list have in common, and what
// clients look for among members.
var memberFields = map[string]field[directory.Member]{
	"id": {id("m.member_id"), func(m *directory.Member) any { return string(m.ID()) }},
	"displayName": {key("COALESCE(d.name_key, u.name_key, g.name_key)").orNull(), func(m *directory.Member) any {
		switch {
		case m.Device != nil:
			return m.Device.DisplayName
		case m.Group != nil:
			return m.Group.DisplayName
		}
		return m.User.DisplayName
	}},
	"accountEnabled": {column{kind: colCode, expr: "COALESCE(d.enabled, u.enabled, 2)", domain: []code{{0, false}, {1, true}, {2, nil}}}, func(m *directory.Member) any {
		switch {
		case m.Device != nil:
			return m.Device.AccountEnabled
		case m.Group != nil:
			return nil // groups have none
		}
		return m.User.AccountEnabled
	}},
	"memberKind": {enumColumn(memberKinds, "m.member_kind"), func(m *directory.Member) any { return string(m.Kind) }},
	"deviceId": {unlisted().orNull(), func(m *directory.Member) any {
		if m.Device != nil {
			return string(m.Device.DeviceID)
		}
		return ""
	}},
	"userPrincipalName": {key("COALESCE(u.upn_key, '')").orNull(), func(m *directory.Member) any {
		if m.User != nil {
			return m.User.UserPrincipalName
		}
		return ""
	}},
}
