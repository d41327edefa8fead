package enrollment_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"taxiway/internal/enrollment"
)

const (
	nodeA = "./Device/Vendor/MSFT/A"
	nodeB = "./Vendor/MSFT/B"
	nodeC = "./DevDetail/C"
)

func TestAnswersEndCommands(t *testing.T) {
	t.Parallel()
	add, del := enrollment.Operation{Verb: enrollment.Add, URI: nodeA}, enrollment.Operation{Verb: enrollment.Delete, URI: nodeB}
	exec := enrollment.Operation{Verb: enrollment.Exec, URI: nodeA}
	atomic := enrollment.Operation{Verb: enrollment.Atomic, Parts: []enrollment.Operation{add, replace(nodeB)}}
	sequence := enrollment.Operation{Verb: enrollment.Sequence, Parts: []enrollment.Operation{replace(nodeA), del, get(nodeC)}}
	tests := []struct {
		name   string
		op     enrollment.Operation
		says   []string // one message each, of words
		states []string // how the command stands after each
	}{
		{"a success", replace(nodeA), []string{"1=200"}, []string{"done 200"}},
		{"accepted for later", exec, []string{"1=202"}, []string{"done 202"}},
		{"a failure", replace(nodeA), []string{"1=500"}, []string{"failed 500"}},
		{"not executed", exec, []string{"1=215"}, []string{"failed 215"}},
		{"cancelled", exec, []string{"1=214"}, []string{"failed 214"}},
		{"an Add of what exists", add, []string{"1=418"}, []string{"done 418"}},
		{"a Replace of what exists says something else", replace(nodeA), []string{"1=418"}, []string{"failed 418"}},
		{"a Delete of what is not there", del, []string{"1=404"}, []string{"done 404"}},
		{"a Delete that is not allowed", del, []string{"1=405"}, []string{"failed 405"}},
		{"a Get of what is not there", get(nodeA), []string{"1=404"}, []string{"failed 404"}},
		{"the first status counts", replace(nodeA), []string{"1=404 1=200"}, []string{"failed 404"}},
		{"no status yet", replace(nodeA), []string{""}, []string{"sent 0"}},
		{"a value behind its status", get(nodeC), []string{"1=200 1:" + nodeC + "=x"}, []string{"done 200 [C=x]"}},
		{"a value before its status", get(nodeC), []string{"1:" + nodeC + "=x 1=200"}, []string{"done 200 [C=x]"}},
		{"a value one message before its status", get(nodeC), []string{"1:" + nodeC + "=x", "1=200"}, []string{"sent 0 [C=x]", "done 200 [C=x]"}},
		{"a value one message after its status", get(nodeC), []string{"1=200", "1:" + nodeC + "=x"}, []string{"sent 200", "done 200 [C=x]"}},
		{"a value that never comes", get(nodeC), []string{"1=200", ""}, []string{"sent 200", "done 200"}},
		{"a value told twice", get(nodeC), []string{"1=200 1:" + nodeC + "=x 1:" + nodeC + "=y"}, []string{"done 200 [C=x]"}},
		{"a value told again later", get(nodeC), []string{"1=200 1:" + nodeC + "=x", "1:" + nodeC + "=y"}, []string{"done 200 [C=x]", "done 200 [C=x]"}},
		{"a Get of three, a status each", get(nodeA, nodeB, nodeC), []string{"1@" + nodeA + "=200 1@" + nodeB + "=404 1@" + nodeC + "=200 1:" + nodeC + "=x 1:./Vendor/MSFT/A=y"}, []string{"done 404 (200 404 200) [C=x A=y]"}},
		{"a Get of two, the other order and spelling", get(nodeA, nodeB), []string{"1:./Device/vendor/msft/B=x 1@./DEVICE/Vendor/MSFT/B=200 1:./Vendor/MSFT/A=y 1@./Vendor/MSFT/a=200"}, []string{"done 200 (200 200) [B=x A=y]"}},
		{"a Get of two, one status for all", get(nodeA, nodeB), []string{"1=200 1:" + nodeA + "=x 1:" + nodeB + "=y"}, []string{"done 200 (0 0) [A=x B=y]"}},
		{"a Get of two, nothing found", get(nodeA, nodeB), []string{"1@" + nodeA + "=404 1@" + nodeB + "=405"}, []string{"failed 404 (404 405)"}},
		{"a Get of two, a status missing for good", get(nodeA, nodeB), []string{"1@" + nodeA + "=200 1:" + nodeA + "=x", ""}, []string{"sent 0 (200 0) [A=x]", "done 200 (200 0) [A=x]"}},
		{"an Atomic as a whole", atomic, []string{"1=200 1.1=200 1.2=200"}, []string{"done 200 (200 200)"}},
		{"an Atomic, parts first", atomic, []string{"1.2=200 1.1=200 1=200"}, []string{"done 200 (200 200)"}},
		{"an Atomic, parts a message before", atomic, []string{"1.1=200 1.2=200", "1=200"}, []string{"done 200 (200 200)", "done 200 (200 200)"}},
		{"an Atomic, a part a message later", atomic, []string{"1=200 1.2=200", "1.1=200"}, []string{"sent 200 (0 200)", "done 200 (200 200)"}},
		{"an Atomic, its own status only", atomic, []string{"1=200", ""}, []string{"sent 200 (0 0)", "done 200 (0 0)"}},
		{"an Atomic rolled back", atomic, []string{"1=507 1.1=216 1.2=404"}, []string{"failed 507 (216 404)"}},
		{"an Atomic whose rollback failed", atomic, []string{"1=516 1.1=516 1.2=500"}, []string{"failed 516 (516 500)"}},
		{"an Atomic whose parts say that it failed", atomic, []string{"1.1=216 1.2=404"}, []string{"failed 216 (216 404)"}},
		{"a Sequence", sequence, []string{"1=200 1.1=200 1.2=404 1.3=200 1.3:" + nodeC + "=x"}, []string{"done 200 (200 404 200)"}},
		{"a Sequence with one that failed", sequence, []string{"1=200 1.1=405 1.2=200 1.3=200"}, []string{"failed 200 (405 200 200)"}},
	}
	var cases []checkInTest
	for _, tt := range tests {
		cases = append(cases, checkInTest{tt.name, func(f *fleet) {
			f.queue("x", nil, tt.op)
			p := f.pc("1")
			if out := p.hello(); len(out.Commands) != 1 {
				f.Fatalf("the first answer has %v", nodes(out))
			}
			first := p.last
			for i, words := range tt.says {
				p.last = first // all words are about the command
				p.say(strings.Fields(strings.ReplaceAll(words, "1.3:"+nodeC+"=x", ""))...)
				if got := shown(f.commands()[0]); got != tt.states[i] {
					f.Errorf("after message %d: %q, want %q", i+2, got, tt.states[i])
				}
			}
			ended := len(f.owner.ended)
			if want := 1; (ended == want) == strings.HasPrefix(tt.states[len(tt.states)-1], "sent") || ended > want {
				f.Errorf("the owner heard of %d ends", ended)
			}
		}})
	}
	runCheckIns(t, cases)
}

