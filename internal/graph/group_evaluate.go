package graph

import (
	"net/http"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/rule"
)

// evaluation is Graph's evaluateDynamicMembershipResult.
type evaluation struct {
	Context string         `json:"@odata.context,omitempty"`
	Rule    string         `json:"membershipRule"`
	Result  bool           `json:"membershipRuleEvaluationResult"`
	Details ruleEvaluation `json:"membershipRuleEvaluationDetails"`
}

// ruleEvaluation is Graph's expressionEvaluationDetails.
type ruleEvaluation struct {
	Expression string           `json:"expression"`
	Result     bool             `json:"expressionResult"`
	Property   *rulePropertyNow `json:"propertyToEvaluate"`
	Details    []ruleEvaluation `json:"expressionEvaluationDetails"`
}

type rulePropertyNow struct {
	Name  string `json:"propertyName"`
	Value string `json:"propertyValue"`
}

func evaluationWire(e *rule.Explanation) ruleEvaluation {
	w := ruleEvaluation{Expression: e.Expression, Result: e.Result, Details: make([]ruleEvaluation, len(e.Details))}
	if e.Property != "" {
		w.Property = &rulePropertyNow{Name: e.Property, Value: e.PropertyValue}
	}
	for i := range e.Details {
		w.Details[i] = evaluationWire(&e.Details[i])
	}
	return w
}

// evaluateGroup tries a group's own rule on one object, evaluateRule a rule
// that was sent (Graph page "group: evaluateDynamicMembership").
func (h *Handler) evaluateGroup(c *call) error { return c.evaluate(c.keys["id"]) }

func (h *Handler) evaluateRule(c *call) error { return c.evaluate("") }

func (c *call) evaluate(id string) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "memberId", "membershipRule"); err != nil {
		return err
	}
	var member, text string
	r := reader{o: o}
	r.text("memberId", &member)
	r.text("membershipRule", &text)
	switch {
	case r.err != nil:
		return r.err
	case member == "":
		return fault.Field(fault.Invalid, "MemberRequired", "memberId", "The request names no object to try the rule on.", "Send the object id of a user or device as memberId.")
	case id == "" && text == "":
		return fault.Field(fault.Invalid, "MembershipRuleRequired", "membershipRule", "The request has no rule to try.", "Send membershipRule, or call the action on a dynamic group.")
	}
	got, err := c.h.Directory.Evaluate(c.ctx(), c.tenant, directory.ObjectID(id), text, directory.ObjectID(member))
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, evaluation{
		Context: c.contextURL("microsoft.graph.evaluateDynamicMembershipResult"),
		Rule:    got.Rule, Result: got.Result, Details: evaluationWire(&got.Details),
	})
	return nil
}
