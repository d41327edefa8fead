package rule_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"unicode/utf8"

	"taxiway/internal/rule"
)

var (
	pairsFlag = flag.Int("pairs", 0, "pairs of rule and object to judge; 0 is 100,000, or 1,000,000 when TAXIWAY_TEST_LONG=1")
	seedFlag  = flag.Uint64("seed", 0, "seed of the random tests; 0 takes a new one")
)

func randomSeed(t testing.TB) uint64 {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d: repeat with -seed=%d", seed, seed)
	return seed
}

// specimen is a random rule or object in both worlds.
type specimen struct {
	kind   string
	text   string
	pieces []piece
	rule   *rule.Rule
	normal *rule.Rule
	facts  facts
	object *rule.Object
}

// TestMatcherAndIndexAgreeWithTheOracle judges random pairs by the compiled rule, by the rule's normal
// form, by the index, by its anchors and by the oracle.
func TestMatcherAndIndexAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	want := *pairsFlag
	if want == 0 {
		want = 100_000
		if os.Getenv("TAXIWAY_TEST_LONG") == "1" {
			want = 1_000_000
		}
	}
	g := generator{rand.New(rand.NewPCG(randomSeed(t), 1))}
	pairs, matching, hasAnchors := 0, 0, 0
	for pairs < want && !t.Failed() {
		rules, objects := g.batch(t)
		list := make([]*rule.Rule, len(rules))
		for i := range rules {
			list[i] = rules[i].rule
		}
		index := rule.NewIndex(list)
		for _, o := range objects {
			var expected []int32
			for i, r := range rules {
				if r.kind != o.kind {
					if r.rule.Match(o.object, noon) {
						t.Errorf("%s matches a %s", r.text, o.kind)
					}
					continue
				}
				pairs++
				truth := oracle{kind: o.kind, of: o.facts, now: noon}.verdict(r.pieces)
				if truth {
					matching++
					expected = append(expected, int32(i))
				}
				if got := r.rule.Match(o.object, noon); got != truth {
					t.Errorf("%s\n%v\nmatcher %t, oracle %t", r.text, o.facts, got, truth)
				}
				if got := r.normal.Match(o.object, noon); got != truth {
					t.Errorf("%s\nnormal form %s\n%v\nnormal form %t, oracle %t", r.text, r.normal.Text(), o.facts, got, truth)
				}
				if pairs%16 == 0 && r.rule.Explain(o.object, noon).Result != truth {
					t.Errorf("%s\n%v\nexplained as %t, oracle %t", r.text, o.facts, !truth, truth)
				}
				if anchors, ok := r.rule.Anchors(); ok {
					hasAnchors++
					if truth && !anchored(o.kind, o.facts, anchors) {
						t.Errorf("%s\n%v\nmatches, but none of %v holds", r.text, o.facts, anchors)
					}
				}
			}
			if got := index.Match(o.object, noon, nil); !slices.Equal(got, expected) {
				t.Errorf("%v\nindex %v, oracle %v", o.facts, got, expected)
			}
		}
	}
	t.Logf("%d pairs, %d matching, %d with anchors", pairs, matching, hasAnchors)
	if matching*5 < pairs || matching*5 > pairs*4 {
		t.Errorf("%d of %d pairs match; the test wants both verdicts often", matching, pairs)
	}
	if hasAnchors*5 < pairs {
		t.Errorf("%d of %d pairs have a rule with anchors; the index was hardly tried", hasAnchors, pairs)
	}
}

func (g generator) batch(t *testing.T) (rules, objects []specimen) {
	t.Helper()
	for range 60 {
		kind := pick(g, []string{"user", "device"})
		text := g.rule(kind)
		if len(rules) > 0 && g.chance(10) { // the same rule in several groups
			twin := pick(g, rules)
			kind, text = twin.kind, "( "+twin.text+")"
		}
		if utf8.RuneCountInString(text) > rule.MaxLength {
			continue
		}
		r := parse(t, text)
		if r.Kind().String() != kind {
			t.Errorf("%s is a %s rule", text, r.Kind())
		}
		n := r
		if utf8.RuneCountInString(r.Normal()) <= rule.MaxLength {
			n = parse(t, r.Normal())
			if n.Hash() != r.Hash() {
				t.Errorf("%s\nhas the normal form %s\nwhose own is       %s", text, r.Normal(), n.Normal())
			}
		}
		rules = append(rules, specimen{kind: kind, text: text, pieces: cut(text), rule: r, normal: n})
	}
	for range 40 {
		o := specimen{kind: pick(g, []string{"user", "device"})}
		o.facts, o.object = g.object(o.kind)
		objects = append(objects, o)
	}
	return rules, objects
}
