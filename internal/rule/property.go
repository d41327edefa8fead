package rule

import (
	"slices"
	"strconv"
)

// Type is the type of a property; it decides which operators apply.
type Type int

// The types of property in the rule language.
const (
	String Type = iota
	Boolean
	Date
	StringCollection
	PlanCollection
)

// String returns the name of the type for people.
func (t Type) String() string {
	return [...]string{"String", "Boolean", "Date", "String collection", "Plan collection"}[t]
}

// Property describes one property a rule may name.
type Property struct {
	// Name is the name in the rule language, without "user." or "device.".
	Name string
	Type Type
	// Closed lists all values the property can have; empty when any text is possible.
	Closed []string
	// Operators lists the operators the property accepts, each with its hyphen.
	Operators []string
}

// property is a row of the one property table.
type property struct {
	Property
	// slot is the place of the value inside an Object, counted per type.
	slot int
	// share is a guess at the part of all objects that have one given value; the index prefers the
	// condition with the smallest share. It affects speed only.
	share float64
	// version says that -ge and -le compare dotted version numbers.
	version bool
	// extension is the folded name of an extension property, which has no slot.
	extension string
}

type table struct {
	list  []*property
	names map[string]*property // by folded name
	sizes [PlanCollection + 1]int
}

var (
	stringOperators     = []string{"-eq", "-ne", "-startsWith", "-notStartsWith", "-endsWith", "-notEndsWith", "-contains", "-notContains", "-match", "-notMatch", "-in", "-notIn"}
	versionOperators    = append(slices.Clone(stringOperators), "-ge", "-le")
	booleanOperators    = []string{"-eq", "-ne"}
	dateOperators       = []string{"-eq", "-ne", "-ge", "-le"}
	collectionOperators = append([]string{"-any", "-all"}, stringOperators...)
	planOperators       = []string{"-any", "-all", "-eq", "-ne"}
)

func text(name string, share float64, closed ...string) property {
	return property{Property: Property{Name: name, Closed: closed, Operators: stringOperators}, share: share}
}

func typed(name string, t Type, share float64, operators []string) property {
	return property{Property: Property{Name: name, Type: t, Operators: operators}, share: share}
}

var tables = [...]*table{
	User: newObjectTable(
		typed("accountEnabled", Boolean, 0.9, booleanOperators),
		typed("dirSyncEnabled", Boolean, 0.5, booleanOperators),
		typed("employeeHireDate", Date, 0.1, dateOperators),
		typed("otherMails", StringCollection, 1e-4, collectionOperators),
		typed("proxyAddresses", StringCollection, 1e-4, collectionOperators),
		typed("assignedPlans", PlanCollection, 0.3, planOperators),
		text("city", 0.02), text("country", 0.1), text("companyName", 0.2), text("department", 0.01),
		text("displayName", 1e-5), text("employeeId", 1e-6), text("facsimileTelephoneNumber", 1e-4),
		text("givenName", 1e-3), text("jobTitle", 0.01), text("mail", 1e-6), text("mailNickName", 1e-6),
		text("mobile", 1e-6), text("objectId", 1e-6), text("onPremisesDistinguishedName", 1e-6),
		text("onPremisesSecurityIdentifier", 1e-6),
		text("passwordPolicies", 0.3, "None", "DisableStrongPassword", "DisablePasswordExpiration",
			"DisablePasswordExpiration, DisableStrongPassword", "DisablePasswordExpiration,DisableStrongPassword",
			"DisableStrongPassword, DisablePasswordExpiration", "DisableStrongPassword,DisablePasswordExpiration"),
		text("physicalDeliveryOfficeName", 0.02), text("postalCode", 0.01), text("preferredLanguage", 0.3),
		text("sipProxyAddress", 1e-6), text("state", 0.05), text("streetAddress", 0.01), text("surname", 1e-3),
		text("telephoneNumber", 1e-5), text("usageLocation", 0.2), text("userPrincipalName", 1e-6),
		text("userType", 0.7, "Member", "Guest"),
	),
	Device: newObjectTable(
		typed("accountEnabled", Boolean, 0.9, booleanOperators),
		typed("isRooted", Boolean, 0.9, booleanOperators),
		typed("devicePhysicalIds", StringCollection, 5e-3, collectionOperators),
		typed("systemLabels", StringCollection, 0.1, collectionOperators),
		text("deviceCategory", 0.05), text("deviceId", 1e-6), text("deviceManagementAppId", 0.8),
		text("deviceManufacturer", 0.1), text("deviceModel", 0.01), text("displayName", 1e-5),
		text("deviceOSType", 0.5),
		property{Property: Property{Name: "deviceOSVersion", Operators: versionOperators}, share: 0.1, version: true},
		text("deviceOwnership", 0.6, "Personal", "Company", "Unknown"),
		text("deviceTrustType", 0.5, "AzureAD", "ServerAD", "Workplace"),
		text("enrollmentProfileName", 0.05), text("managementType", 0.8), text("objectId", 1e-6),
		text("profileType", 0.9, "RegisteredDevice", "SecureVM", "Printer", "Shared", "IoT"),
	),
}

