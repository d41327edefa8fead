package setup

// Job is what the PC has to do in a state. The events of the screen say which
// answers there are.
type Job string

// The jobs, and the events that end them.
const (
	JobNone            Job = ""                 // a person must act
	JobDownloadProfile Job = "download-profile" // ProfileArrived, ProfileRefused, ProfileUnreachable
	JobCheckUpdates    Job = "check-updates"    // Updated
	JobRenameRestart   Job = "rename-restart"   // Restarted, as State.NewName
	JobSignIn          Job = "sign-in"          // SignedIn, SignInFailed, MFANeeded; State.StrongAuth says whether a second factor is asked for
	JobTerms           Job = "terms"            // TermsShown, NoTerms, NotManaged
	JobJoin            Job = "join"             // Joined, JoinRefused, MFANeeded
	JobEnrol           Job = "enrol"            // Enrolled (after the first session), EnrolRefused, NotManaged
	JobDeviceESP       Job = "device-esp"       // ESPProgress, ESPDone, ESPFailed, TimePassed
	JobUserESP         Job = "user-esp"         // the same for the person signed in
	JobRestart         Job = "restart"          // Restarted
	JobCollectLogs     Job = "collect-logs"     // LogsCollected
	JobReset           Job = "reset"            // PowerOn, after everything but the hardware is gone
)
