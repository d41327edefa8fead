package sqlstore

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/odata"
)

// columnMap says for each Graph property of a resource how SQL answers it.
type columnMap map[string]column

type columnKind int

const (
	// colGo: no SQL; rows are read and odata.Expr.Match decides.
	colGo columnKind = iota
	// colText: expr is folded text.
	colText
	// colID: a GUID.
	colID
	// colTime: microseconds, 0 is none.
	colTime
	// colInt: a number.
	colInt
	// colCode: a small number; domain lists what each number means.
	colCode
	// colPhysicalIDs: see physical.go.
	colPhysicalIDs
)

// column is one property in SQL. A column that is not nullable has its Go zero
// as a value of its own: "" for text, the year 1 for a time.
type column struct {
	kind    columnKind
	expr    string
	null    bool // an empty text, id or time is null
	folded  bool // text: expr holds odata.Fold of the value
	nilGUID bool // id: none is written as the all-zero GUID
	unsort  bool // cannot stand in $orderby
	domain  []code
}

// code is one value of a colCode column.
type code struct {
	code  int
	value any // as odata.Expr.Match gets it
}

// key is text with a column of its own that holds the folded value.
func key(expr string) column { return column{kind: colText, expr: expr, folded: true} }

// text is text that is folded while comparing. LOWER folds ASCII alone (on
// PostgreSQL because of COLLATE "C"), and two letters outside ASCII fold into
// it, so against an ASCII literal this is exactly odata.Fold; a literal with
// other letters is left to Match.
func text(expr string) column { return column{kind: colText, expr: fold(expr)} }

// fold is text's expression; indexes have it word for word.
func fold(expr string) string {
	return "LOWER(REPLACE(REPLACE(" + expr + ", '\u0130', 'i'), '\u212A', 'k'))"
}

func id(expr string) column     { return column{kind: colID, expr: expr} }
func moment(expr string) column { return column{kind: colTime, expr: expr} }

func (c column) orNull() column { c.null = true; return c }

func (c column) orNilGUID() column { c.nilGUID = true; return c }

func flag(expr string) column {
	return column{kind: colCode, expr: expr, domain: []code{{0, false}, {1, true}}}
}

// constant is a property with the same value on every row.
func constant(value any) column {
	return column{kind: colCode, expr: "0", unsort: true, domain: []code{{0, value}}}
}

// enumColumn is an enum as stored. The empty value is null.
func enumColumn[T ~string](e enum[T], expr string) column {
	c := column{kind: colCode, expr: expr}
	for n, v := range e.values {
		if v == "" {
			c.domain = append(c.domain, code{n, nil})
			continue
		}
		c.domain = append(c.domain, code{n, string(v)})
	}
	return c
}

// unlisted is a property that SQL does not hold in a comparable form.
func unlisted() column { return column{kind: colGo} }

func number(expr string) column { return column{kind: colInt, expr: expr} }

// field is one property of a resource: in SQL, and read from the Go value.
type field[T any] struct {
	column
	get func(*T) any // string, bool, int64, time.Time or []string
}

// value is what odata.Expr.Match sees; the empty value is what it is in SQL.
func (f field[T]) value(x *T) any {
	switch v := f.get(x).(type) {
	case string:
		if v == "" && f.null {
			return nil
		}
		if v == "" && f.nilGUID {
			return uuid.Nil.String()
		}
		return v
	case time.Time:
		if v.IsZero() && f.null {
			return nil
		}
		return v
	default:
		return v
	}
}

func columnsOf[T any](fields map[string]field[T]) columnMap {
	m := make(columnMap, len(fields))
	for name, f := range fields {
		m[name] = f.column
	}
	return m
}

// columnsByResource are the listed resources by the name of their Graph type.
func columnsByResource(name string) (columnMap, bool) {
	switch name {
	case "user":
		return userList.columns, true
	case "device":
		return deviceList.columns, true
	case "group":
		return groupList.columns, true
	case "managedDevice":
		return managedList.columns, true
	case "deviceManagementAutopilotEvent":
		return deploymentList.columns, true
	case "directoryObject":
		return memberList.columns, true
	case "windowsAutopilotDeviceIdentity":
		return registrationList.columns, true
	case "importedWindowsAutopilotDeviceIdentity":
		return importList.columns, true
	case "windowsAutopilotDeploymentProfile":
		return profileList.columns, true
	case "unifiedRoleAssignment":
		return roleAssignmentList.columns, true
	case "oAuth2PermissionGrant":
		return permissionGrantList.columns, true
	case "auditEvent":
		return auditList.columns, true
	case "mobileApp":
		return appList.columns, true
	case "deviceEnrollmentConfiguration":
		return configurationList.columns, true
	case "deviceConfiguration":
		return customList.columns, true
	}
	return nil, false
}

// FilterableColumns names the properties of a resource (its Graph type without
// namespace) that lists can be filtered by; nil for an unknown resource. The
// property tables of the Graph edge must not promise more.
func FilterableColumns(resource string) map[string]bool {
	columns, ok := columnsByResource(resource)
	if !ok {
		return nil
	}
	names := make(map[string]bool, len(columns))
	for name := range columns {
		names[name] = true
	}
	return names
}

// SortableColumns is FilterableColumns for $orderby.
func SortableColumns(resource string) map[string]bool {
	columns, ok := columnsByResource(resource)
	if !ok {
		return nil
	}
	names := make(map[string]bool, len(columns))
	for name, c := range columns {
		if c.sortable() {
			names[name] = true
		}
	}
	return names
}

func (c column) sortable() bool {
	return !c.unsort && slices.Contains([]columnKind{colText, colID, colTime, colInt, colCode}, c.kind)
}

// normal brings a filter into the form that both SQL and Match read alike: for
// text, null and ” are one value here, whichever of them the client writes.
func (m columnMap) normal(e *odata.Expr) *odata.Expr {
	if len(e.Args) > 0 && e.Property == nil {
		out := *e
		out.Args = make([]*odata.Expr, len(e.Args))
		for i, a := range e.Args {
			out.Args[i] = m.normal(a)
		}
		return &out
	}
	if e.Property == nil || e.Property.Type != odata.String {
		return e
	}
	null := m[e.Property.Name].null
	switch e.Op {
	case odata.Eq, odata.Ne:
		if !e.Value.IsNull() && e.Value.String != "" {
			return e
		}
		out := *e
		out.Value = odata.Literal{Kind: odata.KindString}
		if null {
			out.Value.Kind = odata.KindNull
		}
		return &out
	case odata.In:
		if !null || !slices.ContainsFunc(e.Values, isBlank) {
			return e
		}
		absent := &odata.Expr{Op: odata.Eq, Property: e.Property}
		rest := *e
		if rest.Values = slices.DeleteFunc(slices.Clone(e.Values), isBlank); len(rest.Values) == 0 {
			return absent
		}
		return &odata.Expr{Op: odata.Or, Args: []*odata.Expr{absent, &rest}}
	default:
		return e
	}
}

func isBlank(l odata.Literal) bool { return l.String == "" }
