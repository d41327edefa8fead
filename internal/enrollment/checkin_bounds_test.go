package enrollment_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
)

func TestSessionsAreBounded(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"an owner that always wants more is stopped, and asked again in the next session", func(f *fleet) {
			n := 0
			f.owner.plan = func(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit) error {
				n++
				_, err := f.Enqueue(ctx, tx, v.Tenant, v.Device.ID, enrollment.Command{Owner: enrollment.OwnerAction, Of: strconv.Itoa(n), Op: replace(nodeA)})
				return err
			}
			p := f.pc("1")
			out := p.hello()
			for len(out.Commands) > 0 && p.msg < 1000 {
				out = p.all()
			}
			f.equal("messages", p.msg, 51)
			f.equal("rounds", n, 50)
			f.equal("open", f.open(), 0)
			f.equal("the next session", len(f.pc("2").hello().Commands), 1)
		}},
		{"an owner that queues again whatever ends does not hang a message", func(f *fleet) {
			f.owner.after = func(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit, c *enrollment.Command) error {
				_, err := f.Enqueue(ctx, tx, v.Tenant, v.Device.ID, enrollment.Command{Owner: enrollment.OwnerAction, Of: c.Of, Op: c.Op})
				return err
			}
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			out := p.hello()
			for len(out.Commands) > 0 && p.msg < 1000 {
				out = p.all()
			}
			f.equal("messages", p.msg, 401)
			f.equal("open", f.open(), 1)
			f.equal("the next session", len(f.pc("2").hello().Commands), 1)
		}},
		{"two thousand commands come in messages of thirty, over sessions", func(f *fleet) {
			var cs []enrollment.Command
			for i := range 2000 {
				cs = append(cs, enrollment.Command{Owner: enrollment.OwnerAction, Of: "x", Op: replace(fmt.Sprintf("./Vendor/MSFT/N%d", i))})
			}
			f.tx(func(tx enrollment.Tx) error {
				_, err := f.Enqueue(f.ctx, tx, f.tenant, f.device, cs...)
				return err
			})
			p := f.pc("1")
			n := 0
			for out := p.hello(); len(out.Commands) > 0; out = p.all() {
				if len(out.Commands) > 30 {
					f.Fatalf("an answer has %d commands", len(out.Commands))
				}
				if first := out.Commands[0].Op.URI; first != fmt.Sprintf("./Vendor/MSFT/N%d", n) {
					f.Fatalf("%s comes as number %d", first, n)
				}
				n += len(out.Commands)
			}
			f.equal("commands", n, 2000)
			f.equal("done", f.counts.of("commands done"), 2000)
		}},
		{"a PC that answers nothing is not told everything", func(f *fleet) {
			for range 40 {
				f.queue("x", nil, make30()...)
			}
			p := f.pc("1")
			n := 0
			for out := p.hello(); len(out.Commands) > 0; out = p.say() {
				n += len(out.Commands)
			}
			f.equal("commands", n, 600)
		}},
		{"an answer has 30 commands with parts, and 256 KiB; what is larger goes alone", func(f *fleet) {
			large := func(size int, char string) enrollment.Operation {
				op := replace(nodeA)
				op.Data = new(strings.Repeat(char, size))
				return op
			}
			atomic := enrollment.Operation{Verb: enrollment.Atomic, Parts: make30()[:20]}
			f.queue("x", nil, atomic, atomic, large(100<<10, "x"), large(100<<10, "x"), large(100<<10, "x"), large(300<<10, "x"), large(60<<10, "<"), replace(nodeB))
			p := f.pc("1")
			var sizes []int
			for out := p.hello(); len(out.Commands) > 0; out = p.all() {
				sizes = append(sizes, len(out.Commands))
			}
			f.equal("commands of each answer", sizes, []int{1, 3, 1, 1, 1, 1})
		}},
		{"a PC that takes little is told little", func(f *fleet) {
			f.queue("x", nil, make30()...)
			p := f.pc("1")
			in := p.message()
			in.MaxSize = 4096
			out := p.send(in)
			if n := len(out.Commands); n < 2 || n > 8 {
				f.Errorf("%d commands of about 330 bytes in 4096", n)
			}
		}},
		{"a command waits for its time on the tenant's clock", func(f *fleet) {
			f.queue("later", func(c *enrollment.Command) { c.NotBefore = f.clock.Now(f.tenant).Add(time.Hour) }, replace(nodeA))
			f.queue("now", nil, replace(nodeB))
			p := f.pc("1")
			f.equal("first", nodes(p.hello()), []string{"Replace " + nodeB})
			f.equal("second", nodes(p.all()), []string{})
			f.clock.advance(time.Hour)
			f.equal("an hour later", nodes(f.pc("2").hello()), []string{"Replace " + nodeA})
		}},
		{"many commands that wait for the user do not keep others waiting", func(f *fleet) {
			for range 5 {
				f.queue("user", nil, user30()...)
			}
			f.queue("device", nil, replace(nodeA))
			f.equal("told", nodes(f.pc("1").hello()), []string{"Replace " + nodeA})
			p := f.pc("2")
			p.login = enrollment.LoginUser
			out := p.hello()
			f.equal("with the user", len(out.Commands), 30)
		}},
	})
}

