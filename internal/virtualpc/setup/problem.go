package setup

// Problem is something that went wrong, as a person is told it.
type Problem struct {
	Code    string `json:"code"`              // 807, 0x801c0003, no-network …
	EventID int    `json:"eventId,omitempty"` // in the channel ModernDeployment-Diagnostics-Provider/Autopilot; 0: it has none
	Words   string `json:"words"`
	Said    string `json:"said,omitempty"` // the service's own text
	Next    string `json:"next"`           // what to do
}

// Codes of this PC itself. Everything else comes from the services.
const (
	CodeNoNetwork       = "no-network"
	CodeUnreachable     = "profile-unreachable"
	CodeTPMIdentity     = "tpm-identity"    // of ProfileUnreachable: the TPM could not prove itself
	CodeProfileDamaged  = "profile-damaged" // of ProfileUnreachable: what arrived is no profile
	CodeDeclined        = "eula-declined"
	CodeTermsDeclined   = "rejectedTermsOfUse"
	CodeSignIn          = "sign-in-failed"
	CodeMFARefused      = "mfa-refused"
	CodeAssignedUser    = "assigned-user-only"
	CodeAnotherUser     = "another-user"
	CodeWrongTenant     = "0x801c0003"
	CodePreprovisioning = "0x80180005"
	CodeTimeout         = "0x800705b4" // ERROR_TIMEOUT
	CodeESP             = "esp-failed"
)

// Reasons of a sign-in or join that is refused.
const (
	ReasonAssignedUser = "NotTheAssignedUser"                // the tenant lets only the assigned user sign in
	ReasonMFA          = "MultiFactorAuthenticationRequired" // of a join: the same as MFANeeded, once
)

func (p *Problem) complete() bool {
	return p.Code != "" && p.Words != "" && p.Next != "" && p.EventID >= 0
}
