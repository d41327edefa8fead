package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// idArg binds an id: 16 bytes on SQLite, a uuid on PostgreSQL. The empty id is
// the all-zero uuid. What is no uuid at all binds NULL: it equals no row, and
// no column takes it.
func idArg[T ~string](d *dialect, id T) any {
	if id == "" {
		return d.uuid(uuid.Nil)
	}
	u, err := uuid.Parse(string(id))
	if err != nil {
		return nil
	}
	return d.uuid(u)
}

func (d *dialect) uuid(u uuid.UUID) any {
	if d.bytesID {
		return u[:]
	}
	return [16]byte(u)
}

type idScanner[T ~string] struct{ to *T }

// asID reads what idArg wrote.
func asID[T ~string](to *T) sql.Scanner { return idScanner[T]{to} }

// Scan implements sql.Scanner.
func (s idScanner[T]) Scan(v any) error {
	var u uuid.UUID
	var err error
	switch v := v.(type) {
	case []byte:
		if len(v) == len(u) {
			copy(u[:], v)
		} else {
			u, err = uuid.ParseBytes(v)
		}
	case string:
		u, err = uuid.Parse(v)
	case [16]byte:
		u = v
	default:
		err = fmt.Errorf("a uuid column holds %T", v)
	}
	if err != nil {
		return err
	}
	if u == uuid.Nil {
		*s.to = ""
		return nil
	}
	*s.to = T(u.String())
	return nil
}

// timeArg binds a time as microseconds; the zero time is 0.
func timeArg(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

type timeScanner struct{ to *time.Time }

// asTime reads what timeArg wrote.
func asTime(to *time.Time) sql.Scanner { return timeScanner{to} }

// Scan implements sql.Scanner.
func (s timeScanner) Scan(v any) error {
	us, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a time column holds %T", v)
	}
	*s.to = time.Time{}
	if us != 0 {
		*s.to = time.UnixMicro(us).UTC()
	}
	return nil
}

func boolArg(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

type boolScanner struct{ to *bool }

// asBool reads what boolArg wrote.
func asBool(to *bool) sql.Scanner { return boolScanner{to} }

// Scan implements sql.Scanner.
func (s boolScanner) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("a boolean column holds %T", v)
	}
	*s.to = n != 0
	return nil
}

// jsonArg binds anything as a JSON document.
type jsonArg struct{ v any }

// Value implements driver.Valuer.
func (j jsonArg) Value() (driver.Value, error) {
	text, err := json.Marshal(j.v)
	return string(text), err
}

type jsonScanner struct{ to any }

// asJSON reads what jsonArg wrote into a pointer.
func asJSON(to any) sql.Scanner { return jsonScanner{to} }

// Scan implements sql.Scanner.
func (s jsonScanner) Scan(v any) error {
	switch v := v.(type) {
	case []byte:
		return json.Unmarshal(v, s.to)
	case string:
		return json.Unmarshal([]byte(v), s.to)
	default:
		return fmt.Errorf("a JSON column holds %T", v)
	}
}