// planFields are the properties of one element of assignedPlans, as "assignedPlan.<name>".
var planFields = newTable(text("service", 0.3), text("servicePlanId", 0.3), text("capabilityStatus", 0.9))

// element is `_`, one string of a collection.
var element = &property{Property: Property{Name: "_", Operators: stringOperators}}

// newObjectTable adds the extension attributes, which both kinds of directory object carry.
func newObjectTable(rows ...property) *table {
	for n := range 15 {
		rows = append(rows, text("extensionAttribute"+strconv.Itoa(n+1), 0.05))
	}
	return newTable(rows...)
}

func newTable(rows ...property) *table {
	t := &table{names: make(map[string]*property, len(rows))}
	for _, row := range rows {
		row.slot = t.sizes[row.Type]
		t.sizes[row.Type]++
		t.list = append(t.list, &row)
		t.names[Fold(row.Name)] = &row
	}
	return t
}

// Properties returns the properties a rule for k may name, in the order of the documentation. The
// directory extension properties of users, extension_<application id>_<name>, are not listed: there
// is no end of them; each is a String.
func Properties(k Kind) []Property {
	list := make([]Property, 0, len(tables[k].list))
	for _, p := range tables[k].list {
		row := p.Property
		row.Closed, row.Operators = slices.Clone(row.Closed), slices.Clone(row.Operators)
		list = append(list, row)
	}
	return list
}

// PlanProperties returns the properties of one element of assignedPlans, which a rule names as
// assignedPlan.<name> inside the parentheses of -any and -all.
func PlanProperties() []Property {
	list := make([]Property, 0, len(planFields.list))
	for _, p := range planFields.list {
		row := p.Property
		row.Operators = slices.Clone(row.Operators)
		list = append(list, row)
	}
	return list
}

// resolve finds the property called name, in any case; nil when there is none.
func resolve(k Kind, name string) *property {
	folded := Fold(name)
	if p := tables[k].names[folded]; p != nil {
		return p
	}
	if k == User && isExtension(folded) {
		return &property{
			Property:  Property{Name: name, Operators: stringOperators},
			share:     0.05,
			extension: folded,
		}
	}
	return nil
}

// isExtension reports whether a folded name is extension_<32 hex digits>_<name>.
func isExtension(folded string) bool {
	const prefix, digits = "extension_", 32
	if len(folded) < len(prefix)+digits+2 || folded[:len(prefix)] != prefix || folded[len(prefix)+digits] != '_' {
		return false
	}
	for _, c := range []byte(folded[len(prefix) : len(prefix)+digits]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	for _, c := range []byte(folded[len(prefix)+digits+1:]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '_' {
			return false
		}
	}
	return true
}
