package sqlstore

import (
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// Texts of Autopilot's resources are never null in Graph: an empty one is "".

var registrationFields = map[string]field[autopilot.Device]{
	"id":                           {id("a.id"), func(d *autopilot.Device) any { return string(d.ID) }},
	"serialNumber":                 {key("a.serial_key"), func(d *autopilot.Device) any { return d.SerialNumber }},
	"groupTag":                     {key("a.group_tag_key"), func(d *autopilot.Device) any { return d.GroupTag }},
	"purchaseOrderIdentifier":      {text("a.purchase_order"), func(d *autopilot.Device) any { return d.PurchaseOrder }},
	"productKey":                   {text("a.product_key"), func(d *autopilot.Device) any { return d.ProductKey }},
	"manufacturer":                 {text("a.manufacturer"), func(d *autopilot.Device) any { return d.Manufacturer }},
	"model":                        {text("a.model"), func(d *autopilot.Device) any { return d.Model }},
	"skuNumber":                    {text("a.sku_number"), func(d *autopilot.Device) any { return d.SKUNumber }},
	"systemFamily":                 {text("a.system_family"), func(d *autopilot.Device) any { return d.SystemFamily }},
	"userPrincipalName":            {text("a.user_principal_name"), func(d *autopilot.Device) any { return d.UserPrincipalName }},
	"addressableUserName":          {text("a.addressable_user_name"), func(d *autopilot.Device) any { return d.AddressableUserName }},
	"displayName":                  {text("a.display_name"), func(d *autopilot.Device) any { return d.DisplayName }},
	"resourceName":                 {constant(""), func(*autopilot.Device) any { return "" }},
	"enrollmentState":              {enumColumn(enrollmentStates, "a.enrollment_state"), func(d *autopilot.Device) any { return string(d.Enrollment) }},
	"lastContactedDateTime":        {moment("a.last_contact"), func(d *autopilot.Device) any { return d.LastContact }},
	"azureActiveDirectoryDeviceId": {id("a.entra_device_id").orNilGUID(), func(d *autopilot.Device) any { return string(d.EntraDeviceID) }},
	"azureAdDeviceId":              {id("a.entra_device_id").orNilGUID(), func(d *autopilot.Device) any { return string(d.EntraDeviceID) }},
	"managedDeviceId":              {id("a.managed_device_id").orNilGUID(), func(d *autopilot.Device) any { return d.ManagedDeviceID }},
	"deploymentProfileAssignmentStatus": {enumColumn(assignmentStatuses, statusSQL), func(d *autopilot.Device) any {
		return string(d.Status)
	}},
	"deploymentProfileAssignmentDetailedStatus": {enumColumn(assignmentDetails, "a.detail"), func(d *autopilot.Device) any {
		return string(d.Detail)
	}},
	"deploymentProfileAssignedDateTime":    {moment("a.assigned_at"), func(d *autopilot.Device) any { return d.AssignedAt }},
	"remediationState":                     {enumColumn(remediationStates, "a.remediation"), func(d *autopilot.Device) any { return string(d.Remediation) }},
	"remediationStateLastModifiedDateTime": {moment("a.remediation_at"), func(d *autopilot.Device) any { return d.RemediationAt }},
}

var importFields = map[string]field[autopilot.ImportedDevice]{
	"id":                         {id("i.id"), func(d *autopilot.ImportedDevice) any { return string(d.ID) }},
	"importId":                   {text("i.batch"), func(d *autopilot.ImportedDevice) any { return d.Batch }},
	"serialNumber":               {key("i.serial_key"), func(d *autopilot.ImportedDevice) any { return d.SerialNumber }},
	"productKey":                 {text("i.product_key"), func(d *autopilot.ImportedDevice) any { return d.ProductKey }},
	"groupTag":                   {text("i.group_tag"), func(d *autopilot.ImportedDevice) any { return d.GroupTag }},
	"assignedUserPrincipalName":  {text("i.assigned_user"), func(d *autopilot.ImportedDevice) any { return d.AssignedUser }},
	"state/deviceImportStatus":   {enumColumn(importStatuses, "i.status"), func(d *autopilot.ImportedDevice) any { return string(d.Status) }},
	"state/deviceRegistrationId": {id("i.registration"), func(d *autopilot.ImportedDevice) any { return string(d.Registration) }},
	"state/deviceErrorCode":      {number("i.error_code"), func(d *autopilot.ImportedDevice) any { return int64(d.ErrorCode) }},
	"state/deviceErrorName":      {text("i.error_name"), func(d *autopilot.ImportedDevice) any { return d.ErrorName }},
}

var profileFields = map[string]field[autopilot.Profile]{
	"id":                            {id("p.id"), func(p *autopilot.Profile) any { return string(p.ID) }},
	"displayName":                   {key("p.name_key"), func(p *autopilot.Profile) any { return p.DisplayName }},
	"createdDateTime":               {moment("p.created_at"), func(p *autopilot.Profile) any { return p.CreatedAt }},
	"lastModifiedDateTime":          {moment("p.modified_at"), func(p *autopilot.Profile) any { return p.ModifiedAt }},
	"description":                   {unlisted(), func(p *autopilot.Profile) any { return p.Description }},
	"locale":                        {unlisted(), func(p *autopilot.Profile) any { return p.Locale }},
	"language":                      {unlisted(), func(p *autopilot.Profile) any { return p.Locale }},
	"deviceNameTemplate":            {unlisted(), func(p *autopilot.Profile) any { return p.DeviceNameTemplate }},
	"deviceType":                    {unlisted(), func(p *autopilot.Profile) any { return string(p.DeviceType) }},
	"preprovisioningAllowed":        {unlisted(), func(p *autopilot.Profile) any { return p.PreprovisioningAllowed }},
	"enableWhiteGlove":              {unlisted(), func(p *autopilot.Profile) any { return p.PreprovisioningAllowed }},
	"hardwareHashExtractionEnabled": {unlisted(), func(p *autopilot.Profile) any { return p.ConvertToAutopilot }},
	"extractHardwareHash":           {unlisted(), func(p *autopilot.Profile) any { return p.ConvertToAutopilot }},
	"managementServiceAppId":        {unlisted(), func(p *autopilot.Profile) any { return p.ManagementServiceAppID }},
	"roleScopeTagIds":               {unlisted(), func(p *autopilot.Profile) any { return p.RoleScopeTagIDs }},
	"outOfBoxExperienceSetting/deviceUsageType": {unlisted(), func(p *autopilot.Profile) any { return string(p.OOBE.UsageType) }},
}

// auditFields: who did it is stored as one document, so SQL cannot look into it.
var auditFields = map[string]field[directory.AuditEvent]{
	"id":                      {id("e.id"), func(e *directory.AuditEvent) any { return e.ID }},
	"activityDateTime":        {moment("e.at"), func(e *directory.AuditEvent) any { return e.At }},
	"activity":                {text("e.activity"), func(e *directory.AuditEvent) any { return e.Activity }},
	"displayName":             {text("e.activity"), func(e *directory.AuditEvent) any { return e.Activity }},
	"category":                {text("e.category"), func(e *directory.AuditEvent) any { return e.Category }},
	"resources/resourceId":    {text("e.target_id"), func(e *directory.AuditEvent) any { return e.TargetID }},
	"correlationId":           {unlisted().orNull(), func(e *directory.AuditEvent) any { return e.Actor.Correlation }},
	"actor/applicationId":     {unlisted().orNull(), func(e *directory.AuditEvent) any { return e.Actor.AppID }},
	"actor/userId":            {unlisted().orNull(), func(e *directory.AuditEvent) any { return string(e.Actor.ObjectID) }},
	"actor/userPrincipalName": {unlisted().orNull(), func(e *directory.AuditEvent) any { return e.Actor.Principal }},
	"actor/ipAddress":         {unlisted().orNull(), func(e *directory.AuditEvent) any { return e.Actor.Address }},
}
