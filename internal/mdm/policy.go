package mdm

import (
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/soap"
)

// keyBits is the least that a PC's key may have.
const keyBits = 2048

// policies answers what a certificate request should be like ([MS-XCEP]
// 3.1.4.1): a key in the TPM when there is one, signed with SHA-256.
func (h *Handler) policies(_ *call, in *soap.Message) (*soap.Message, error) {
	if _, ok := in.Body.(*soap.GetPolicies); !ok {
		return nil, wrongMessage("GetPolicies")
	}
	return in.Answer(&soap.PolicyResponse{
		CommonName:       enrollment.ProviderID,
		ValiditySeconds:  uint64(enrollment.CertificateLife / time.Second),
		RenewalSeconds:   uint64(enrollment.RenewWindow / time.Second),
		MinimalKeyLength: keyBits,
		CryptoProviders:  []string{soap.ProviderTPM, soap.ProviderSoftware},
		HashReference:    soap.SHA256OID().ReferenceID,
		OIDs:             []soap.OID{soap.SHA256OID(), soap.RSAOID()},
	}), nil
}
