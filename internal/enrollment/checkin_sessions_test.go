package enrollment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

func once(c *enrollment.Command) { c.Once = true }

func TestAMessageCountsOnce(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"a repeated message gets the same answer, and nothing else happens", func(f *fleet) {
			f.queue("x", nil, replace(nodeA), get(nodeC))
			p := f.pc("1")
			p.hello()
			in := p.message(p.answer(p.last, "1=404"), p.answer(p.last, "2=200"), p.answer(p.last, "2:"+nodeC+"=v"))
			f.queue("y", nil, replace(nodeB))
			want := p.send(in)
			states := f.states()
			for range 3 {
				f.clock.advance(time.Minute)
				f.equal("answer", p.send(in), want)
			}
			f.equal("states", f.states(), states)
			f.equal("heard", f.owner.heard(), map[string]string{"x": "failed 404;done 200;"})
			f.equal("messages", []int{f.counts.of("messages answered"), f.counts.of("messages repeated")}, []int{2, 3})
		}},
		{"the first message may be repeated too", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			in := p.message()
			f.equal("answer", p.send(in), p.send(in))
			f.equal("states", f.states(), []string{"x=sent 0 1"})
			f.equal("asked", len(f.owner.asked), 1)
		}},
		{"the same number with other content aborts the session", func(f *fleet) {
			f.queue("again", nil, replace(nodeA))
			f.queue("once", once, replace(nodeB))
			p := f.pc("1")
			p.hello()
			p.msg = 0
			p.login = enrollment.LoginUser
			out := p.send(p.message())
			f.equal("alert", out.Alert, enrollment.AlertAbort)
			f.equal("commands", nodes(out), []string{})
			f.equal("states", f.states(), []string{"again=queued 0 1", "once=unconfirmed 0 1"})
			f.equal("heard", f.owner.heard(), map[string]string{"once": "unconfirmed 0;"})
			f.equal("the session goes on", p.say().Alert, enrollment.AlertAbort)
			next := f.pc("2")
			f.equal("the next session", nodes(next.hello()), []string{"Replace " + nodeA})
		}},
		{"a message older than the last is refused, and the session goes on", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			second := p.message()
			p.send(second)
			p.send(p.message())
			f.equal("the old one", p.send(second).Alert, enrollment.AlertAbort)
			p.last = p.first
			p.say("1=200")
			f.equal("states", f.states(), []string{"x=done 200 1"})
		}},
		{"a message of no session is refused", func(f *fleet) {
			p := f.pc("1")
			p.msg = 4
			f.equal("alert", p.say().Alert, enrollment.AlertAbort)
			f.equal("messages aborted", f.counts.of("messages aborted"), 1)
			if f.row().LastSync.IsZero() == false {
				f.Error("a refused message counts as a check-in")
			}
		}},
		{"numbers may have gaps", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			p.msg += 5
			out := p.say("1=200")
			f.equal("number", out.MsgID, 7)
			f.equal("states", f.states(), []string{"x=done 200 1"})
		}},
		{"a session may begin with a higher number when its message opens one", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.msg = 1
			in := p.message()
			in.Alerts = []enrollment.Alert{{CmdID: "2", Code: enrollment.AlertServerInitiated}}
			f.equal("answer", nodes(p.send(in)), []string{"Replace " + nodeA})
		}},
		{"a PC that opens its session once more gets everything again", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			f.queue("once", once, replace(nodeB))
			p := f.pc("1")
			p.hello()
			in := p.message()
			in.Alerts = []enrollment.Alert{{CmdID: "2", Code: enrollment.AlertClientInitiated}}
			f.equal("answer", nodes(p.send(in)), []string{"Replace " + nodeA})
			f.equal("states", f.states(), []string{"x=sent 0 2", "once=unconfirmed 0 1"})
		}},
		{"of messages at the same time each counts once", func(f *fleet) {
			for i := range 40 {
				f.queue(strconv.Itoa(i), nil, replace(fmt.Sprintf("./Vendor/MSFT/N%d", i)))
			}
			p := f.pc("1")
			hello := seal(p.message())
			outs := make([]enrollment.Outgoing, 8)
			var wg sync.WaitGroup
			for i := range outs {
				s := f.Service
				if i%2 == 1 {
					s = f.process()
				}
				wg.Go(func() {
					out, err := s.CheckIn(f.ctx, f.tenant, f.device, hello)
					if err != nil {
						f.Errorf("message %d: %v", i, err)
					}
					outs[i] = out
				})
			}
			wg.Wait()
			for _, out := range outs[1:] {
				f.equal("answer", out, outs[0])
			}
			sent := slices.DeleteFunc(f.states(), func(s string) bool { return !strings.HasSuffix(s, "=sent 0 1") })
			f.equal("sent once", len(sent), 30)
			f.equal("asked", len(f.owner.asked), 1)
		}},
		{"another process goes on with the session", func(f *fleet) {
			f.queue("x", nil, replace(nodeA), get(nodeC))
			p := f.pc("1")
			p.hello()
			p.service = f.process()
			p.say("2:"+nodeC+"=v", "1=200")
			p.service = f.process()
			p.last = p.first
			p.say("2=200")
			f.equal("command", shown(f.commands()[1]), "done 200 [C=v]")
		}},
		{"when an owner fails, nothing of the message happened", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			broken := errors.New("the owner is broken")
			f.owner.after = func(context.Context, enrollment.Tx, *enrollment.Visit, *enrollment.Command) error { return broken }
			in := seal(p.message(p.answer(p.last, "1=200")))
			if _, err := f.CheckIn(f.ctx, f.tenant, f.device, in); !errors.Is(err, broken) {
				f.Fatalf("error = %v, want the owner's", err)
			}
			f.equal("states", f.states(), []string{"x=sent 0 1"})
			f.owner.after = nil
			p.send(in)
			f.equal("states", f.states(), []string{"x=done 200 1"})
		}},
	})
}

