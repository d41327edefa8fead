package enrollment_test

import (
	"testing"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

func TestCommandsThatNoPCTakesAreNotQueued(t *testing.T) {
	t.Parallel()
	op := func(v enrollment.Verb, uri string, parts ...enrollment.Operation) enrollment.Operation {
		return enrollment.Operation{Verb: v, URI: uri, Parts: parts}
	}
	const device, user = "./Device/Vendor/MSFT/A", "./User/Vendor/MSFT/A"
	tests := []struct {
		name string
		op   enrollment.Operation
		ok   bool
	}{
		{"a Replace", op(enrollment.Replace, device), true},
		{"a Get of several", get("./DevDetail/A", "./DevInfo/B"), true},
		{"an Atomic of the device's", op(enrollment.Atomic, "", op(enrollment.Add, device), op(enrollment.Replace, "./Vendor/MSFT/B")), true},
		{"an Atomic of the user's", op(enrollment.Atomic, "", op(enrollment.Add, user), op(enrollment.Exec, "./user/B")), true},
		{"a Sequence of both", op(enrollment.Sequence, "", op(enrollment.Add, user), op(enrollment.Get, device)), true},
		{"an Atomic of both", op(enrollment.Atomic, "", op(enrollment.Add, user), op(enrollment.Replace, device)), false},
		{"an empty Atomic", op(enrollment.Atomic, ""), false},
		{"an Atomic in an Atomic", op(enrollment.Atomic, "", op(enrollment.Atomic, "", op(enrollment.Add, device))), false},
		{"a Sequence in a Sequence", op(enrollment.Sequence, "", op(enrollment.Sequence, "", op(enrollment.Add, device))), false},
		{"a Get in an Atomic", op(enrollment.Atomic, "", op(enrollment.Get, device)), false},
		{"a Get of several in a Sequence", op(enrollment.Sequence, "", get(device, user)), false},
		{"an Add and a Replace of one node in an Atomic", op(enrollment.Atomic, "", op(enrollment.Add, device), op(enrollment.Replace, "./vendor/MSFT/A")), false},
		{"a Replace that holds another", op(enrollment.Replace, device, op(enrollment.Add, device)), false},
		{"a Get with a node and others", op(enrollment.Get, device, op(enrollment.Get, user)), false},
		{"a Get that holds an Add", op(enrollment.Get, "", op(enrollment.Add, user)), false},
		{"a node that is not below the root", op(enrollment.Replace, "/Vendor/MSFT/A"), false},
		{"no node", op(enrollment.Exec, ""), false},
		{"the root", op(enrollment.Get, "./"), false},
		{"no command", op("Copy", device), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.op.Check()
			if tt.ok && err != nil {
				t.Errorf("refused: %v", err)
			}
			if e, is := fault.As(err); !tt.ok && (!is || e.Kind != fault.Invalid || e.Code != "InvalidOperation") {
				t.Errorf("error = %v, want InvalidOperation", err)
			}
		})
	}
}

func TestAFaultyCommandInTheQueueFailsAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	runCheckIns(t, []checkInTest{{"one in the middle", func(f *fleet) {
		f.tx(func(tx enrollment.Tx) error {
			var cs []enrollment.Command
			for i, o := range []enrollment.Operation{replace(nodeA), {Verb: "Copy", URI: nodeA}, replace(nodeB)} {
				cs = append(cs, enrollment.Command{ID: fleetID(), Device: f.device, Owner: enrollment.OwnerAction, Of: string(rune('a' + i)), Op: o, State: enrollment.Queued})
			}
			_, err := tx.Queue(f.ctx, f.tenant, cs)
			return err
		})
		f.equal("told", nodes(f.pc("1").hello()), []string{"Replace " + nodeA, "Replace " + nodeB})
		f.equal("heard", f.owner.heard(), map[string]string{"b": "failed 400;"})
	}}})
}
