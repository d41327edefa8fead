package servertest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"taxiway/internal/servertest"
)

// office is a tenant with nothing in it but what the tutorial makes.
type office struct {
	*servertest.Tenant

	t *testing.T
	p *servertest.Process
}

func newOffice(t *testing.T, p *servertest.Process) *office {
	t.Helper()
	return &office{p.NewTenant(t, "Contoso", true), t, p}
}

func (o *office) group(name string, members ...string) string {
	o.t.Helper()
	g := id(o.t, o.p.Must(o.t, o.Token, http.MethodPost, "/v1.0/groups", plainGroup(name), http.StatusCreated))
	for _, m := range members {
		o.add(g, m)
	}
	return g
}

func (o *office) add(group, member string) {
	o.t.Helper()
	o.p.Must(o.t, o.Token, http.MethodPost, "/v1.0/groups/"+group+"/members/$ref", reference(member), http.StatusNoContent)
}

func (o *office) remove(group, member string) {
	o.t.Helper()
	o.p.Must(o.t, o.Token, http.MethodDelete, "/v1.0/groups/"+group+"/members/"+member+"/$ref", nil, http.StatusNoContent)
}

func (o *office) profile(name string) string {
	o.t.Helper()
	return id(o.t, o.p.Must(o.t, o.Token, http.MethodPost, profiles, tutorialProfile(name), http.StatusCreated))
}

// assign gives a profile a target and returns the assignment.
func (o *office) assign(profile, kind, group string) string {
	o.t.Helper()
	return id(o.t, o.p.Must(o.t, o.Token, http.MethodPost, profiles+"/"+profile+"/assignments", target(kind, group), http.StatusCreated))
}

func (o *office) unassign(profile, assignment string) {
	o.t.Helper()
	o.p.Must(o.t, o.Token, http.MethodDelete, profiles+"/"+profile+"/assignments/"+assignment, nil, http.StatusNoContent)
}

// officePC is a PC that an admin imported.
type officePC struct {
	*servertest.PC

	hash, identity, object string
}

func (o *office) register(serial string) *officePC {
	o.t.Helper()
	pc := &officePC{PC: servertest.NewPC(o.t, serial)}
	pc.hash = pc.Hash(o.t)
	_, pc.identity = register(o.t, o.p, o.Token, pc.PC, pc.hash, "", "")
	device, _ := o.p.Must(o.t, o.Token, http.MethodGet, identities+"/"+pc.identity, nil, http.StatusOK).JSON["azureAdDeviceId"].(string)
	pc.object = id(o.t, o.p.Must(o.t, o.Token, http.MethodGet, "/v1.0/devices(deviceId='"+device+"')", nil, http.StatusOK))
	return pc
}

// shows checks a PC's Profile status, the assigned profile, Date assigned, and
// that the reason holds these words; and that the PC gets just that profile.
func (o *office) shows(when string, pc *officePC, status, profile string, reason ...string) {
	o.t.Helper()
	why := o.p.Must(o.t, o.Token, http.MethodGet, identities+"/"+pc.identity+"/explain", nil, http.StatusOK).JSON
	d := o.p.Must(o.t, o.Token, http.MethodGet, identities+"/"+pc.identity+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
	named := ""
	if p, ok := d["deploymentProfile"].(object); ok {
		named, _ = p["displayName"].(string)
	}
	dated := d["deploymentProfileAssignedDateTime"] != "0001-01-01T00:00:00Z" && d["deploymentProfileAssignedDateTime"] != nil
	if why["profileStatus"] != status || named != profile || dated != (profile != "") || why["readyToDeploy"] != (status == "Assigned") {
		o.t.Errorf("%s: %v with the profile %q, assigned at %v, ready %v; want %s with %q", when, why["profileStatus"], named, d["deploymentProfileAssignedDateTime"], why["readyToDeploy"], status, profile)
	}
	said := fmt.Sprint(why["explanation"], why["profiles"], why["remedies"])
	for _, words := range reason {
		if !strings.Contains(said, words) {
			o.t.Errorf("%s: the explanation does not say %q: %s", when, words, said)
		}
	}
	_, got := o.p.AskProven(o.t, "/ztd/profile", pc.PC, pc.hash)
	if profile == "" {
		refusedWith(o.t, when, got, 815, "ZtdDeviceHasNoAssignedProfile")
	} else if got["DeploymentProfileName"] != profile {
		o.t.Errorf("%s: the PC got %v, want %s", when, got, profile)
	}
}

func TestAPCInAnExcludedGroupIsNotAssignedAndToldWhy(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		o := newOffice(t, servertest.Start(t, db).First())
		pc := o.register("PF-1")
		o.shows("in no group", pc, "Not assigned", "")
		sales := o.profile("Sales profile")
		group := o.group("Sales PCs", pc.object)
		by := o.assign(sales, "exclusionGroupAssignmentTarget", group)
		o.shows("the group was added under Excluded groups by mistake", pc, "Not assigned", "", "Sales PCs", "xclu")
		o.unassign(sales, by)
		o.assign(sales, "groupAssignmentTarget", group)
		o.shows("the group is under Included groups", pc, "Assigned", "Sales profile")
		broken := o.group("PCs for repair", pc.object)
		o.assign(sales, "exclusionGroupAssignmentTarget", broken)
		o.shows("also in an excluded group", pc, "Not assigned", "", "PCs for repair")
		o.remove(broken, pc.object)
		o.shows("out of the excluded group", pc, "Assigned", "Sales profile")
	})
}