func TestSessionsEndAndGoOn(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"what a lost session had sent is sent again, or never when that does harm", func(f *fleet) {
			f.queue("again", nil, replace(nodeA))
			f.queue("once", once, enrollment.Operation{Verb: enrollment.Exec, URI: "./Vendor/MSFT/Reboot/RebootNow"})
			f.queue("answered", nil, replace(nodeB))
			p := f.pc("1")
			p.hello()
			p.say("3=200")
			next := f.pc("2")
			f.equal("the next session", nodes(next.hello()), []string{"Replace " + nodeA})
			f.equal("states", f.states(), []string{"again=sent 0 2", "once=unconfirmed 0 1", "answered=done 200 1"})
			f.equal("heard", f.owner.heard(), map[string]string{"answered": "done 200;", "once": "unconfirmed 0;"})
			f.equal("the lost session goes on", p.say().Alert, enrollment.AlertAbort)
			f.equal("ends", []int{f.counts.of("commands done"), f.counts.of("commands unconfirmed")}, []int{1, 1})
		}},
		{"a Get that a lost session had half answered keeps what it brought", func(f *fleet) {
			f.queue("x", nil, get(nodeA, nodeB))
			p := f.pc("1")
			p.hello()
			p.say("1@"+nodeA+"=200", "1:"+nodeA+"=v")
			f.pc("2").hello()
			f.equal("command", shown(f.commands()[0]), "done 200 (200 0) [A=v]")
		}},
		{"a Get whose values were lost with their session is asked again", func(f *fleet) {
			f.queue("x", nil, get(nodeA))
			p := f.pc("1")
			p.hello()
			in := p.message(p.answer(p.last, "1=200"))
			in.More = true
			f.equal("the PC is asked to go on", p.send(in).Alert, enrollment.AlertNext)
			f.equal("the next session", nodes(f.pc("2").hello()), []string{"Get " + nodeA})
			f.equal("states", f.states(), []string{"x=sent 0 2"})
		}},
		{"a command that is never answered is given up after five tries", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			for i := range 5 {
				if out := f.pc(strconv.Itoa(i)).hello(); len(out.Commands) != 1 {
					f.Fatalf("try %d: %v", i+1, nodes(out))
				}
			}
			f.equal("the sixth session", nodes(f.pc("6").hello()), []string{})
			f.equal("states", f.states(), []string{"x=unconfirmed 0 5"})
		}},
		{"sessions of two people at once both go on", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			olive, adam := f.pc("1"), f.pc("2")
			olive.upn, olive.login = "olive@contoso.example", enrollment.LoginUser
			adam.upn, adam.login = "adam@contoso.example", enrollment.LoginOthers
			f.equal("olive's", nodes(olive.hello()), []string{"Replace " + nodeA})
			f.queue("y", nil, replace(nodeB))
			f.equal("adam's", nodes(adam.hello()), []string{"Replace " + nodeB})
			olive.all()
			adam.all()
			f.equal("states", f.states(), []string{"x=done 200 1", "y=done 200 1"})
		}},
		{"a new session of the same person, or of one unknown, ends theirs", func(f *fleet) {
			for i, upn := range []string{"OLIVE@contoso.example", ""} {
				f.queue(strconv.Itoa(i), nil, replace(nodeA))
				old := f.pc(fmt.Sprint("old", i))
				old.upn = "olive@contoso.example"
				old.hello()
				next := f.pc(fmt.Sprint("new", i))
				next.upn = upn
				f.equal("sent again", nodes(next.hello()), []string{"Replace " + nodeA})
				f.equal("the old one", old.say().Alert, enrollment.AlertAbort)
				next.all()
			}
		}},
		{"a session that the job forgot is decided when the PC comes again", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			f.queue("once", once, replace(nodeB))
			p := f.pc("1")
			p.hello()
			f.clock.advance(61 * time.Minute)
			n, err := f.db.ForgetMDMSessions(f.ctx, f.clock.Real().Add(-time.Hour))
			f.ok(err)
			f.equal("forgotten", n, 1)
			f.equal("it goes on", p.say("1=200").Alert, enrollment.AlertAbort)
			f.equal("states", f.states(), []string{"x=sent 0 1", "once=sent 0 1"})
			f.equal("the next session", nodes(f.pc("1").hello()), []string{"Replace " + nodeA})
			f.equal("states", f.states(), []string{"x=sent 0 2", "once=unconfirmed 0 1"})
		}},
		{"a session number that comes again begins a new session", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			p.say()
			again := f.pc("1")
			f.equal("answer", nodes(again.hello()), []string{"Replace " + nodeA})
			again.all()
			f.equal("states", f.states(), []string{"x=done 200 2"})
		}},
		{"the PC's abort ends its session and what was on its way", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			f.queue("once", once, replace(nodeB))
			p := f.pc("1")
			p.hello()
			in := p.message()
			in.Alerts = []enrollment.Alert{{CmdID: "1", Code: enrollment.AlertAbort}}
			f.equal("answer", nodes(p.send(in)), []string{})
			f.equal("states", f.states(), []string{"x=queued 0 1", "once=unconfirmed 0 1"})
			f.equal("the next session", nodes(f.pc("2").hello()), []string{"Replace " + nodeA})
		}},
		{"a PC that says it leaves is let go", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			in := p.message()
			in.Alerts = []enrollment.Alert{{CmdID: "1", Code: 1226, Type: enrollment.AlertUnenroll, Data: "1"}}
			f.equal("answer", nodes(p.send(in)), []string{})
			f.equal("state", f.row().State, enrollment.Unenrolled)
			f.equal("states", f.states(), []string{"x=cancelled 0 1"})
			_, err := f.CheckIn(f.ctx, f.tenant, f.device, seal(p.message()))
			fails(f, err, fault.Unauthenticated, enrollment.CodeNotManaged)
		}},
		{"a device deleted in the middle is not answered, nor is a stranger", func(f *fleet) {
			p := f.pc("1")
			p.hello()
			f.tx(func(tx enrollment.Tx) error { return tx.DeleteManagedDevice(f.ctx, f.tenant, f.device) })
			_, err := f.CheckIn(f.ctx, f.tenant, f.device, seal(p.message()))
			fails(f, err, fault.Unauthenticated, enrollment.CodeNotManaged)
			_, err = f.CheckIn(f.ctx, "no tenant", "no device", seal(p.message()))
			fails(f, err, fault.Unauthenticated, enrollment.CodeNotManaged)
		}},
		{"an enrolment in the middle leaves nothing of the session", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			f.tx(func(tx enrollment.Tx) error {
				if err := tx.DeleteMDMSessions(f.ctx, f.tenant, f.device); err != nil {
					return err
				}
				_, err := tx.CancelCommands(f.ctx, f.tenant, f.device, "", "", f.clock.Now(f.tenant))
				return err
			})
			f.equal("it goes on", p.say("1=200").Alert, enrollment.AlertAbort)
			f.equal("states", f.states(), []string{"x=cancelled 0 1"})
			f.equal("it begins", nodes(f.pc("1").hello()), []string{})
		}},
	})
}
