package sqlstore

import "taxiway/internal/enrollment"

var managedFields = map[string]field[enrollment.Device]{
	"id":                                  {id("m.id"), func(d *enrollment.Device) any { return string(d.ID) }},
	"deviceName":                          {key("m.name_key"), func(d *enrollment.Device) any { return d.Name }},
	"serialNumber":                        {key("m.serial_key"), func(d *enrollment.Device) any { return d.SerialNumber }},
	"manufacturer":                        {text("m.manufacturer"), func(d *enrollment.Device) any { return d.Manufacturer }},
	"model":                               {text("m.model"), func(d *enrollment.Device) any { return d.Model }},
	"operatingSystem":                     {constant("Windows"), func(*enrollment.Device) any { return "Windows" }},
	"osVersion":                           {text("m.os_version"), func(d *enrollment.Device) any { return d.OSVersion }},
	"userPrincipalName":                   {text("m.upn"), func(d *enrollment.Device) any { return d.UPN }},
	"userDisplayName":                     {text("m.user_name"), func(d *enrollment.Device) any { return d.UserName }},
	"userId":                              {id("m.user_id"), func(d *enrollment.Device) any { return string(d.User) }},
	"azureADDeviceId":                     {id("m.entra_id").orNilGUID(), func(d *enrollment.Device) any { return string(d.EntraID) }},
	"enrolledDateTime":                    {moment("m.enrolled_at"), func(d *enrollment.Device) any { return d.EnrolledAt }},
	"lastSyncDateTime":                    {moment("m.last_sync"), func(d *enrollment.Device) any { return d.LastSync }},
	"managedDeviceOwnerType":              {enumColumn(mdmOwners, "m.ownership"), func(d *enrollment.Device) any { return string(d.Owner) }},
	"managementState":                     {enumColumn(mdmStates, "m.state"), func(d *enrollment.Device) any { return string(d.State) }},
	"deviceEnrollmentType":                {enumColumn(mdmKinds, "m.kind"), func(d *enrollment.Device) any { return string(d.Kind) }},
	"enrollmentProfileName":               {text("m.profile_name"), func(d *enrollment.Device) any { return d.Profile }},
	"managementCertificateExpirationDate": {moment("m.cert_ends"), func(d *enrollment.Device) any { return d.CertEnds }},
}

var deploymentFields = map[string]field[enrollment.Deployment]{
	"id":                      {id("y.id"), func(y *enrollment.Deployment) any { return string(y.ID) }},
	"deviceId":                {id("y.device_id").orNilGUID(), func(y *enrollment.Deployment) any { return string(y.Device) }},
	"userId":                  {id("y.user_id").orNilGUID(), func(y *enrollment.Deployment) any { return string(y.User) }},
	"userPrincipalName":       {text("y.upn"), func(y *enrollment.Deployment) any { return y.UPN }},
	"managedDeviceName":       {text("y.device_name"), func(y *enrollment.Deployment) any { return y.DeviceName }},
	"deviceSerialNumber":      {text("y.serial_number"), func(y *enrollment.Deployment) any { return y.SerialNumber }},
	"deploymentState":         {enumColumn(deploymentStates, "y.state"), func(y *enrollment.Deployment) any { return string(y.State) }},
	"deploymentStartDateTime": {moment("y.started_at"), func(y *enrollment.Deployment) any { return y.StartedAt }},
	"deploymentEndDateTime":   {moment("y.ended_at"), func(y *enrollment.Deployment) any { return y.EndedAt }},
	"eventDateTime":           {moment("y.started_at"), func(y *enrollment.Deployment) any { return y.StartedAt }},
	"windowsAutopilotDeploymentProfileDisplayName": {unlisted(), func(y *enrollment.Deployment) any { return y.Profile }},
	"enrollmentType": {unlisted(), func(y *enrollment.Deployment) any { return y.Kind }},
}
