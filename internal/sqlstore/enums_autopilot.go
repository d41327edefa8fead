package sqlstore

import "taxiway/internal/autopilot"

// The first value of each is what a row without one reads as.
var (
	assignmentStatuses = enum[autopilot.AssignmentStatus]{"assignment status", []autopilot.AssignmentStatus{
		autopilot.StatusUnknown, autopilot.StatusAssignedInSync, autopilot.StatusAssignedOutOfSync,
		autopilot.StatusAssignedUnkownSync, autopilot.StatusNotAssigned, autopilot.StatusPending, autopilot.StatusFailed,
	}}
	assignmentDetails = enum[autopilot.AssignmentDetail]{"assignment detail", []autopilot.AssignmentDetail{
		autopilot.DetailNone, autopilot.DetailHardwareRequirements, autopilot.DetailSurfaceHubUnsupported,
		autopilot.DetailHoloLensUnsupported, autopilot.DetailWindowsPCUnsupported, autopilot.DetailSurfaceHub2SUnsupported,
	}}
	remediationStates = enum[autopilot.RemediationState]{"remediation state", []autopilot.RemediationState{
		autopilot.RemediationUnknown, autopilot.RemediationNone, autopilot.RemediationAutomatic, autopilot.RemediationManual,
	}}
	enrollmentStates = enum[autopilot.EnrollmentState]{"enrollment state", []autopilot.EnrollmentState{
		autopilot.EnrollmentUnknown, autopilot.EnrollmentEnrolled, autopilot.EnrollmentPendingReset,
		autopilot.EnrollmentFailed, autopilot.EnrollmentNotContacted, autopilot.EnrollmentBlocked,
	}}
	deviceTypes = enum[autopilot.DeviceType]{"device type", []autopilot.DeviceType{
		autopilot.TypeWindowsPC, autopilot.TypeHoloLens, autopilot.TypeSurfaceHub2, autopilot.TypeSurfaceHub2S, autopilot.TypeVirtualMachine,
	}}
	importStatuses = enum[autopilot.ImportStatus]{"import status", []autopilot.ImportStatus{
		autopilot.ImportUnknown, autopilot.ImportPending, autopilot.ImportPartial, autopilot.ImportComplete, autopilot.ImportError,
	}}
	// The number of All devices is in the schema: the unique index
	// assignments_all_devices.
	targetKinds = enum[autopilot.TargetKind]{"assignment target", []autopilot.TargetKind{
		"", autopilot.TargetGroup, autopilot.TargetExclusion, autopilot.TargetAllDevices,
	}}
)

// number is the stored form of a value that is known to have one.
func (e enum[T]) number(v T) int {
	for i, known := range e.values {
		if known == v {
			return i
		}
	}
	return -1
}

// orFirst reads an unset value as the enum's first.
func (e enum[T]) orFirst(v T) T {
	if v == "" {
		return e.values[0]
	}
	return v
}
