package enrollment_test

import (
	"testing"

	"taxiway/internal/enrollment"
)

func TestAnAtomicWhoseAnswerWasLostIsDoneOnce(t *testing.T) {
	t.Parallel()
	add := enrollment.Operation{Verb: enrollment.Add, URI: nodeA, Format: "chr", Data: new("1")}
	node := enrollment.Operation{Verb: enrollment.Add, URI: nodeB, Format: "node"}
	del := enrollment.Operation{Verb: enrollment.Delete, URI: nodeC}
	atomic := func(parts ...enrollment.Operation) enrollment.Operation {
		return enrollment.Operation{Verb: enrollment.Atomic, Parts: parts}
	}
	again := func(f *fleet, op enrollment.Operation) *pc {
		f.queue("x", nil, op)
		f.pc("1").hello()
		p := f.pc("2")
		f.equal("sent once more", len(p.hello().Commands), 1)
		return p
	}
	runCheckIns(t, []checkInTest{
		{"a value that is there is replaced by ours, and the rest is done", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			out := p.say("1=507", "1.1=418", "1.2=215")
			f.equal("what is left", nodes(out), []string{"Atomic ", "- Replace " + nodeA, "- Replace " + nodeB})
			p.say("1=200", "1.1=200", "1.2=200")
			f.equal("state", shown(f.commands()[0]), "done 200 (200 200)")
			f.equal("heard", f.owner.heard(), map[string]string{"x": "done 200;"})
		}},
		{"a PC that tells one node a message is asked until it has told all", func(f *fleet) {
			p := again(f, atomic(add, node, del, replace("./Vendor/MSFT/D")))
			f.equal("first", nodes(p.say("1=507", "1.1=418", "1.2=215", "1.3=215", "1.4=215")), []string{"Atomic ", "- Replace " + nodeA, "- Add " + nodeB, "- Delete " + nodeC, "- Replace ./Vendor/MSFT/D"})
			f.equal("second", nodes(p.say("1=507", "1.1=216", "1.2=418", "1.3=215", "1.4=215")), []string{"Atomic ", "- Replace " + nodeA, "- Delete " + nodeC, "- Replace ./Vendor/MSFT/D"})
			f.equal("third", nodes(p.say("1=507", "1.1=216", "1.2=404", "1.3=215")), []string{"Atomic ", "- Replace " + nodeA, "- Replace ./Vendor/MSFT/D"})
			p.say("1=200", "1.1=200", "1.2=200")
			f.equal("state", shown(f.commands()[0]), "done 200 (200 418 404 200)")
			f.equal("tries", f.commands()[0].Tries, 2)
		}},
		{"nothing is sent any more when everything is there and gone", func(f *fleet) {
			p := again(f, atomic(node, del))
			f.equal("first", nodes(p.say("1=507", "1.1=418", "1.2=215")), []string{"Atomic ", "- Delete " + nodeC})
			f.equal("second", nodes(p.say("1=507", "1.1=404")), []string{})
			f.equal("states", f.states(), []string{"x=done 418 2"})
		}},
		{"a value that cannot be replaced stays as it was added", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			p.say("1=507", "1.1=418", "1.2=215")
			f.equal("what is left", nodes(p.say("1=507", "1.1=405", "1.2=215")), []string{"Atomic ", "- Replace " + nodeB})
			p.say("1=200", "1.1=200")
			f.equal("state", shown(f.commands()[0]), "done 200 (405 200)")
		}},
		{"another part's failure is a failure", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			p.say("1=507", "1.1=418", "1.2=500")
			f.equal("state", shown(f.commands()[0]), "failed 507 (418 500)")
		}},
		{"what is left can fail", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			p.say("1=507", "1.1=418", "1.2=215")
			p.say("1=507", "1.1=216", "1.2=404")
			f.equal("state", shown(f.commands()[0]), "failed 507 (216 404)")
		}},
		{"a rollback that failed is a failure", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			p.say("1=516", "1.1=418", "1.2=516")
			f.equal("state", shown(f.commands()[0]), "failed 516 (418 516)")
		}},
		{"an Atomic that is sent for the first time fails by a node that is there", func(f *fleet) {
			f.queue("x", nil, atomic(add, replace(nodeB)))
			p := f.pc("1")
			p.hello()
			p.say("1=507", "1.1=418", "1.2=215")
			f.equal("state", shown(f.commands()[0]), "failed 507 (418 215)")
		}},
		{"an answer lost once more is caught up with", func(f *fleet) {
			p := again(f, atomic(add, replace(nodeB)))
			p.say("1=507", "1.1=418", "1.2=215")
			third := f.pc("3")
			f.equal("what is left", nodes(third.hello()), []string{"Atomic ", "- Replace " + nodeA, "- Replace " + nodeB})
			third.all()
			f.equal("states", f.states(), []string{"x=done 200 3"})
		}},
	})
}
