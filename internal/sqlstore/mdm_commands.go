package sqlstore

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

const commandColumns = "c.device_id, c.id, c.owner, c.subject, c.dedup_key, c.state, c.body, c.session_id, c.status, c.outcome, c.tries, c.not_before, c.created_at, c.sent_at, c.done_at"

// commandBody is what a command says, as stored.
type commandBody struct {
	Op        enrollment.Operation `json:"op"`
	Once      bool                 `json:"once,omitempty"`
	UserScope bool                 `json:"userScope,omitempty"`
}

// commandOutcome is what became of it.
type commandOutcome struct {
	Parts   []int                 `json:"parts,omitempty"`
	Results []enrollment.ResultOf `json:"results,omitempty"`
	Met     map[int]int           `json:"met,omitempty"`
}

func scanCommand(r row, c *enrollment.Command) error {
	var b commandBody
	var o commandOutcome
	err := r.Scan(asID(&c.Device), asID(&c.ID), commandOwners.as(&c.Owner), &c.Of, &c.Key, commandStates.as(&c.State), asJSON(&b), &c.Session, &c.Status, asJSON(&o), &c.Tries,
		asTime(&c.NotBefore), asTime(&c.CreatedAt), asTime(&c.SentAt), asTime(&c.DoneAt))
	c.Op, c.Once, c.UserScope, c.Parts, c.Results, c.Met = b.Op, b.Once, b.UserScope, o.Parts, o.Results, o.Met
	return err
}

func commands(ctx context.Context, q querier, where string, args ...any) ([]enrollment.Command, error) {
	return collect(ctx, q, scanCommand, "SELECT "+commandColumns+" FROM mdm_commands c WHERE "+where, args...)
}

// ListCommands implements enrollment.DeviceReader.
func (db *DB) ListCommands(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, limit int) ([]enrollment.Command, error) {
	all, err := commands(ctx, db.reader(), "c.tenant_id = $1 AND c.device_id = $2 ORDER BY c.id DESC LIMIT $3", idArg(db.d, t), idArg(db.d, d), limit)
	return all, fault.Wrap("list the commands of "+string(d), err)
}

// runAfter selects actions that the PC was told once more later: the commands
// of one run were queued at one time.
const runAfter = "EXISTS (SELECT 1 FROM mdm_commands l WHERE l.tenant_id = c.tenant_id AND l.device_id = c.device_id" +
	" AND l.id > c.id AND l.owner = c.owner AND l.subject = c.subject AND l.created_at <> c.created_at)"

// LastActions implements enrollment.DeviceReader.
func (db *DB) LastActions(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.Command, error) {
	all, err := commands(ctx, db.reader(), "c.tenant_id = $1 AND c.device_id = $2 AND c.owner = $3 AND NOT "+runAfter+" ORDER BY c.id DESC",
		idArg(db.d, t), idArg(db.d, d), commandOwners.arg(enrollment.OwnerAction))
	return all, fault.Wrap("list the actions of "+string(d), err)
}

// Queue implements enrollment.CommandTx.
func (tx *Tx) Queue(ctx context.Context, t directory.TenantID, cs []enrollment.Command) (stored []enrollment.Command, err error) {
	d := tx.dialect()
	for i := range cs {
		c := cs[i]
		if c.State == "" {
			c.State = enrollment.Queued
		}
		n, err := tx.exec(ctx, "INSERT INTO mdm_commands (tenant_id, device_id, id, owner, subject, dedup_key, state, body, session_id, status, outcome, tries, not_before, created_at, sent_at, done_at)"+
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"+
			" ON CONFLICT (tenant_id, device_id, dedup_key) WHERE state < 3 AND dedup_key <> '' DO NOTHING",
			idArg(d, t), idArg(d, c.Device), idArg(d, c.ID), commandOwners.arg(c.Owner), c.Of, c.Key, commandStates.arg(c.State), jsonArg{commandBody{c.Op, c.Once, c.UserScope}},
			c.Session, c.Status, jsonArg{commandOutcome{c.Parts, c.Results, c.Met}}, c.Tries, timeArg(c.NotBefore), timeArg(c.CreatedAt), timeArg(c.SentAt), timeArg(c.DoneAt))
		if err != nil {
			return nil, fault.Wrap("queue a command", err)
		}
		if n > 0 {
			stored = append(stored, c)
		}
	}
	return stored, nil
}