// shown is a command's end in short: state, status, parts and values.
func shown(c enrollment.Command) string {
	out := fmt.Sprintf("%s %d", c.State, c.Status)
	if len(c.Parts) > 0 {
		out += " " + strings.NewReplacer("[", "(", "]", ")").Replace(fmt.Sprint(c.Parts))
	}
	if len(c.Results) == 0 {
		return out
	}
	var values []string
	for _, r := range c.Results {
		values = append(values, r.URI[strings.LastIndexByte(r.URI, '/')+1:]+"="+r.Data)
	}
	return out + " [" + strings.Join(values, " ") + "]"
}

func TestAnswersAreMatchedByNumber(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{
		{"answers of many commands in any order reach each its own", func(f *fleet) {
			for i := range 10 {
				f.queue(strconv.Itoa(i), nil, replace(fmt.Sprintf("./Vendor/MSFT/N%d", i)))
			}
			p := f.pc("1")
			p.hello()
			p.say("7=200", "2=404", "10=200", "1=500", "3=200")
			p.last = p.first
			p.say("9=405", "8=200", "4=200", "6=200", "5=200")
			f.equal("states", f.states(), []string{
				"0=failed 500 1", "1=failed 404 1", "2=done 200 1", "3=done 200 1", "4=done 200 1", "5=done 200 1", "6=done 200 1", "7=done 200 1", "8=failed 405 1", "9=done 200 1",
			})
		}},
		{"a status for a command of an earlier message counts", func(f *fleet) {
			f.queue("early", nil, replace(nodeA))
			p := f.pc("1")
			first := p.hello()
			f.queue("late", nil, replace(nodeB))
			second := p.say()
			p.send(p.message(p.answer(second, "1=404"), p.answer(first, "1=200")))
			f.equal("states", f.states(), []string{"early=done 200 1", "late=failed 404 1"})
		}},
		{"an answer to nothing of ours changes nothing", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			out := p.hello()
			ref := out.Commands[0].CmdID
			p.send(p.message(
				enrollment.Answer{MsgRef: "7", CmdRef: ref, Status: 200}, enrollment.Answer{MsgRef: "1", CmdRef: "99", Status: 200},
				enrollment.Answer{MsgRef: "no number", CmdRef: ref, Status: 200}, enrollment.Answer{MsgRef: "-1", CmdRef: ref, Status: 200},
				enrollment.Answer{MsgRef: "99999999999999999999", CmdRef: ref, Status: 200},
			))
			f.equal("states", f.states(), []string{"x=sent 0 1"})
		}},
		{"Results that name no message are of the latest one", func(f *fleet) {
			f.queue("x", nil, get(nodeC))
			p := f.pc("1")
			out := p.hello()
			p.send(p.message(p.answer(out, "1=200"), enrollment.Answer{CmdRef: out.Commands[0].CmdID, Results: []enrollment.ResultOf{{URI: nodeC, Data: "v"}}}))
			f.equal("command", shown(f.commands()[0]), "done 200 [C=v]")
		}},
		{"an answer to a command cancelled on its way is not heard", func(f *fleet) {
			f.queue("x", nil, replace(nodeA))
			p := f.pc("1")
			p.hello()
			f.tx(func(tx enrollment.Tx) error {
				_, err := tx.CancelCommands(f.ctx, f.tenant, f.device, enrollment.OwnerAction, "", f.clock.Now(f.tenant))
				return err
			})
			p.say("1=200")
			f.equal("states", f.states(), []string{"x=cancelled 0 1"})
			f.equal("heard", f.owner.heard(), map[string]string{})
		}},
		{"an owner queues the same key again when it hears of the end", func(f *fleet) {
			key := func(c *enrollment.Command) { c.Key = "k" }
			f.owner.after = func(ctx context.Context, tx enrollment.Tx, v *enrollment.Visit, c *enrollment.Command) error {
				if c.Of != "first" {
					return nil
				}
				stored, err := f.Enqueue(ctx, tx, v.Tenant, v.Device.ID, enrollment.Command{Owner: enrollment.OwnerAction, Of: "second", Key: "k", Op: replace(nodeB)})
				if err == nil && len(stored) != 1 {
					f.Error("the key was taken")
				}
				return err
			}
			f.queue("first", key, replace(nodeA))
			if len(f.queue("again", key, replace(nodeA))) != 0 {
				f.Error("an open key was queued twice")
			}
			p := f.pc("1")
			p.hello()
			f.equal("the next answer", nodes(p.all()), []string{"Replace " + nodeB})
		}},
	})
}
