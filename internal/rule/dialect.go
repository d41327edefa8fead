package rule

import (
	"fmt"
	"strings"
)

// lookalike is a property that exists in a sibling dialect or in Graph, and what it is called here.
type lookalike struct{ dialect, here string }

const (
	filters     = "Intune assignment filters"
	conditional = "Conditional Access device filters"
	both        = filters + " and " + conditional
)

// deviceLookalikes come from the Intune page "App and device properties, operators, and rule editing
// when creating assignment filters", the Microsoft Entra page "Conditional Access: Filter for devices".
// Keys are folded.
var deviceLookalikes = map[string]lookalike{
	"devicename":             {filters, "displayName"},
	"manufacturer":           {both, "deviceManufacturer"},
	"model":                  {both, "deviceModel"},
	"osversion":              {filters, "deviceOSVersion"},
	"operatingsystem":        {conditional, "deviceOSType"},
	"operatingsystemversion": {both, "deviceOSVersion"},
	"operatingsystemsku":     {filters, ""},
	"cpuarchitecture":        {filters, ""},
	"trusttype":              {conditional, "deviceTrustType"},
	"iscompliant":            {conditional, ""},
	"mdmappid":               {conditional, "deviceManagementAppId"},
	"physicalids":            {conditional, "devicePhysicalIds"},
}

// renamed maps a folded Graph name to the rule language's, which keeps the old directory's names.
var renamed = [...]map[string]string{
	User: {
		"id": "objectId", "officelocation": "physicalDeliveryOfficeName", "mobilephone": "mobile",
		"businessphones": "telephoneNumber", "faxnumber": "facsimileTelephoneNumber",
		"onpremisessyncenabled": "dirSyncEnabled", "upn": "userPrincipalName",
	},
	Device: {"id": "objectId", "ismanaged": "managementType"},
}

// unknownProperty explains a name after "user." or "device." that the property table does not have.
func unknownProperty(k Kind, name string, pos int) *Error {
	folded := Fold(name)
	if other, ok := deviceLookalikes[folded]; ok && k == Device {
		remedy := "An Entra group rule cannot test it."
		if other.here != "" {
			remedy = fmt.Sprintf("In an Entra group rule write device.%s.", other.here)
		}
		return refuse(CodeWrongDialect, pos, name,
			fmt.Sprintf("Unsupported property '%s', which belongs to %s,", name, other.dialect), remedy)
	}
	remedy := ""
	switch {
	case renamed[k][folded] != "":
		remedy = fmt.Sprintf("Write %s.%s.", k, renamed[k][folded])
	case k == User && tables[Device].names[folded] != nil:
		remedy = tables[Device].names[folded].Name + " is a property of devices."
	case k == Device && tables[User].names[folded] != nil:
		remedy = tables[User].names[folded].Name + " is a property of users; a device rule cannot look at its owner."
	case strings.HasPrefix(folded, "extension_"):
		remedy = "An extension property is called user.extension_<32 hexadecimal digits>_<name>."
	default:
		if near := nearest(tables[k], folded); near != "" {
			remedy = fmt.Sprintf("Did you mean %s.%s?", k, near)
		}
	}
	return refuse(CodeUnsupportedProperty, pos, name, fmt.Sprintf("Unsupported property '%s'", name), remedy)
}

// nearest returns the property within two edits of a folded name, or "".
func nearest(t *table, folded string) string {
	best, name := 3, ""
	for _, p := range t.list {
		if d := distance(folded, Fold(p.Name)); d < best {
			best, name = d, p.Name
		}
	}
	return name
}

// distance is the number of single-byte edits between two names (Levenshtein); 3 stands for more.
func distance(a, b string) int {
	if len(a) > len(b)+2 || len(b) > len(a)+2 {
		return 3
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return min(row[len(b)], 3)
}
