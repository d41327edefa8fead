package syncml

// Alert codes (OMA Device Management Protocol 1.2, section 8.7).
const (
	AlertServerInitiated = 1200 // a session that the server asked for
	AlertClientInitiated = 1201 // a session that the device began by itself
	AlertNextMessage     = 1222 // send the next message of the package
	AlertAbort           = 1223 // the sender ends the session at once
	AlertClientEvent     = 1224 // tells a state, as LoginStatus
	AlertNoEndOfData     = 1225 // a large object was not sent to its end
	AlertGeneric         = 1226 // tells that something happened at a node
)

// Types of alerts that Windows sends (the Type in the Meta of their item).
const (
	TypeLoginStatus   = "com.microsoft/MDM/LoginStatus" // data: one of the Login values
	TypeAADUserToken  = "com.microsoft/MDM/AADUserToken"
	TypeBootstrapSync = "com.microsoft/MDM/BootstrapSync"
	TypeOdjSync       = "com.microsoft/MDM/OdjSync"
	TypeUnenroll      = "com.microsoft:mdm.unenrollment.userrequest"
	TypeMSIInstall    = "Reversed-Domain-Name:com.microsoft.mdm.win32csp_install"
)

// Values of TypeLoginStatus.
const (
	LoginUser   = "user"   // the enrolled user is signed in
	LoginOthers = "others" // somebody else is
	LoginNone   = "none"   // nobody is
)
