package graph

import (
	"net/http"
	"strconv"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// managedDevice is Graph's managedDevice, as far as Windows fills it. Empty
// texts are empty, not null, as Intune sends them.
type managedDevice struct {
	ETag              string               `json:"@odata.etag"`
	ID                string               `json:"id"`
	UserID            string               `json:"userId"`
	DeviceName        string               `json:"deviceName"`
	OwnerType         string               `json:"managedDeviceOwnerType"`
	ManagementState   string               `json:"managementState"`
	EnrolledDateTime  time.Time            `json:"enrolledDateTime"`
	LastSyncDateTime  time.Time            `json:"lastSyncDateTime"`
	OperatingSystem   string               `json:"operatingSystem"`
	ComplianceState   string               `json:"complianceState"`
	JailBroken        string               `json:"jailBroken"`
	ManagementAgent   string               `json:"managementAgent"`
	OSVersion         string               `json:"osVersion"`
	AzureADRegistered bool                 `json:"azureADRegistered"`
	EnrollmentType    string               `json:"deviceEnrollmentType"`
	AzureADDeviceID   string               `json:"azureADDeviceId"`
	RegistrationState string               `json:"deviceRegistrationState"`
	EmailAddress      string               `json:"emailAddress"`
	Encrypted         bool                 `json:"isEncrypted"`
	Supervised        bool                 `json:"isSupervised"`
	UserPrincipalName string               `json:"userPrincipalName"`
	Model             string               `json:"model"`
	Manufacturer      string               `json:"manufacturer"`
	SerialNumber      string               `json:"serialNumber"`
	UserDisplayName   string               `json:"userDisplayName"`
	ProfileName       string               `json:"enrollmentProfileName"`
	WiFi              string               `json:"wiFiMacAddress"`
	TotalStorage      int64                `json:"totalStorageSpaceInBytes"`
	FreeStorage       int64                `json:"freeStorageSpaceInBytes"`
	Memory            int64                `json:"physicalMemoryInBytes"`
	CertificateExpiry time.Time            `json:"managementCertificateExpirationDate"`
	AutopilotEnrolled bool                 `json:"autopilotEnrolled"`
	JoinType          string               `json:"joinType"`
	EnrolledBy        string               `json:"enrolledByUserPrincipalName"`
	RoleScopeTagIDs   []string             `json:"roleScopeTagIds"`
	ActionResults     []deviceActionResult `json:"deviceActionResults"`
	ManagedDeviceName string               `json:"managedDeviceName"`
	DeviceType        string               `json:"deviceType"`
	SKUFamily         string               `json:"skuFamily"`
}

type deviceActionResult struct {
	Name      string    `json:"actionName"`
	State     string    `json:"actionState"`
	StartedAt time.Time `json:"startDateTime"`
	UpdatedAt time.Time `json:"lastUpdatedDateTime"`
}

var managedTable = &odata.Table{
	Name: "microsoft.graph.managedDevice",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("userId", odata.String, filter|readOnly),
		prop("deviceName", odata.String, filter|sorted|search|readOnly),
		enum("managedDeviceOwnerType", "microsoft.graph.managedDeviceOwnerType", filter|sorted|readOnly, "unknown", "company", "personal"),
		enum("managementState", "microsoft.graph.managementState", filter|sorted|readOnly,
			"managed", "retirePending", "retireFailed", "wipePending", "wipeFailed", "unhealthy", "deletePending", "retireIssued", "wipeIssued", "wipeCanceled", "retireCanceled", "discovered"),
		prop("enrolledDateTime", odata.Time, filter|sorted|readOnly),
		prop("lastSyncDateTime", odata.Time, filter|sorted|readOnly),
		prop("operatingSystem", odata.String, filter|readOnly),
		enum("complianceState", "microsoft.graph.complianceState", readOnly, "unknown", "compliant", "noncompliant", "conflict", "error", "inGracePeriod", "configManager"),
		prop("jailBroken", odata.String, readOnly),
		enum("managementAgent", "microsoft.graph.managementAgentType", readOnly, "eas", "mdm", "easMdm", "intuneClient", "unknown"),
		prop("osVersion", odata.String, filter|sorted|readOnly),
		prop("azureADRegistered", odata.Bool, readOnly),
		enum("deviceEnrollmentType", "microsoft.graph.deviceEnrollmentType", filter|sorted|readOnly,
			"unknown", "userEnrollment", "deviceEnrollmentManager", "windowsAzureADJoin", "windowsBulkUserless", "windowsAutoEnrollment"),
		prop("azureADDeviceId", odata.GUID, filter|readOnly),
		enum("deviceRegistrationState", "microsoft.graph.deviceRegistrationState", readOnly, "notRegistered", "registered", "revoked", "unknown"),
		prop("emailAddress", odata.String, readOnly),
		prop("isEncrypted", odata.Bool, readOnly),
		prop("isSupervised", odata.Bool, readOnly),
		prop("userPrincipalName", odata.String, filter|sorted|search|readOnly),
		prop("model", odata.String, filter|sorted|search|readOnly),
		prop("manufacturer", odata.String, filter|sorted|search|readOnly),
		prop("serialNumber", odata.String, filter|sorted|search|readOnly),
		prop("userDisplayName", odata.String, filter|sorted|readOnly),
		prop("enrollmentProfileName", odata.String, filter|sorted|readOnly|onBeta),
		prop("wiFiMacAddress", odata.String, readOnly),
		prop("totalStorageSpaceInBytes", odata.Int, readOnly),
		prop("freeStorageSpaceInBytes", odata.Int, readOnly),
		prop("physicalMemoryInBytes", odata.Int, readOnly),
		prop("managementCertificateExpirationDate", odata.Time, filter|sorted|readOnly),
		prop("autopilotEnrolled", odata.Bool, readOnly|onBeta),
		enum("joinType", "microsoft.graph.joinType", readOnly|onBeta, "unknown", "azureADJoined", "azureADRegistered", "hybridAzureADJoined"),
		prop("enrolledByUserPrincipalName", odata.String, readOnly|onBeta),
		prop("roleScopeTagIds", odata.Strings, readOnly|onBeta),
		nested("deviceActionResults", "microsoft.graph.deviceActionResult", readOnly),
		prop("managedDeviceName", odata.String, readOnly),
		enum("deviceType", "microsoft.graph.deviceType", readOnly|onBeta, "desktop", "windowsRT", "winMO6", "unknown"),
		prop("skuFamily", odata.String, readOnly|onBeta),
	},
}

