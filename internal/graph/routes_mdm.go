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
		{get, "deviceManagement/deviceEnrollmentConfigurations", both, mayReadConfiguration, nil, (*Handler).listEnrolmentConfigurations},
		{post, "deviceManagement/deviceEnrollmentConfigurations", both, mayWriteConfiguration, nil, (*Handler).createEnrolmentConfiguration},
		{get, "deviceManagement/deviceEnrollmentConfigurations/$count", both, mayReadConfiguration, nil, (*Handler).countEnrolmentConfigurations},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayReadConfiguration, nil, (*Handler).getEnrolmentConfiguration},
		{patch, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayWriteConfiguration, nil, (*Handler).updateEnrolmentConfiguration},
		{del, "deviceManagement/deviceEnrollmentConfigurations/{id}", both, mayWriteConfiguration, nil, (*Handler).deleteEnrolmentConfiguration},
		{post, "deviceManagement/deviceEnrollmentConfigurations/{id}/assign", both, mayWriteConfiguration, nil, (*Handler).assignEnrolmentConfiguration},
		{post, "deviceManagement/deviceEnrollmentConfigurations/{id}/setPriority", both, mayWriteConfiguration, nil, (*Handler).setPriority},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}/assignments", both, mayReadConfiguration, nil, (*Handler).listConfigurationAssignments},
		{get, "deviceManagement/deviceEnrollmentConfigurations/{id}/assignments/{assignment}", both, mayReadConfiguration, nil, (*Handler).getConfigurationAssignment},

		{get, "deviceManagement/deviceConfigurations", both, mayReadCustom, nil, (*Handler).listConfigurations},
		{post, "deviceManagement/deviceConfigurations", both, mayWriteCustom, nil, (*Handler).createConfiguration},
		{get, "deviceManagement/deviceConfigurations/$count", both, mayReadCustom, nil, (*Handler).countConfigurations},
		{get, "deviceManagement/deviceConfigurations/{id}", both, mayReadCustom, nil, (*Handler).getConfiguration},
		{patch, "deviceManagement/deviceConfigurations/{id}", both, mayWriteCustom, nil, (*Handler).updateConfiguration},
		{del, "deviceManagement/deviceConfigurations/{id}", both, mayWriteCustom, nil, (*Handler).deleteConfiguration},
		{post, "deviceManagement/deviceConfigurations/{id}/assign", both, mayWriteCustom, nil, (*Handler).assignConfiguration},
		{get, "deviceManagement/deviceConfigurations/{id}/assignments", both, mayReadCustom, nil, (*Handler).listCustomAssignments},
		{get, "deviceManagement/deviceConfigurations/{id}/assignments/{assignment}", both, mayReadCustom, nil, (*Handler).getCustomAssignment},
	}
}
