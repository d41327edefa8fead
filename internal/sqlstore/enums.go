package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"slices"

	"taxiway/internal/directory"
)

// enum numbers the values of one string type by their place. Numbers are
// stored, so values are only ever added at the end.
type enum[T ~string] struct {
	name   string
	values []T
}

var (
	groupKinds  = enum[directory.GroupKind]{"group kind", []directory.GroupKind{"", directory.Assigned, directory.DynamicUser, directory.DynamicDevice}}
	processings = enum[directory.Processing]{"processing state", []directory.Processing{"", directory.ProcessingOn, directory.ProcessingPaused}}
	memberKinds = enum[directory.MemberKind]{"member kind", []directory.MemberKind{"", directory.MemberUser, directory.MemberDevice, directory.MemberGroup}}
	personRoles = enum[directory.PersonRole]{"role of a person", []directory.PersonRole{"", directory.DeviceOwner, directory.DeviceUser}}
)

type enumArg[T ~string] struct {
	e enum[T]
	v T
}

// arg binds v; an unknown value is an error of the statement.
func (e enum[T]) arg(v T) driver.Valuer { return enumArg[T]{e, v} }

// Value implements driver.Valuer.
func (a enumArg[T]) Value() (driver.Value, error) {
	n := slices.Index(a.e.values, a.v)
	if n < 0 {
		return nil, fmt.Errorf("the %s %q has no number", a.e.name, a.v)
	}
	return int64(n), nil
}

type enumScanner[T ~string] struct {
	e  enum[T]
	to *T
}

// as reads what arg wrote.
func (e enum[T]) as(to *T) sql.Scanner { return enumScanner[T]{e, to} }

// Scan implements sql.Scanner.
func (s enumScanner[T]) Scan(v any) error {
	n, ok := v.(int64)
	if !ok || n < 0 || n >= int64(len(s.e.values)) {
		return fmt.Errorf("%v is no number of a %s", v, s.e.name)
	}
	*s.to = s.e.values[n]
	return nil
}
