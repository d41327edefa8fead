package main

import (
	"context"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abstractions "github.com/microsoft/kiota-abstractions-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/devicemanagement"
	"github.com/microsoftgraph/msgraph-sdk-go/groups"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"taxiway/compat/person"
)

const tag = "Go SDK"

func (c *client) newGroup(t *testing.T, name, rule string) models.Groupable {
	t.Helper()
	g := models.NewGroup()
	g.SetDisplayName(&name)
	g.SetMailNickname(ptr("sdk" + name[:2]))
	g.SetMailEnabled(ptr(false))
	g.SetSecurityEnabled(ptr(true))
	if rule != "" {
		g.SetGroupTypes([]string{"DynamicMembership"})
		g.SetMembershipRule(&rule)
		g.SetMembershipRuleProcessingState(ptr("On"))
	}
	made, err := c.groups.Post(t.Context(), g, nil)
	if err != nil {
		t.Fatal(told(err))
	}
	later(t, "delete the group", func(ctx context.Context) error { return c.groups.ByGroupId(*made.GetId()).Delete(ctx, nil) })
	return made
}

func (c *client) newUser(t *testing.T, name string) models.Userable {
	t.Helper()
	password := models.NewPasswordProfile()
	password.SetPassword(ptr("Quite-Long-And-Odd-9471"))
	password.SetForceChangePasswordNextSignIn(ptr(true))
	u := models.NewUser()
	u.SetAccountEnabled(ptr(true))
	u.SetDisplayName(ptr("SDK " + name))
	u.SetMailNickname(&name)
	u.SetUserPrincipalName(ptr(name + "@" + c.Domain))
	u.SetPasswordProfile(password)
	made, err := c.users.Post(t.Context(), u, nil)
	if err != nil {
		t.Fatal(told(err))
	}
	later(t, "delete the user", func(ctx context.Context) error { return c.users.ByUserId(*made.GetId()).Delete(ctx, nil) })
	return made
}

// importPCs registers PCs as the page of the import action has it, and answers
// their ids once every row is done.
func (c *client) importPCs(t *testing.T, from, to int) []string {
	t.Helper()
	body := devicemanagement.NewImportedWindowsAutopilotDeviceIdentitiesImportPostRequestBody()
	var rows []models.ImportedWindowsAutopilotDeviceIdentityable
	for _, pc := range c.Hashes[from:to] {
		row := models.NewImportedWindowsAutopilotDeviceIdentity()
		row.SetSerialNumber(ptr(pc.Serial))
		row.SetHardwareIdentifier(pc.Hash)
		row.SetGroupTag(ptr(tag))
		rows = append(rows, row)
	}
	body.SetImportedWindowsAutopilotDeviceIdentities(rows)
	answer, err := c.management.ImportedWindowsAutopilotDeviceIdentities().ImportEscaped().PostAsImportPostResponse(t.Context(), body, nil)
	if err != nil {
		t.Fatal(told(err))
	}
	var ids []string
	for _, row := range answer.GetValue() {
		imports := c.management.ImportedWindowsAutopilotDeviceIdentities().ByImportedWindowsAutopilotDeviceIdentityId(*row.GetId())
		done := until(t, "the import", func() (models.ImportedWindowsAutopilotDeviceIdentityable, error) {
			return imports.Get(t.Context(), nil)
		}, func(r models.ImportedWindowsAutopilotDeviceIdentityable) bool {
			return *r.GetState().GetDeviceImportStatus() != models.UNKNOWN_IMPORTEDWINDOWSAUTOPILOTDEVICEIDENTITYIMPORTSTATUS
		})
		if got := *done.GetState().GetDeviceImportStatus(); got != models.COMPLETE_IMPORTEDWINDOWSAUTOPILOTDEVICEIDENTITYIMPORTSTATUS {
			t.Fatalf("%s is %v: %s", *done.GetSerialNumber(), got, *done.GetState().GetDeviceErrorName())
		}
		id := *done.GetState().GetDeviceRegistrationId()
		ids = append(ids, id)
		later(t, "delete the import row", func(ctx context.Context) error { return imports.Delete(ctx, nil) })
		later(t, "delete the device", func(ctx context.Context) error {
			return c.management.WindowsAutopilotDeviceIdentities().ByWindowsAutopilotDeviceIdentityId(id).Delete(ctx, nil)
		})
	}
	return ids
}

