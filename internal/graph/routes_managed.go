package graph

import "taxiway/internal/access"

var (
	mayReadManaged  = []string{access.DeviceManagementManagedDevicesReadAll}
	mayWriteManaged = []string{access.DeviceManagementManagedDevicesReadWriteAll}
	// mayCommand is for what cannot be taken back.
	mayCommand = []string{access.DeviceManagementManagedDevicesPrivilegedAll}
)

// managedRoutes are the managed devices and how they were deployed.
func managedRoutes() []Route {
	return []Route{
		{get, "deviceManagement/managedDevices", both, mayReadManaged, nil, managedDevices.list},
		{get, "deviceManagement/managedDevices/$count", both, mayReadManaged, nil, managedDevices.count},
		{get, "deviceManagement/managedDevices/{id}", both, mayReadManaged, nil, (*Handler).getManagedDevice},
		{del, "deviceManagement/managedDevices/{id}", both, mayWriteManaged, nil, managedDevices.delete},
		{post, "deviceManagement/managedDevices/{id}/syncDevice", both, mayCommand, nil, (*Handler).syncManagedDevice},
		{post, "deviceManagement/managedDevices/{id}/rebootNow", both, mayCommand, nil, (*Handler).rebootManagedDevice},
		{post, "deviceManagement/managedDevices/{id}/wipe", both, mayCommand, nil, (*Handler).wipeManagedDevice},
		{post, "deviceManagement/managedDevices/{id}/retire", both, mayCommand, nil, (*Handler).retireManagedDevice},
		{post, "deviceManagement/managedDevices/{id}/setDeviceName", inBeta, mayCommand, nil, (*Handler).renameManagedDevice},
		{post, "deviceManagement/managedDevices/{id}/autopilotReset", inBeta, mayCommand, nil, (*Handler).resetManagedDevice},
		{get, "deviceManagement/managedDevices/{id}/commands", inBeta, mayReadManaged, nil, (*Handler).listDeviceCommands},
		{get, "users/{id|userPrincipalName}/managedDevices", both, mayReadManaged, nil, (*Handler).listManagedDevicesOf},

		{get, "deviceManagement/autopilotEvents", inBeta, mayReadService, nil, autopilotEvents.list},
		{get, "deviceManagement/autopilotEvents/{id}", inBeta, mayReadService, nil, autopilotEvents.get},
		{get, "deviceManagement/autopilotEvents/{id}/policyStatusDetails", inBeta, mayReadService, nil, (*Handler).listPolicyStatusDetails},
		{get, "deviceManagement/autopilotEvents/{id}/timeline", inBeta, mayReadService, nil, (*Handler).getTimeline},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/autopilotConfigurationFile", inBeta, mayReadService, nil, (*Handler).exportProfile},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/deployments", inBeta, mayReadService, nil, (*Handler).listDeployments},
	}
}
