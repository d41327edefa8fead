package syncml

// Status codes (OMA SyncML Representation Protocol 1.2, section 10; Microsoft
// Learn, "OMA DM protocol support").
const (
	StatusOK              = 200
	StatusAccepted        = 202 // goes on, an alert or another Get tells the end
	StatusAuthenticated   = 212 // of the header: for the whole session
	StatusChunkAccepted   = 213 // send the next chunk of the object
	StatusCancelled       = 214
	StatusNotExecuted     = 215 // because of another command or of the user
	StatusRolledBack      = 216 // worked, and was undone with its Atomic
	StatusBadRequest      = 400
	StatusBadCredentials  = 401
	StatusForbidden       = 403
	StatusNotFound        = 404
	StatusNotAllowed      = 405 // the node does not take this command
	StatusUnsupported     = 406 // the device does not have what it needs
	StatusNoCredentials   = 407
	StatusSizeRequired    = 411
	StatusTooLarge        = 413
	StatusBadFormat       = 415
	StatusExists          = 418
	StatusDeviceFull      = 420
	StatusSizeMismatch    = 424
	StatusDenied          = 425 // access control
	StatusFailed          = 500
	StatusDTDVersion      = 505
	StatusAtomicFailed    = 507
	StatusProtocolVersion = 513
	StatusRollbackFailed  = 516
)

// StatusText says in a few words what a status code means, "" for an unknown
// one.
func StatusText(code int) string {
	switch code {
	case StatusOK:
		return "OK"
	case StatusAccepted:
		return "Accepted for processing"
	case StatusAuthenticated:
		return "Authenticated for the session"
	case StatusChunkAccepted:
		return "Chunk accepted"
	case StatusCancelled:
		return "Cancelled"
	case StatusNotExecuted:
		return "Not executed"
	case StatusRolledBack:
		return "Rolled back"
	case StatusBadRequest:
		return "Bad request"
	case StatusBadCredentials:
		return "Invalid credentials"
	case StatusForbidden:
		return "Forbidden"
	case StatusNotFound:
		return "No such node"
	case StatusNotAllowed:
		return "Command not allowed for this node"
	case StatusUnsupported:
		return "Not supported"
	case StatusNoCredentials:
		return "Credentials required"
	case StatusSizeRequired:
		return "Size required"
	case StatusTooLarge:
		return "Object too large"
	case StatusBadFormat:
		return "Unsupported format"
	case StatusExists:
		return "Node already exists"
	case StatusDeviceFull:
		return "Device full"
	case StatusSizeMismatch:
		return "Size mismatch"
	case StatusDenied:
		return "Access denied"
	case StatusFailed:
		return "Command failed"
	case StatusDTDVersion:
		return "Version of the DTD not supported"
	case StatusAtomicFailed:
		return "Atomic failed"
	case StatusProtocolVersion:
		return "Version of the protocol not supported"
	case StatusRollbackFailed:
		return "Atomic failed and could not be rolled back"
	}
	return ""
}

// Succeeded tells the codes after which a command has done, or will do, its
// work.
func Succeeded(code int) bool { return code >= StatusOK && code <= StatusChunkAccepted }
