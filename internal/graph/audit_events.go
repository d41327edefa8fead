package graph

import (
	"cmp"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// auditEvent is Graph's deviceManagement auditEvent. The server writes them,
// clients only read.
type auditEvent struct {
	ID                    string          `json:"id"`
	DisplayName           string          `json:"displayName"`
	ComponentName         string          `json:"componentName"`
	Actor                 auditActor      `json:"actor"`
	Activity              string          `json:"activity"`
	ActivityDateTime      time.Time       `json:"activityDateTime"`
	ActivityType          string          `json:"activityType"`
	ActivityOperationType string          `json:"activityOperationType"`
	ActivityResult        string          `json:"activityResult"`
	CorrelationID         string          `json:"correlationId"` // Edm.Guid without null in Graph's metadata
	Resources             []auditResource `json:"resources"`
	Category              string          `json:"category"`
}

type auditActor struct {
	ActorType              string   `json:"auditActorType"`
	UserPermissions        []string `json:"userPermissions"`
	ApplicationID          *string  `json:"applicationId"`
	ApplicationDisplayName *string  `json:"applicationDisplayName"`
	UserPrincipalName      *string  `json:"userPrincipalName"`
	ServicePrincipalName   *string  `json:"servicePrincipalName"`
	IPAddress              *string  `json:"ipAddress"`
	UserID                 *string  `json:"userId"`
}

type auditResource struct {
	DisplayName  string             `json:"displayName"`
	ResourceType string             `json:"auditResourceType"`
	ResourceID   string             `json:"resourceId"`
	Modified     []directory.Change `json:"modifiedProperties"`
}

var auditTable = &odata.Table{
	Name: "microsoft.graph.auditEvent",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("displayName", odata.String, filter|readOnly),
		prop("componentName", odata.String, readOnly),
		nested("actor", "microsoft.graph.auditActor", readOnly),
		prop("actor/applicationId", odata.String, filter|readOnly),
		prop("actor/userId", odata.String, filter|readOnly),
		prop("actor/userPrincipalName", odata.String, filter|readOnly),
		prop("actor/ipAddress", odata.String, filter|readOnly),
		prop("activity", odata.String, filter|readOnly),
		prop("activityDateTime", odata.Time, filter|sorted|readOnly),
		prop("activityType", odata.String, readOnly),
		prop("activityOperationType", odata.String, readOnly),
		prop("activityResult", odata.String, readOnly),
		prop("correlationId", odata.GUID, filter|readOnly),
		nested("resources", "microsoft.graph.auditResource", readOnly),
		prop("resources/resourceId", odata.String, filter|readOnly), // ours: every event has one resource
		prop("category", odata.String, filter|readOnly),
	},
}

const auditPath = "deviceManagement/auditEvents"

// noRequest stands for the request of what a command at the server did.
const noRequest = "00000000-0000-0000-0000-000000000000"

func auditWire(e *directory.AuditEvent) auditEvent {
	verb, _, _ := strings.Cut(e.Activity, " ")
	w := auditEvent{
		ID: e.ID, DisplayName: e.Activity, ComponentName: "taxiway", Activity: e.Activity, ActivityDateTime: e.At.UTC(), ActivityType: e.Activity,
		ActivityOperationType: verb, ActivityResult: "Success", CorrelationID: cmp.Or(e.Actor.Correlation, noRequest), Category: e.Category,
		Actor: auditActor{
			ActorType: "Application", UserPermissions: []string{}, ApplicationID: orNull(e.Actor.AppID), ApplicationDisplayName: orNull(e.Actor.AppName),
			UserPrincipalName: orNull(e.Actor.Principal), IPAddress: orNull(e.Actor.Address), ServicePrincipalName: orNull(string(e.Actor.ObjectID)),
		},
		Resources: []auditResource{{DisplayName: e.TargetName, ResourceType: e.TargetType, ResourceID: e.TargetID, Modified: append([]directory.Change{}, e.Changes...)}},
	}
	switch {
	case e.Actor.Principal != "":
		w.Actor.ActorType, w.Actor.UserID, w.Actor.ServicePrincipalName = "ItPro", orNull(string(e.Actor.ObjectID)), nil
	case e.Actor.AppID == "":
		w.Actor.ActorType = "System"
	}
	return w
}

var auditEvents = &resource[directory.AuditEvent]{
	path: auditPath, table: auditTable, paging: intunePaging, read: stored(Lists.ListAuditEvents), show: each(auditWire),
	find: func(c *call) (directory.AuditEvent, error) {
		e, err := c.h.Lists.GetAuditEvent(c.ctx(), c.tenant, c.keys["id"])
		return e, missing(err, "audit event", c.keys["id"], "List the audit events to find the right id.")
	},
}
