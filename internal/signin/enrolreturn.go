package signin

import "regexp"

// EnrolPath is where a person signs in to enrol a PC, below the tenant: the
// pages end in a token for the PC instead of an answer to an app.
const EnrolPath = "/enroll"

// enrolReturn is the address of an app of the PC itself, as Windows' web
// authentication broker has it: never a site.
var enrolReturn = regexp.MustCompile(`^ms-app://[A-Za-z0-9][A-Za-z0-9._-]{0,199}/?$`)

// EnrolReturn reports whether an address may be given the token ([MS-MDE2] 3.2:
// the parameter appru).
func EnrolReturn(address string) bool { return enrolReturn.MatchString(address) }
