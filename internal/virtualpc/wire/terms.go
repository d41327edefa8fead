package wire

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
)

// termsRedirect is the page of Windows that waits for the decision.
const termsRedirect = "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS"

// Terms shows the device management's terms of use before the PC joins, and
// returns what the enrolment has to bring along. at is the address that the
// sign-in gave; token is of a sign-in with PurposeManage. A person who does not accept gets a Problem with CodeDeclined:
// a join has no way round.
func (c *Client) Terms(ctx context.Context, at, token string, accept func(context.Context, *PageView) (bool, error)) (blob string, err error) {
	id := newGUID()
	to, p := secure(StepTerms, at)
	if p != nil {
		return "", p
	}
	q := to.Query()
	for name, value := range map[string]string{"redirect_uri": termsRedirect, "client-request-id": id, "api-version": "1.0", "mode": "azureadjoin"} {
		q.Set(name, value)
	}
	to.RawQuery = q.Encode()
	b := &browser{c: c, step: StepTerms, site: to.Host}
	v, err := b.open(ctx, to.String(), http.Header{"Authorization": {"Bearer " + token}, "Cxh-Host": {"FRX"}})
	if err != nil {
		return "", err
	}
	if v.away == nil {
		if v.view.Kind != PageTerms {
			return "", refusedPage(StepTerms, v.page)
		}
		yes, err := accept(ctx, &v.view)
		if err != nil {
			return "", cancelled(StepTerms, err)
		}
		if !yes {
			return "", trouble(StepTerms, CodeDeclined, "The terms of use were not accepted.", "Accept the terms of use to set up this PC for your organization.")
		}
		if v, err = b.submit(ctx, v.page, v.deciding("accept"), url.Values{inputDecision: {"accept"}}); err != nil {
			return "", err
		}
	}
	return decided(v, id)
}

// decided takes the answer that comes back to Windows.
func decided(v *view, id string) (string, error) {
	if v.away == nil {
		return "", refusedPage(StepTerms, v.page)
	}
	values := v.away.Query()
	switch {
	case (&url.URL{Scheme: v.away.Scheme, Host: v.away.Host, Path: v.away.Path}).String() != termsRedirect:
		return "", trouble(StepTerms, CodeRedirected, "The terms lead to "+v.away.Scheme+"://"+v.away.Host+" instead of back to Windows.", nextServer)
	case values.Get("error") != "":
		return "", &Problem{Code: values.Get("error"), Reason: values.Get("error"), Step: StepTerms, Message: values.Get("error_description"), Next: nextServer}
	case values.Get("client-request-id") != id:
		return "", trouble(StepTerms, CodeRequest, "The answer belongs to other terms than those that were shown.", nextAgain)
	case values.Get("IsAccepted") != "true":
		return "", trouble(StepTerms, CodeDeclined, "The terms of use were not accepted.", "Accept the terms of use to set up this PC for your organization.")
	}
	return values.Get("OpaqueBlob"), nil
}

// newGUID is a random GUID (RFC 9562, version 4).
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
