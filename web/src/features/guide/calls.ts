import type { Call } from "../../lib/call";
import type { StepName } from "./api/guide";

const management = "/beta/deviceManagement";
const all = { "@odata.type": "#microsoft.graph.allDeviceRegistrationMembership" };

/** The requests that do each step over Graph, with made-up names. */
export const stepCalls: Record<StepName, readonly Call[]> = {
  enrollment: [{ method: "PATCH", path: "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000", body: { appliesTo: "all" } }],
  join: [
    {
      method: "PUT",
      path: "/v1.0/policies/deviceRegistrationPolicy",
      body: {
        userDeviceQuota: 50,
        multiFactorAuthConfiguration: "notRequired",
        azureADRegistration: { isAdminConfigurable: false, allowedToRegister: all },
        azureADJoin: { isAdminConfigurable: true, allowedToJoin: all, localAdmins: { enableGlobalAdmins: true, registeringUsers: all } },
        localAdminPassword: { isEnabled: false },
      },
    },
  ],
  register: [
    {
      method: "POST",
      path: `${management}/importedWindowsAutopilotDeviceIdentities`,
      body: { serialNumber: "{serial number}", hardwareIdentifier: "{hardware hash}", groupTag: "" },
    },
  ],
  group: [
    {
      method: "POST",
      path: "/v1.0/groups",
      body: {
        displayName: "Autopilot devices",
        mailNickname: "autopilotdevices",
        mailEnabled: false,
        securityEnabled: true,
        groupTypes: ["DynamicMembership"],
        membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))',
        membershipRuleProcessingState: "On",
      },
    },
  ],
  esp: [
    {
      method: "POST",
      path: `${management}/deviceEnrollmentConfigurations`,
      body: { "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", displayName: "Autopilot ESP", showInstallationProgress: true },
    },
    {
      method: "POST",
      path: `${management}/deviceEnrollmentConfigurations/{id}/assign`,
      body: { enrollmentConfigurationAssignments: [{ target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: "{group id}" } }] },
    },
  ],
  profile: [
    {
      method: "POST",
      path: `${management}/windowsAutopilotDeploymentProfiles`,
      body: {
        "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile",
        displayName: "User-driven",
        outOfBoxExperienceSetting: { deviceUsageType: "singleUser", userType: "standard" },
      },
    },
    {
      method: "POST",
      path: `${management}/windowsAutopilotDeploymentProfiles/{id}/assignments`,
      body: { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: "{group id}" } },
    },
  ],
  user: [
    {
      method: "POST",
      path: `${management}/windowsAutopilotDeviceIdentities/{id}/assignUserToDevice`,
      body: { userPrincipalName: "{address}", addressableUserName: "{friendly name}" },
    },
  ],
  deploy: [{ method: "GET", path: `${management}/autopilotEvents?$orderby=deploymentStartDateTime desc&$top=1` }],
};
