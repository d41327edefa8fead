package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
)

const (
	plainAsking = 200 // PCs without a TPM key
	keyedAsking = 16  // PCs with one; making a key takes some 50 ms
)

// askBody is what a PC sends.
type askBody struct {
	HardwareHash string `json:"hardwareHash"`
	SerialNumber string `json:"serialNumber"`
	Challenge    string `json:"challenge,omitempty"`
	Nonce        []byte `json:"nonce,omitempty"`
}

// asking are PCs of one kind with their ready-made first requests.
type asking struct {
	pcs    []labdata.PC
	hashes []string
	bodies [][]byte
}

// newAsking makes PCs beyond those of the fleet and registers them.
func (r *run) newAsking(ctx context.Context, f *fleet, first, n int, keyed bool) (*asking, error) {
	opts := []labdata.Option{labdata.From(first)}
	if keyed {
		opts = append(opts, labdata.WithKeys())
	}
	pcs, err := labdata.Fleet(r.Seed, n, opts...)
	if err != nil {
		return nil, err
	}
	a := &asking{pcs: pcs}
	send := make([]graphclient.ImportRow, n)
	for i := range pcs {
		hash := pcs[i].Row.HardwareHash
		if !keyed {
			pcs[i].Hardware.EKModulus = nil
			if hash, err = hwhash.Mint(pcs[i].Hardware, r.Now()); err != nil {
				return nil, fmt.Errorf("mint a hash: %w", err)
			}
		}
		body, err := json.Marshal(askBody{HardwareHash: hash, SerialNumber: pcs[i].Row.SerialNumber})
		if err != nil {
			return nil, fmt.Errorf("write a request: %w", err)
		}
		a.hashes, a.bodies = append(a.hashes, hash), append(a.bodies, body)
		send[i] = graphclient.ImportRow{SerialNumber: pcs[i].Row.SerialNumber, HardwareHash: hash, GroupTag: "Tag01"}
	}
	results, err := r.graph.Import(ctx, send)
	if err != nil {
		return nil, fmt.Errorf("import: %w", err)
	}
	for i := range results {
		if !results[i].Done() {
			return nil, fmt.Errorf("%s was not registered: %s", send[i].SerialNumber, results[i].State.ErrorMessage)
		}
	}
	if _, ok := f.profiles["Tag01"]; !ok {
		return nil, errors.New("no profile goes with Tag01")
	}
	return a, nil
}

// answer is what a PC gets.
type answer struct {
	Challenge             string `json:"Challenge"`
	EncryptedNonce        []byte `json:"EncryptedNonce"`
	DeploymentProfileName string `json:"DeploymentProfileName"`
	ErrorReason           string `json:"ErrorReason"`
}

func ask(ctx context.Context, client *http.Client, address string, body []byte) (a answer, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return a, fmt.Errorf("make a request: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return a, fmt.Errorf("ask: %w", err)
	}
	text, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return a, fmt.Errorf("read an answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return a, fmt.Errorf("asked %s, the answer is %s: %s", address, resp.Status, text)
	}
	if err := json.Unmarshal(text, &a); err != nil {
		return a, fmt.Errorf("read an answer: %w", err)
	}
	return a, nil
}

// together runs n requests from as many goroutines as there are clients.
func (r *run) together(n int, one func(i int) error) (time.Duration, error) {
	var (
		next atomic.Int64
		wg   sync.WaitGroup
		errs = make([]error, r.Clients)
	)
	took, _ := r.timed(func() error {
		for c := range r.Clients {
			wg.Go(func() {
				for errs[c] == nil {
					i := int(next.Add(1)) - 1
					if i >= n {
						return
					}
					errs[c] = one(i)
				}
			})
		}
		wg.Wait()
		return nil
	})
	return took, errors.Join(errs...)
}

// profiles measures what a PC asks, at the devices' listener.
func (r *run) profiles(ctx context.Context) error {
	f, err := r.registered(ctx)
	if err != nil {
		return err
	}
	plain, err := r.newAsking(ctx, f, r.Count, min(plainAsking, r.Count), false)
	if err != nil {
		return err
	}
	keyed, err := r.newAsking(ctx, f, r.Count+plainAsking, min(keyedAsking, r.Count/10), true)
	if err != nil {
		return err
	}
	// PCs whose hash holds no TPM key are answered only where the tenant says so.
	d := r.served
	if _, err := d.pool.ExecContext(ctx, d.sql("UPDATE tenants SET without_tpm = 1 WHERE tenant_id = $1"), d.id(string(r.tenant.ID))); err != nil {
		return fmt.Errorf("allow PCs without a TPM: %w", err)
	}
	base, err := r.newBaseline(ctx, plain.hashes)
	if err != nil {
		return err
	}
	defer base.close()
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	b := &profileBench{run: r, want: f.profiles["Tag01"], plain: plain, keyed: keyed, base: base}
	if err := b.warm(ctx); err != nil {
		return err
	}
	bar := r.progress("profile", r.Rounds)
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
	b.tell(commits)
	return nil
}

