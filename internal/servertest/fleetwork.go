package servertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/syncml"
)

// fleetNode is what Queue sets.
const fleetNode = "./Device/Vendor/MSFT/Policy/Config/Fleet/Setting"

// fleetSubject marks the commands of Queue.
const fleetSubject = "fleet"

// fleetPage is how many PCs are looked at or told something together.
const fleetPage = 250

// Queue tells every PC to set a node at its next session.
func (f *Fleet) Queue(ctx context.Context) error {
	for first := 0; first < len(f.PCs); first += fleetPage {
		err := f.store.InTx(ctx, func(tx enrollment.Tx) error {
			for _, pc := range f.PCs[first:min(first+fleetPage, len(f.PCs))] {
				value := pc.Name
				_, err := f.service.Enqueue(ctx, tx, directory.TenantID(f.tenant), pc.ID, enrollment.Command{
					Owner: enrollment.OwnerEnrolment, Of: fleetSubject, Op: enrollment.Operation{Verb: enrollment.Replace, URI: fleetNode, Format: "chr", Data: &value},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("tell the fleet something: %w", err)
		}
	}
	return nil
}

// Check compares the server's rows with the PCs: each is there once, was heard
// of, and its command ended well and took effect once.
func (f *Fleet) Check(ctx context.Context) error {
	rows := map[enrollment.DeviceID]enrollment.Device{}
	for after := enrollment.DeviceID(""); ; {
		page, err := f.store.PageManagedDevices(ctx, directory.TenantID(f.tenant), after, fleetPage)
		if err != nil {
			return err
		}
		for _, d := range page {
			rows[d.ID], after = d, d.ID
		}
		if len(page) < fleetPage {
			break
		}
	}
	if len(rows) != len(f.PCs) {
		return fmt.Errorf("%d PCs are managed, want %d", len(rows), len(f.PCs))
	}
	for _, pc := range f.PCs {
		d, ok := rows[pc.ID]
		if !ok || d.Name != pc.Name || d.LastSync.IsZero() || d.State != enrollment.Managed {
			return fmt.Errorf("%s is %+v at the server", pc.Name, d)
		}
		commands, err := f.store.ListCommands(ctx, directory.TenantID(f.tenant), pc.ID, 100)
		if err != nil {
			return err
		}
		told := 0
		for i := range commands {
			c := &commands[i]
			if c.State.Open() {
				return fmt.Errorf("%s: %s %s is still %s", pc.Name, c.Op.Verb, c.Op.URI, c.State)
			}
			if c.Of != fleetSubject {
				continue
			}
			told++
			if c.State != enrollment.Done || c.Tries != 1 {
				return fmt.Errorf("%s: its command is %s after %d tries", pc.Name, c.State, c.Tries)
			}
		}
		if told != 1 || pc.Effects != 1 {
			return fmt.Errorf("%s has %d commands, which took effect %d times", pc.Name, told, pc.Effects)
		}
	}
	return nil
}

// FleetVisit is one session.
type FleetVisit struct {
	Messages int
	Busy     int             // answers that told to come again
	Broken   int             // connections that ended without an answer
	Took     time.Duration   // of the whole, waiting included
	Each     []time.Duration // of messages that were answered
}

// FleetWait is how PCs wait before they come again; nothing happens elsewhere
// when it returns an error.
type FleetWait func(ctx context.Context, d time.Duration) error

// A PC whose connection broke waits a random time, the longer the more often.
const (
	brokenLeast = 5 * time.Second
	brokenMost  = 2 * time.Minute
)

func brokenWait(times int) time.Duration {
	most := min(brokenLeast<<min(times, 10), brokenMost)
	return brokenLeast + rand.N(most)
}

// mostComebacks bounds how often one message is brought again.
const mostComebacks = 100

// Session lets a PC connect, run a session to its end, and hang up.
func (f *Fleet) Session(ctx context.Context, pc *FleetPC, wait FleetWait) (v FleetVisit, err error) {
	began := time.Now()
	defer func() { v.Took = time.Since(began) }()
	w, err := f.connect(pc)
	if err != nil {
		return v, err
	}
	if err := f.plugIn(ctx); err != nil {
		return v, err
	}
	defer func() {
		w.CloseIdleConnections()
		<-f.sockets
	}()
	pc.session++
	m := pc.greeting()
	for number := 2; number < mostMessages; number++ {
		answer, err := f.deliver(ctx, w, m, &v, wait)
		if err != nil {
			return v, fmt.Errorf("message %d of %s: %w", number-1, pc.Name, err)
		}
		m = pc.message(number)
		if err := pc.obey(answer, m); err != nil {
			return v, fmt.Errorf("the answer to message %d of %s: %w", number-1, pc.Name, err)
		}
		if len(m.Body) == 1 { // nothing but the header's status
			return v, nil
		}
	}
	return v, fmt.Errorf("the session of %s does not end", pc.Name)
}

// deliver brings a message until it is answered. A PC that is told to come
// again hangs up before it waits.
func (f *Fleet) deliver(ctx context.Context, w *http.Client, m *syncml.Message, v *FleetVisit, wait FleetWait) (*syncml.Message, error) {
	body, err := m.Encode()
	if err != nil {
		return nil, err
	}
	for range mostComebacks {
		began := time.Now()
		raw, err := send(ctx, w, managementAddress, syncml.ContentType, body)
		if err == nil {
			v.Messages++
			v.Each = append(v.Each, time.Since(began))
			return syncml.Decode(raw, syncml.Limits{})
		}
		var again time.Duration
		if busy, ok := errors.AsType[*httpError](err); ok {
			seconds, convErr := strconv.Atoi(busy.Retry)
			if busy.Status != http.StatusServiceUnavailable || convErr != nil || seconds < 1 {
				return nil, fmt.Errorf("refused with Retry-After %q: %w", busy.Retry, err)
			}
			again = time.Duration(seconds) * time.Second
			v.Busy++
		} else {
			v.Broken++
			again = brokenWait(v.Broken)
		}
		w.CloseIdleConnections()
		<-f.sockets
		waited := wait(ctx, again)
		if err := errors.Join(waited, f.plugIn(ctx)); err != nil {
			return nil, err
		}
	}
	return nil, errors.New("the server never has time")
}

// plugIn waits until this machine has a connection for one more PC.
func (f *Fleet) plugIn(ctx context.Context) error {
	f.sockets <- struct{}{} // the others hang up when ctx ends
	return ctx.Err()
}

const managementAddress = DeviceURL + "/EnrollmentServer/ManagementServer/OmaDm.svc?mode=Maintenance&Platform=WoA"

func (pc *FleetPC) message(number int) *syncml.Message {
	return &syncml.Message{Final: true, Header: syncml.Header{
		VerDTD: syncml.VerDTD, VerProto: syncml.VerProto, SessionID: strconv.FormatInt(int64(pc.session), 16), MsgID: strconv.Itoa(number), Target: managementAddress, Source: pc.DeviceID,
	}}
}

func (pc *FleetPC) greeting() *syncml.Message {
	info := syncml.Command{Kind: syncml.Replace, CmdID: "4"}
	for _, pair := range [][2]string{{"DevId", pc.DeviceID}, {"Man", "Contoso"}, {"Mod", "Contoso Book 14"}, {"DmV", "1.3"}, {"Lang", "en-US"}} {
		info.Items = append(info.Items, syncml.Item{Source: "./DevInfo/" + pair[0], Data: syncml.TextData(pair[1])})
	}
	m := pc.message(1)
	m.Body = []syncml.Command{
		{Kind: syncml.Alert, CmdID: "2", Data: syncml.CodeData(syncml.AlertClientInitiated)},
		{Kind: syncml.Alert, CmdID: "3", Data: syncml.CodeData(syncml.AlertClientEvent), Items: []syncml.Item{{Type: syncml.TypeLoginStatus, Data: syncml.TextData(syncml.LoginUser)}}},
		info,
	}
	return m
}

// obey does what an answer says and puts what it has to say into the next
// message.
func (pc *FleetPC) obey(answer, next *syncml.Message) error {
	if len(answer.Body) == 0 || answer.Body[0].Kind != syncml.Status || !syncml.Succeeded(answer.Body[0].Code()) {
		return fmt.Errorf("the header is not accepted: %+v", answer.Body)
	}
	number := 1
	say := func(c syncml.Command) {
		c.CmdID = strconv.Itoa(number)
		number++
		next.Body = append(next.Body, c)
	}
	say(answer.HeaderStatus("", syncml.StatusOK))
	for c := range answer.All() {
		switch c.Kind {
		case syncml.Status:
			continue
		case syncml.Alert:
			if c.Code() == syncml.AlertAbort {
				return ErrMDMAborted
			}
		case syncml.Get:
			say(answer.StatusFor(c, "", syncml.StatusOK))
			values := syncml.Command{Kind: syncml.Results, MsgRef: answer.Header.MsgID, CmdRef: c.CmdID}
			for _, item := range c.Items {
				pc.Values++
				values.Items = append(values.Items, syncml.Item{Source: item.Target, Data: syncml.TextData(pc.Name)})
			}
			say(values)
			continue
		case syncml.Replace:
			if strings.EqualFold(c.Items[0].Target, fleetNode) && c.Items[0].Data.Text == pc.Name {
				pc.Effects++
			}
		default:
		}
		say(answer.StatusFor(c, "", syncml.StatusOK))
	}
	return nil
}
