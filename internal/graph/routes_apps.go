package graph

import "taxiway/internal/access"

var (
	mayReadApps  = []string{access.DeviceManagementAppsReadAll}
	mayWriteApps = []string{access.DeviceManagementAppsReadWriteAll}
)

// appRoutes are the apps that PCs get.
func appRoutes() []Route {
	return []Route{
		{get, "deviceAppManagement/mobileApps", both, mayReadApps, nil, (*Handler).listApps},
		{post, "deviceAppManagement/mobileApps", both, mayWriteApps, nil, (*Handler).createApp},
		{get, "deviceAppManagement/mobileApps/$count", both, mayReadApps, nil, (*Handler).countApps},
		{get, "deviceAppManagement/mobileApps/{id}", both, mayReadApps, nil, (*Handler).getApp},
		{patch, "deviceAppManagement/mobileApps/{id}", both, mayWriteApps, nil, (*Handler).updateApp},
		{del, "deviceAppManagement/mobileApps/{id}", both, mayWriteApps, nil, (*Handler).deleteApp},
		{put, "deviceAppManagement/mobileApps/{id}/content", both, mayWriteApps, nil, (*Handler).putAppContent},
		{post, "deviceAppManagement/mobileApps/{id}/assign", both, mayWriteApps, nil, (*Handler).assignApp},
		{get, "deviceAppManagement/mobileApps/{id}/assignments", both, mayReadApps, nil, (*Handler).listAppAssignments},
		{get, "deviceAppManagement/mobileApps/{id}/assignments/{assignment}", both, mayReadApps, nil, (*Handler).getAppAssignment},
	}
}
