package graphclient

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const profiles = "/deviceManagement/windowsAutopilotDeploymentProfiles"

// Profile is Graph's windowsAutopilotDeploymentProfile under its present names.
type Profile struct {
	Type                   string       `json:"@odata.type,omitempty"`
	ID                     string       `json:"id,omitempty"`
	DisplayName            string       `json:"displayName"`
	Description            string       `json:"description"`
	Locale                 string       `json:"locale"` // os-default, empty for user select, or a language tag
	DeviceNameTemplate     string       `json:"deviceNameTemplate"`
	DeviceType             string       `json:"deviceType"`
	PreprovisioningAllowed bool         `json:"preprovisioningAllowed"`
	HardwareHashExtraction bool         `json:"hardwareHashExtractionEnabled"` // Convert all targeted devices to Autopilot
	OOBE                   OOBE         `json:"outOfBoxExperienceSetting"`
	CreatedDateTime        *time.Time   `json:"createdDateTime,omitempty"`
	LastModifiedDateTime   *time.Time   `json:"lastModifiedDateTime,omitempty"`
	Assignments            []Assignment `json:"assignments,omitempty"` // only when expanded
}

// OOBE is Graph's outOfBoxExperienceSetting.
type OOBE struct {
	PrivacySettingsHidden bool   `json:"privacySettingsHidden"`
	EULAHidden            bool   `json:"eulaHidden"`
	UserType              string `json:"userType,omitempty"` // administrator, standard; none for self-deploying
	DeviceUsageType       string `json:"deviceUsageType"`    // singleUser, shared
	KeyboardSkipped       bool   `json:"keyboardSelectionPageSkipped"`
	EscapeLinkHidden      bool   `json:"escapeLinkHidden"` // Hide change account options
}

// EntraProfile is the type of a profile that joins Microsoft Entra ID.
const EntraProfile = "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile"

// Kinds of assignment targets.
const (
	TargetGroup      = "#microsoft.graph.groupAssignmentTarget"
	TargetExclusion  = "#microsoft.graph.exclusionGroupAssignmentTarget"
	TargetAllDevices = "#microsoft.graph.allDevicesAssignmentTarget"
)

// Assignment gives a profile to a group, keeps it from one, or gives it to all
// devices.
type Assignment struct {
	ID     string `json:"id,omitempty"`
	Target Target `json:"target"`
}

// Target is one of the Target kinds with its group.
type Target struct {
	Type    string `json:"@odata.type"`
	GroupID string `json:"groupId,omitempty"`
}

// Is compares kind and group.
func (t Target) Is(other Target) bool {
	return strings.EqualFold(t.Type, other.Type) && strings.EqualFold(t.GroupID, other.GroupID)
}

// Profiles walks the deployment profiles with their assignments.
func (c *Client) Profiles(ctx context.Context) iter.Seq2[Profile, error] {
	return items[Profile](ctx, c, profiles, List{Expand: "assignments"})
}

// Profile finds a profile by id or display name, with its assignments.
func (c *Client) Profile(ctx context.Context, idOrName string) (Profile, error) {
	if IsID(idOrName) {
		var p Profile
		err := c.call(ctx, http.MethodGet, profiles+"/"+idOrName, url.Values{"$expand": {"assignments"}}, nil, &p)
		return p, err
	}
	return one(ctx, c, profiles, List{Filter: "displayName eq " + quote(idOrName), Expand: "assignments"}, "profile", idOrName, func(p *Profile) string { return p.ID })
}

// CreateProfile makes a profile; an empty Type is that of Entra join.
func (c *Client) CreateProfile(ctx context.Context, p Profile) (Profile, error) {
	if p.Type == "" {
		p.Type = EntraProfile
	}
	var made Profile
	err := c.call(ctx, http.MethodPost, profiles, nil, p, &made)
	return made, err
}

// UpdateProfile changes the properties in change, under Graph's names.
func (c *Client) UpdateProfile(ctx context.Context, id string, change map[string]any) (Profile, error) {
	var p Profile
	err := c.call(ctx, http.MethodPatch, profiles+"/"+id, nil, change, &p)
	return p, err
}

// DeleteProfile deletes a profile that is assigned to nothing.
func (c *Client) DeleteProfile(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, profiles+"/"+id, nil, nil, nil)
}

// Assign assigns a profile to a target.
func (c *Client) Assign(ctx context.Context, id string, t Target) (Assignment, error) {
	var a Assignment
	err := c.call(ctx, http.MethodPost, profiles+"/"+id+"/assignments", nil, Assignment{Target: t}, &a)
	return a, err
}

// Unassign removes one assignment.
func (c *Client) Unassign(ctx context.Context, id, assignment string) error {
	return c.call(ctx, http.MethodDelete, profiles+"/"+id+"/assignments/"+url.PathEscape(assignment), nil, nil, nil)
}
