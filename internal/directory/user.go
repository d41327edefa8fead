package directory

import (
	"strings"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/rule"
)

// User is a person who may sign in and be assigned to a device.
type User struct {
	ID                ObjectID
	UserPrincipalName string // unique in the tenant without regard to case
	DisplayName       string
	AccountEnabled    bool
	MDMLicensed       bool // the licence flag that enrolment asks for
	DirSyncEnabled    bool
	// Attributes holds every other single-valued text property of the rule
	// language under its rule name (physicalDeliveryOfficeName, not
	// officeLocation). An absent name is null; the empty string is not stored.
	Attributes       map[string]string
	OtherMails       []string
	ProxyAddresses   []string
	AssignedPlans    []rule.Plan
	EmployeeHireDate time.Time // zero when unknown
	// SessionsFrom ends what came before it: tokens and sessions from an earlier
	// sign-in are dead (Graph: signInSessionsValidFromDateTime).
	SessionsFrom time.Time
	CreatedAt    time.Time
	Version      int64 // grows with every change; the ETag
}

// AttributeManager is the attribute that holds a manager's object id. Rules have
// no such property.
const AttributeManager = "managerId"

// Validate checks the fields a person sets.
func (u *User) Validate() error {
	at := strings.LastIndexByte(u.UserPrincipalName, '@')
	if at < 1 || len(u.UserPrincipalName) > 256 || strings.ContainsAny(u.UserPrincipalName, " \t\r\n") || !validDomain(strings.ToLower(u.UserPrincipalName[at+1:])) {
		return fault.Field(fault.Invalid, "InvalidUserPrincipalName", "userPrincipalName", "The user principal name "+quote(u.UserPrincipalName)+" is not of the form name@domain.", "Give an address whose domain is a verified domain of the tenant.")
	}
	if n := len([]rune(u.DisplayName)); n == 0 || n > 256 {
		return fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "A user needs a display name of 1 to 256 characters.", "Give the person's name.")
	}
	return nil
}

// Object is the flat view that membership rules are matched against.
func (u *User) Object() *rule.Object {
	o := rule.NewObject(rule.User)
	o.SetString("objectId", string(u.ID))
	o.SetString("userPrincipalName", u.UserPrincipalName)
	o.SetString("displayName", u.DisplayName)
	o.SetBool("accountEnabled", u.AccountEnabled)
	o.SetBool("dirSyncEnabled", u.DirSyncEnabled)
	for name, value := range u.Attributes {
		o.SetString(name, value)
	}
	o.SetStrings("otherMails", u.OtherMails)
	o.SetStrings("proxyAddresses", u.ProxyAddresses)
	o.SetPlans(u.AssignedPlans)
	if !u.EmployeeHireDate.IsZero() {
		o.SetTime("employeeHireDate", u.EmployeeHireDate)
	}
	return o
}
