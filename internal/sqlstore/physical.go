package sqlstore

import (
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// physicalIds is a collection, stored as a JSON text that SQL cannot look into
// on both engines. The questions that clients do ask have columns that answer
// them, because Autopilot writes at most one id under each of its prefixes
// (directory.Device.SetPhysicalID):
//
//	any(p:startswith(p,'[ZTDId]'))    a registration stands on the device object
//	any(p:p eq '[ZTDId]:guid')        that registration has this id
//	any(p:p eq '[OrderID]:tag')       devices.order_key, which has an index
//	any(p:startswith(p,'[OrderID]'))  devices.order_key
//
// Every other question reads the rows and asks odata.Expr.Match.
var (
	ztdPrefix   = odata.Fold(directory.PhysicalZTDID)
	orderPrefix = odata.Fold(directory.PhysicalOrderID)
)

const registeredSQL = "(EXISTS (SELECT 1 FROM autopilot_identities ra WHERE ra.tenant_id = d.tenant_id AND ra.device_object_id = d.id"

func physicalCondition(b *builder, c column, e *odata.Expr) (string, bool) {
	if e.Op != odata.Any || len(e.Args) != 1 || e.Args[0].Property != nil {
		return "", false
	}
	element := e.Args[0]
	want := odata.Fold(element.Value.String)
	if !ascii(want) {
		// The column is folded as rules fold, which differs for a few letters.
		return "", false
	}
	switch element.Op {
	case odata.Eq:
		if tag, ok := strings.CutPrefix(want, orderPrefix); ok && tag != "" {
			return "(" + c.expr + " = " + b.arg(tag) + ")", true
		}
		if guid, ok := strings.CutPrefix(want, ztdPrefix); ok {
			return registeredAs(b, guid), true
		}
	case odata.StartsWith:
		if tag, ok := strings.CutPrefix(want, orderPrefix); ok {
			return "(" + c.expr + " <> '' AND " + prefixRange(b, c.expr, tag) + ")", true
		}
		if want == strings.TrimSuffix(orderPrefix, ":") {
			return "(" + c.expr + " <> '')", true
		}
		if want == ztdPrefix || want == strings.TrimSuffix(ztdPrefix, ":") {
			return registeredSQL + "))", true
		}
		if guid, ok := strings.CutPrefix(want, ztdPrefix); ok && len(guid) == 36 {
			return registeredAs(b, guid), true
		}
	default:
	}
	return "", false
}

func registeredAs(b *builder, guid string) string {
	id := idArg(b.d, guid)
	if len(guid) != 36 || id == nil {
		return sqlFalse
	}
	return registeredSQL + " AND ra.id = " + b.arg(id) + "))"
}
