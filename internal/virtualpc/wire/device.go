package wire

import (
	"context"
	"strings"

	"taxiway/internal/syncml"
)

// Device is a PC under management: its trees, who sits at it, and what the
// server's commands set off. Trees and the fields without a function are for the
// PC's disk.
type Device struct {
	Enrolment *Enrolment
	Tree      *Tree
	Users     map[string]*Tree // by UPN, in lower case
	Sessions  int              // that were held; the next one's number follows
	// SignedIn is the UPN of who sits at the PC, "" for nobody.
	SignedIn string `json:"-"`

	// Install says how the installation of a downloaded and checked MSI ends; nil
	// ends it well. Status MSIInstalling leaves it going on: see SetMSI.
	Install func(ctx context.Context, job MSIJob) (status int, code int64) `json:"-"`
	// The rest hears of commands that the PC carries out after the session; nil
	// for nobody.
	Reboot  func()                                    `json:"-"`
	Rename  func(name string)                         `json:"-"` // the template of DNSComputerName or ComputerName
	Wipe    func(kind string)                         `json:"-"` // the last part of the path below RemoteWipe
	Reset   func()                                    `json:"-"` // Autopilot Reset
	Renew   func()                                    `json:"-"` // the certificate, now
	Changed func(kind syncml.Kind, uri, value string) `json:"-"` // every change of a tree, before an Atomic may undo it
	left    bool
}

// NewDevice is a PC just enrolled, with what its provisioning document planted.
func NewDevice(e *Enrolment, f *DeviceFacts) *Device {
	d := &Device{Enrolment: e, Tree: NewDeviceTree(f), Users: map[string]*Tree{}}
	provider := "./Vendor/MSFT/DMClient/Provider/" + e.ProviderID
	d.Tree.Set(provider+"/EntDMID", "", e.EntDMID)
	d.Tree.Set(provider+"/UPN", "", e.UPN)
	for _, name := range []string{"SkipDeviceStatusPage", "SkipUserStatusPage"} {
		d.Tree.Set(provider+"/FirstSyncStatus/"+name, "bool", "true")
	}
	return d
}

// User is the tree of somebody at the PC.
func (d *Device) User(upn string) *Tree {
	upn = strings.ToLower(upn)
	t, ok := d.Users[upn]
	if !ok {
		t = NewUserTree()
		if d.Users == nil {
			d.Users = map[string]*Tree{}
		}
		d.Users[upn] = t
	}
	return t
}

// owned tells whether who enrolled the PC sits at it: only then its user's
// settings can be reached.
func (d *Device) owned() bool {
	return d.SignedIn != "" && strings.EqualFold(d.SignedIn, d.Enrolment.UPN)
}

// login is who is signed in, in the words of the alert.
func (d *Device) login() string {
	switch {
	case d.SignedIn == "":
		return syncml.LoginNone
	case d.owned():
		return syncml.LoginUser
	default:
		return syncml.LoginOthers
	}
}

// FirstSync reads a node of FirstSyncStatus (DMClient CSP) of the device, or of
// its owner.
func (d *Device) FirstSync(user bool, name string) (string, bool) {
	t := d.Tree
	if user {
		t = d.User(d.Enrolment.UPN)
	}
	return t.Value("./Vendor/MSFT/DMClient/Provider/" + d.Enrolment.ProviderID + "/FirstSyncStatus/" + name)
}
