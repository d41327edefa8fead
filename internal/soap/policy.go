package soap

import (
	"slices"
	"strconv"
)

// Providers of private keys, as Windows names them.
const (
	ProviderTPM      = "Microsoft Platform Crypto Provider"
	ProviderSoftware = "Microsoft Software Key Storage Provider"
)

// PolicyResponse is the one policy that a PC's certificate request should
// follow ([MS-XCEP] 3.1.4.1.2.2, [MS-MDE2] 3.3.4.1.1.2). What is not here has a
// fixed value or none: schema 3, revision 101.0, enrolment allowed, automatic
// enrolment not.
type PolicyResponse struct {
	PolicyID         string // may be ""
	CommonName       string // any, unique in the answer
	ValiditySeconds  uint64 // of the certificate
	RenewalSeconds   uint64 // before its end the PC should renew
	MinimalKeyLength uint32 // bits
	CryptoProviders  []string
	HashReference    int32 // ReferenceID of one of OIDs
	OIDs             []OID
}

// OID is an algorithm that a policy refers to ([MS-XCEP] 3.1.4.1.3.16).
type OID struct {
	Value       string // dotted
	Group       uint32 // 1 hash (old), 3 public key, 4 signing
	ReferenceID int32
	DefaultName string
}

// SHA256OID is the hash algorithm that Windows should sign requests with.
func SHA256OID() OID {
	return OID{Value: "2.16.840.1.101.3.4.2.1", Group: 4, ReferenceID: 0, DefaultName: "szOID_NIST_sha256"}
}

// RSAOID is the public key algorithm that goes with it.
func RSAOID() OID {
	return OID{Value: "1.2.840.113549.1.1.1", Group: 3, ReferenceID: 1, DefaultName: "szOID_RSA_RSA"}
}

func (*PolicyResponse) action() string { return ActionGetPoliciesResponse }

func (p *PolicyResponse) check(r *reading) {
	const path = "Envelope/Body/GetPoliciesResponse/"
	for i, oid := range p.OIDs {
		if slices.ContainsFunc(p.OIDs[:i], func(o OID) bool { return o.ReferenceID == oid.ReferenceID }) {
			r.fail(CodeDuplicate, path+"oIDs/oID/oIDReferenceID", "Two algorithms have one reference.", "Number the algorithms differently.")
		}
	}
	if !slices.ContainsFunc(p.OIDs, func(o OID) bool { return o.ReferenceID == p.HashReference }) {
		r.fail(CodeValue, path+"response/policies/policy/attributes/hashAlgorithmOIDReference", "No algorithm has this reference.", "Refer to one of the answer's oIDs.")
	}
}

func readPolicyResponse(r *reading, n *node) Body {
	response := r.need(n, nsPolicy, "response")
	policy := r.need(r.need(response, nsPolicy, "policies"), nsPolicy, "policy")
	attributes := r.need(policy, nsPolicy, "attributes")
	if schema := r.number(attributes, nsPolicy, "policySchema", 32); r.err == nil && schema != 3 {
		r.fail(CodeValue, attributes.path()+"/policySchema", "The schema is not 3.", remedyProtocol)
	}
	permission := r.need(attributes, nsPolicy, "permission")
	if enroll := r.value(permission, nsPolicy, "enroll"); r.err == nil && enroll != "true" {
		r.fail(CodeValue, permission.path()+"/enroll", "The policy does not allow to enrol.", "Give a policy that does.")
	}
	validity := r.need(attributes, nsPolicy, "certificateValidity")
	key := r.need(attributes, nsPolicy, "privateKeyAttributes")
	p := &PolicyResponse{
		PolicyID:         r.value(response, nsPolicy, "policyID"),
		CommonName:       r.value(attributes, nsPolicy, "commonName"),
		ValiditySeconds:  r.number(validity, nsPolicy, "validityPeriodSeconds", 64),
		RenewalSeconds:   r.number(validity, nsPolicy, "renewalPeriodSeconds", 64),
		MinimalKeyLength: uint32(r.number(key, nsPolicy, "minimalKeyLength", 32)), //nolint:gosec // read as 32 bits
		HashReference:    readReference(r, attributes, "hashAlgorithmOIDReference"),
	}
	for _, provider := range r.all(r.one(key, nsPolicy, "cryptoProviders"), nsPolicy, "provider") {
		p.CryptoProviders = append(p.CryptoProviders, r.text(provider))
	}
	for _, oid := range r.all(r.need(n, nsPolicy, "oIDs"), nsPolicy, "oID") {
		p.OIDs = append(p.OIDs, OID{
			Value:       r.value(oid, nsPolicy, "value"),
			Group:       uint32(r.number(oid, nsPolicy, "group", 32)), //nolint:gosec // read as 32 bits
			ReferenceID: readReference(r, oid, "oIDReferenceID"),
			DefaultName: r.value(oid, nsPolicy, "defaultName"),
		})
	}
	return p
}