func TestPCsAreImportedReadChangedAndDeleted(t *testing.T) {
	c := asApp(t)
	group := c.newGroup(t, "Go PCs", `(device.devicePhysicalIds -any (_ -eq "[OrderID]:`+tag+`"))`)
	user := c.newUser(t, "gopher")
	ids := c.importPCs(t, 5, 8)

	members := until(t, "the members", func() ([]models.DirectoryObjectable, error) {
		page, err := c.groups.ByGroupId(*group.GetId()).Members().Get(t.Context(), nil)
		if err != nil {
			return nil, err
		}
		return page.GetValue(), nil
	}, func(m []models.DirectoryObjectable) bool { return len(m) == len(ids) })
	for _, m := range members {
		device, is := m.(models.Deviceable)
		if !is {
			t.Errorf("a member is %T", m)
		} else if len(device.GetPhysicalIds()) == 0 {
			t.Errorf("%s has no physical ids", *device.GetDisplayName())
		}
	}

	identity := c.management.WindowsAutopilotDeviceIdentities().ByWindowsAutopilotDeviceIdentityId(ids[0])
	assign := devicemanagement.NewWindowsAutopilotDeviceIdentitiesItemAssignUserToDevicePostRequestBody()
	assign.SetUserPrincipalName(user.GetUserPrincipalName())
	assign.SetAddressableUserName(ptr("Gopher"))
	if err := identity.AssignUserToDevice().Post(t.Context(), assign, nil); err != nil {
		t.Fatal(told(err))
	}
	change := devicemanagement.NewWindowsAutopilotDeviceIdentitiesItemUpdateDevicePropertiesPostRequestBody()
	change.SetDisplayName(ptr("GO-PC-1"))
	if err := identity.UpdateDeviceProperties().Post(t.Context(), change, nil); err != nil {
		t.Fatal(told(err))
	}
	got, err := identity.Get(t.Context(), nil)
	if err != nil {
		t.Fatal(told(err))
	}
	if *got.GetUserPrincipalName() != *user.GetUserPrincipalName() || *got.GetAddressableUserName() != "Gopher" || *got.GetDisplayName() != "GO-PC-1" || *got.GetGroupTag() != tag {
		t.Errorf("the device is %s %s %s %s", *got.GetUserPrincipalName(), *got.GetAddressableUserName(), *got.GetDisplayName(), *got.GetGroupTag())
	}
	if *got.GetEnrollmentState() != models.NOTCONTACTED_ENROLLMENTSTATE {
		t.Errorf("the enrolment state is %v", got.GetEnrollmentState())
	}
	if err := identity.UnassignUserFromDevice().Post(t.Context(), nil); err != nil {
		t.Fatal(told(err))
	}
	if got, err = identity.Get(t.Context(), nil); err != nil || *got.GetUserPrincipalName() != "" {
		t.Errorf("after unassigning: %v %v", got, err)
	}

	query := &devicemanagement.WindowsAutopilotDeviceIdentitiesRequestBuilderGetRequestConfiguration{QueryParameters: &devicemanagement.WindowsAutopilotDeviceIdentitiesRequestBuilderGetQueryParameters{
		Filter: ptr("contains(serialNumber,'" + c.Hashes[6].Serial + "')"), Top: ptr(int32(10)),
	}}
	found, err := c.management.WindowsAutopilotDeviceIdentities().Get(t.Context(), query)
	if err != nil {
		t.Fatal(told(err))
	}
	if len(found.GetValue()) != 1 || *found.GetValue()[0].GetSerialNumber() != c.Hashes[6].Serial {
		t.Errorf("the filter found %d devices", len(found.GetValue()))
	}

	_, err = c.management.WindowsAutopilotDeviceIdentities().ByWindowsAutopilotDeviceIdentityId("11111111-2222-4333-8444-555555555555").Get(t.Context(), nil)
	refused(t, "a device that there is not", err, 404, "ResourceNotFound")
}

