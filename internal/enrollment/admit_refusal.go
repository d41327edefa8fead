package enrollment

import (
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Refusal is what a PC is told when it may not enrol or renew ([MS-MDE2]
// 2.2.10): the subcode of the fault, the ErrorType in its detail, which may be
// empty, and the error the PC then shows.
type Refusal struct {
	Subcode   string
	ErrorType string
	HRESULT   uint32
}

// Code is the error as people see and search it.
func (r Refusal) Code() string { return fmt.Sprintf("0x%08x", r.HRESULT) }

var (
	refusedAuthentication = Refusal{"s:Authentication", "", 0x80180002}
	refusedAuthorization  = Refusal{"s:Authorization", "", 0x80180003}
	refusedCSR            = Refusal{"s:CertificateRequest", "", 0x80180004}
	refusedSupport        = Refusal{"s:Authorization", "DeviceNotSupported", 0x80180014}
)

// RefusalOf is the refusal of an error that Enrol or Renew returned; ok is
// false for one that is not about the PC or its user.
func RefusalOf(err error) (r Refusal, ok bool) {
	e, ok := fault.As(err)
	if !ok {
		return r, false
	}
	switch e.Code {
	case CodeUserUnknown, CodeUserDisabled, CodeDeviceUnknown, CodeCertificateUntrusted, CodeCertificateExpired, CodeCertificateRevoked:
		return refusedAuthentication, true
	case CodeOnPremise, CodeOutOfScope, CodeInMAMScope, directory.CodeDeviceDisabled, directory.CodeNotAssigned:
		return refusedAuthorization, true
	case CodeUserNotLicensed:
		return Refusal{"s:Authorization", "UserLicense", 0x80180018}, true
	case CodeDeviceCap:
		return Refusal{"s:Authorization", "DeviceCapReached", 0x80180013}, true
	case CodePlatformBlocked, CodePersonalBlocked, CodeVersionTooLow, CodeVersionTooHigh:
		return refusedSupport, true
	case CodeInvalidCSR:
		return refusedCSR, true
	case CodeInvalidData:
		return Refusal{"s:MessageFormat", "InvalidEnrollmentData", 0x80180019}, true
	case CodeNotRenewable:
		return Refusal{"s:Authorization", "NotEligibleToRenew", 0x80180016}, true
	}
	return r, false
}