// readReference reads an xs:int, which may be below zero.
func readReference(r *reading, parent *node, local string) int32 {
	n := r.need(parent, nsPolicy, local)
	text := r.text(n)
	if n == nil || r.err != nil {
		return 0
	}
	v, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		r.fail(CodeValue, n.path(), "The text is no reference.", "Send a whole number in decimal digits.")
	}
	return int32(v)
}

func (p *PolicyResponse) write(w *writer) {
	w.open("GetPoliciesResponse", "xmlns", nsPolicy)
	w.open("response")
	w.leaf("policyID", p.PolicyID)
	w.null("policyFriendlyName", "")
	w.null("nextUpdateHours", "")
	w.null("policiesNotChanged", "")
	w.open("policies")
	w.open("policy")
	w.number("policyOIDReference", 0)
	w.null("cAs", "")
	p.writeAttributes(w)
	w.close("policy")
	w.close("policies")
	w.close("response")
	w.null("cAs", "")
	w.open("oIDs")
	for _, oid := range p.OIDs {
		w.open("oID")
		w.leaf("value", oid.Value)
		w.number("group", uint64(oid.Group))
		w.leaf("oIDReferenceID", strconv.Itoa(int(oid.ReferenceID)))
		w.leaf("defaultName", oid.DefaultName)
		w.close("oID")
	}
	w.close("oIDs")
	w.close("GetPoliciesResponse")
}

// writeAttributes keeps the sequence of [MS-XCEP] 3.1.4.1.3.1, which has no
// optional element, only such without a value.
func (p *PolicyResponse) writeAttributes(w *writer) {
	w.open("attributes")
	w.leaf("commonName", p.CommonName)
	w.number("policySchema", 3)
	w.open("certificateValidity")
	w.number("validityPeriodSeconds", p.ValiditySeconds)
	w.number("renewalPeriodSeconds", p.RenewalSeconds)
	w.close("certificateValidity")
	w.open("permission")
	w.leaf("enroll", "true")
	w.leaf("autoEnroll", "false")
	w.close("permission")
	w.open("privateKeyAttributes")
	w.number("minimalKeyLength", uint64(p.MinimalKeyLength))
	for _, unused := range []string{"keySpec", "keyUsageProperty", "permissions", "algorithmOIDReference"} {
		w.null(unused, "")
	}
	if len(p.CryptoProviders) == 0 {
		w.null("cryptoProviders", "")
	} else {
		w.open("cryptoProviders")
		for _, provider := range p.CryptoProviders {
			w.leaf("provider", provider)
		}
		w.close("cryptoProviders")
	}
	w.close("privateKeyAttributes")
	w.open("revision")
	w.number("majorRevision", 101)
	w.number("minorRevision", 0)
	w.close("revision")
	for _, unused := range []string{"supersededPolicies", "privateKeyFlags", "subjectNameFlags", "enrollmentFlags", "generalFlags"} {
		w.null(unused, "")
	}
	w.leaf("hashAlgorithmOIDReference", strconv.Itoa(int(p.HashReference)))
	for _, unused := range []string{"rARequirements", "keyArchivalAttributes", "extensions"} {
		w.null(unused, "")
	}
	w.close("attributes")
}
