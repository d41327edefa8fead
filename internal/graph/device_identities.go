package graph

import (
	"net/http"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// deviceIdentity is Graph's windowsAutopilotDeviceIdentity. Empty texts are
// empty, not null, as Intune sends them.
type deviceIdentity struct {
	ETag                       string             `json:"@odata.etag"`
	ID                         string             `json:"id"`
	GroupTag                   string             `json:"groupTag"`
	PurchaseOrderIdentifier    string             `json:"purchaseOrderIdentifier"`
	SerialNumber               string             `json:"serialNumber"`
	ProductKey                 string             `json:"productKey"`
	Manufacturer               string             `json:"manufacturer"`
	Model                      string             `json:"model"`
	EnrollmentState            string             `json:"enrollmentState"`
	LastContactedDateTime      time.Time          `json:"lastContactedDateTime"`
	AddressableUserName        string             `json:"addressableUserName"`
	UserPrincipalName          string             `json:"userPrincipalName"`
	ResourceName               string             `json:"resourceName"`
	SKUNumber                  string             `json:"skuNumber"`
	SystemFamily               string             `json:"systemFamily"`
	AzureActiveDirectoryDevice string             `json:"azureActiveDirectoryDeviceId"`
	AzureADDevice              string             `json:"azureAdDeviceId"`
	ManagedDeviceID            string             `json:"managedDeviceId"`
	DisplayName                string             `json:"displayName"`
	AssignmentStatus           string             `json:"deploymentProfileAssignmentStatus"`
	AssignmentDetail           string             `json:"deploymentProfileAssignmentDetailedStatus"`
	AssignedDateTime           time.Time          `json:"deploymentProfileAssignedDateTime"`
	RemediationState           string             `json:"remediationState"`
	RemediationDateTime        time.Time          `json:"remediationStateLastModifiedDateTime"`
	UserlessEnrollmentStatus   string             `json:"userlessEnrollmentStatus"`
	DeviceAccountUPN           string             `json:"deviceAccountUpn"`
	DeviceAccountPassword      string             `json:"deviceAccountPassword"`
	DeviceFriendlyName         string             `json:"deviceFriendlyName"`
	DeploymentProfile          *deploymentProfile `json:"deploymentProfile"`
	IntendedDeploymentProfile  *deploymentProfile `json:"intendedDeploymentProfile"`
}

// noManagedDevice is what Intune shows before enrolment.
const noManagedDevice = "00000000-0000-0000-0000-000000000000"

var identityTable = &odata.Table{
	Name: "microsoft.graph.windowsAutopilotDeviceIdentity",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("groupTag", odata.String, filter|sorted|search),
		prop("purchaseOrderIdentifier", odata.String, filter|sorted|search|readOnly),
		prop("serialNumber", odata.String, filter|sorted|search|readOnly),
		prop("productKey", odata.String, filter|readOnly),
		prop("manufacturer", odata.String, filter|sorted|search|readOnly),
		prop("model", odata.String, filter|sorted|search|readOnly),
		enum("enrollmentState", "microsoft.graph.enrollmentState", filter|sorted|readOnly, "unknown", "enrolled", "pendingReset", "failed", "notContacted", "blocked"),
		prop("lastContactedDateTime", odata.Time, filter|sorted|readOnly),
		prop("addressableUserName", odata.String, filter|sorted),
		prop("userPrincipalName", odata.String, filter|sorted|search),
		prop("resourceName", odata.String, readOnly),
		prop("skuNumber", odata.String, filter|readOnly),
		prop("systemFamily", odata.String, filter|sorted|readOnly),
		prop("azureActiveDirectoryDeviceId", odata.GUID, filter|readOnly),
		prop("azureAdDeviceId", odata.GUID, filter|readOnly|onBeta),
		prop("managedDeviceId", odata.GUID, filter|readOnly),
		prop("displayName", odata.String, filter|sorted|search),
		enum("deploymentProfileAssignmentStatus", "microsoft.graph.windowsAutopilotProfileAssignmentStatus", filter|sorted|readOnly|onBeta,
			"unknown", "assignedInSync", "assignedOutOfSync", "assignedUnkownSyncState", "notAssigned", "pending", "failed"),
		enum("deploymentProfileAssignmentDetailedStatus", "microsoft.graph.windowsAutopilotProfileAssignmentDetailedStatus", filter|readOnly|onBeta,
			"none", "hardwareRequirementsNotMet", "surfaceHubProfileNotSupported", "holoLensProfileNotSupported", "windowsPcProfileNotSupported", "surfaceHub2SProfileNotSupported", "unknownFutureValue"),
		prop("deploymentProfileAssignedDateTime", odata.Time, filter|sorted|readOnly|onBeta),
		enum("remediationState", "microsoft.graph.windowsAutopilotDeviceRemediationState", filter|sorted|readOnly|onBeta,
			"unknown", "noRemediationRequired", "automaticRemediationRequired", "manualRemediationRequired", "unknownFutureValue"),
		prop("remediationStateLastModifiedDateTime", odata.Time, filter|sorted|readOnly|onBeta),
		enum("userlessEnrollmentStatus", "microsoft.graph.windowsAutopilotUserlessEnrollmentStatus", readOnly|onBeta, "unknown", "allowed", "blocked", "unknownFutureValue"),
		prop("deviceAccountUpn", odata.String, readOnly|onBeta),
		prop("deviceAccountPassword", odata.String, readOnly|onBeta),
		prop("deviceFriendlyName", odata.String, readOnly|onBeta),
	},
	Navigations: []string{"deploymentProfile", "intendedDeploymentProfile"},
}