func TestPeopleAndGroupsAreMadeReadAndChanged(t *testing.T) {
	c := asApp(t)
	user := c.newUser(t, "gudrun")
	change := models.NewUser()
	change.SetDepartment(ptr("Sales"))
	if _, err := c.users.ByUserId(*user.GetUserPrincipalName()).Patch(t.Context(), change, nil); err != nil {
		t.Fatal(told(err))
	}
	got, err := c.users.ByUserId(*user.GetUserPrincipalName()).Get(t.Context(), &users.UserItemRequestBuilderGetRequestConfiguration{
		QueryParameters: &users.UserItemRequestBuilderGetQueryParameters{Select: []string{"id", "department", "accountEnabled"}},
	})
	if err != nil {
		t.Fatal(told(err))
	}
	if *got.GetId() != *user.GetId() || *got.GetDepartment() != "Sales" || !*got.GetAccountEnabled() {
		t.Errorf("the user is %s of %v", *got.GetId(), got.GetDepartment())
	}

	group := c.newGroup(t, "People of the SDK", "")
	reference := models.NewReferenceCreate()
	reference.SetOdataId(ptr(c.Base + "/v1.0/directoryObjects/" + *user.GetId()))
	if err := c.groups.ByGroupId(*group.GetId()).Members().Ref().Post(t.Context(), reference, nil); err != nil {
		t.Fatal(told(err))
	}
	members, err := c.groups.ByGroupId(*group.GetId()).Members().Get(t.Context(), nil)
	if err != nil {
		t.Fatal(told(err))
	}
	if len(members.GetValue()) != 1 {
		t.Fatalf("%d members", len(members.GetValue()))
	}
	if _, is := members.GetValue()[0].(models.Userable); !is {
		t.Errorf("the member is %T", members.GetValue()[0])
	}
	found, err := c.groups.Get(t.Context(), &groups.GroupsRequestBuilderGetRequestConfiguration{QueryParameters: &groups.GroupsRequestBuilderGetQueryParameters{Filter: ptr("displayName eq 'People of the SDK'")}})
	if err != nil {
		t.Fatal(told(err))
	}
	if len(found.GetValue()) != 1 || *found.GetValue()[0].GetId() != *group.GetId() {
		t.Errorf("the filter found %d groups", len(found.GetValue()))
	}
	if err := c.groups.ByGroupId(*group.GetId()).Members().ByDirectoryObjectId(*user.GetId()).Ref().Delete(t.Context(), nil); err != nil {
		t.Fatal(told(err))
	}

	// Pages are followed by their links.
	top := &users.UsersRequestBuilderGetRequestConfiguration{QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Top: ptr(int32(1))}}
	page, err := c.users.Get(t.Context(), top)
	if err != nil {
		t.Fatal(told(err))
	}
	pages, err := core.NewPageIterator[models.Userable](page, c.adapter, models.CreateUserCollectionResponseFromDiscriminatorValue)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	if err := pages.Iterate(t.Context(), func(u models.Userable) bool {
		seen[*u.GetUserPrincipalName()] = true
		return true
	}); err != nil {
		t.Fatal(told(err))
	}
	if !seen[c.User] || !seen[*user.GetUserPrincipalName()] {
		t.Errorf("the pages have %v", seen)
	}

	empty := models.NewUser()
	empty.SetDisplayName(ptr("Nobody"))
	_, err = c.users.Post(t.Context(), empty, nil)
	refused(t, "a user without a name to sign in with", err, 400, "InvalidUserPrincipalName")
}

func TestPoliciesAndEnrolmentConfigurationsAreRead(t *testing.T) {
	c := asApp(t)
	policy, err := c.policies.DeviceRegistrationPolicy().Get(t.Context(), nil)
	if err != nil {
		t.Fatal(told(err))
	}
	if *policy.GetUserDeviceQuota() != 50 || *policy.GetMultiFactorAuthConfiguration() != models.NOTREQUIRED_MULTIFACTORAUTHCONFIGURATION {
		t.Errorf("quota %d, second factor %v", *policy.GetUserDeviceQuota(), policy.GetMultiFactorAuthConfiguration())
	}
	if _, is := policy.GetAzureADJoin().GetAllowedToJoin().(*models.AllDeviceRegistrationMembership); !is {
		t.Errorf("who may join is %T", policy.GetAzureADJoin().GetAllowedToJoin())
	}
	answer, err := c.management.DeviceEnrollmentConfigurations().Get(t.Context(), &devicemanagement.DeviceEnrollmentConfigurationsRequestBuilderGetRequestConfiguration{
		QueryParameters: &devicemanagement.DeviceEnrollmentConfigurationsRequestBuilderGetQueryParameters{Expand: []string{"assignments"}},
	})
	if err != nil {
		t.Fatal(told(err))
	}
	kinds := map[string]int{}
	for _, configuration := range answer.GetValue() {
		switch configuration.(type) {
		case models.DeviceEnrollmentLimitConfigurationable:
			kinds["limit"]++
		case models.DeviceEnrollmentPlatformRestrictionsConfigurationable:
			kinds["platforms"]++
		case models.DeviceEnrollmentWindowsHelloForBusinessConfigurationable:
			kinds["hello"]++
		default:
			kinds[*configuration.GetOdataType()]++
		}
	}
	if kinds["limit"] == 0 || kinds["platforms"] == 0 || kinds["hello"] == 0 || kinds["#microsoft.graph.windows10EnrollmentCompletionPageConfiguration"] == 0 {
		t.Errorf("the kinds are %v", kinds)
	}
}

