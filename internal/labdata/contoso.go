package labdata

import (
	"bytes"
	"slices"

	"taxiway/internal/hwhash"
)

// Sample is what a lab tenant is filled with.
type Sample struct {
	DisplayName string
	Domain      string
	Users       []User
	Groups      []Group
	Profiles    []Profile
	PCs         []hwhash.Row
}

// User is a person of the sample.
type User struct {
	UserPrincipalName, DisplayName, GivenName, Surname string
	Department, JobTitle                               string
	Role                                               string // directory role by name; most have none
}

// Group is a dynamic group of devices.
type Group struct {
	DisplayName, Description, Rule string
}

// Profile is a user-driven deployment profile with the settings of the
// tutorial "User-driven Microsoft Entra join"; everything it lets an admin hide
// is hidden.
type Profile struct {
	DisplayName, Description string
	UserType                 string // administrator, standard
	NameTemplate             string // empty: Apply device name template is No
	IncludedGroup            string // by display name
}

// sampleSeed makes the 25 PCs.
const sampleSeed = 2026

// plan is who gets which PC: group tag and, for some, the person it is for.
var plan = []struct{ tag, user string }{
	{"Sales", "adele.vance@contoso.example"},
	{"Office-Berlin", "alex.wilber@contoso.example"},
	{"Sales", ""},
	{"Office-Paris", ""},
	{"Office-Berlin", ""},
	{"Office-Paris", ""},
	{"Sales", "megan.bowen@contoso.example"},
	{"Sales", ""},
	{"Sales", ""},
	{"Office-Berlin", ""},
	{"Office-Paris", ""},
	{"Sales", ""},
	{"Kiosk", ""}, // no group takes this tag: the one PC that is left out
	{"Office-Berlin", ""},
	{"Sales", ""},
	{"Office-Paris", "lee.gu@contoso.example"},
	{"Sales", ""},
	{"Office-Berlin", ""},
	{"Sales", ""},
	{"Office-Berlin", ""},
	{"Office-Paris", ""},
	{"Office-Berlin", ""},
	{"Sales", ""},
	{"Office-Paris", ""},
	{"Sales", ""},
}

// Contoso is the sample tenant.
func Contoso() (Sample, error) {
	const domain = "contoso.example"
	person := func(given, surname, upn, department, title, role string) User {
		return User{UserPrincipalName: upn + "@" + domain, DisplayName: given + " " + surname, GivenName: given, Surname: surname, Department: department, JobTitle: title, Role: role}
	}
	s := Sample{
		DisplayName: "Contoso", Domain: domain,
		Users: []User{
			person("Adele", "Vance", "adele.vance", "Sales", "Account Manager", ""),
			person("Alex", "Wilber", "alex.wilber", "Marketing", "Marketing Assistant", "Helpdesk Administrator"),
			person("Diego", "Siciliani", "diego.siciliani", "IT", "Endpoint Administrator", "Intune Administrator"),
			person("Grady", "Archie", "grady.archie", "R&D", "Designer", ""),
			person("Lee", "Gu", "lee.gu", "Manufacturing", "Director", "Global Administrator"),
			person("Megan", "Bowen", "megan.bowen", "Sales", "Sales Manager", ""),
		},
		Groups: []Group{
			{"All Autopilot PCs", "Every PC registered for Windows Autopilot", `(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))`},
			{"Sales PCs", "PCs with the group tag Sales", `(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`},
			{"Office PCs", "PCs whose group tag begins with Office-", `(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:Office-"))`},
		},
		Profiles: []Profile{
			{"Office standard", "User-driven, named after the serial number", "standard", "CT-%SERIAL%", "Office PCs"},
			{"Sales administrator", "User-driven, the user administers the PC", "administrator", "", "Sales PCs"},
		},
	}
	pcs, err := Fleet(sampleSeed, len(plan))
	if err != nil {
		return Sample{}, err
	}
	for i := range pcs {
		row := pcs[i].Row
		row.GroupTag, row.AssignedUser = plan[i].tag, plan[i].user
		s.PCs = append(s.PCs, row)
	}
	return s, nil
}

// CSV is the sample's PCs as an Autopilot file.
func (s *Sample) CSV() ([]byte, error) {
	var b bytes.Buffer
	err := hwhash.WriteCSV(&b, slices.Clone(s.PCs))
	return b.Bytes(), err
}
