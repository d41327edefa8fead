package sqlstore

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// The audit chain: sealing gives each event the next number of its tenant and
// the hash of the one before; audit_heads keeps the last. The hash is keyed by
// the master key, so that who can write the database alone cannot mend a chain.

// link is a sealed event.
type link struct {
	directory.AuditEvent
	seq  int64
	prev []byte
}

// chained hashes an event onto the link before it.
func (s *sealer) chained(prev []byte, seq int64, e *directory.AuditEvent) ([]byte, error) {
	event := *e
	event.At = event.At.UTC()
	if len(event.Changes) == 0 {
		event.Changes = nil
	}
	text, err := json.Marshal(struct {
		Seq   int64
		Event directory.AuditEvent
	}{seq, event})
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, s.chainKey)
	mac.Write(prev)
	mac.Write(text)
	return mac.Sum(nil), nil
}

// SealAudit chains up to limit events that are not sealed yet, per tenant in
// order of id, and returns how many. Several processes may call it at once.
func (db *DB) SealAudit(ctx context.Context, limit int) (int, error) {
	tenants, err := collect(ctx, db.reader(), scanID[directory.TenantID], "SELECT tenant_id FROM audit WHERE seq = 0 GROUP BY tenant_id ORDER BY tenant_id")
	if err != nil {
		return 0, fault.Wrap("find audit events to seal", err)
	}
	sealed := 0
	for _, t := range tenants {
		if sealed >= limit {
			break
		}
		n, err := db.sealTenant(ctx, t, limit-sealed)
		if err != nil {
			return sealed, fault.Wrap("seal the audit trail of "+string(t), err)
		}
		sealed += n
	}
	return sealed, nil
}

func (db *DB) sealTenant(ctx context.Context, t directory.TenantID, limit int) (n int, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n = 0
		tenant := idArg(tx.dialect(), t)
		var seq int64
		var head []byte
		ok, err := one(ctx, tx, []any{&seq, &head}, "SELECT seq, hash FROM audit_heads WHERE tenant_id = $1/*claim*/", tenant)
		if err != nil || !ok {
			return err // no row: another process is at it
		}
		head = append([]byte{}, head...) // an empty column may read as nil, and nil would be NULL
		events, err := collect(ctx, tx, scanAudit, "SELECT "+auditColumns+" FROM audit e WHERE e.tenant_id = $1 AND e.seq = 0 ORDER BY e.id LIMIT $2", tenant, limit)
		if err != nil {
			return err
		}
		now := timeArg(db.clock())
		for i := range events {
			seq++
			_, err := tx.exec(ctx, "UPDATE audit SET seq = $3, prev_hash = $4, sealed_at = $5 WHERE tenant_id = $1 AND id = $2", tenant, idArg(tx.dialect(), events[i].ID), seq, head, now)
			if err != nil {
				return err
			}
			if head, err = db.seal.chained(head, seq, &events[i]); err != nil {
				return err
			}
		}
		n = len(events)
		_, err = tx.exec(ctx, "UPDATE audit_heads SET seq = $2, hash = $3 WHERE tenant_id = $1", tenant, seq, head)
		return err
	})
	return n, err
}

// auditPage is how many links VerifyAudit reads at a time.
const auditPage = 1000

// VerifyAudit walks a tenant's chain and names what does not fit: an event
// that was changed, removed or put in. n is how many sealed events there are.
func (db *DB) VerifyAudit(ctx context.Context, t directory.TenantID) (problems []string, n int64, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		problems, n, err = db.walkChain(ctx, q, t)
		return err
	})
	return problems, n, fault.Wrap("verify the audit trail", err)
}

func (db *DB) walkChain(ctx context.Context, q querier, t directory.TenantID) (problems []string, n int64, err error) {
	tenant := idArg(db.d, t)
	var last int64
	var head []byte
	ok, err := one(ctx, q, []any{&last, &head}, "SELECT seq, hash FROM audit_heads WHERE tenant_id = $1", tenant)
	if err != nil {
		return nil, 0, err
	}
	if !ok {
		return nil, 0, missing("tenant", string(t))
	}
	var seq int64
	hash := []byte{}
	for {
		links, err := collect(ctx, q, scanLink, "SELECT "+auditColumns+", e.seq, e.prev_hash FROM audit e WHERE e.tenant_id = $1 AND e.seq > $2 ORDER BY e.seq, e.id LIMIT $3", tenant, seq, auditPage)
		if err != nil {
			return nil, 0, err
		}
		for i := range links {
			l := &links[i]
			n++
			switch {
			case l.seq != seq+1:
				problems = append(problems, fmt.Sprintf("%d events are missing between numbers %d and %d.", l.seq-seq-1, seq, l.seq))
			case !hmac.Equal(l.prev, hash):
				problems = append(problems, fmt.Sprintf("Event %s (number %d) does not follow from the one before it: one of the two was changed.", l.ID, l.seq))
			}
			seq = l.seq
			if hash, err = db.seal.chained(l.prev, l.seq, &l.AuditEvent); err != nil {
				return nil, 0, err
			}
		}
		if len(links) < auditPage {
			break
		}
	}
	switch {
	case seq < last:
		problems = append(problems, fmt.Sprintf("The last %d events are missing after number %d.", last-seq, seq))
	case seq > last:
		problems = append(problems, fmt.Sprintf("The chain goes on after number %d, where it should end.", last))
	case !hmac.Equal(hash, head):
		problems = append(problems, fmt.Sprintf("The last event (number %d) was changed.", seq))
	}
	return problems, n, nil
}

func scanLink(r row, l *link) error {
	return r.Scan(asID(&l.ID), asTime(&l.At), asJSON(&l.Actor), &l.Activity, &l.Category, &l.TargetID, &l.TargetType, &l.TargetName, asJSON(&l.Changes), &l.seq, &l.prev)
}