func TestOfTwoProfilesAPCGetsTheOlderOneAndAllDevicesIsForTheRest(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		o := newOffice(t, servertest.Start(t, db).First())
		pc, lone := o.register("PF-1"), o.register("PF-2")
		older, newer, all := o.profile("Older"), o.profile("Newer"), o.profile("For all")
		sales, pilots := o.group("Sales PCs", pc.object), o.group("Pilot PCs", pc.object)
		o.assign(newer, "groupAssignmentTarget", pilots)
		o.shows("one profile", pc, "Assigned", "Newer")
		by := o.assign(older, "groupAssignmentTarget", sales)
		o.shows("two profiles", pc, "Assigned", "Older", "Newer", "older")
		o.shows("in no group", lone, "Not assigned", "")
		o.assign(all, "allDevicesAssignmentTarget", "")
		o.shows("two profiles, and one for all devices", pc, "Assigned", "Older")
		o.shows("in no group, with a profile for all devices", lone, "Assigned", "For all")
		o.unassign(older, by)
		o.shows("the older one was taken away", pc, "Assigned", "Newer")
		o.remove(pilots, pc.object)
		o.shows("out of both groups", pc, "Assigned", "For all")
	})
}

// After a new mainboard and TPM a PC gets no profile until somebody deregisters
// it and registers what it is now.
func TestAPCThatNeedsAttentionGetsItsProfileOnceItIsRegisteredAnew(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		d := e.deployed(t, p, e.member(t, p, "ann"))
		repaired := servertest.NewPC(t, e.pc.Hardware.SystemSerial)
		repaired.Hardware.SMBIOSUUID = "11111111-2222-4333-8444-555555555555"
		hash := repaired.Hash(t)
		d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", hash)
		e.checksIn(t, d)
		why := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity+"/explain", nil, http.StatusOK).JSON
		if why["profileStatus"] != "Attention required" || why["statusMessage"] != nil || why["readyToDeploy"] != false || len(why["remedies"].([]any)) == 0 {
			t.Errorf("the PC is %v, ready %v, message %v, remedies %v", why["profileStatus"], why["readyToDeploy"], why["statusMessage"], why["remedies"])
		}
		for name, pc := range map[string]*servertest.PC{"as it is": repaired, "as it was": e.pc} {
			_, got, _ := knock(t, p, "/ztd/profile", asks(pc, pc.Hash(t)))
			refusedWith(t, "the PC "+name, got, 908, "HardwareMismatchDetected")
		}
		p.Must(t, e.Token, http.MethodDelete, identities+"/"+e.identity, nil, http.StatusNoContent)
		_, got, _ := knock(t, p, "/ztd/profile", asks(repaired, hash))
		refusedWith(t, "deregistered", got, 807, "ZtdDeviceIsNotRegistered")
		if _, anew := register(t, p, e.Token, repaired, hash, "Sales", ""); anew == e.identity {
			t.Error("the registration is the old one")
		}
		if status, got := p.AskProven(t, "/ztd/profile", repaired, hash); status != http.StatusOK || got["DeploymentProfileName"] != "Sales profile of Contoso" || got["DeviceTicket"] == nil {
			t.Errorf("registered anew the PC got %d %v", status, got)
		}
		_, got, _ = knock(t, p, "/ztd/profile", asks(e.pc, e.hash))
		refusedWith(t, "the board that was taken out", got, 908, "HardwareMismatchDetected")
	})
}
