package rule

import (
	"crypto/sha256"
	"slices"
	"time"
)

// Rule is one parsed membership rule. It never changes and may be used by any number of goroutines.
type Rule struct {
	kind     Kind
	text     string
	src      []rune
	root     *node
	normal   string
	hash     [32]byte
	dated    bool
	warnings []Warning
}

func newRule(text string, root *node, p *parser) *Rule {
	r := &Rule{kind: p.kind, text: text, src: p.src, root: root, dated: p.dated, warnings: p.warnings}
	compile(root, nil)
	r.normal = canonical(r.kind, root).text
	r.hash = sha256.Sum256([]byte(r.normal))
	return r
}

// Kind returns whether the rule selects users or devices.
func (r *Rule) Kind() Kind { return r.kind }

// Text returns the rule as typed.
func (r *Rule) Text() string { return r.text }

// Normal returns the rule in its normal form, which is a valid rule of the same meaning. Rules that
// differ only in white space, hyphens, quotes, case of keywords, names and compared text, parentheses
// that change nothing, the order of the operands of -and and -or or of a list, or in repeated
// operands, have the same normal form. It may be longer than [MaxLength].
func (r *Rule) Normal() string { return r.normal }

// Hash returns the SHA-256 hash of Normal.
func (r *Rule) Hash() [32]byte { return r.hash }

// Dated reports whether the rule depends on the time of evaluation (system.now), so that its members
// can change while no object does.
func (r *Rule) Dated() bool { return r.dated }

// Warnings returns remarks on a valid rule, in the order of their position.
func (r *Rule) Warnings() []Warning { return slices.Clone(r.warnings) }

// Match reports whether o satisfies the rule at now. An object of the other kind never does. It
// allocates nothing, but for what a regular expression may need.
func (r *Rule) Match(o *Object, now time.Time) bool {
	return o.kind == r.kind && r.root.test(scope{o, now})
}