func (f *fleet) open() (n int) {
	for _, c := range f.commands() {
		if c.State.Open() {
			n++
		}
	}
	return n
}

func make30() (ops []enrollment.Operation) {
	for i := range 30 {
		ops = append(ops, replace(fmt.Sprintf("./Vendor/MSFT/N%d", i)))
	}
	return ops
}

func user30() (ops []enrollment.Operation) {
	for i := range 30 {
		ops = append(ops, replace(fmt.Sprintf("./User/Vendor/MSFT/N%d", i)))
	}
	return ops
}

func TestLargeValuesComeInPieces(t *testing.T) {
	t.Parallel()
	piece := func(p *pc, uri, data string, size int64, more bool) enrollment.Answer {
		return enrollment.Answer{MsgRef: "1", CmdRef: p.first.Commands[0].CmdID, CmdID: "9", Results: []enrollment.ResultOf{{URI: uri, Data: data, Size: size, More: more}}}
	}
	// results sends a piece and tells what its Results was answered with.
	results := func(p *pc, a enrollment.Answer) (status int, out enrollment.Outgoing) {
		in := p.message(a)
		in.Acks = append(in.Acks, enrollment.Ack{CmdID: "9", Cmd: "Results", Status: 200})
		out = p.send(in)
		return out.Acks[len(out.Acks)-1].Status, out
	}
	runCheckIns(t, []checkInTest{
		{"a value in three pieces is whole in the end, in whatever process", func(f *fleet) {
			f.queue("x", nil, get(nodeC), replace(nodeA))
			p := f.pc("1")
			p.hello()
			p.say("1=200", "2=200")
			for i, data := range []string{"one ", "two ", "three"} {
				p.service = f.process()
				size := int64(0)
				if i == 0 {
					size = 13
				}
				status, out := results(p, piece(p, nodeC, data, size, i < 2))
				want := []int{213, 1222}
				if i == 2 {
					want = []int{200, 0}
				}
				f.equal("status and alert", []int{status, out.Alert}, want)
			}
			f.equal("command", shown(f.commands()[0]), "done 200 [C=one two three]")
		}},
		{"nothing else is said while a value is under way", func(f *fleet) {
			f.queue("x", nil, get(nodeC))
			p := f.pc("1")
			p.hello()
			f.queue("y", nil, replace(nodeA))
			status, out := results(p, piece(p, nodeC, "half", 8, true))
			f.equal("answer", []any{status, out.Alert, nodes(out)}, []any{213, 1222, []string(nil)})
			_, out = results(p, piece(p, nodeC, "half", 0, false))
			f.equal("answer", nodes(out), []string{"Replace " + nodeA})
		}},
		{"pieces that do not fit are refused", func(f *fleet) {
			for i, tt := range []struct {
				name   string
				pieces []enrollment.ResultOf
				want   int
			}{
				{"without a size", []enrollment.ResultOf{{Data: "x", More: true}}, 411},
				{"too large", []enrollment.ResultOf{{Data: "x", Size: 1<<20 + 1, More: true}}, 413},
				{"whole and too large", []enrollment.ResultOf{{Data: strings.Repeat("x", 1<<20+1)}}, 413},
				{"more than said", []enrollment.ResultOf{{Data: "1234", Size: 6, More: true}, {Data: "567", More: true}}, 424},
				{"less than said", []enrollment.ResultOf{{Data: "1234", Size: 6, More: true}, {Data: "5"}}, 424},
			} {
				f.queue(tt.name, nil, get(nodeC))
				p := f.pc(strconv.Itoa(i))
				p.hello()
				status := 0
				for _, r := range tt.pieces {
					status, _ = results(p, piece(p, nodeC, r.Data, r.Size, r.More))
				}
				f.equal(tt.name, status, tt.want)
				p.last = p.first
				p.say("1=500")
			}
		}},
		{"another value in between ends the one that was under way, and counts", func(f *fleet) {
			f.queue("x", nil, get(nodeB, nodeC))
			p := f.pc("1")
			p.hello()
			results(p, piece(p, nodeC, "half", 8, true))
			status, out := results(p, piece(p, nodeB, "whole", 0, false))
			f.equal("answer", []int{status, out.Alert}, []int{200, 1225})
			f.equal("command", shown(f.commands()[0]), "sent 0 (0 0) [B=whole]")
		}},
		{"a package that goes on in the next message is waited for", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			in := p.message()
			in.More = true
			out := p.send(in)
			f.equal("answer", []any{out.Alert, len(out.Commands)}, []any{1222, 0})
			f.equal("answer", nodes(p.say()), []string{"Replace " + nodeA})
		}},
	})
}

