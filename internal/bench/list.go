package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/graphclient"
)

const (
	identitiesPath = "deviceManagement/windowsAutopilotDeviceIdentities"
	identitiesURL  = peopleURL + "/beta/" + identitiesPath
	fullPage       = 1_000 // rows, the most that one answer has
	pagesEach      = 10    // pages read in a round
	batchSize      = 20    // the most requests that one batch has
)

// reader reads Graph as it comes over the wire, with a token of its own.
type reader struct {
	*run
	token string
}

func (r *run) newReader(ctx context.Context) (*reader, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {r.app.AppID}, "client_secret": {r.app.Secret}, "scope": {access.GraphURL + "/.default"}}
	body, _, err := r.sent(ctx, http.MethodPost, peopleURL+"/"+string(r.tenant.ID)+"/oauth2/v2.0/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Token == "" {
		return nil, errors.Join(errors.New("get a token: there is none in the answer"), err)
	}
	return &reader{run: r, token: answer.Token}, nil
}

// sent sends one request and tells how long it took until its answer was read
// whole. Anything but 200 is an error.
func (r *run) sent(ctx context.Context, method, address, text string, headers ...string) (body []byte, took time.Duration, err error) {
	took, err = r.timed(func() error {
		req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(text))
		if err != nil {
			return err
		}
		for i := 0; i+1 < len(headers); i += 2 {
			req.Header.Set(headers[i], headers[i+1])
		}
		resp, err := r.browsers.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close() //nolint:errcheck // only read
		if body, err = io.ReadAll(resp.Body); err == nil && resp.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s %s: %s: %s", method, address, resp.Status, body)
		}
		return err
	})
	return body, took, err
}

// page is a page of a list. Its rows are kept as they came.
type page struct {
	Value []json.RawMessage `json:"value"`
	Next  string            `json:"@odata.nextLink"`
}

// get reads a page; decoding it is not in the time.
func (r *reader) get(ctx context.Context, address string) (page, time.Duration, error) {
	var p page
	body, took, err := r.sent(ctx, http.MethodGet, address, "", "Authorization", "Bearer "+r.token)
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	return p, took, err
}

// pageSize is a full page, or less where there are few PCs: there are always two.
func (r *run) pageSize() int { return min(fullPage, r.Count/2) }

// lists measures pages of registered PCs against the bare query of the same
// rows, and a page far down against the first one by every order.
func (r *run) lists(ctx context.Context) error {
	if _, err := r.registered(ctx); err != nil {
		return err
	}
	g, err := r.newReader(ctx)
	if err != nil {
		return err
	}
	size := r.pageSize()
	b := &bareRead{run: r, query: r.served.sql("SELECT * FROM autopilot_identities WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT " + strconv.Itoa(size))}
	var work, limit samples
	bar := r.progress("list", r.Rounds)
	for range r.Rounds {
		work, limit = append(work, nil), append(limit, nil)
		address, last := fmt.Sprintf("%s?$top=%d", identitiesURL, size), noID
		for range pagesEach {
			p, took, err := g.get(ctx, address)
			if err != nil {
				return fmt.Errorf("read a page: %w", err)
			}
			work.add(took)
			if took, last, err = b.round(ctx, p.Value, last); err != nil {
				return err
			}
			limit.add(took)
			if address = p.Next; address == "" {
				break
			}
		}
		bar.Add(1)
	}
	bar.Done()
	r.add(overBare("list", fmt.Sprintf("page of %s of %s PCs, p50", thousands(size), thousands(r.Count)), work, limit).atMost(1.5))
	return r.deepOrders(ctx, g)
}

// overBare is a row of pages beside bare reads of the same rows.
func overBare(name, what string, work, limit samples) Row {
	ms := time.Millisecond
	return Row{
		Benchmark: name, What: what, Unit: "ms", Figure: work.percentile(50, ms), LimitWhat: "bare query of the same rows, and their encoding", Limit: limit.percentile(50, ms),
		LimitedBy: "reading the rows typed, their JSON, TLS on both sides",
	}.ratios(work.each(50, ms), limit.each(50, ms))
}

