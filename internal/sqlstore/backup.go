package sqlstore

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"time"

	"taxiway/internal/fault"
)

// A backup is one file for both engines, so that it also moves a server from
// SQLite to PostgreSQL: gzip'd JSON, one value a line.
//
//	{"format":"taxiway-backup", …}           the head
//	{"table":"users","columns":[…],"kinds":[…]}  a table begins
//	["0195…","megan@contoso.example", …]     its rows: ids and text as text, bytes in base64, numbers
//	{"rows":{"users":1},"sha256":"…"}        the end: counts, and the hash of every line before
//
// Keys in it are sealed; the master key is not in it.
const (
	backupFormat  = "taxiway-backup"
	backupVersion = 1
)

// backupHead is the first line.
type backupHead struct {
	Format   string    `json:"format"`
	Version  int       `json:"version"`
	Schema   int64     `json:"schema"`
	Engine   string    `json:"engine"` // it was made from
	MadeAt   time.Time `json:"madeAt"`
	KeyCheck []byte    `json:"keyCheck"` // see checkMasterKey
}

// backupTable begins a table.
type backupTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Kinds   []string `json:"kinds"`
}

// backupEnd is the last line.
type backupEnd struct {
	Rows   map[string]int64 `json:"rows"`
	SHA256 string           `json:"sha256"`
}

// BackupInfo tells about a backup that is whole.
type BackupInfo struct {
	MadeAt time.Time
	Engine string
	Schema int64
	Rows   map[string]int64 // by table
}

// Backup writes everything, as of one moment, to a new file for its owner
// alone, and reads it back to check it. The server goes on meanwhile. An
// existing file is left as it is: fault.Conflict.
func (db *DB) Backup(ctx context.Context, path string) (info BackupInfo, err error) {
	doing := "back up to " + path
	if _, err := os.Lstat(path); err == nil {
		return info, fault.New(fault.Conflict, "BackupExists", "There is a file "+path+" already: choose another name.")
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return info, fault.Wrap(doing, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone when all went well: it was renamed
	err = db.snapshot(ctx, func(q querier) error { return db.writeBackup(ctx, q, f) })
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return info, fault.Wrap(doing, translate(err))
	}
	if info, err = InspectBackup(f.Name()); err != nil {
		return info, fault.Wrap(doing, err)
	}
	return info, fault.Wrap(doing, os.Rename(f.Name(), path))
}

// backupWriter writes lines and hashes them.
type backupWriter struct {
	out *bufio.Writer
	zip *gzip.Writer
	sum hash.Hash
}

func (w *backupWriter) line(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	w.sum.Write(text)
	_, err = w.zip.Write(text)
	return err
}

func (db *DB) writeBackup(ctx context.Context, q querier, f *os.File) error {
	out := bufio.NewWriterSize(f, 1<<18)
	zip, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	w := &backupWriter{out, zip, sha256.New()}
	check, err := loadSealed(ctx, q, keyCheck)
	if err != nil {
		return err
	}
	if err := w.line(backupHead{backupFormat, backupVersion, SchemaVersion, db.d.name, db.clock().UTC(), check}); err != nil {
		return err
	}
	all, err := tables()
	if err != nil {
		return err
	}
	counts := make(map[string]int64, len(all))
	for i := range all {
		if counts[all[i].name], err = w.table(ctx, q, &all[i]); err != nil {
			return fmt.Errorf("table %s: %w", all[i].name, err)
		}
	}
	if err := w.line(backupEnd{counts, hex.EncodeToString(w.sum.Sum(nil))}); err != nil {
		return err
	}
	return errors.Join(zip.Close(), out.Flush())
}

func (w *backupWriter) table(ctx context.Context, q querier, t *tableInfo) (n int64, err error) {
	begin := backupTable{Table: t.name}
	for _, c := range t.columns {
		begin.Columns, begin.Kinds = append(begin.Columns, c.name), append(begin.Kinds, c.kind)
	}
	if err := w.line(begin); err != nil {
		return 0, err
	}
	rows, err := q.query(ctx, "SELECT "+t.columnList()+" FROM "+t.name)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	cells := make([]cell, len(t.columns))
	dest, values := make([]any, len(cells)), make([]any, len(cells))
	for i, c := range t.columns {
		cells[i].kind = c.kind
		dest[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return n, err
		}
		for i := range cells {
			values[i] = cells[i].value
		}
		if err := w.line(values); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// cell reads one column into what a backup holds.
type cell struct {
	kind  string
	value any
}

// Scan implements sql.Scanner.
func (c *cell) Scan(v any) error {
	switch c.kind {
	case "uuid":
		var id string
		if err := asID(&id).Scan(v); err != nil {
			return err
		}
		c.value = id
	case "bytes":
		b, ok := v.([]byte)
		if !ok && v != nil {
			return fmt.Errorf("a bytes column holds %T", v)
		}
		c.value = append([]byte{}, b...)
	case "text", "json":
		switch v := v.(type) {
		case string:
			c.value = v
		case []byte:
			c.value = string(v)
		default:
			return fmt.Errorf("a text column holds %T", v)
		}
	default:
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("a number column holds %T", v)
		}
		c.value = n
	}
	return nil
}