// OpenCommands implements enrollment.CommandTx.
func (tx *Tx) OpenCommands(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, limit int) ([]enrollment.Command, error) {
	return tx.OpenCommandsAfter(ctx, t, d, "", limit)
}

// OpenCommandsAfter implements enrollment.CommandTx.
func (tx *Tx) OpenCommandsAfter(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, after string, limit int) ([]enrollment.Command, error) {
	all, err := commands(ctx, tx, "c.tenant_id = $1 AND c.device_id = $2 AND c.id > $3 AND c.state < 3 ORDER BY c.id LIMIT $4",
		idArg(tx.dialect(), t), idArg(tx.dialect(), d), idArg(tx.dialect(), after), limit)
	return all, fault.Wrap("list the open commands of "+string(d), err)
}

// GetCommands implements enrollment.CommandTx, in order of id.
func (tx *Tx) GetCommands(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, ids []string) ([]enrollment.Command, error) {
	var all []enrollment.Command
	sorted := slices.Compact(slices.Sorted(slices.Values(ids)))
	for part := range slices.Chunk(sorted, maxList) {
		b := &builder{d: tx.dialect()}
		some, err := commands(ctx, tx, "c.tenant_id = "+bindID(b, t)+" AND c.device_id = "+bindID(b, d)+" AND c.id IN ("+bindIDs(b, part)+") ORDER BY c.id", b.args...)
		if err != nil {
			return nil, fault.Wrap("read commands of "+string(d), err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// UpdateCommands implements enrollment.CommandTx.
func (tx *Tx) UpdateCommands(ctx context.Context, t directory.TenantID, cs []enrollment.Command) error {
	d := tx.dialect()
	for i := range cs {
		c := &cs[i]
		n, err := tx.exec(ctx, "UPDATE mdm_commands SET state = $4, session_id = $5, status = $6, outcome = $7, tries = $8, not_before = $9, sent_at = $10, done_at = $11"+
			" WHERE tenant_id = $1 AND device_id = $2 AND id = $3",
			idArg(d, t), idArg(d, c.Device), idArg(d, c.ID), commandStates.arg(c.State), c.Session, c.Status, jsonArg{commandOutcome{c.Parts, c.Results, c.Met}}, c.Tries,
			timeArg(c.NotBefore), timeArg(c.SentAt), timeArg(c.DoneAt))
		if err == nil && n == 0 {
			return missing("command", c.ID)
		}
		if err != nil {
			return fault.Wrap("update command "+c.ID, err)
		}
	}
	return nil
}

// CancelCommands implements enrollment.CommandTx.
func (tx *Tx) CancelCommands(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, o enrollment.OwnerKind, of string, at time.Time) (int, error) {
	b := &builder{d: tx.dialect()}
	set := "UPDATE mdm_commands SET state = " + b.arg(commandStates.arg(enrollment.Cancelled)) + ", done_at = " + b.arg(timeArg(at)) +
		" WHERE tenant_id = " + bindID(b, t) + " AND device_id = " + bindID(b, d) + " AND state < 3"
	if o != "" {
		set += " AND owner = " + b.arg(commandOwners.arg(o))
	}
	if of != "" {
		set += " AND subject = " + b.arg(of)
	}
	n, err := tx.exec(ctx, set, b.args...)
	return int(n), fault.Wrap("cancel commands of "+string(d), err)
}

// LastCommand implements enrollment.CommandTx.
func (tx *Tx) LastCommand(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, key string) (enrollment.Command, bool, error) {
	c, ok, err := first(ctx, tx, scanCommand, "SELECT "+commandColumns+" FROM mdm_commands c WHERE c.tenant_id = $1 AND c.device_id = $2 AND c.dedup_key = $3 ORDER BY c.id DESC LIMIT 1",
		idArg(tx.dialect(), t), idArg(tx.dialect(), d), key)
	return c, ok, fault.Wrap("find the last command of "+string(d), err)
}