func TestOwnersSeeTheVisit(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"the first session is known, and when a session begins", func(f *fleet) {
			p := f.pc("1")
			p.hello()
			p.say()
			f.pc("2").hello()
			var seen []string
			for _, v := range f.owner.asked {
				seen = append(seen, fmt.Sprint(v.First, v.Begins))
			}
			f.equal("first and begins", seen, []string{"true true", "true false", "false true"})
			v := f.owner.asked[0]
			f.equal("clocks", []time.Time{v.Now, v.Real}, []time.Time{f.clock.Now(f.tenant), f.clock.Real()})
			f.equal("last sync", f.row().LastSync, f.clock.Now(f.tenant))
		}},
		{"a change that can be seen makes a new version, a check-in does not", func(f *fleet) {
			before := f.row().Version
			f.pc("1").hello()
			f.equal("version", f.row().Version, before)
			f.owner.plan = func(_ context.Context, _ enrollment.Tx, v *enrollment.Visit) error {
				v.Device.Model = "Book 9"
				v.Device.ESP = &enrollment.ESPProgress{Name: "page"}
				return nil
			}
			f.pc("2").hello()
			f.equal("row", []any{f.row().Model, f.row().ESP.Name, f.row().Version}, []any{"Book 9", "page", before + 1})
			f.owner.plan = func(_ context.Context, _ enrollment.Tx, v *enrollment.Visit) error {
				v.Device.ESP.Name = "other"
				return nil
			}
			f.pc("3").hello()
			f.equal("row", []any{f.row().ESP.Name, f.row().Version}, []any{"other", before + 1})
		}},
		{"what a PC tells about itself is kept", func(f *fleet) {
			p := f.pc("1")
			in := p.message()
			in.Values = []enrollment.ResultOf{{URI: "./DevInfo/Man", Data: "Contoso"}, {URI: "./DevInfo/Lang", Data: "de"}, {URI: "./Elsewhere/X", Data: "x"}, {URI: "./DevInfo/Mod", Data: strings.Repeat("x", 2000)}}
			p.send(in)
			f.equal("inventory", f.row().Inventory, map[string]string{"./DevInfo/Man": "Contoso", "./DevInfo/Lang": "de"})
		}},
		{"owners hear alerts", func(f *fleet) {
			p := f.pc("1")
			in := p.message()
			in.Alerts = append(in.Alerts, enrollment.Alert{CmdID: "3", Code: 1226, Type: "t", Data: "d"})
			p.send(in)
			f.equal("alerts", f.owner.alerts, in.Alerts)
		}},
		{"what an owner leaves for later is done once, after the commit", func(f *fleet) {
			done := 0
			f.owner.plan = func(_ context.Context, _ enrollment.Tx, v *enrollment.Visit) error {
				v.Later = append(v.Later, func(context.Context) error {
					done++
					f.equal("committed", f.row().LastSync, f.clock.Now(f.tenant))
					return errors.New("nobody hears this but the log")
				})
				return nil
			}
			p := f.pc("1")
			in := p.message()
			p.send(in)
			p.send(in)
			f.equal("done", done, 1)
		}},
		{"who is signed in decides about a user's commands", func(f *fleet) {
			for i, tt := range []struct {
				login enrollment.Login
				upn   string
				here  bool
			}{
				{"", "", false},
				{enrollment.LoginNone, "", false},
				{enrollment.LoginOthers, "", false},
				{enrollment.LoginUser, "", true},
				{enrollment.LoginOthers, "Olive@Contoso.Example", true},
				{enrollment.LoginUser, "adam@contoso.example", false},
			} {
				f.queue("x", nil, replace("./User/Vendor/MSFT/A"))
				p := f.pc(strconv.Itoa(i))
				p.login, p.upn = tt.login, tt.upn
				out := p.hello()
				f.equal(fmt.Sprint(tt), len(out.Commands) > 0, tt.here)
				f.tx(func(tx enrollment.Tx) error {
					_, err := tx.CancelCommands(f.ctx, f.tenant, f.device, "", "", f.clock.Now(f.tenant))
					return err
				})
			}
		}},
	})
}