const managedPath = "deviceManagement/managedDevices"

// lastCommands is how many of a device's commands are shown.
const lastCommands = 200

func managedWire(d *enrollment.Device) managedDevice {
	w := managedDevice{
		ETag: etagOf(d.Version), ID: string(d.ID), UserID: string(d.User), DeviceName: d.Name, OwnerType: string(d.Owner), ManagementState: string(d.State),
		EnrolledDateTime: d.EnrolledAt.UTC(), LastSyncDateTime: d.LastSync.UTC(), OperatingSystem: "Windows", ComplianceState: "unknown", JailBroken: "Unknown",
		ManagementAgent: "mdm", OSVersion: d.OSVersion, AzureADRegistered: d.EntraID != "", EnrollmentType: string(d.Kind), AzureADDeviceID: string(d.EntraID),
		RegistrationState: "notRegistered", EmailAddress: d.UPN, Encrypted: d.Inventory[enrollment.NodeEncryption] == "0", UserPrincipalName: d.UPN,
		Model: d.Model, Manufacturer: d.Manufacturer, SerialNumber: d.SerialNumber, UserDisplayName: d.UserName, ProfileName: d.Profile, WiFi: d.Inventory[enrollment.NodeWiFi],
		TotalStorage: megabytes(d, enrollment.NodeStorage), FreeStorage: megabytes(d, enrollment.NodeFree), Memory: megabytes(d, enrollment.NodeMemory),
		CertificateExpiry: d.CertEnds.UTC(), AutopilotEnrolled: d.Registered != "", JoinType: "unknown", EnrolledBy: d.UPN,
		RoleScopeTagIDs: []string{}, ActionResults: []deviceActionResult{}, ManagedDeviceName: d.Name, DeviceType: "desktop",
	}
	if d.EntraID == "" {
		w.AzureADDeviceID = noManagedDevice
	} else {
		w.RegistrationState = "registered"
	}
	switch d.Kind {
	case enrollment.KindEntraJoin:
		w.JoinType = "azureADJoined"
	case enrollment.KindAutomatic:
		w.JoinType = "azureADRegistered"
	case enrollment.KindUser, enrollment.KindBulk, enrollment.KindUnknown:
	}
	return w
}

// megabytes reads a number that Windows tells in megabytes, in bytes.
func megabytes(d *enrollment.Device, node string) int64 {
	n, err := strconv.ParseInt(d.Inventory[node], 10, 64)
	if err != nil || n < 0 || n > 1<<40 {
		return 0
	}
	return n << 20
}

var managedDevices = &resource[enrollment.Device]{
	path: managedPath, table: managedTable, paging: intunePaging, show: each(managedWire), find: (*call).managed,
	read: func(c *call, q *odata.Query) (odata.List[enrollment.Device], error) {
		return c.h.ManagedDevices.ListManagedDevices(c.ctx(), c.tenant, q)
	},
	// The PC learns of its end when it is refused at its next check-in. Its
	// Autopilot registration stays.
	remove: func(c *call, match int64) error {
		err := c.h.Managed.DeleteDevice(c.ctx(), c.tenant, enrollment.DeviceID(c.keys["id"]), match)
		return missing(err, "managed device", c.keys["id"], "List managedDevices to find the right id.")
	},
}

func (c *call) managed() (enrollment.Device, error) {
	d, err := c.h.ManagedDevices.GetManagedDevice(c.ctx(), c.tenant, enrollment.DeviceID(c.keys["id"]))
	return d, missing(err, "managed device", c.keys["id"], "List managedDevices to find the right id.")
}

// listManagedDevicesOf answers the PCs that the person in the path enrolled.
func (h *Handler) listManagedDevicesOf(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return list(c, managedTable, intunePaging, "users('"+string(u.ID)+"')/managedDevices", func(c *call, q *odata.Query) (odata.List[enrollment.Device], error) {
		own := *q
		own.Filter = byKey(managedTable, "userId", string(u.ID)).Filter
		if q.Filter != nil {
			own.Filter = &odata.Expr{Op: odata.And, Args: []*odata.Expr{own.Filter, q.Filter}}
		}
		return managedDevices.read(c, &own)
	}, managedDevices.show)
}

// getManagedDevice answers one device, with what became of the actions that
// were asked of it; lists leave those out.
func (h *Handler) getManagedDevice(c *call) error {
	q, err := c.single(managedTable)
	if err != nil {
		return err
	}
	d, err := c.managed()
	if err != nil {
		return err
	}
	commands, err := h.ManagedDevices.LastActions(c.ctx(), c.tenant, d.ID)
	if err != nil {
		return err
	}
	w := managedWire(&d)
	for _, r := range enrollment.ActionResults(commands) {
		w.ActionResults = append(w.ActionResults, deviceActionResult{string(r.Name), string(r.State), r.StartedAt.UTC(), r.UpdatedAt.UTC()})
	}
	return c.object(http.StatusOK, c.view(&w, managedTable, q, managedPath+selected(q)+"/$entity", etagOf(d.Version)))
}
