package sqlstore

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"

	"taxiway/internal/fault"
)

// broken is the fault of a backup that is damaged or no backup.
func broken(path, why string) error {
	return fault.New(fault.Invalid, "BackupDamaged", "The file "+path+" is not a whole backup ("+why+"): use another one.")
}

// backupReader reads lines and hashes them.
type backupReader struct {
	path string
	file *os.File
	in   *bufio.Reader
	sum  hash.Hash
	head backupHead
}

func openBackup(path string) (r *backupReader, err error) {
	f, err := os.Open(path) //nolint:gosec // the path is the operator's
	if err != nil {
		return nil, fault.Wrap("read the backup", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	zip, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<18))
	if err != nil {
		return nil, broken(path, err.Error())
	}
	r = &backupReader{path: path, file: f, in: bufio.NewReaderSize(zip, 1<<16), sum: sha256.New()}
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &r.head); err != nil || r.head.Format != backupFormat {
		return nil, broken(path, "it has no head")
	}
	if r.head.Version != backupVersion || r.head.Schema != SchemaVersion {
		return nil, fault.New(fault.Precondition, "BackupOfOtherVersion", fmt.Sprintf(
			"The backup has schema %d, this program has %d: restore it with the version of taxiway that made it, then upgrade.", r.head.Schema, SchemaVersion))
	}
	return r, nil
}

// line reads the next line; the hash then covers all lines before it.
func (r *backupReader) line() ([]byte, error) {
	line, err := r.in.ReadBytes('\n')
	if err != nil {
		return nil, broken(r.path, "it ends too early: "+err.Error())
	}
	return line, nil
}

// each calls table and row for what is in the backup and returns after its
// checked end. row's values are only good during the call.
func (r *backupReader) each(table func(backupTable) error, row func(values []any) error) (rows map[string]int64, err error) {
	rows = make(map[string]int64)
	head, err := json.Marshal(r.head)
	if err != nil {
		return nil, err
	}
	r.sum.Write(append(head, '\n'))
	var now backupTable
	for {
		line, err := r.line()
		if err != nil {
			return nil, err
		}
		switch {
		case bytes.HasPrefix(line, []byte("[")):
			values, err := now.decode(line)
			if err != nil {
				return nil, broken(r.path, err.Error())
			}
			rows[now.Table]++
			if err := row(values); err != nil {
				return nil, err
			}
		case bytes.HasPrefix(line, []byte(`{"table":`)):
			now = backupTable{}
			if err := json.Unmarshal(line, &now); err != nil || len(now.Columns) != len(now.Kinds) {
				return nil, broken(r.path, "a table has no columns")
			}
			rows[now.Table] = 0
			if err := table(now); err != nil {
				return nil, err
			}
		default:
			return rows, r.end(line, rows)
		}
		r.sum.Write(line)
	}
}

func (r *backupReader) end(line []byte, rows map[string]int64) error {
	var end backupEnd
	if err := json.Unmarshal(line, &end); err != nil {
		return broken(r.path, "it has no end")
	}
	if end.SHA256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return broken(r.path, "its checksum does not match")
	}
	if !maps.Equal(end.Rows, rows) {
		return broken(r.path, "rows are missing")
	}
	// gzip has a checksum of its own, which is read behind the last line.
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
		return broken(r.path, "something follows its end")
	}
	return nil
}

func (r *backupReader) close() error { return r.file.Close() }