// noID stands before every id.
const noID = "00000000-0000-0000-0000-000000000000"

// bareRead reads rows without the store and writes them as JSON.
type bareRead struct {
	*run
	query string
}

// round reads the rows behind last and encodes what the page showed of them.
func (b *bareRead) round(ctx context.Context, shown []json.RawMessage, last string) (took time.Duration, id string, err error) {
	devices := make([]graphclient.DeviceIdentity, len(shown))
	for i, raw := range shown {
		if err := json.Unmarshal(raw, &devices[i]); err != nil {
			return 0, "", fmt.Errorf("read a page: %w", err)
		}
		id = devices[i].ID
	}
	var rows tableRows
	d := b.served
	took, err = b.timed(func() (err error) {
		if rows, err = d.readRows(ctx, copied{"autopilot_identities", "id", ""}, b.query, d.id(string(b.tenant.ID)), d.id(last)); err != nil {
			return err
		}
		_, err = json.Marshal(devices)
		return err
	})
	if err == nil && len(rows.rows) != len(devices) {
		err = fmt.Errorf("a page has %d rows, the bare query %d", len(devices), len(rows.rows))
	}
	return took, id, err
}

// batches measures twenty requests in one batch against one after the other.
func (r *run) batches(ctx context.Context) error {
	f, err := r.registered(ctx)
	if err != nil {
		return err
	}
	g, err := r.newReader(ctx)
	if err != nil {
		return err
	}
	var work, limit samples
	times := max(r.Calls/batchSize, 1)
	bar := r.progress("batch", r.Rounds)
	defer bar.Done()
	for round := range r.Rounds {
		work, limit = append(work, nil), append(limit, nil)
		for k := range times {
			took, err := g.batch(ctx, f.ids, (round*times+k)*batchSize)
			if err != nil {
				return err
			}
			work.add(took)
			if took, err = g.singles(ctx, f.ids, (round*times+k)*batchSize); err != nil {
				return err
			}
			limit.add(took)
		}
		bar.Add(1)
	}
	ms := time.Millisecond
	r.add(Row{
		Benchmark: "batch", What: "20 PCs read in one batch, p50", Unit: "ms", Figure: work.percentile(50, ms), LimitWhat: "20 single requests, one after the other", Limit: limit.percentile(50, ms),
		LimitedBy: "the same 20 reads in the store; a batch saves 19 times HTTP and the check of the token",
	}.ratios(work.each(50, ms), limit.each(50, ms)).atMost(1))
	return nil
}

func (r *reader) batch(ctx context.Context, ids []string, from int) (time.Duration, error) {
	var requests []map[string]string
	for i := range batchSize {
		requests = append(requests, map[string]string{"id": strconv.Itoa(i), "method": http.MethodGet, "url": "/" + identitiesPath + "/" + ids[(from+i)%len(ids)]})
	}
	text, err := json.Marshal(map[string]any{"requests": requests})
	if err != nil {
		return 0, err
	}
	body, took, err := r.sent(ctx, http.MethodPost, peopleURL+"/beta/$batch", string(text), "Authorization", "Bearer "+r.token, "Content-Type", "application/json")
	if err != nil {
		return took, fmt.Errorf("send a batch: %w", err)
	}
	if n := strings.Count(string(body), `"serialNumber":`); n != batchSize {
		return took, fmt.Errorf("a batch of %d answered %d PCs", batchSize, n)
	}
	return took, nil
}

func (r *reader) singles(ctx context.Context, ids []string, from int) (sum time.Duration, err error) {
	for i := range batchSize {
		_, took, err := r.sent(ctx, http.MethodGet, identitiesURL+"/"+ids[(from+i)%len(ids)], "", "Authorization", "Bearer "+r.token)
		if err != nil {
			return sum, fmt.Errorf("read a PC: %w", err)
		}
		sum += took
	}
	return sum, nil
}
