package enrollment

import (
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Why an enrolment is refused; [RefusalOf] has what the PC is told. A disabled
// device is directory.CodeDeviceDisabled.
const (
	CodeUserUnknown     = "UserUnknown"
	CodeUserDisabled    = "UserDisabled"
	CodeUserNotLicensed = "UserNotLicensed"
	CodeOnPremise       = "OnPremiseNotAllowed"
	CodeOutOfScope      = "OutOfMDMScope"
	CodeInMAMScope      = "InMAMScope"
	CodeDeviceUnknown   = "DeviceUnknown"
	CodeDeviceCap       = "DeviceCapReached"
	CodePlatformBlocked = "WindowsEnrollmentBlocked"
	CodePersonalBlocked = "PersonalDeviceBlocked"
	CodeVersionTooLow   = "OSVersionTooLow"
	CodeVersionTooHigh  = "OSVersionTooHigh"
	CodeInvalidCSR      = "InvalidCSR"
	CodeInvalidData     = "InvalidEnrolmentData"
	CodeNotRenewable    = "NotEligibleToRenew"
)

// candidate is a PC that wants to be managed, as far as it is decided upon.
type candidate struct {
	kind  Kind
	proof Proof
	user  *directory.User // nil: userless
	// groups are those around the user.
	groups []directory.ObjectID
	// registered: the PC has proved to be one that is registered with Autopilot.
	registered bool
	// assigned is the user principal name of whom the registration is assigned
	// to; empty: nobody.
	assigned  string
	osVersion string
	enrolled  int // other PCs of the user
}

// owner is whose the PC is. What joined the directory, came by package or is
// registered is the company's (Intune page "Identify devices as
// corporate-owned").
func (c *candidate) owner() Owner {
	if c.registered || c.kind == KindBulk || c.kind == KindEntraJoin {
		return OwnerCompany
	}
	return OwnerPersonal
}

// restricted is whose the PC is to the platform restriction. A join that is not
// registered with Autopilot counts as personal there: nobody but the person
// says that the PC is the company's (Intune page "Create device platform
// restrictions", blocking personal Windows devices).
func (c *candidate) restricted() Owner {
	if c.registered || c.kind == KindBulk {
		return OwnerCompany
	}
	return OwnerPersonal
}

// rules are what decides who may enrol.
type rules struct {
	settings    Settings
	join        directory.JoinPolicy
	mdm, mam    directory.MobilityPolicy
	restriction Policy // PolicyPlatform or PolicySingle
	limit       Policy
}

// admit decides whether the PC may enrol. A refusal is fault.Denied with one of
// the codes above.
func (r *rules) admit(c *candidate) error {
	for _, check := range []func(*candidate) error{r.admitPerson, r.admitAssigned, r.admitProof, r.admitScope, r.admitLicence, r.admitPlatform, r.admitCount} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func (r *rules) admitPerson(c *candidate) error {
	if c.user != nil && !c.user.AccountEnabled {
		return denied(CodeUserDisabled, "user", "The account of the user is disabled.", "Ask an administrator to enable it.")
	}
	return nil
}

// admitAssigned asks the tenant's switch "Only the assigned user may sign in"
// again: a PC may have joined before it was on, or before it was assigned.
func (r *rules) admitAssigned(c *candidate) error {
	if c.user == nil {
		return nil
	}
	return r.join.AdmitPerson(c.assigned, c.user.UserPrincipalName)
}

func (r *rules) admitProof(c *candidate) error {
	if c.proof == ProofOnPremise && !r.settings.AllowOnPremise {
		return denied(CodeOnPremise, "authentication", "Enrolment with user name and password is off.", "Enrol by joining the directory, or let an administrator allow it: taxiway mdm settings set --on-premise=true.")
	}
	return nil
}

// admitScope asks the user scopes, which are about enrolments that happen by
// themselves: by hand everybody may (Intune page "Enable Windows automatic
// enrollment").
func (r *rules) admitScope(c *candidate) error {
	if c.user == nil || c.kind != KindEntraJoin && c.kind != KindAutomatic {
		return nil
	}
	switch directory.ScopeOf(c.groups, &r.mdm, &r.mam, c.owner() == OwnerCompany) {
	case directory.ManagedDevice:
		return nil
	case directory.ManagedApps:
		return denied(CodeInMAMScope, "user", "The user is in the WIP user scope, which goes before on a personal PC: the PC is not enrolled.", "Join the PC to the directory, or take the user out of the WIP user scope.")
	default:
		return denied(CodeOutOfScope, "user", "The user is not in the MDM user scope.", "Set the MDM user scope to all, or add one of the user's groups to it.")
	}
}

func (r *rules) admitLicence(c *candidate) error {
	if r.settings.RequireLicence && c.user != nil && !c.user.MDMLicensed {
		return denied(CodeUserNotLicensed, "user", "The user has no licence for device management.", "Give the user the licence flag, or let an administrator do without: taxiway mdm settings set --require-licence=false.")
	}
	return nil
}

func (r *rules) admitPlatform(c *candidate) error {
	return r.restriction.Platform.Check(c.restricted(), c.osVersion)
}

// admitCount applies the device limit. It does not apply to PCs registered with
// Autopilot, whose joins the directory's own quota counts (Intune page
// "Understand Intune and Microsoft Entra device limit restrictions").
func (r *rules) admitCount(c *candidate) error {
	if c.user == nil || c.registered || c.enrolled < *r.limit.Limit {
		return nil
	}
	return denied(CodeDeviceCap, "user", fmt.Sprintf("The user has enrolled %d PCs and may enrol %d.", c.enrolled, *r.limit.Limit), "Delete a managed device that is not used any more, or raise the device limit.")
}

func denied(code, target, message, remedy string) error {
	return fault.Field(fault.Denied, code, target, message, remedy)
}
