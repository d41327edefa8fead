package hwhash

// The import error codes callers use by name (deviceErrorCode and
// deviceErrorName of importedWindowsAutopilotDeviceIdentityState).
const (
	InvalidHardwareHash              = 802
	MissingSerialNumberAndProductKey = 803
	DeviceAlreadyAssigned            = 806
	DeviceNotRegistered              = 807
	DeviceAssignedToOtherTenant      = 808
	DeviceAlreadyEntraRegistered     = 814
	SerialNumberMismatch             = 908
)

// Names of import errors that have no number.
const (
	NameDuplicated         = "ZtdDeviceDuplicated"
	NameProductKeyMismatch = "ProductKeyIdMismatch"
)

type importError struct{ name, meaning, remedy string }

// importErrors is the table of Microsoft Learn, "Import Windows Autopilot
// device CSV files errors" and "Windows Autopilot troubleshooting FAQ"; 804
// and 805 are not used there.
var importErrors = map[int]importError{
	801: {"InvalidZtdRequestBody", "The request was malformed or named no tenant.", "Report this as a fault of the service; the file is not to blame."},
	802: {"InvalidZtdHardwareHash", "The hardware hash is damaged, or the manufacturer or serial number in it is empty.", "Collect the hardware hash again on the device."},
	803: {"MissingZtdSerialNumberAndProductKey", "The row has neither serial number nor product key.", "Supply the serial number and the hardware hash."},
	806: {"ZtdDeviceAlreadyAssigned", "The device is already registered in this tenant.", "Skip the row, or delete the registered device first."},
	807: {"ZtdDeviceIsNotRegistered", "The device is not registered in this tenant.", "Register the device."},
	808: {"ZtdDeviceAssignedToOtherTenant", "The device is registered in another tenant.", "Have the other organization deregister the device, or prove ownership to support."},
	809: {"ZtdProfileIsNotRegistered", "The profile assigned to the device no longer exists.", "Assign another profile."},
	810: {"ZtdProfileAssignedToOtherTenant", "The profile belongs to another tenant.", "Report this as a fault of the service."},
	811: {"ZtdDeviceRegisteredByOtherTenant", "The device was registered by a user of another tenant and cannot be deleted from here.", "Have the other organization deregister the device."},
	812: {"ZtdDeviceNotFound", "No hardware hash is stored for this product key or for this manufacturer, model and serial number.", "Upload the hardware hash."},
	813: {"ZtdDeviceIsNotUnique", "The hardware hash matches more than one device.", "Have the firmware's serial number and UUID set, then collect the hash again."},
	814: {"ZtdDeviceAlreadyAadRegistered", "A Microsoft Entra device object for this device already exists.", "Delete the old device object, then import again."},
	815: {"ZtdDeviceHasNoAssignedProfile", "No profile is assigned to the device and there is no default profile.", "Assign a profile to a group the device is in."},
	908: {"SerialNumberMismatch", "The serial number or product key is not the one in the hardware hash.", "Use serial number and hash of the same device; after a mainboard change, register the device again."},
}

// CodeName is the deviceErrorName of an import error code, "" if there is none.
func CodeName(code int) string { return importErrors[code].name }

// Meaning explains an import error code; all three are "" for an unknown one.
func Meaning(code int) (name, meaning, remedy string) {
	e := importErrors[code]
	return e.name, e.meaning, e.remedy
}
