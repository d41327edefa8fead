package bench

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"taxiway/internal/soap"
	"taxiway/internal/syncml"
)

// mostExchanges is far more than a first session needs.
const mostExchanges = 100

// mdmPC is a managed PC with a connection of its own.
type mdmPC struct {
	mu          sync.Mutex
	wireID      string
	certificate tls.Certificate
	client      *http.Client // of the server
	plain       *http.Client // of the limit
	session     int
}

// checkIns measures the sessions of PCs that have nothing to do: a message and
// its answer, on a connection with the PC's certificate.
func (r *run) checkIns(ctx context.Context) (err error) {
	pcs, err := r.managed(ctx, min(max(16, 4*r.Clients), 256))
	if err != nil {
		return err
	}
	commits, err := r.newCommits(ctx)
	if err != nil {
		return err
	}
	answer, err := pcs[0].checkIn(ctx, pcs[0].client)
	if err != nil {
		return err
	}
	plain, err := r.newPlainTLS(answer)
	if err != nil {
		return err
	}
	b := &checkInBench{run: r, pcs: pcs, plain: plain}
	defer func() {
		for _, pc := range pcs {
			pc.client.CloseIdleConnections()
			if pc.plain != nil {
				pc.plain.CloseIdleConnections()
			}
		}
		err = errors.Join(err, plain.close())
	}()
	if err := b.warm(ctx); err != nil {
		return err
	}
	bar := r.progress("checkin", r.Rounds)
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

// managed enrols n PCs and lets each have its first session.
func (r *run) managed(ctx context.Context, n int) ([]*mdmPC, error) {
	p, err := r.newPool(ctx, "managed")
	if err != nil {
		return nil, err
	}
	requests, err := p.requests(ctx, n)
	if err != nil {
		return nil, err
	}
	pcs := make([]*mdmPC, n)
	_, err = r.together(n, func(i int) error {
		text, err := post(ctx, r.pcs, enrolURL, soap.ContentType, requests[i].body)
		if err != nil {
			return err
		}
		e, err := requests[i].taken(text)
		if err != nil {
			return err
		}
		own := tls.Certificate{Certificate: [][]byte{e.Client}, PrivateKey: requests[i].key}
		pcs[i] = &mdmPC{wireID: requests[i].wireID, certificate: own, client: r.pc(own)}
		return pcs[i].converse(ctx)
	})
	return pcs, err
}

// first is the first message of a new session.
func (pc *mdmPC) first() *syncml.Message {
	pc.session++
	info := syncml.Command{Kind: syncml.Replace, CmdID: "4"}
	for name, value := range map[string]string{"DevId": pc.wireID, "Man": "Contoso", "Mod": "Contoso Book 14", "DmV": "1.3", "Lang": "en-US"} {
		info.Items = append(info.Items, syncml.Item{Source: "./DevInfo/" + name, Data: syncml.TextData(value)})
	}
	m := pc.message(1)
	m.Body = []syncml.Command{
		{Kind: syncml.Alert, CmdID: "2", Data: syncml.CodeData(syncml.AlertClientInitiated)},
		{Kind: syncml.Alert, CmdID: "3", Data: syncml.CodeData(syncml.AlertClientEvent), Items: []syncml.Item{{Type: syncml.TypeLoginStatus, Data: syncml.TextData(syncml.LoginUser)}}},
		info,
	}
	return m
}

func (pc *mdmPC) message(number int) *syncml.Message {
	return &syncml.Message{Final: true, Header: syncml.Header{
		VerDTD: syncml.VerDTD, VerProto: syncml.VerProto, SessionID: strconv.FormatInt(int64(pc.session), 16), MsgID: strconv.Itoa(number), Target: sessionsURL, Source: pc.wireID,
	}}
}

// converse goes through a session until the server has nothing more: the PC
// does what it is told and knows no node that it is asked for.
func (pc *mdmPC) converse(ctx context.Context) error {
	m := pc.first()
	for number := 2; number < mostExchanges; number++ {
		_, answer, err := pc.send(ctx, pc.client, m)
		if err != nil {
			return err
		}
		m = pc.message(number)
		m.Body = append(m.Body, answer.HeaderStatus("1", syncml.StatusOK))
		for c := range answer.All() {
			if c.Kind == syncml.Status {
				continue
			}
			code := syncml.StatusOK
			if c.Kind == syncml.Get {
				code = syncml.StatusNotFound
			}
			m.Body = append(m.Body, answer.StatusFor(c, strconv.Itoa(len(m.Body)+1), code))
		}
		if len(m.Body) == 1 {
			return nil
		}
	}
	return errors.New("a PC's first session does not end")
}

func (pc *mdmPC) send(ctx context.Context, client *http.Client, m *syncml.Message) ([]byte, *syncml.Message, error) {
	body, err := m.Encode()
	if err != nil {
		return nil, nil, fmt.Errorf("write a message: %w", err)
	}
	text, err := post(ctx, client, sessionsURL, syncml.ContentType, body)
	if err != nil {
		return nil, nil, err
	}
	answer, err := syncml.Decode(text, syncml.Limits{})
	if err != nil {
		return nil, nil, fmt.Errorf("read an answer: %w", err)
	}
	return text, answer, nil
}

// checkIn is a session that has to end with its first answer.
func (pc *mdmPC) checkIn(ctx context.Context, client *http.Client) ([]byte, error) {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	text, answer, err := pc.send(ctx, client, pc.first())
	if err != nil {
		return nil, err
	}
	for c := range answer.All() {
		if c.Kind != syncml.Status || c.Code() != syncml.StatusOK && c.Code() != syncml.StatusAuthenticated {
			return nil, fmt.Errorf("a PC with nothing to do was told %s %s", c.Name(), c.Data.Text)
		}
	}
	return text, nil
}

type checkInBench struct {
	*run
	pcs   []*mdmPC
	plain *plainTLS

	kept, fresh, answers, shakes rates
}

// warm connects everybody to both servers.
func (b *checkInBench) warm(ctx context.Context) error {
	_, err := b.together(len(b.pcs), func(i int) error {
		pc := b.pcs[i]
		pc.plain = b.plain.client(pc.certificate)
		_, err := pc.checkIn(ctx, pc.client)
		return errors.Join(err, b.answered(ctx, pc))
	})
	return err
}

// answered sends the same message to a server that understands nothing.
func (b *checkInBench) answered(ctx context.Context, pc *mdmPC) error {
	pc.mu.Lock()
	defer pc.mu.Unlock()
	body, err := pc.first().Encode()
	if err == nil {
		_, err = post(ctx, pc.plain, "https://example.com/", syncml.ContentType, body)
	}
	return err
}

func (b *checkInBench) round(ctx context.Context) error {
	for _, turn := range []struct {
		into *rates
		one  func(pc *mdmPC) error
	}{
		{&b.kept, func(pc *mdmPC) error {
			_, err := pc.checkIn(ctx, pc.client)
			return err
		}},
		{&b.answers, func(pc *mdmPC) error { return b.answered(ctx, pc) }},
		{&b.fresh, func(pc *mdmPC) error {
			client := b.pc(pc.certificate)
			defer client.CloseIdleConnections()
			_, err := pc.checkIn(ctx, client)
			return err
		}},
		{&b.shakes, func(pc *mdmPC) error { return b.plain.handshake(ctx, pc.certificate) }},
	} {
		took, err := b.together(b.Calls, func(i int) error { return turn.one(b.pcs[i%len(b.pcs)]) })
		if err != nil {
			return err
		}
		turn.into.add(b.Calls, took)
	}
	return nil
}

func (b *checkInBench) tell(c *commits) {
	cores := float64(b.report.Machine.Cores)
	row := func(what string, work, limit *rates, limitWhat, by string) Row {
		return Row{
			Benchmark: "checkin", What: fmt.Sprintf("%s, %d PCs at a time", what, b.Clients), Unit: "sessions/s/core", Figure: work.perSecond() / cores,
			LimitWhat: limitWhat, Limit: limit.perSecond() / cores, LimitedBy: by,
		}.ratios(work.rounds, limit.rounds)
	}
	by := fmt.Sprintf("one durable write per message, %.2f ms alone (messages at a time share it), some 7 statements, XML and TLS on both sides", c.took.percentile(50, time.Millisecond))
	b.add(row("nothing to do, connection kept", &b.kept, &b.answers, "handler that answers the same bytes", by).figureAtLeast(2_000))
	b.add(row("nothing to do, each on a new connection", &b.fresh, &b.shakes, "bare TLS handshakes with the PC's certificate", "the same and a handshake, in which the PC signs with RSA-2048"))
}
