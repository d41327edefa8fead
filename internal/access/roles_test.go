package access_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
)

const (
	globalAdmin  = "62e90394-69f5-4237-9190-012177145e10"
	cloudDevice  = "7698a772-787b-4ac8-901f-60d6b08affd2"
	globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	userAdmin    = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	deviceAdmin  = "9f06204d-73c1-4d4c-880a-6edb90606fd8"
)

// The verdicts are written by hand from the roles' descriptions.
func TestWhatAnAppMayDoForAPersonIsTheSmallerOfItsScopesAndThePersonsRoles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		scopes, roles []string
		can, cannot   []string
	}{
		{
			"a member with a wide scope reads the directory",
			[]string{access.DirectoryReadWriteAll, access.UserReadWriteAll},
			nil,
			[]string{access.UserReadAll, access.GroupReadAll, access.DeviceReadAll, access.UserRead},
			[]string{access.UserReadWriteAll, access.GroupReadWriteAll, access.UserEnableDisableAccountAll, access.DeviceManagementServiceConfigReadAll},
		},
		{"a member with a narrow scope reads themselves alone", []string{access.UserRead}, nil, []string{access.UserRead}, []string{access.UserReadAll, access.GroupReadAll}},
		{"a wide scope and a narrow role", []string{access.DirectoryReadAll}, []string{helpdesk}, []string{access.UserReadAll}, []string{access.UserPasswordProfileReadWriteAll}},
		{"a global administrator is held by the scope", []string{access.DeviceReadAll}, []string{globalAdmin}, []string{access.DeviceReadAll}, []string{access.DeviceReadWriteAll, access.GroupReadAll}},
		{
			"an Intune administrator manages devices and groups", access.Scopes(),
			[]string{intune},
			[]string{access.DeviceManagementServiceConfigReadWriteAll, access.DeviceManagementConfigurationReadWriteAll, access.DeviceReadWriteAll, access.GroupReadWriteAll, access.GroupCreate, access.PolicyReadDeviceConfiguration, access.UserReadWriteAll},
			[]string{access.PolicyReadWriteDeviceConfiguration, access.PolicyReadWriteMobilityManagement, access.RoleManagementReadWriteDirectory, access.UserPasswordProfileReadWriteAll, access.UserAuthenticationMethodReadWriteAll, access.DelegatedPermissionGrantReadWriteAll},
		},
		{
			"a cloud device administrator sets who may join", access.Scopes(),
			[]string{cloudDevice},
			[]string{access.DeviceReadWriteAll, access.PolicyReadWriteDeviceConfiguration, access.PolicyReadWriteMobilityManagement, access.PolicyReadAll},
			[]string{access.GroupReadWriteAll, access.DeviceManagementServiceConfigReadAll, access.UserReadWriteAll},
		},
		{
			"a global reader reads and changes nothing", access.Scopes(),
			[]string{globalReader},
			[]string{access.DeviceManagementServiceConfigReadAll, access.DeviceManagementAppsReadAll, access.PolicyReadAll, access.UserAuthenticationMethodReadAll, access.GroupReadAll},
			[]string{access.DeviceReadWriteAll, access.GroupReadWriteAll, access.GroupCreate, access.UserReadWriteAll, access.UserRevokeSessionsAll, access.UserEnableDisableAccountAll, access.DeviceManagementManagedDevicesPrivilegedAll},
		},
		{
			"a helpdesk administrator resets passwords", access.Scopes(),
			[]string{helpdesk},
			[]string{access.UserPasswordProfileReadWriteAll, access.UserRevokeSessionsAll, access.UserAuthenticationMethodReadWriteAll},
			[]string{access.UserReadWriteAll, access.UserEnableDisableAccountAll, access.GroupReadWriteAll},
		},
		{
			"a user administrator has no second factors and no roles", access.Scopes(),
			[]string{userAdmin},
			[]string{access.UserReadWriteAll, access.UserPasswordProfileReadWriteAll, access.GroupReadWriteAll, access.UserEnableDisableAccountAll},
			[]string{access.UserAuthenticationMethodReadAll, access.RoleManagementReadWriteDirectory, access.DeviceReadWriteAll},
		},
		{"an administrator of joined PCs is a member here", access.Scopes(), []string{deviceAdmin}, []string{access.UserReadAll}, []string{access.DeviceReadWriteAll, access.UserReadWriteAll}},
		{"an unknown role gives nothing more", access.Scopes(), []string{personID}, []string{access.UserReadAll}, []string{access.DeviceReadWriteAll}},
		{"two roles add up", access.Scopes(), []string{helpdesk, cloudDevice}, []string{access.DeviceReadWriteAll, access.UserPasswordProfileReadWriteAll}, []string{access.GroupReadWriteAll}},
		{"no scope, nothing", nil, []string{globalAdmin}, nil, []string{access.UserRead, access.UserReadAll}},
		{"a scope that is none of Graph's", []string{"adrs_access", "user_impersonation"}, []string{globalAdmin}, nil, access.Scopes()},
	} {
		p := &access.Principal{Kind: access.User, Scopes: c.scopes, Roles: c.roles, Permissions: access.Delegated(c.scopes, c.roles)}
		for _, want := range c.can {
			if !p.HasAny(want) {
				t.Errorf("%s: lacks %s", c.name, want)
			}
		}
		for _, want := range c.cannot {
			if p.HasAny(want) {
				t.Errorf("%s: has %s", c.name, want)
			}
		}
	}
}

