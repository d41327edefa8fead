package graphclient

import (
	"context"
	"net/http"
)

const enrolmentConfigurations = "/deviceManagement/deviceEnrollmentConfigurations"

// StatusPage is Graph's windows10EnrollmentCompletionPageConfiguration: an
// Enrollment Status Page.
type StatusPage struct {
	Type               string `json:"@odata.type"`
	ID                 string `json:"id,omitempty"`
	DisplayName        string `json:"displayName"`
	Description        string `json:"description"`
	ShowProgress       bool   `json:"showInstallationProgress"`
	DoNotBlock         bool   `json:"blockDeviceSetupRetryByUser"` // false blocks device use until all apps are installed
	AllowReset         bool   `json:"allowDeviceResetOnInstallFailure"`
	AllowUse           bool   `json:"allowDeviceUseOnInstallFailure"`
	AllowLogCollection bool   `json:"allowLogCollectionOnInstallFailure"`
	TimeoutMinutes     int    `json:"installProgressTimeoutInMinutes"`
	CustomErrorMessage string `json:"customErrorMessage"`
	OnlyOOBE           bool   `json:"trackInstallProgressForAutopilotOnly"`
}

const statusPageType = "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration"

// StatusPageNamed finds an Enrollment Status Page by its name.
func (c *Client) StatusPageNamed(ctx context.Context, name string) (StatusPage, error) {
	filter := "deviceEnrollmentConfigurationType eq 'windows10EnrollmentCompletionPageConfiguration' and displayName eq " + quote(name)
	return one(ctx, c, enrolmentConfigurations, List{Filter: filter}, "Enrollment Status Page", name, func(p *StatusPage) string { return p.ID })
}

// CreateStatusPage makes an Enrollment Status Page that is assigned to nobody.
func (c *Client) CreateStatusPage(ctx context.Context, p StatusPage) (StatusPage, error) {
	p.Type = statusPageType
	var made StatusPage
	err := c.call(ctx, http.MethodPost, enrolmentConfigurations, nil, p, &made)
	return made, err
}

// AssignStatusPage replaces what an Enrollment Status Page is assigned to
// (Graph: deviceEnrollmentConfiguration assign).
func (c *Client) AssignStatusPage(ctx context.Context, id string, targets ...Target) error {
	type assignment struct {
		Target Target `json:"target"`
	}
	in := struct {
		Assignments []assignment `json:"enrollmentConfigurationAssignments"`
	}{Assignments: make([]assignment, len(targets))}
	for i := range targets {
		in.Assignments[i].Target = targets[i]
	}
	return c.call(ctx, http.MethodPost, enrolmentConfigurations+"/"+id+"/assign", nil, in, nil)
}
