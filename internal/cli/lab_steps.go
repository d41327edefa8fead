package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
)

// labPermissions are what the lab's app may do besides what every command line
// may: the tutorial's first two steps are settings of the tenant.
func labPermissions() []string {
	return append(commandPermissions(), "DeviceManagementManagedDevices.Read.All", "Policy.ReadWrite.DeviceConfiguration", "Policy.ReadWrite.MobilityManagement")
}

// labStep is one of the eight steps of the tutorial "User-driven Microsoft
// Entra join", done.
type labStep struct {
	Number int           `json:"step"`
	Title  string        `json:"title"`
	Text   string        `json:"result"`
	Took   time.Duration `json:"took"` // in nanoseconds
}

// labPlan does the steps that an admin does, in Graph.
type labPlan struct {
	client *graphclient.Client
	pc     labdata.VirtualPC
	serial string
	hash   string
}

type labWork struct {
	title string
	do    func(context.Context) (string, error)
}

// before are the steps before the PC is switched on.
func (p *labPlan) before() []labWork {
	return []labWork{
		{"Set up Windows automatic Intune enrollment", p.enrolAll},
		{"Allow users to join devices to Microsoft Entra ID", p.joinAll},
		{"Register devices as Autopilot devices", p.register},
		{"Create a device group", p.group},
		{"Configure and assign Autopilot Enrollment Status Page (ESP)", p.statusPage},
		{"Create and assign Autopilot profile", p.profile},
		{"Assign Autopilot device to a user (optional)", p.user},
	}
}

func (p *labPlan) enrolAll(ctx context.Context) (string, error) {
	return "MDM user scope All", p.client.SetMDMUserScope(ctx, "all")
}

func (p *labPlan) joinAll(ctx context.Context) (string, error) {
	_, err := p.client.LetUsersJoin(ctx)
	return "All", err
}

func (p *labPlan) register(ctx context.Context) (string, error) {
	row := hwhash.Row{Line: 1, SerialNumber: p.serial, HardwareHash: p.hash, GroupTag: p.pc.GroupTag}
	report := importReport{File: p.pc.Name, Rows: 1}
	if err := importRows(ctx, p.client, []hwhash.Row{row}, &report, func(int) {}); err != nil {
		return "", err
	}
	if report.failed() {
		problem := report.Problems[0]
		return "", fmt.Errorf("register the virtual PC: %d %s: %s", problem.ErrorCode, problem.Code, problem.Reason)
	}
	return "serial number " + p.serial + ", group tag " + p.pc.GroupTag, nil
}

// group finds the group that the PC's tag brings it into.
func (p *labPlan) group(ctx context.Context) (string, error) {
	found, err := listDevices(ctx, p.client, graphclient.List{Filter: "serialNumber eq '" + p.serial + "'"})
	if err != nil {
		return "", err
	}
	if len(found) != 1 {
		return "", fmt.Errorf("there are %d registered devices with the serial number %s", len(found), p.serial)
	}
	for _, name := range found[0].Groups {
		if name == p.pc.Group {
			return name + ", of which the PC is a member", nil
		}
	}
	return "", fmt.Errorf("the group tag %s does not bring the virtual PC into the group %s any more", p.pc.GroupTag, p.pc.Group)
}

// statusPage makes the status page once; one that somebody changed since stays.
func (p *labPlan) statusPage(ctx context.Context) (string, error) {
	text := "“" + p.pc.StatusPage + "”, assigned to " + p.pc.Group
	_, err := p.client.StatusPageNamed(ctx, p.pc.StatusPage)
	if wrong, ok := errors.AsType[*graphclient.Error](err); err == nil || !ok || wrong.Status != http.StatusNotFound {
		return text, err
	}
	group, err := p.client.Group(ctx, p.pc.Group)
	if err != nil {
		return "", err
	}
	made, err := p.client.CreateStatusPage(ctx, graphclient.StatusPage{
		DisplayName: p.pc.StatusPage, Description: "What a PC waits for before its desktop", ShowProgress: true, TimeoutMinutes: 60,
		AllowReset: true, AllowLogCollection: true, OnlyOOBE: true,
	})
	if err != nil {
		return "", err
	}
	return text, p.client.AssignStatusPage(ctx, made.ID, graphclient.Target{Type: graphclient.TargetGroup, GroupID: group.ID})
}

func (p *labPlan) profile(ctx context.Context) (string, error) {
	d, err := p.client.DeviceIdentity(ctx, p.serial)
	if err != nil {
		return "", err
	}
	if name := d.ProfileName(); name == "" {
		return "", fmt.Errorf("the virtual PC's Profile status is %s: 'taxiway device why %s' says why", d.Status(), p.serial)
	}
	return d.ProfileName() + ", Profile status " + string(d.Status()), nil
}

func (p *labPlan) user(ctx context.Context) (string, error) {
	d, err := p.client.DeviceIdentity(ctx, p.serial)
	if err != nil {
		return "", err
	}
	return p.pc.User, p.client.AssignUser(ctx, d.ID, p.pc.User, "")
}
