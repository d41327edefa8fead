package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// chainKeyName holds the key of the audit chain once the master key was
// changed: the chain goes on with the key it began with.
const chainKeyName = "taxiway/audit-chain-key"

// sealedColumn is a column whose values are sealed with the master key. Every
// one is named here, or a change of the master key would lose it.
type sealedColumn struct {
	table, column string
	key           []string // the columns that name the row
	name          func(key []string) string
}

var sealedColumns = []sealedColumn{
	{"server_secrets", "sealed", []string{"name"}, func(key []string) string { return key[0] }},
	{"signing_keys", "sealed", []string{"key_id"}, func(key []string) string { return signingKeyName(key[0]) }},
	{"totp", "secret", []string{"tenant_id", "user_id"}, func(key []string) string {
		return totpName(directory.TenantID(key[0]), directory.ObjectID(key[1]))
	}},
	{"mdm_authorities", "keys", []string{"tenant_id"}, func(key []string) string { return authorityName(directory.TenantID(key[0])) }},
	{"mdm_policies", "secrets", []string{"tenant_id", "id"}, func(key []string) string {
		return policyName(directory.TenantID(key[0]), enrollment.PolicyID(key[1]))
	}},
}

// Rekeyed counts what a change of the master key sealed anew, by table.
type Rekeyed map[string]int

// ChangeMasterKey seals everything that o.MasterKey sealed with fresh instead,
// in one transaction: all or nothing. Every server must be stopped; one that
// goes on can read and write nothing sealed any more.
func ChangeMasterKey(ctx context.Context, o Options, fresh []byte) (done Rekeyed, err error) {
	if bytes.Equal(o.MasterKey, fresh) {
		return nil, fault.New(fault.Invalid, "SameMasterKey", "The new master key is the one in use.")
	}
	next, err := newSealer(fresh)
	if err != nil {
		return nil, err
	}
	db, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.InTx(ctx, func(tx *Tx) error {
		done = Rekeyed{}
		if err := db.holdMasterKey(ctx, tx, "/*lock*/"); err != nil {
			return err
		}
		for _, c := range sealedColumns {
			n, err := tx.reseal(ctx, c, db.seal, next)
			if err != nil {
				return err
			}
			done[c.table] = n
		}
		sealed, err := next.seal(chainKeyName, db.seal.chainKey)
		if err != nil {
			return err
		}
		_, err = tx.exec(ctx, "INSERT INTO server_secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed", chainKeyName, sealed)
		return err
	})
	return done, fault.Wrap("change the master key", err)
}

type sealedRow struct {
	key    []string
	sealed []byte
}

// reseal opens every value of a column and seals it anew.
func (tx *Tx) reseal(ctx context.Context, c sealedColumn, was, is *sealer) (int, error) {
	where := make([]string, len(c.key))
	for i, k := range c.key {
		where[i] = fmt.Sprintf("%s = $%d", k, i+2)
	}
	rows, err := collect(ctx, tx, func(r row, s *sealedRow) error {
		s.key = make([]string, len(c.key))
		into := make([]any, 0, len(c.key)+1)
		for i := range s.key {
			into = append(into, c.scan(&s.key[i]))
		}
		return r.Scan(append(into, &s.sealed)...)
	}, "SELECT "+strings.Join(append(slices.Clone(c.key), c.column), ", ")+" FROM "+c.table)
	if err != nil {
		return 0, err
	}
	rows = slices.DeleteFunc(rows, func(r sealedRow) bool { return len(r.sealed) == 0 }) // nothing to seal
	for _, r := range rows {
		name := c.name(r.key)
		plain, err := was.open(name, r.sealed)
		if err != nil {
			return 0, fault.Wrap("open "+name, err)
		}
		sealed, err := is.seal(name, plain)
		if err != nil {
			return 0, err
		}
		args := []any{sealed}
		for _, k := range r.key {
			args = append(args, c.arg(tx.dialect(), k))
		}
		if _, err := tx.exec(ctx, "UPDATE "+c.table+" SET "+c.column+" = $1 WHERE "+strings.Join(where, " AND "), args...); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// texts are the tables whose key is text; every other one's is of ids.
func (c sealedColumn) texts() bool { return c.table == "server_secrets" || c.table == "signing_keys" }

func (c sealedColumn) scan(into *string) any {
	if c.texts() {
		return into
	}
	return asID(into)
}

func (c sealedColumn) arg(d *dialect, key string) any {
	if c.texts() {
		return key
	}
	return idArg(d, key)
}

// holdMasterKey makes sure, until the transaction ends, that what this process
// seals can be opened: the master key may have been changed behind its back.
func (db *DB) holdMasterKey(ctx context.Context, tx *Tx, lock string) error {
	var sealed []byte
	ok, err := one(ctx, tx, []any{&sealed}, "SELECT sealed FROM server_secrets WHERE name = $1"+lock, keyCheck)
	if err != nil || !ok {
		return err // without a check value this is the first opening
	}
	return db.seal.verify(sealed)
}

// loadChainKey takes the audit chain's own key when there is one.
func (db *DB) loadChainKey(ctx context.Context) error {
	sealed, err := loadSealed(ctx, db.reads, chainKeyName)
	if err != nil || sealed == nil {
		return fault.Wrap("load the key of the audit chain", err)
	}
	key, err := db.seal.open(chainKeyName, sealed)
	if err != nil {
		return fault.Wrap("load the key of the audit chain", err)
	}
	db.seal.chainKey = key
	return nil
}
