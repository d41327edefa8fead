package graph

import "taxiway/internal/access"

// Graph's pages on enrolment configurations name either permission.
var (
	mayReadConfiguration  = []string{access.DeviceManagementServiceConfigReadAll, access.DeviceManagementConfigurationReadAll}
	mayWriteConfiguration = []string{access.DeviceManagementServiceConfigReadWriteAll, access.DeviceManagementConfigurationReadWriteAll}
	mayReadCustom         = []string{access.DeviceManagementConfigurationReadAll}
	mayWriteCustom        = []string{access.DeviceManagementConfigurationReadWriteAll}
)

// mdmRoutes are the policies that are assigned to groups: what holds at
// enrolment, and configurations.
func mdmRoutes() []Route {
	return []Route{
		{get, "deviceManagement/deviceEnrollmentConfigurations", both, mayReadConfiguration, nil, enrolmentConfigurations.list},
		{post, "deviceManagement/deviceEnrollmentConfigurations", both, mayWriteConfiguration, nil, enrolmentConfigurations.post},
		{get, "deviceManagement/deviceEnrollmentConfigurations/$count", both, mayReadConfiguration, nil, enrolmentConfigurations.count},
		{post, "deviceManagement/deviceEnrollmentConfigurations/explainStatusPage", both, mayReadConfiguration, nil, (*Handler).explainStatusPage},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayReadConfiguration, nil, enrolmentConfigurations.get},
		{patch, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayWriteConfiguration, nil, enrolmentConfigurations.patch},
		{del, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayWriteConfiguration, nil, enrolmentConfigurations.delete},
		{post, "deviceManagement/deviceEnrollmentConfigurations/{id}/assign", both, mayWriteConfiguration, nil, enrolmentConfigurations.assignAll},
		{post, "deviceManagement/deviceEnrollmentConfigurations/{id}/setPriority", both, mayWriteConfiguration, nil, (*Handler).setPriority},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}/assignments", both, mayReadConfiguration, nil, enrolmentConfigurations.listAssignments},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}/assignments/{assignment}", both, mayReadConfiguration, nil, enrolmentConfigurations.getAssignment},

		{get, "deviceManagement/deviceConfigurations", both, mayReadCustom, nil, customConfigurations.list},
		{post, "deviceManagement/deviceConfigurations", both, mayWriteCustom, nil, customConfigurations.post},
		{get, "deviceManagement/deviceConfigurations/$count", both, mayReadCustom, nil, customConfigurations.count},
		{get, "deviceManagement/deviceConfigurations/{id}", both, mayReadCustom, nil, customConfigurations.get},
		{patch, "deviceManagement/deviceConfigurations/{id}", both, mayWriteCustom, nil, customConfigurations.patch},
		{del, "deviceManagement/deviceConfigurations/{id}", both, mayWriteCustom, nil, customConfigurations.delete},
		{post, "deviceManagement/deviceConfigurations/{id}/assign", both, mayWriteCustom, nil, customConfigurations.assignAndShow},
		{get, "deviceManagement/deviceConfigurations/{id}/assignments", both, mayReadCustom, nil, customConfigurations.listAssignments},
		{get, "deviceManagement/deviceConfigurations/{id}/assignments/{assignment}", both, mayReadCustom, nil, customConfigurations.getAssignment},
	}
}
