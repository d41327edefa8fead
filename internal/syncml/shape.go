package syncml

// Kind is the name of a command.
type Kind string

// The kinds of command that OMA-DM has. Unknown is every other element.
const (
	Alert    Kind = "Alert"
	Status   Kind = "Status"
	Results  Kind = "Results"
	Add      Kind = "Add"
	Replace  Kind = "Replace"
	Delete   Kind = "Delete"
	Get      Kind = "Get"
	Exec     Kind = "Exec"
	Atomic   Kind = "Atomic"
	Sequence Kind = "Sequence"
	Unknown  Kind = ""
)

// The names of elements.
const (
	elSyncML     = "SyncML"
	elSyncHdr    = "SyncHdr"
	elSyncBody   = "SyncBody"
	elFinal      = "Final"
	elVerDTD     = "VerDTD"
	elVerProto   = "VerProto"
	elSessionID  = "SessionID"
	elMsgID      = "MsgID"
	elTarget     = "Target"
	elSource     = "Source"
	elLocURI     = "LocURI"
	elLocName    = "LocName"
	elCred       = "Cred"
	elMeta       = "Meta"
	elCmdID      = "CmdID"
	elMsgRef     = "MsgRef"
	elCmdRef     = "CmdRef"
	elCmd        = "Cmd"
	elTargetRef  = "TargetRef"
	elSourceRef  = "SourceRef"
	elChal       = "Chal"
	elData       = "Data"
	elCorrelator = "Correlator"
	elItem       = "Item"
	elMoreData   = "MoreData"
	elFormat     = "Format"
	elType       = "Type"
	elMark       = "Mark"
	elSize       = "Size"
	elNextNonce  = "NextNonce"
	elMaxMsgSize = "MaxMsgSize"
	elMaxObjSize = "MaxObjSize"
	elCommands   = "" // the place of commands inside a command
)

// HeaderCmd is the Cmd of a Status that answers the header; its CmdRef is "0".
const HeaderCmd = elSyncHdr

// shapes lists the elements of each command in the order of the SyncML 1.2
// DTD. Read elements that are not here are passed over.
var shapes = map[Kind][]string{
	Alert:    {elCmdID, elData, elCorrelator, elItem},
	Status:   {elCmdID, elMsgRef, elCmdRef, elCmd, elTargetRef, elSourceRef, elChal, elData, elItem},
	Results:  {elCmdID, elMsgRef, elCmdRef, elTargetRef, elSourceRef, elItem},
	Add:      {elCmdID, elItem},
	Replace:  {elCmdID, elItem},
	Delete:   {elCmdID, elItem},
	Get:      {elCmdID, elItem},
	Exec:     {elCmdID, elCorrelator, elItem},
	Atomic:   {elCmdID, elCommands},
	Sequence: {elCmdID, elCommands},
	Unknown:  {elCmdID},
}

// Namespaces. Windows takes version 1.1 of the first and sends 1.2.
const (
	nsSyncML   = "SYNCML:SYNCML1.2"
	nsSyncML11 = "SYNCML:SYNCML1.1"
	nsMetInf   = "syncml:metinf"
)

// space is the white space of XML.
const space = " \t\r\n"
