package sqlstore

import (
	"strconv"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// concernedSQL holds for a registration a that a mark or an open fill
// concerns: what was decided for it may be overtaken, and until it is decided
// again the device is Assigning.
//
//   - A mark of the device topic on its device object: something about the
//     device changed and nobody has looked at it since. Marks of other topics
//     do not count.
//   - A fill for all registrations (a profile changed, or an assignment to all
//     devices) whose version is above the one the device was decided with.
//   - The same for a fill of a group the device is a member of: the group's
//     assignments changed, or its rule. Who is not a member yet and will be one
//     gets a mark by the fill itself when it joins.
//
// A fill that the device has been decided for already, at its version or
// above, concerns it no more, though the walk over the others goes on.
var concernedSQL = `(EXISTS (SELECT 1 FROM dirty mk WHERE mk.tenant_id = a.tenant_id AND mk.topic = ` + strconv.Itoa(int(directory.TopicDevice)) + ` AND mk.entity_id = a.device_object_id)
 OR EXISTS (SELECT 1 FROM fills fl WHERE fl.tenant_id = a.tenant_id AND fl.version > a.eval_version
  AND (fl.scope = ` + strconv.Itoa(int(directory.ScopeRegistered)) + ` OR EXISTS (SELECT 1 FROM memberships fm
   WHERE fm.tenant_id = fl.tenant_id AND fm.group_id = fl.group_id AND fm.member_id = a.device_object_id))))`

// statusSQL is the number of a registration's status. It is the only
// expression of it: reads, filters and sorting all use this text, so that none
// can tell another story than the others.
var statusSQL = `CASE WHEN ` + concernedSQL + ` THEN ` + strconv.Itoa(assignmentStatuses.number(autopilot.StatusPending)) + ` ELSE a.decided END`
