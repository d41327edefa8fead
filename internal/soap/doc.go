// Package soap reads and writes the SOAP messages of Windows enrolment:
// discovery, certificate policy, certificate request, and the faults of all
// three. It goes both ways, because the server, the virtual PC and the tests
// speak the same language from two sides. It knows no HTTP.
//
//	body                   action ends in        who sends it  source
//	Discover               Discover              PC            [MS-MDE2] 3.1.4.1.1.1
//	DiscoverResponse       DiscoverResponse      server        [MS-MDE2] 3.1.4.1.1.2
//	GetPolicies            GetPolicies           PC            [MS-MDE2] 3.3.4.1.1.1, [MS-XCEP] 3.1.4.1.2.1
//	PolicyResponse         GetPoliciesResponse   server        [MS-MDE2] 3.3.4.1.1.2, [MS-XCEP] 3.1.4.1.2.2
//	SecurityTokenRequest   RST/wstep             PC            [MS-MDE2] 3.4.4.1.1.1, [MS-WSTEP] 3.1.4.1.2.5
//	SecurityTokenResponse  RSTRC/wstep           server        [MS-MDE2] 3.4.4.1.1.3, [MS-WSTEP] 3.1.4.1.2.6
//	Fault                  of the failed answer  server        [MS-MDE2] 2.2.10
//
//	file          what it has
//	message.go    Message, Header, Body; Decode, DecodeResponse, Encode
//	names.go      namespaces, actions, token types
//	security.go   Security: Timestamp, UsernameToken, BinarySecurityToken
//	base64.go     DecodeToken, EncodeToken
//	discover.go   Discover, DiscoverResponse, version negotiation
//	policies.go   GetPolicies
//	policy.go     PolicyResponse, OID
//	request.go    SecurityTokenRequest
//	context.go    ContextItem and the names of the items
//	response.go   SecurityTokenResponse
//	fault.go      Fault, subcodes, error types and their HRESULTs
//	error.go      Error
//	tree.go       XML into a tree, with limits
//	read.go       values out of the tree
//	write.go      XML out, the same bytes every time
//
// Reading is tolerant where clients differ: either SOAP version, blanks around
// identifiers, attributes with or without a prefix, a slash after the discovery
// namespace, elements and headers it does not know. It is strict where a
// message could mean two things: an element or header it reads may stand once.
// Document types, entities and processing instructions are refused, and so is
// what is over a limit. Encode holds its messages to the same rules as Decode,
// so whatever was read can be written.
//
// Who the caller is and whether a certificate may be issued is decided by the
// mdm edge; nothing here verifies a token or a certificate request. The
// document inside a SecurityTokenResponse is package wapdoc's.
package soap
