package graph

import (
	"net/http"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// assignment is the wire struct of one assignment.
type assignment interface{ key() string }

// plainAssignment is Graph's windowsAutopilotDeploymentProfileAssignment,
// enrollmentConfigurationAssignment and deviceConfigurationAssignment.
type plainAssignment struct {
	ID       string           `json:"id"`
	Source   string           `json:"source"`
	SourceID string           `json:"sourceId"`
	Target   assignmentTarget `json:"target"`
}

func (a *plainAssignment) key() string { return a.ID }

type assignmentTarget struct {
	Type       string  `json:"@odata.type"`
	FilterID   *string `json:"deviceAndAppManagementAssignmentFilterId"`
	FilterType string  `json:"deviceAndAppManagementAssignmentFilterType"`
	GroupID    string  `json:"groupId,omitempty"`
}

func targetWire[K ~string](kind K, group directory.ObjectID) assignmentTarget {
	return assignmentTarget{Type: typePrefix + string(kind), FilterType: "none", GroupID: string(group)}
}

func assignmentTable(name string) *odata.Table {
	return &odata.Table{
		Name: "microsoft.graph." + name,
		Properties: []odata.Property{
			prop("id", odata.String, readOnly),
			enum("source", "microsoft.graph.deviceAndAppManagementAssignmentSource", readOnly|onBeta, "direct", "policySets"),
			prop("sourceId", odata.String, readOnly|onBeta),
			nested("target", "microsoft.graph.deviceAndAppManagementAssignmentTarget", 0),
		},
	}
}

// answerAssignments answers all assignments of one object on one page; there is
// one for each group at most.
func (c *call) answerAssignments(t *odata.Table, all []assignment) error {
	q, err := odata.ParseQuery(c.r.URL.RawQuery, t, odata.Options{Beta: c.beta, MaxTop: intunePaging.max, ClampTop: true})
	if err != nil {
		return err
	}
	return c.assignmentPage(t, q, all, c.path)
}

func (c *call) assignmentPage(t *odata.Table, q *odata.Query, all []assignment, fragment string) error {
	views := make([]*view, len(all))
	for i, a := range all {
		views[i] = &view{wire: a, table: t, query: q, call: c}
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL(fragment), Value: views})
	return nil
}

// answerAssignment answers the assignment that the path names by its composed
// id; owner is the path of what is assigned.
func (c *call) answerAssignment(t *odata.Table, all []assignment, owner string, missed error) error {
	for _, a := range all {
		if strings.EqualFold(a.key(), c.keys["assignment"]) {
			return c.object(http.StatusOK, c.view(a, t, nil, owner+"/assignments/$entity", ""))
		}
	}
	return missed
}

// readTarget reads whom an assignment is for. A type that is not among the
// known ones is passed on: the service refuses it and says which there are.
func readTarget[K ~string](o odata.Object, prefix, noFilters string, known ...K) (kind K, group directory.ObjectID, err error) {
	if err := knownNames(o, prefix, "groupId", "deviceAndAppManagementAssignmentFilterId", "deviceAndAppManagementAssignmentFilterType"); err != nil {
		return "", "", err
	}
	var sent, id, filterType string
	r := reader{o: o, prefix: prefix}
	r.text("@odata.type", &sent)
	r.text("groupId", &id)
	r.text("deviceAndAppManagementAssignmentFilterType", &filterType)
	if r.err != nil {
		return "", "", r.err
	}
	if filterType != "" && !strings.EqualFold(filterType, "none") {
		return "", "", fault.Field(fault.Invalid, "AssignmentFilterNotSupported", prefix+"deviceAndAppManagementAssignmentFilterType", noFilters, "Leave the filter out and use a dynamic group.")
	}
	return spelled(typeName(sent), known...), directory.ObjectID(strings.ToLower(id)), nil
}

const typePrefix = "#microsoft.graph."

// typeName is the name of a type without its namespace.
func typeName(sent string) string {
	return strings.TrimPrefix(strings.TrimPrefix(sent, "#"), "microsoft.graph.")
}
