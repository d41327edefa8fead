package graphclient

import (
	"context"
	"net/http"
	"time"
)

// Explanation is taxiway's own answer to why a device has the profile it has,
// or none.
type Explanation struct {
	Sentence string             `json:"explanation"`
	Status   Status             `json:"profileStatus"`
	Ready    bool               `json:"readyToDeploy"`
	Waiting  string             `json:"waitingFor"`
	Message  string             `json:"statusMessage"`
	Remedies []string           `json:"remedies"`
	Checks   []ExplainedCheck   `json:"checks"` // from registration to desktop
	Profiles []ExplainedProfile `json:"profiles"`
	Groups   []ExplainedGroup   `json:"groups"`
	Device   DeviceIdentity     `json:"device"`
	Hardware []ChangedPart      `json:"hardwareChanges"` // while the status is Fix pending or Attention required
}

// ExplainedCheck is one link of the chain from registration to desktop.
type ExplainedCheck struct {
	Step  string        `json:"step"`
	State string        `json:"state"` // pass, fail, waiting
	At    time.Time     `json:"dateTime"`
	Text  ExplainedText `json:"text"`
	Parts []struct {
		State string        `json:"state"`
		Text  ExplainedText `json:"text"`
	} `json:"parts"`
}

// ExplainedText is a sentence in English with its code.
type ExplainedText struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// WhatIf is what is tried on a device without writing it; nil leaves it as it
// is, an empty text takes it away.
type WhatIf struct {
	GroupTag          *string `json:"groupTag,omitempty"`
	UserPrincipalName *string `json:"userPrincipalName,omitempty"`
}

// ChangedPart is a part of a PC that is not as registered.
type ChangedPart struct {
	Component  string `json:"component"`
	Registered string `json:"registered"`
	Reported   string `json:"reported"`
	Identity   bool   `json:"isIdentity"` // such a part makes it another device
}

// ExplainedProfile is what became of one profile.
type ExplainedProfile struct {
	ID              string    `json:"id"`
	DisplayName     string    `json:"displayName"`
	CreatedDateTime time.Time `json:"createdDateTime"`
	Verdict         string    `json:"verdict"`
	Reason          string    `json:"reason"`
}

// ExplainedGroup is one group that an assignment names.
type ExplainedGroup struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Kind        string          `json:"membershipType"`
	Member      bool            `json:"isMember"`
	Rule        string          `json:"membershipRule"`
	Paused      bool            `json:"isPaused"`
	Details     *RuleEvaluation `json:"membershipRuleEvaluationDetails"`
}

// RuleEvaluation is Graph's expressionEvaluationDetails: one part of a rule
// with its outcome.
type RuleEvaluation struct {
	Expression string `json:"expression"`
	Result     bool   `json:"expressionResult"`
	Property   *struct {
		Name  string `json:"propertyName"`
		Value string `json:"propertyValue"`
	} `json:"propertyToEvaluate"`
	Details []RuleEvaluation `json:"expressionEvaluationDetails"`
}

// Explain asks why a registered device has its status.
func (c *Client) Explain(ctx context.Context, id string) (Explanation, error) {
	var e Explanation
	err := c.call(ctx, http.MethodGet, identities+"/"+id+"/explain", nil, nil, &e)
	return e, err
}

// WhatIf asks what a registered device would have. Nothing is changed.
func (c *Client) WhatIf(ctx context.Context, id string, w WhatIf) (Explanation, error) {
	var e Explanation
	err := c.call(ctx, http.MethodPost, identities+"/"+id+"/whatIf", nil, w, &e)
	return e, err
}