const identitiesPath = "deviceManagement/windowsAutopilotDeviceIdentities"

func identityWire(d *autopilot.Device) deviceIdentity {
	w := deviceIdentity{
		ETag: etagOf(d.Version), ID: string(d.ID), GroupTag: d.GroupTag, PurchaseOrderIdentifier: d.PurchaseOrder,
		SerialNumber: d.SerialNumber, ProductKey: d.ProductKey, Manufacturer: d.Manufacturer, Model: d.Model,
		EnrollmentState: string(d.Enrollment), LastContactedDateTime: d.LastContact.UTC(),
		AddressableUserName: d.AddressableUserName, UserPrincipalName: d.UserPrincipalName,
		SKUNumber: d.SKUNumber, SystemFamily: d.SystemFamily,
		AzureActiveDirectoryDevice: string(d.EntraDeviceID), AzureADDevice: string(d.EntraDeviceID),
		ManagedDeviceID: d.ManagedDeviceID, DisplayName: d.DisplayName,
		AssignmentStatus: string(d.Status), AssignmentDetail: string(d.Detail), AssignedDateTime: d.AssignedAt.UTC(),
		RemediationState: string(d.Remediation), RemediationDateTime: d.RemediationAt.UTC(), UserlessEnrollmentStatus: "unknown",
	}
	if w.ManagedDeviceID == "" {
		w.ManagedDeviceID = noManagedDevice
	}
	return w
}

var deviceIdentities = &resource[autopilot.Device]{
	path: identitiesPath, table: identityTable, paging: intunePaging, show: identityWires, find: (*call).identity,
	read: func(c *call, q *odata.Query) (odata.List[autopilot.Device], error) {
		return c.h.Lists.ListAutopilotDevices(c.ctx(), c.tenant, "", q)
	},
	key:    func(_ *call, d *autopilot.Device) (string, int64) { return string(d.ID), d.Version },
	create: createIdentity,
	remove: func(c *call, match int64) error {
		return c.h.Autopilot.DeleteDevice(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), match)
	},
}

// identityWires maps a page and expands profiles; a page shares few of them,
// so each is read once.
func identityWires(c *call, q *odata.Query, items []autopilot.Device) ([]any, error) {
	seen := map[autopilot.ProfileID]*deploymentProfile{}
	out := make([]any, len(items))
	for i := range items {
		w := identityWire(&items[i])
		if q != nil && q.Expand != nil {
			p, err := c.profileOf(&items[i], seen)
			if err != nil {
				return nil, err
			}
			w.DeploymentProfile, w.IntendedDeploymentProfile = p, p
		}
		out[i] = &w
	}
	return out, nil
}

// profileOf is the profile a device was decided to get, nil when it has none.
// Decision and deployment are one step here, so the intended profile is always
// the deployed one.
func (c *call) profileOf(d *autopilot.Device, seen map[autopilot.ProfileID]*deploymentProfile) (*deploymentProfile, error) {
	if d.Profile == "" || d.ProfileGone {
		return nil, nil
	}
	if p, ok := seen[d.Profile]; ok {
		return p, nil
	}
	p, err := c.h.Registrations.GetProfile(c.ctx(), c.tenant, d.Profile)
	if fault.Is(err, fault.NotFound) { // deleted between the two reads
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w := profileWire(&p)
	if seen != nil {
		seen[d.Profile] = &w
	}
	return &w, nil
}

func (c *call) identity() (autopilot.Device, error) {
	d, err := c.h.Registrations.GetRegisteredDevice(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]))
	return d, missing(err, "Autopilot device", c.keys["id"], "List windowsAutopilotDeviceIdentities to find the right id.")
}

// getIdentityProfile answers the deploymentProfile navigation: 404 when the
// device has no profile.
func (h *Handler) getIdentityProfile(c *call) error {
	q, err := c.single(profileTable)
	if err != nil {
		return err
	}
	d, err := c.identity()
	if err != nil {
		return err
	}
	p, err := c.profileOf(&d, nil)
	if err != nil {
		return err
	}
	if p == nil {
		return fault.Field(fault.NotFound, codeNotFound, "deploymentProfile", "No deployment profile is assigned to the device '"+d.SerialNumber+"'.", "Call explain on the device to see why.")
	}
	return c.object(http.StatusOK, c.view(p, profileTable, q, "deviceManagement/windowsAutopilotDeploymentProfiles/$entity", p.ETag))
}