func TestABatchAnswersEachRequestOnItsOwn(t *testing.T) {
	c := asApp(t)
	batch := core.NewBatchRequest(c.adapter)
	step := func(info *abstractions.RequestInformation, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		item, err := batch.AddBatchRequestStep(*info)
		if err != nil {
			t.Fatal(err)
		}
		return *item.GetId()
	}
	list := step(c.management.WindowsAutopilotDeviceIdentities().ToGetRequestInformation(t.Context(), nil))
	g := models.NewGroup()
	g.SetDisplayName(ptr("Batched by the SDK"))
	g.SetMailNickname(ptr("sdkbatch"))
	g.SetMailEnabled(ptr(false))
	g.SetSecurityEnabled(ptr(true))
	made := step(c.groups.ToPostRequestInformation(t.Context(), g, nil))
	missing := step(c.users.ByUserId("nobody@"+c.Domain).ToGetRequestInformation(t.Context(), nil))
	answer, err := batch.Send(t.Context(), c.adapter)
	if err != nil {
		t.Fatal(told(err))
	}
	if _, err := core.GetBatchResponseById[models.WindowsAutopilotDeviceIdentityCollectionResponseable](answer, list, models.CreateWindowsAutopilotDeviceIdentityCollectionResponseFromDiscriminatorValue); err != nil {
		t.Error(told(err))
	}
	group, err := core.GetBatchResponseById[models.Groupable](answer, made, models.CreateGroupFromDiscriminatorValue)
	if err != nil {
		t.Fatal(told(err))
	}
	later(t, "delete the group", func(ctx context.Context) error { return c.groups.ByGroupId(*group.GetId()).Delete(ctx, nil) })
	if *group.GetDisplayName() != "Batched by the SDK" {
		t.Errorf("the group is %s", *group.GetDisplayName())
	}
	if status := *answer.GetResponseById(missing).GetStatus(); status != 404 {
		t.Errorf("a user that there is not: %d", status)
	}
}

func TestAPersonReadsByADeviceCode(t *testing.T) {
	w := readWorld(t)
	credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: at(w.Base), DisableInstanceDiscovery: true, TenantID: w.Tenant, ClientID: w.PublicApp,
		UserPrompt: func(_ context.Context, m azidentity.DeviceCodeMessage) error {
			_, _, err := person.New(w.Base, w.User, w.Password, http.DefaultClient, map[string]string{"otc": m.UserCode}).Visit(m.VerificationURL)
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := graphAt(w.Base, credential, "https://graph.microsoft.com/User.Read.All", "https://graph.microsoft.com/DeviceManagementServiceConfig.Read.All")
	if err != nil {
		t.Fatal(err)
	}
	c := clientOf(w, adapter)
	me, err := c.users.ByUserId(w.User).Get(t.Context(), nil)
	if err != nil {
		t.Fatal(told(err))
	}
	if *me.GetUserPrincipalName() != w.User {
		t.Errorf("signed in as %s", *me.GetUserPrincipalName())
	}
	if _, err := c.management.WindowsAutopilotDeviceIdentities().Get(t.Context(), nil); err != nil {
		t.Error(told(err))
	}
	_, err = c.policies.DeviceRegistrationPolicy().Get(t.Context(), nil)
	refused(t, "what the person did not agree to", err, 403, "Authorization_RequestDenied")
}
