package soap

import "strings"

// ContextItem is one fact that a PC tells with its certificate request. All are
// claims: nothing in them proves anything.
type ContextItem struct {
	Name  string
	Value string
}

// Names of items ([MS-MDE2] 3.4.4.1.1.1.1; those of Autopilot as clients send
// them). A PC may send more, or fewer; MAC and IMEI repeat.
const (
	ItemUXInitiated           = "UXInitiated"
	ItemHWDevID               = "HWDevID" // 64 hex digits, the same after a reset
	ItemLocale                = "Locale"
	ItemTargetedUserLoggedIn  = "TargetedUserLoggedIn"
	ItemOSEdition             = "OSEdition"
	ItemOSVersion             = "OSVersion"
	ItemDeviceName            = "DeviceName"
	ItemMAC                   = "MAC"
	ItemIMEI                  = "IMEI"
	ItemDeviceID              = "DeviceID"       // the PC's name in management sessions; opaque
	ItemEnrollmentType        = "EnrollmentType" // "Full" or "Device"
	ItemDeviceType            = "DeviceType"
	ItemApplicationVersion    = "ApplicationVersion"
	ItemNotInOobe             = "NotInOobe" // false: the PC is being set up
	ItemRequestVersion        = "RequestVersion"
	ItemManufacturer          = "Manufacturer"
	ItemDeviceModel           = "DeviceModel"
	ItemSerialNumber          = "SerialNumber"
	ItemEnrollmentData        = "EnrollmentData"                       // the terms page's OpaqueBlob
	ItemZeroTouchProvisioning = "ZeroTouchProvisioning"                // the Autopilot device's id
	ItemOfflineAutopilot      = "OfflineAutoPilotEnrollmentCorrelator" // ZtdCorrelationId of AutopilotConfigurationFile.json
	ItemBulkAADJ              = "BulkAADJ"
)

// Item is the first value of that name, "" when there is none.
func (q *SecurityTokenRequest) Item(name string) string {
	for _, item := range q.Context {
		if item.Name == name {
			return item.Value
		}
	}
	return ""
}

// Items are all values of that name, in the message's order.
func (q *SecurityTokenRequest) Items(name string) []string {
	var values []string
	for _, item := range q.Context {
		if item.Name == name {
			values = append(values, item.Value)
		}
	}
	return values
}

// Bool reads the first value of that name as true or false, in any case. sent
// is false when there is none or it is neither.
func (q *SecurityTokenRequest) Bool(name string) (value, sent bool) {
	switch strings.ToLower(q.Item(name)) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return false, false
}