// Whatever the scopes and roles: nothing is given that either alone would not
// give, and everything that both give is given.
func TestNothingIsGivenThatScopesOrRolesAloneWouldNot(t *testing.T) {
	t.Parallel()
	roles := []string{globalAdmin, intune, cloudDevice, globalReader, helpdesk, userAdmin, deviceAdmin}
	for _, scope := range access.Scopes() {
		for _, role := range append(roles, "") {
			got := access.Principal{Kind: access.User, Permissions: access.Delegated([]string{scope}, []string{role})}
			byRole := access.Principal{Kind: access.User, Permissions: access.Delegated(access.Scopes(), []string{role})}
			for _, want := range access.Scopes() {
				if both := access.Implies(scope, want) && byRole.HasAny(want); got.HasAny(want) != both {
					t.Errorf("scope %s, role %q: %s = %v, want %v", scope, role, want, got.HasAny(want), both)
				}
			}
		}
	}
}

func TestARefusalNamesTheRolesThatWouldDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		permission string
		want       []string
	}{
		{access.DeviceManagementServiceConfigReadWriteAll, []string{intune, globalAdmin}},
		{access.PolicyReadWriteDeviceConfiguration, []string{cloudDevice, globalAdmin}},
		{access.UserAuthenticationMethodReadWriteAll, []string{helpdesk, globalAdmin}},
		{access.RoleManagementReadWriteDirectory, []string{globalAdmin}},
	} {
		if diff := cmp.Diff(c.want, access.RolesFor(c.permission)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.permission, diff)
		}
	}
	if got := access.RolesFor(access.DeviceManagementServiceConfigReadAll); !slices.Contains(got, globalReader) {
		t.Errorf("reading: %v lacks Global Reader", got)
	}
}

func TestScopesHoldWhatOnlyPeopleHave(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(access.Scopes()) || len(access.Scopes()) != len(access.Permissions())+1 {
		t.Errorf("scopes: %v", access.Scopes())
	}
	if access.Known(access.UserRead) || !access.KnownScope(access.UserRead) || !access.KnownScope(access.UserReadAll) || access.KnownScope("openid") {
		t.Error("User.Read is for people alone, openid is none of Graph's")
	}
	if access.NeedsAdmin(access.UserRead) || !access.NeedsAdmin(access.UserReadAll) {
		t.Error("a person may allow User.Read alone")
	}
	member := &access.Principal{Kind: access.User, Scopes: []string{access.UserReadAll}}
	app := &access.Principal{Kind: access.App, Permissions: access.Permissions(), Scopes: access.Scopes(), Roles: []string{globalAdmin}}
	if !member.HasScope(access.UserRead) || member.HasAny(access.UserRead) {
		t.Error("a scope counts by itself where people act on themselves, and only there")
	}
	if app.HasScope(access.UserRead) || app.HasRole(globalAdmin) {
		t.Error("an app has neither scopes nor roles")
	}
}
