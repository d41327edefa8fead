package drs

import "taxiway/internal/directory"

// administratorsSID is the local group Administrators ([MS-DTYP] 2.4.2.4).
const administratorsSID = "S-1-5-32-544"

// localAdmins says who becomes a local administrator of a PC that joined: the
// person, unless the settings of the directory or the Autopilot profile say
// standard user, and those who hold a role for it. A registered PC is its
// owner's own: nothing changes.
func localAdmins(kind directory.JoinType, j *directory.Joined, standardUser bool) []membershipChange {
	if kind != directory.JoinEntra {
		return []membershipChange{}
	}
	sids := []string{directory.ObjectID(directory.JoinedDeviceLocalAdministrator).SID()}
	if j.GlobalAdmins {
		sids = append(sids, directory.ObjectID(directory.GlobalAdministrator).SID())
	}
	if j.LocalAdmin && !standardUser {
		sids = append(sids, j.User.ID.SID())
	}
	return []membershipChange{{administratorsSID, sids}}
}
