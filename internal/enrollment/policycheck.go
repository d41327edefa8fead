package enrollment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Limits of what every policy has.
const (
	MaxPolicyName        = 200
	MaxPolicyDescription = 1500
)

// spoken is what people call a kind.
func (k PolicyKind) spoken() string {
	switch k {
	case PolicyESP:
		return "Enrollment Status Page"
	case PolicyLimit:
		return "device limit restriction"
	case PolicyPlatform, PolicySingle:
		return "device platform restriction"
	case PolicyHello:
		return "Windows Hello for Business configuration"
	case PolicyCustom:
		return "custom configuration"
	case PolicyMSI:
		return "app"
	}
	return "policy"
}

// validate checks a policy and names a faulty setting by its Graph property.
func (p *Policy) validate() error {
	switch {
	case strings.TrimSpace(p.DisplayName) == "":
		return fault.Field(fault.Invalid, "NameRequired", "displayName", "The "+p.Kind.spoken()+" has no name.", "Give it a name of 1 to 200 characters.")
	case len([]rune(p.DisplayName)) > MaxPolicyName:
		return fault.Field(fault.Invalid, "NameTooLong", "displayName", "The name is longer than 200 characters.", "Shorten it to 200 characters.")
	case len([]rune(p.Description)) > MaxPolicyDescription && p.Kind != PolicyMSI:
		return fault.Field(fault.Invalid, "DescriptionTooLong", "description", "The description is longer than 1,500 characters.", "Shorten it to 1,500 characters.")
	}
	switch {
	case p.Kind == PolicyESP && p.ESP != nil:
		return p.ESP.validate()
	case p.Kind == PolicyLimit && p.Limit != nil:
		return validateLimit(*p.Limit)
	case p.Kind == PolicyPlatform && p.Platform != nil:
		return p.Platform.validate("windowsRestriction")
	case p.Kind == PolicySingle && p.Platform != nil:
		if !slices.Contains(platforms, p.Platform.Of) {
			return fault.Field(fault.Invalid, "InvalidPlatform", "platformType", "'"+brief(p.Platform.Of)+"' is not a platform that can be restricted.", "Use one of "+strings.Join(platforms, ", ")+".")
		}
		return p.Platform.validate("platformRestriction")
	case p.Kind == PolicyHello && p.Hello != nil:
		return validateHello(p.Hello)
	case p.Kind == PolicyCustom && p.Custom != nil:
		return p.Custom.validate()
	case p.Kind == PolicyMSI && p.App != nil:
		return p.App.validate()
	}
	return fault.Field(fault.Invalid, "InvalidPolicyType", "@odata.type", "The type of the policy is not one this server has, or its settings are missing.", "Send one of the types that the documentation lists.")
}

// brief keeps what a caller sent from filling an error.
func brief(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// policyChanges tells the audit trail what an update changed, by Graph's
// property names. Values of a custom configuration may be secrets: only where
// one changed is told.
func policyChanges(was, is *Policy) []directory.Change {
	d := &directory.Differences{}
	d.Text("displayName", was.DisplayName, is.DisplayName)
	d.Text("description", was.Description, is.Description)
	d.Text("roleScopeTagIds", strings.Join(was.ScopeTags, ","), strings.Join(is.ScopeTags, ","))
	if was.ESP != nil && is.ESP != nil {
		espChanges(d, was.ESP, is.ESP)
	}
	if was.Limit != nil && is.Limit != nil {
		d.Text("limit", strconv.Itoa(*was.Limit), strconv.Itoa(*is.Limit))
	}
	if was.Platform != nil && is.Platform != nil {
		d.Flag("platformBlocked", was.Platform.Blocked, is.Platform.Blocked)
		d.Flag("personalDeviceEnrollmentBlocked", was.Platform.PersonalBlocked, is.Platform.PersonalBlocked)
		d.Text("osMinimumVersion", was.Platform.MinVersion, is.Platform.MinVersion)
		d.Text("osMaximumVersion", was.Platform.MaxVersion, is.Platform.MaxVersion)
	}
	for i := range helloSettings {
		name := helloSettings[i].Name
		if was.Hello != nil && is.Hello != nil {
			d.Text(name, fmt.Sprint(was.Hello[name]), fmt.Sprint(is.Hello[name]))
		}
	}
	if was.Custom != nil && is.Custom != nil {
		customChanges(d, was.Custom.Settings, is.Custom.Settings)
	}
	if was.App != nil && is.App != nil {
		appChanges(d, was.App, is.App)
	}
	return d.List
}

func espChanges(d *directory.Differences, was, is *ESP) {
	d.Flag("showInstallationProgress", was.ShowProgress, is.ShowProgress)
	d.Flag(nameOfBlocking, !was.Blocks, !is.Blocks)
	d.Text(nameOfTimeout, strconv.Itoa(was.TimeoutMinutes), strconv.Itoa(is.TimeoutMinutes))
	d.Text("customErrorMessage", was.CustomErrorMessage, is.CustomErrorMessage)
	d.Flag("allowLogCollectionOnInstallFailure", was.AllowLogCollection, is.AllowLogCollection)
	d.Flag("allowDeviceResetOnInstallFailure", was.AllowReset, is.AllowReset)
	d.Flag("allowDeviceUseOnInstallFailure", was.AllowUse, is.AllowUse)
	d.Flag("trackInstallProgressForAutopilotOnly", was.OnlyOOBE, is.OnlyOOBE)
	d.Flag("disableUserStatusTrackingAfterFirstUser", was.OnlyFirstUser, is.OnlyFirstUser)
	d.Flag("installQualityUpdates", was.InstallQualityUpdates, is.InstallQualityUpdates)
	d.Flag("allowNonBlockingAppInstallation", was.AllowNonBlockingApps, is.AllowNonBlockingApps)
	d.Text(nameOfSelectedApps, joined(was.SelectedApps), joined(is.SelectedApps))
}

func joined(ids []PolicyID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	return strings.Join(texts, ",")
}

func customChanges(d *directory.Differences, was, is []OMASetting) {
	of := func(all []OMASetting, uri string) *OMASetting {
		for i := range all {
			if all[i].URI == uri {
				return &all[i]
			}
		}
		return nil
	}
	for i := range was {
		switch now := of(is, was[i].URI); {
		case now == nil:
			d.List = append(d.List, directory.Change{Property: "omaSettings", Old: was[i].URI})
		case *now != was[i]:
			d.List = append(d.List, directory.Change{Property: "omaSettings", Old: was[i].URI, New: was[i].URI + " (changed)"})
		}
	}
	for i := range is {
		if of(was, is[i].URI) == nil {
			d.List = append(d.List, directory.Change{Property: "omaSettings", New: is[i].URI})
		}
	}
}
