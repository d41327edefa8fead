package bench

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"taxiway/internal/soap"
)

// signsPerCall makes a turn of signing as long as one of enrolling, about.
const signsPerCall = 2

// enrolments measures a certificate request to the provisioning document,
// against signing alone. What the PC's side computes is made before.
func (r *run) enrolments(ctx context.Context) (err error) {
	p, err := r.newPool(ctx, "enrol")
	if err != nil {
		return err
	}
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	plain, err := r.newPlainTLS(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plain.close()) }()
	b := &enrolBench{run: r, pool: p, plain: plain}
	if err := b.enrol(ctx, max(poolKeys, r.Clients), nil, false); err != nil { // connects, and makes the authority
		return err
	}
	bar := r.progress("enrol", r.Rounds)
	defer bar.Done()
	for range r.Rounds {
		if err := b.round(ctx); err != nil {
			return err
		}
		if err := commits.round(ctx, 20); err != nil {
			return err
		}
		bar.Add(1)
	}
	if err := b.counted(ctx); err != nil {
		return err
	}
	b.tell(commits)
	return nil
}

type enrolBench struct {
	*run
	pool  *pool
	plain *plainTLS

	kept, fresh, signs, shakes rates
}

func (b *enrolBench) round(ctx context.Context) error {
	if err := b.enrol(ctx, b.Calls, &b.kept, false); err != nil {
		return err
	}
	if err := b.sign(); err != nil {
		return err
	}
	if err := b.enrol(ctx, b.Calls, &b.fresh, true); err != nil {
		return err
	}
	took, err := b.together(b.Calls, func(int) error { return b.plain.handshake(ctx) })
	b.shakes.add(b.Calls, took)
	return err
}

// enrol takes n PCs in; fresh lets each connect anew.
func (b *enrolBench) enrol(ctx context.Context, n int, into *rates, fresh bool) error {
	requests, err := b.pool.requests(ctx, n)
	if err != nil {
		return err
	}
	answers := make([][]byte, n)
	took, err := b.together(n, func(i int) (err error) {
		client := b.pcs
		if fresh {
			client = b.pc()
			defer client.CloseIdleConnections()
		}
		answers[i], err = post(ctx, client, enrolURL, soap.ContentType, requests[i].body)
		return err
	})
	if err != nil {
		return err
	}
	if into != nil {
		into.add(n, took)
	}
	for i := range requests {
		if _, err := requests[i].taken(answers[i]); err != nil {
			return err
		}
	}
	return nil
}

// sign is the bare limit: RSA-2048 signatures on as many goroutines.
func (b *enrolBench) sign() error {
	n := b.Calls * signsPerCall
	sum := sha256.Sum256([]byte("a certificate"))
	took, err := b.together(n, func(i int) error {
		_, err := rsa.SignPKCS1v15(rand.Reader, b.pool.keys[i%poolKeys], crypto.SHA256, sum[:])
		return err
	})
	b.signs.add(n, took)
	return err
}

// counted checks that every PC that was answered is there.
func (b *enrolBench) counted(ctx context.Context) error {
	d := b.served
	tenant := d.id(string(b.tenant.ID))
	for _, table := range []string{"managed_devices", "mdm_certificates"} {
		var n int
		if err := d.pool.QueryRowContext(ctx, d.sql("SELECT count(*) FROM "+table+" WHERE tenant_id = $1"), tenant).Scan(&n); err != nil {
			return fmt.Errorf("count %s: %w", table, err)
		}
		if n != b.pool.pcs {
			return fmt.Errorf("%d PCs were enrolled, %s has %d rows", b.pool.pcs, table, n)
		}
	}
	return nil
}

func (b *enrolBench) tell(c *commits) {
	cores := float64(b.report.Machine.Cores)
	row := func(what string, work, limit *rates, limitWhat, by string) Row {
		return Row{
			Benchmark: "enrol", What: fmt.Sprintf("%s, %d PCs at a time", what, b.Clients), Unit: "PCs/s/core", Figure: work.perSecond() / cores,
			LimitWhat: limitWhat, Limit: limit.perSecond() / cores, LimitedBy: by,
		}.ratios(work.rounds, limit.rounds)
	}
	share := 100 * b.kept.perSecond() / b.signs.perSecond()
	by := fmt.Sprintf("signing is %.0f %% of the time, one durable commit takes %.2f ms alone (requests at a time share it); the rest is some 12 statements, checking token and request, XML and TLS on both sides",
		share, c.took.percentile(50, time.Millisecond))
	b.add(row("request to provisioning document, connection kept", &b.kept, &b.signs, "bare RSA-2048 signatures", by).atLeastHalf())
	b.add(row("the same, each on a new connection", &b.fresh, &b.shakes, "bare TLS handshakes", "the same and a handshake"))
}
