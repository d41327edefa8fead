package wire

import (
	"cmp"
	"context"
	"crypto/rsa"

	"taxiway/internal/soap"
	"taxiway/internal/wapdoc"
)

// Renew gets the PC a certificate for a new key by the one it has ([MS-MDE2]
// 3.4.4.1.1.2, ROBO), writes it into the enrolment, and shows it from now on.
// facts are those of the enrolment.
func (c *Client) Renew(ctx context.Context, e *Enrolment, facts Facts, key *rsa.PrivateKey) error {
	old := c.identity(&c.mdm)
	if old == nil {
		return trouble(StepRenew, CodeNotEnrolled, "The PC has no certificate to renew.", "Enrol the PC first.")
	}
	found, err := c.find(ctx, cmp.Or(e.Discovery, c.below("/EnrollmentServer/Discovery.svc")), e.UPN)
	if err != nil {
		return err
	}
	csr, err := certificateRequest(key)
	if err != nil {
		return err
	}
	message, err := SignCMS(csr, old.Certificate, old.Key)
	if err != nil {
		return err
	}
	document, err := c.requestToken(ctx, StepRenew, found.EnrollmentServiceURL, old, nil, &soap.SecurityTokenRequest{
		TokenType: soap.TokenTypeDevice, RequestType: soap.Renew, Context: (&EnrolRequest{Facts: facts, Personal: e.Store == wapdoc.StoreUser}).context(),
		Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS7, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken(message)},
	})
	if err != nil {
		return err
	}
	r, err := wapdoc.ReadRenewal(document)
	if err != nil {
		return trouble(StepRenew, CodeProvision, "The document of the renewal is one that Windows refuses.", nextServer).because(err)
	}
	if r.ProviderID != e.ProviderID || r.Store != e.Store {
		return trouble(StepRenew, CodeProvision, "The renewal is for another account than this PC's.", nextServer)
	}
	leaf, p := verify(StepRenew, r.Client, key, e.Root, e.Intermediate)
	if p != nil {
		return p
	}
	e.Client = r.Client
	c.UseMDM(&Identity{leaf, key})
	return nil
}
