package autopilot

// Words are the sentences of an Explanation as far as this package decides.
// A code stays what it is: the admin site knows it in other languages.
var Words = Wording{
	// The one sentence.
	"assignedByGroup":   "Assigned: the profile '{profile}' applies because the device is in the included group '{group}', and no older profile applies.",
	"assignedByDefault": "Assigned: the profile '{profile}' applies because it is assigned to All devices, and no group decides for this device.",
	"fixPending":        "Fix pending: " + FixPendingMessage,
	"attentionRequired": "Attention required: the new hardware could not be registered, so the device can't receive the Autopilot profile until it is reset and registered again.",
	"assigning":         "Assigning: a change that concerns this device is being applied.",
	"loopStopped":       "Not assigned: downloading the profile changed the device's groups, and so its profile, more than 8 times in a row, so the engine stopped. The rules that look at the downloaded profile: {rules}.",
	"nothingAssigned":   "Not assigned: no profile is assigned to any group or to All devices.",
	"excluded":          "Not assigned: the device is in the group '{group}', which the profile '{profile}' excludes, and no other profile applies.",
	"otherType":         "Not assigned: the profile '{profile}' would apply but is for another type of device.",
	"noGroup":           "Not assigned: the device has no group tag and is in none of the groups that a profile includes, and no profile is assigned to All devices.",
	"noGroupForTag":     "Not assigned: the device has the group tag '{tag}' and is in none of the groups that a profile includes, and no profile is assigned to All devices.",
	"engineSettles":     "The engine settles the change; no action is needed.",

	// What became of a profile.
	"profileChosen":       "The device is in the included group '{group}', and no older profile applies.",
	"profileChosenForAll": "It is assigned to All devices, and no group decides for this device.",
	"profileOlderWins":    "The device is in the included group '{group}', but the profile '{profile}' was created earlier and wins.",
	"profileGroupWins":    "It is assigned to All devices, but the profile '{profile}' comes from a group and wins.",
	"profileExcluded":     "The device is in the excluded group '{group}'; exclusion beats inclusion.",
	"profileNotIncluded":  "The device is in none of its included groups.",
	"profileNotAssigned":  "The profile is assigned to no group.",
	"profileForOtherType": "The profile is for another type of device ({type}).",
	"profileGoesRound":    "Downloading the profile changes the device's groups and so the profile again.",

	// What would change it.
	"captureAgain":    "Delete the registration, capture the hardware hash on the PC, register it again and reset the PC.",
	"changeLoopRule":  "Change one of these rules so that it does not look at enrollmentProfileName; the device is then decided again.",
	"assignProfile":   "Assign a deployment profile to a group that holds this device.",
	"leaveGroup":      "Take the device out of the group '{group}'.",
	"endExclusion":    "Remove the group '{group}' from Excluded groups of the profile '{profile}'.",
	"assignPCProfile": "Assign a profile for Windows PC to one of the device's groups.",
	"setTagBeginning": "Set a group tag that begins with '{tag}': the device then enters the group '{group}'.",
	"setTag":          "Set the group tag to '{tag}': the device then enters the group '{group}'.",
	"joinGroup":       "Add the device to the group '{group}'.",
	"changeRule":      "Change a group's rule so that it holds for this device, or assign a profile to All devices.",

	// The computer's name.
	"nameTemplateInvalid": "The template is not valid: {why}",
	"nameEmpty":           "The serial number has no character a name can have, so the name would be empty; Windows keeps the name it made itself.",
	"nameAllNumbers":      "The name would be all numbers; Windows keeps the name it made itself.",
	"nameDigitsDrawn":     "Windows draws the digits shown as ?.",
	"nameByWindows":       "No device name template applies; Windows makes a name itself.",
	"nameTaken":           "The device with the serial number {serial} gets the same name. Equal names are allowed, but hard to tell apart.",

	// The checks.
	"registered":         "Registered; the hardware hash was read: {model} by {manufacturer}, serial number {serial}.",
	"registeredBySerial": "Registered by its serial number {serial} alone: no PC is recognised by it until its hardware hash is imported or reported.",
	"registeredByImport": "Registered by {by} in the import {batch}; the hardware hash was read: {model} by {manufacturer}, serial number {serial}.",
	"objectThere":        "The Entra device object is there and carries [ZTDId]:{id}.",
	"objectWithoutZTDID": "The Entra device object does not carry [ZTDId]:{id}, so no rule can find the device by it.",
	"inGroups":           "Of the groups that a profile names, the device is in: {groups}.",
	"inNoGroup":          "The device is in none of the groups that a profile names.",
	"noGroupNamed":       "No profile names a group.",
	"profileReaches":     "The profile '{profile}' reaches the device.",
	"noProfileReaches":   "No profile reaches the device.",
	"noProfileThere":     "There is no deployment profile.",
	"decisionAwaited":    "A change that concerns the device waits to be applied; the engine does so by itself.",
	"decidedProfile":     "Decided: the profile '{profile}' is assigned.",
	"decidedNone":        "Decided: no profile is assigned.",
	"decisionStopped":    "The engine stopped, for profile and groups went round in circles.",
	"wouldBeDecided":     "The engine would assign the profile '{profile}'.",
	"wouldBeNone":        "The engine would take the profile '{profile}' away.",
}
