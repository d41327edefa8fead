package graph

import "taxiway/internal/access"

var (
	mayReadApps  = []string{access.DeviceManagementAppsReadAll}
	mayWriteApps = []string{access.DeviceManagementAppsReadWriteAll}
)

// appRoutes are the apps that PCs get.
func appRoutes() []Route {
	return []Route{
		{get, "deviceAppManagement/mobileApps", both, mayReadApps, nil, mobileApps.list},
		{post, "deviceAppManagement/mobileApps", both, mayWriteApps, nil, mobileApps.post},
		{get, "deviceAppManagement/mobileApps/$count", both, mayReadApps, nil, mobileApps.count},
		{get, "deviceAppManagement/mobileApps/{id}", both, mayReadApps, nil, mobileApps.get},
		{patch, "deviceAppManagement/mobileApps/{id}", both, mayWriteApps, nil, mobileApps.patch},
		{del, "deviceAppManagement/mobileApps/{id}", both, mayWriteApps, nil, mobileApps.delete},
		{put, "deviceAppManagement/mobileApps/{id}/content", both, mayWriteApps, nil, (*Handler).putAppContent},
		{post, "deviceAppManagement/mobileApps/{id}/assign", both, mayWriteApps, nil, mobileApps.assignAll},
		{get, "deviceAppManagement/mobileApps/{id}/assignments", both, mayReadApps, nil, mobileApps.listAssignments},
		{get, "deviceAppManagement/mobileApps/{id}/assignments/{assignment}", both, mayReadApps, nil, mobileApps.getAssignment},
	}
}
