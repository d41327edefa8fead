package oidc

import (
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/signin"
)

// needsAdministrator reports whether only a Global Administrator may agree. The
// scopes of an app's own API are the person's own business.
func needsAdministrator(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return access.KnownScope(s) && access.NeedsAdmin(s) })
}

// scopeNouns are what the permissions of Graph are about, in words for people.
var scopeNouns = map[string]string{ //nolint:gosec // words about passwords, none of them one
	"Application":                    "applications",
	"AuditLog":                       "audit log data",
	"Device":                         "devices",
	"DeviceManagementApps":           "apps and audit events of device management",
	"DeviceManagementConfiguration":  "device configuration and policies",
	"DeviceManagementManagedDevices": "managed devices",
	"DeviceManagementServiceConfig":  "Autopilot devices, profiles and enrollment settings",
	"Directory":                      "directory data",
	"Domain":                         "domains",
	"Group":                          "groups",
	"GroupMember":                    "group memberships",
	"Organization":                   "organization information",
	"OrganizationalBranding":         "the look of the sign-in pages",
	"RoleManagement":                 "role assignments",
	"User":                           "users’ profiles",
	"UserAuthenticationMethod":       "users’ authentication methods",
	"User-PasswordProfile":           "users’ passwords",
}

// scopeText says what a scope lets an app do. The name is shown with it, so
// nothing is hidden when the words are new.
func scopeText(scope string) permission {
	switch scope {
	case "User.Read":
		return permission{"Sign you in and read your profile", "User.Read: your name, your address and what your organization keeps about you."}
	case "Group.Create":
		return permission{"Create groups", scope}
	case "Policy.Read.All":
		return permission{"Read your organization’s policies", scope}
	case "Policy.Read.DeviceConfiguration":
		return permission{"Read who may join devices", scope}
	case "Policy.ReadWrite.DeviceConfiguration":
		return permission{"Read and change who may join devices", scope}
	case "Policy.ReadWrite.MobilityManagement":
		return permission{"Read and change whose devices are enrolled", scope}
	case "User.RevokeSessions.All":
		return permission{"Sign any user out", scope}
	case "DeviceManagementManagedDevices.PrivilegedOperations.All":
		return permission{"Wipe and reset managed devices", scope}
	case signin.JoinScope:
		return permission{"Join this device to your organization", scope}
	case signin.EnrolScope:
		return permission{"Let your organization manage this device", scope}
	}
	parts := strings.Split(scope, ".")
	noun, known := scopeNouns[parts[0]]
	if known && len(parts) > 1 {
		switch parts[1] {
		case "Read":
			return permission{"Read " + noun, scope}
		case "ReadWrite":
			return permission{"Read and change " + noun, scope}
		}
	}
	return permission{scope, ""}
}

// openIDTexts are the words for the OpenID scopes, which need no consent of
// their own but are shown beside the rest.
func openIDTexts(q *signin.Request) []permission {
	var texts []permission
	if q.OpenID || q.Profile || q.Email {
		texts = append(texts, permission{"View your basic profile", "Your name and your user name."})
	}
	if q.Offline {
		texts = append(texts, permission{"Maintain access to data you have given it access to", "Also while you are not using the app, until you sign out everywhere."})
	}
	return texts
}
