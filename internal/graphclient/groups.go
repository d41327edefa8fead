package graphclient

import (
	"context"
	"iter"
	"net/http"
	"time"
)

// Group is Graph's group as far as security groups go.
type Group struct {
	ID              string            `json:"id,omitempty"`
	DisplayName     string            `json:"displayName"`
	Description     string            `json:"description,omitempty"`
	MailNickname    string            `json:"mailNickname,omitempty"`
	GroupTypes      []string          `json:"groupTypes"`
	MembershipRule  string            `json:"membershipRule,omitempty"`
	ProcessingState string            `json:"membershipRuleProcessingState,omitempty"` // On, Paused
	Processing      *ProcessingStatus `json:"membershipRuleProcessingStatus,omitempty"`
	MailEnabled     bool              `json:"mailEnabled"`
	SecurityEnabled bool              `json:"securityEnabled"`
	CreatedDateTime *time.Time        `json:"createdDateTime,omitempty"`
}

// ProcessingStatus is Graph's membershipRuleProcessingStatus.
type ProcessingStatus struct {
	Status      string     `json:"status"`
	LastUpdated *time.Time `json:"lastMembershipUpdated"`
	Error       string     `json:"errorMessage"`
}

// Dynamic reports whether the members follow a rule.
func (g *Group) Dynamic() bool { return g.MembershipRule != "" }

// Member is a user or a device in a group.
type Member struct {
	Type              string `json:"@odata.type"`
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	DeviceID          string `json:"deviceId"`          // devices only
	UserPrincipalName string `json:"userPrincipalName"` // users only
}

// Groups walks the groups.
func (c *Client) Groups(ctx context.Context) iter.Seq2[Group, error] {
	return items[Group](ctx, c, "/groups", List{OrderBy: "displayName"})
}

// Group finds a group by id or display name.
func (c *Client) Group(ctx context.Context, idOrName string) (Group, error) {
	var g Group
	if !IsID(idOrName) {
		found, err := one(ctx, c, "/groups", List{Filter: "displayName eq " + quote(idOrName)}, "group", idOrName, func(g *Group) string { return g.ID })
		if err != nil {
			return g, err
		}
		idOrName = found.ID
	}
	// The processing status comes on request only.
	err := c.call(ctx, http.MethodGet, "/groups/"+idOrName, List{Select: groupFields}.query(), nil, &g)
	return g, err
}

const groupFields = "id,displayName,description,groupTypes,membershipRule,membershipRuleProcessingState,membershipRuleProcessingStatus,mailNickname,createdDateTime,securityEnabled,mailEnabled"

// CreateGroup makes a security group; a rule makes it dynamic.
func (c *Client) CreateGroup(ctx context.Context, g Group) (Group, error) {
	g.SecurityEnabled, g.GroupTypes = true, []string{}
	if g.MembershipRule != "" {
		g.GroupTypes = []string{"DynamicMembership"}
		if g.ProcessingState == "" {
			g.ProcessingState = "On"
		}
	}
	var made Group
	err := c.call(ctx, http.MethodPost, "/groups", nil, g, &made)
	return made, err
}

// UpdateGroup changes the properties in change, under Graph's names.
func (c *Client) UpdateGroup(ctx context.Context, id string, change map[string]any) error {
	return c.call(ctx, http.MethodPatch, "/groups/"+id, nil, change, nil)
}

// DeleteGroup deletes a group.
func (c *Client) DeleteGroup(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, "/groups/"+id, nil, nil, nil)
}

// Members walks a group's members.
func (c *Client) Members(ctx context.Context, group string) iter.Seq2[Member, error] {
	return items[Member](ctx, c, "/groups/"+group+"/members", List{Select: "id,displayName,deviceId,userPrincipalName"})
}

// AddMember puts a user or device into an assigned group.
func (c *Client) AddMember(ctx context.Context, group, object string) error {
	ref := map[string]string{"@odata.id": c.cfg.BaseURL + version + "/directoryObjects/" + object}
	return c.call(ctx, http.MethodPost, "/groups/"+group+"/members/$ref", nil, ref, nil)
}

// RemoveMember takes an object out of an assigned group.
func (c *Client) RemoveMember(ctx context.Context, group, object string) error {
	return c.call(ctx, http.MethodDelete, "/groups/"+group+"/members/"+object+"/$ref", nil, nil, nil)
}

// Evaluation is Graph's evaluateDynamicMembershipResult.
type Evaluation struct {
	Rule    string         `json:"membershipRule"`
	Result  bool           `json:"membershipRuleEvaluationResult"`
	Details RuleEvaluation `json:"membershipRuleEvaluationDetails"`
}

// Evaluate tries a rule on an object: the group's own, or with an empty group
// the text of rule.
func (c *Client) Evaluate(ctx context.Context, group, rule, object string) (Evaluation, error) {
	path, in := "/groups/evaluateDynamicMembership", map[string]string{"memberId": object, "membershipRule": rule}
	if group != "" {
		path = "/groups/" + group + "/evaluateDynamicMembership"
		delete(in, "membershipRule")
	}
	var e Evaluation
	err := c.call(ctx, http.MethodPost, path, nil, in, &e)
	return e, err
}
