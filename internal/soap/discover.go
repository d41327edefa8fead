package soap

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// AuthPolicy is how a PC proves who is enrolling.
type AuthPolicy string

// The policies of [MS-MDE2] 3.1.4.1.3.2.
const (
	OnPremise   AuthPolicy = "OnPremise"   // user name and password
	Federated   AuthPolicy = "Federated"   // a token of a sign-in page or of Entra
	Certificate AuthPolicy = "Certificate" // a certificate the PC has already
)

// Discover asks where to enrol ([MS-MDE2] 3.1.4.1.3.1). Everything in it is a
// claim of the PC; "" is what it did not send.
type Discover struct {
	EmailAddress       string
	RequestVersion     string // decimal, "1.0" to "9.0" so far
	DeviceType         string // "CIMClient_Windows" on PCs
	ApplicationVersion string // of Windows, "10.0.26100.1742"
	OSEdition          string // Windows' product type, a number
	OSVersion          string // of Windows, older clients
	AuthPolicies       []AuthPolicy
}

// Accepts says whether the PC can do policy. A PC that names none is taken to
// do what every Windows does.
func (d *Discover) Accepts(policy AuthPolicy) bool {
	if len(d.AuthPolicies) == 0 {
		return policy == OnPremise || policy == Federated
	}
	return slices.Contains(d.AuthPolicies, policy)
}

// LowerVersion is the enrolment version of the answer: the lower of what the
// PC asks for and what the server knows, or ours when asked is no number.
func LowerVersion(asked, ours string) string {
	a, err := version(asked)
	if err != nil {
		return ours
	}
	if b, err := version(ours); err == nil && slices.Compare(a, b) < 0 {
		return asked
	}
	return ours
}

func version(text string) ([]uint64, error) {
	var parts []uint64
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil {
			return nil, err
		}
		parts = append(parts, n)
	}
	return parts, nil
}

func (*Discover) action() string { return ActionDiscover }
func (*Discover) check(*reading) {}

func readDiscover(r *reading, n *node) Body {
	n = r.need(n, nsDiscovery, "request")
	d := &Discover{
		EmailAddress:       r.value(n, nsDiscovery, "EmailAddress"),
		RequestVersion:     r.value(n, nsDiscovery, "RequestVersion"),
		DeviceType:         r.value(n, nsDiscovery, "DeviceType"),
		ApplicationVersion: r.value(n, nsDiscovery, "ApplicationVersion"),
		OSEdition:          r.value(n, nsDiscovery, "OSEdition"),
		OSVersion:          r.value(n, nsDiscovery, "OSVersion"),
	}
	for _, policy := range r.all(r.one(n, nsDiscovery, "AuthPolicies"), nsDiscovery, "AuthPolicy") {
		d.AuthPolicies = append(d.AuthPolicies, AuthPolicy(r.text(policy)))
	}
	return d
}

func (d *Discover) write(w *writer) {
	w.open("Discover", "xmlns", nsDiscovery)
	w.open("request", "xmlns:i", nsInstance)
	w.leaf("EmailAddress", d.EmailAddress)
	w.optional("RequestVersion", d.RequestVersion)
	w.optional("DeviceType", d.DeviceType)
	w.optional("ApplicationVersion", d.ApplicationVersion)
	w.optional("OSEdition", d.OSEdition)
	w.optional("OSVersion", d.OSVersion)
	w.open("AuthPolicies")
	for _, policy := range d.AuthPolicies {
		w.leaf("AuthPolicy", string(policy))
	}
	w.close("AuthPolicies")
	w.close("request")
	w.close("Discover")
}

// DiscoverResponse says how and where to enrol ([MS-MDE2] 3.1.4.1.3.2). All
// URLs are absolute and https.
type DiscoverResponse struct {
	AuthPolicy               AuthPolicy
	EnrollmentVersion        string // see LowerVersion
	PolicyServiceURL         string // for GetPolicies; "" makes Windows use its own policy
	EnrollmentServiceURL     string // for the certificate request
	AuthenticationServiceURL string // the sign-in page of Federated
}

func (*DiscoverResponse) action() string { return ActionDiscoverResponse }

func (d *DiscoverResponse) check(r *reading) {
	const path = "Envelope/Body/DiscoverResponse/DiscoverResult/"
	if !slices.Contains([]AuthPolicy{OnPremise, Federated, Certificate}, d.AuthPolicy) {
		r.fail(CodeValue, path+"AuthPolicy", "The policy is none of OnPremise, Federated and Certificate.", remedyProtocol)
	}
	for _, address := range []struct {
		element, value string
		needed         bool
	}{
		{"EnrollmentPolicyServiceUrl", d.PolicyServiceURL, false},
		{"EnrollmentServiceUrl", d.EnrollmentServiceURL, true},
		{"AuthenticationServiceUrl", d.AuthenticationServiceURL, d.AuthPolicy == Federated},
	} {
		switch {
		case address.value == "" && address.needed:
			r.fail(CodeMissing, path+address.element, "The address is missing.", "Give an absolute https URL.")
		case address.value != "" && !secure(address.value):
			r.fail(CodeValue, path+address.element, "The address is no absolute https URL.", "Give an absolute https URL.")
		}
	}
}

func secure(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

func readDiscoverResponse(r *reading, n *node) Body {
	n = r.need(n, nsDiscovery, "DiscoverResult")
	return &DiscoverResponse{
		AuthPolicy:               AuthPolicy(r.value(n, nsDiscovery, "AuthPolicy")),
		EnrollmentVersion:        r.value(n, nsDiscovery, "EnrollmentVersion"),
		PolicyServiceURL:         r.value(n, nsDiscovery, "EnrollmentPolicyServiceUrl"),
		EnrollmentServiceURL:     r.value(n, nsDiscovery, "EnrollmentServiceUrl"),
		AuthenticationServiceURL: r.value(n, nsDiscovery, "AuthenticationServiceUrl"),
	}
}

func (d *DiscoverResponse) write(w *writer) {
	w.open("DiscoverResponse", "xmlns", nsDiscovery)
	w.open("DiscoverResult")
	w.leaf("AuthPolicy", string(d.AuthPolicy))
	w.optional("EnrollmentVersion", d.EnrollmentVersion)
	w.optional("EnrollmentPolicyServiceUrl", d.PolicyServiceURL)
	w.leaf("EnrollmentServiceUrl", d.EnrollmentServiceURL)
	w.optional("AuthenticationServiceUrl", d.AuthenticationServiceURL)
	w.close("DiscoverResult")
	w.close("DiscoverResponse")
}
