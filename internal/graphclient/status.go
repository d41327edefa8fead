package graphclient

// Status is the admin center's word for a device's Profile status.
type Status string

// The five words of Microsoft Learn, "User-driven Microsoft Entra join: Create
// and assign user-driven Microsoft Entra join Autopilot profile".
const (
	NotAssigned       Status = "Not assigned"
	Assigning         Status = "Assigning"
	Assigned          Status = "Assigned"
	FixPending        Status = "Fix pending"
	AttentionRequired Status = "Attention required"
)

// Status is the word the Profile status column shows, made of the two
// properties Graph has for it; a hardware change hides the assignment.
func (d *DeviceIdentity) Status() Status {
	switch d.RemediationState {
	case "automaticRemediationRequired":
		return FixPending
	case "manualRemediationRequired":
		return AttentionRequired
	}
	switch d.AssignmentStatus {
	case "pending":
		return Assigning
	case "assignedInSync", "assignedOutOfSync", "assignedUnkownSyncState":
		return Assigned
	}
	return NotAssigned
}