type profileBench struct {
	*run
	want         string // the profile that all of them get
	plain, keyed *asking
	base         *baseline

	lookup, challenge, proven, empty rates
}

// warm lets every PC ask once, and so connects, and writes what the first
// download of a PC writes.
func (b *profileBench) warm(ctx context.Context) error {
	if _, err := b.together(len(b.plain.bodies), func(i int) error { return b.lookUp(ctx, i) }); err != nil {
		return err
	}
	if _, err := b.together(len(b.plain.bodies), func(i int) error { return b.empties(ctx, i) }); err != nil {
		return err
	}
	bodies, err := b.prove(ctx, len(b.keyed.bodies))
	if err != nil {
		return err
	}
	_, err = b.together(len(bodies), func(i int) error { return b.handOut(ctx, bodies[i]) })
	return err
}

func (b *profileBench) round(ctx context.Context) error {
	n := b.Calls
	for _, turn := range []struct {
		into *rates
		one  func(i int) error
	}{
		{&b.lookup, func(i int) error { return b.lookUp(ctx, i) }},
		{&b.empty, func(i int) error { return b.empties(ctx, i) }},
		{&b.challenge, func(i int) error {
			_, err := b.challenged(ctx, i)
			return err
		}},
	} {
		took, err := b.together(n, turn.one)
		if err != nil {
			return err
		}
		turn.into.add(n, took)
	}
	bodies, err := b.prove(ctx, n)
	if err != nil {
		return err
	}
	took, err := b.together(n, func(i int) error { return b.handOut(ctx, bodies[i]) })
	if err != nil {
		return err
	}
	b.proven.add(n, took)
	return nil
}

// lookUp is the whole look-up of a PC that has no TPM key to prove.
func (b *profileBench) lookUp(ctx context.Context, i int) error {
	return b.handOut(ctx, b.plain.bodies[i%len(b.plain.bodies)])
}

func (b *profileBench) handOut(ctx context.Context, body []byte) error {
	a, err := ask(ctx, b.pcs, deviceURL+"/ztd/profile", body)
	if err == nil && a.DeploymentProfileName != b.want {
		err = fmt.Errorf("a PC got the profile %q (%s) instead of %q", a.DeploymentProfileName, a.ErrorReason, b.want)
	}
	return err
}

func (b *profileBench) empties(ctx context.Context, i int) error {
	at := i % len(b.plain.bodies)
	_, err := ask(ctx, b.base.client, fmt.Sprintf("https://example.com/%d", at), b.plain.bodies[at])
	return err
}

// challenged is the first request of a PC with a TPM key.
func (b *profileBench) challenged(ctx context.Context, i int) (answer, error) {
	a, err := ask(ctx, b.pcs, deviceURL+"/ztd/profile", b.keyed.bodies[i%len(b.keyed.bodies)])
	if err == nil && a.Challenge == "" {
		err = fmt.Errorf("a PC got no challenge but %q", a.ErrorReason)
	}
	return a, err
}

// prove makes n second requests: what the PC's TPM does is done here, outside
// any measurement.
func (b *profileBench) prove(ctx context.Context, n int) ([][]byte, error) {
	bodies := make([][]byte, n)
	_, err := b.together(n, func(i int) error {
		a, err := b.challenged(ctx, i)
		if err != nil {
			return err
		}
		at := i % len(b.keyed.pcs)
		pc := &b.keyed.pcs[at]
		nonce, err := rsa.DecryptOAEP(sha256.New(), rand.Reader, pc.Key, a.EncryptedNonce, nil)
		if err != nil {
			return fmt.Errorf("decrypt a nonce: %w", err)
		}
		bodies[i], err = json.Marshal(askBody{HardwareHash: b.keyed.hashes[at], SerialNumber: pc.Row.SerialNumber, Challenge: a.Challenge, Nonce: nonce})
		return err
	})
	return bodies, err
}

func (b *profileBench) tell(c *commits) {
	row := func(what string, work *rates, by string) Row {
		return Row{
			Benchmark: "profile", What: fmt.Sprintf("%s, %d PCs at a time", what, b.Clients), Unit: "requests/s", Figure: work.perSecond(),
			LimitWhat: "handler with two indexed reads", Limit: b.empty.perSecond(), LimitedBy: by,
		}.ratios(work.rounds, b.empty.rounds)
	}
	b.add(row("profile look-up", &b.lookup, "five indexed reads, parsing and comparing two hardware hashes").atLeastHalf())
	b.add(row("proof, first request (challenge)", &b.challenge, "RSA encryption of the nonce"))
	b.add(row("proof, second request (profile)", &b.proven, fmt.Sprintf("one durable write per request (a nonce works once), %.2f ms alone; requests at a time share it", c.took.percentile(50, time.Millisecond))))
}

// readOne reads the one row of a query and forgets it.
func readOne(ctx context.Context, s *sql.Stmt, args ...any) (err error) {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if !rows.Next() {
		return errors.Join(errors.New("there is no such row"), rows.Err())
	}
	values := make([]sql.RawBytes, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	return rows.Scan(into...)
}
