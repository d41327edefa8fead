package access_test

import (
	"slices"
	"testing"

	"taxiway/internal/access"
)

func TestWhatOnePermissionAllows(t *testing.T) {
	t.Parallel()
	cases := []struct {
		held, want string
		ok         bool
	}{
		{access.DeviceReadAll, access.DeviceReadAll, true},
		{access.DeviceReadWriteAll, access.DeviceReadAll, true},
		{access.DeviceReadAll, access.DeviceReadWriteAll, false},
		{access.DeviceManagementServiceConfigReadWriteAll, access.DeviceManagementServiceConfigReadAll, true},
		{access.DeviceManagementServiceConfigReadWriteAll, access.DeviceManagementConfigurationReadAll, false},
		{access.DeviceManagementManagedDevicesPrivilegedAll, access.DeviceManagementManagedDevicesReadAll, false},
		{access.GroupReadWriteAll, access.GroupMemberReadAll, true},
		{access.GroupReadWriteAll, access.GroupMemberReadWriteAll, true},
		{access.GroupReadWriteAll, access.GroupCreate, true},
		{access.GroupReadAll, access.GroupMemberReadAll, true},
		{access.GroupMemberReadWriteAll, access.GroupReadAll, false},
		{access.GroupCreate, access.GroupReadAll, false},
		{access.DirectoryReadAll, access.GroupReadAll, true},
		{access.DirectoryReadAll, access.GroupMemberReadAll, true},
		{access.DirectoryReadAll, access.UserReadAll, true},
		{access.DirectoryReadAll, access.DeviceReadAll, true},
		{access.DirectoryReadWriteAll, access.OrganizationReadAll, true},
		{access.DirectoryReadWriteAll, access.UserReadWriteAll, false},
		{access.DirectoryReadWriteAll, access.GroupReadWriteAll, false},
		{access.DirectoryReadAll, access.DeviceManagementManagedDevicesReadAll, false},
		{access.PolicyReadWriteDeviceConfiguration, access.PolicyReadDeviceConfiguration, true},
		{access.PolicyReadAll, access.PolicyReadDeviceConfiguration, true},
		{access.PolicyReadDeviceConfiguration, access.PolicyReadAll, false},
		{"device.read.all", access.DeviceReadAll, false},
		{"", access.DeviceReadAll, false},
	}
	for _, c := range cases {
		p := &access.Principal{Kind: access.App, Permissions: []string{c.held}}
		if got := p.HasAny(c.want); got != c.ok {
			t.Errorf("holding %q allows %q = %v, want %v", c.held, c.want, got, c.ok)
		}
	}
}

func TestNobodyHoldsAnything(t *testing.T) {
	t.Parallel()
	var nobody *access.Principal
	if nobody.HasAny(access.DeviceReadAll) {
		t.Error("a nil principal holds a permission")
	}
	kindless := &access.Principal{Permissions: []string{access.DeviceReadAll}}
	if kindless.HasAny(access.DeviceReadAll) {
		t.Error("a principal without a kind holds a permission")
	}
	if (&access.Principal{Kind: access.App, Permissions: []string{access.DeviceReadAll}}).HasAny() {
		t.Error("asking for nothing is allowed")
	}
	if _, ok := access.FromContext(t.Context()); ok {
		t.Error("a fresh context has a principal")
	}
	if _, ok := access.FromContext(access.WithPrincipal(t.Context(), nil)); ok {
		t.Error("a nil principal counts as one")
	}
}

func TestPermissionsAreKnownAndInOrder(t *testing.T) {
	t.Parallel()
	all := access.Permissions()
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Errorf("permissions are not in order, each once: %v", all)
	}
	for _, name := range all {
		if !access.Known(name) {
			t.Errorf("%s is listed but not known", name)
		}
	}
	for _, name := range []string{"", "User.Read", "Device.Read.all"} {
		if access.Known(name) {
			t.Errorf("%q is known", name)
		}
	}
}