// decode turns a row's line into values by kind: string, []byte or int64.
func (t *backupTable) decode(line []byte) ([]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var values []any
	if err := decoder.Decode(&values); err != nil {
		return nil, err
	}
	if len(values) != len(t.Kinds) {
		return nil, fmt.Errorf("a row of %s has %d values, not %d", t.Table, len(values), len(t.Kinds))
	}
	for i, v := range values {
		var err error
		switch v := v.(type) {
		case json.Number:
			values[i], err = v.Int64()
		case string:
			if t.Kinds[i] == "bytes" {
				values[i], err = base64.StdEncoding.DecodeString(v)
			}
		default:
			err = fmt.Errorf("the column %s of %s holds %T", t.Columns[i], t.Table, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// InspectBackup reads a backup to its end and checks that it is whole.
func InspectBackup(path string) (info BackupInfo, err error) {
	r, err := openBackup(path)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	rows, err := r.each(func(backupTable) error { return nil }, func([]any) error { return nil })
	if err != nil {
		return info, err
	}
	return BackupInfo{MadeAt: r.head.MadeAt, Engine: r.head.Engine, Schema: r.head.Schema, Rows: rows}, nil
}

// Restore replaces everything by what a backup of either engine holds. Before
// anything is replaced it checks that the backup is whole and that the master
// key opens it, and it refuses a database with tenants in it unless force is
// given: fault.Conflict with code DatabaseNotEmpty. It is one transaction: all
// or nothing. No server may run on the database meanwhile.
func (db *DB) Restore(ctx context.Context, path string, force bool) (info BackupInfo, err error) {
	if info, err = InspectBackup(path); err != nil {
		return info, err
	}
	r, err := openBackup(path)
	if err != nil {
		return info, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := db.seal.verify(r.head.KeyCheck); err != nil {
		return info, err
	}
	if tenants, err := db.ListTenants(ctx); err != nil {
		return info, err
	} else if len(tenants) > 0 && !force {
		return info, fault.New(fault.Conflict, "DatabaseNotEmpty", fmt.Sprintf("The database holds %d tenants, which a restore would remove: give --force if that is meant.", len(tenants)))
	}
	err = db.InTx(ctx, func(tx *Tx) error { return tx.restore(ctx, path) })
	return info, fault.Wrap("restore "+path, err)
}

func (tx *Tx) restore(ctx context.Context, path string) (err error) {
	known, err := tables()
	if err != nil {
		return err
	}
	for i := range known {
		if _, err := tx.exec(ctx, "DELETE FROM "+known[i].name); err != nil {
			return err
		}
	}
	// Opened here, because the transaction may run again from the start.
	r, err := openBackup(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	l := &loader{tx: tx, known: known}
	if _, err := r.each(func(t backupTable) error { return l.begin(ctx, t) }, func(values []any) error { return l.add(ctx, values) }); err != nil {
		return err
	}
	return l.flush(ctx)
}

// loader collects a table's rows and inserts them in bulk.
type loader struct {
	tx    *Tx
	known []tableInfo
	now   tableInfo
	rows  [][]any
}

func (l *loader) begin(ctx context.Context, t backupTable) error {
	if err := l.flush(ctx); err != nil {
		return err
	}
	at := slices.IndexFunc(l.known, func(k tableInfo) bool { return k.name == t.Table })
	if at < 0 {
		return fault.New(fault.Invalid, "BackupDamaged", "The backup holds an unknown table "+t.Table+".")
	}
	l.now = tableInfo{name: t.Table}
	for i, name := range t.Columns {
		c := columnInfo{name, t.Kinds[i]}
		// Names go into a statement: only those that the schema has.
		if !slices.Contains(l.known[at].columns, c) {
			return fault.New(fault.Invalid, "BackupDamaged", "The backup holds an unknown column "+name+" of "+t.Table+".")
		}
		l.now.columns = append(l.now.columns, c)
	}
	return nil
}

func (l *loader) add(ctx context.Context, values []any) error {
	for i, c := range l.now.columns {
		if id, ok := values[i].(string); ok && c.kind == "uuid" {
			values[i] = idArg(l.tx.dialect(), id)
		}
	}
	if l.rows = append(l.rows, values); len(l.rows) < l.tx.dialect().chunk {
		return nil
	}
	return l.flush(ctx)
}

func (l *loader) flush(ctx context.Context) error {
	if len(l.rows) == 0 {
		return nil
	}
	err := insertRows(ctx, l.tx, "INSERT INTO "+l.now.name+" ("+l.now.columnList()+") VALUES ", l.rows, "")
	l.rows = l.rows[:0]
	return err
}
