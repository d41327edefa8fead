// Package rule is the membership rule language of dynamic groups: it parses a rule, checks it, matches
// users and devices against it, explains the verdict, and finds, among many rules, those that one
// object satisfies.
//
// It follows the Microsoft Entra page "Manage rules for dynamic membership groups" and its neighbours;
// where they are silent or contradict each other, docs/rules.md says what was chosen.
//
//	rule       = expr | "Direct Reports for" string     (the latter is refused)
//	expr       = and { OR and }
//	and        = not { AND not }
//	not        = [ NOT ] prim
//	prim       = "(" expr ")" | quantifier | comparison
//	quantifier = property ( "-any" | "-all" ) ( "(" expr ")" | comparison )   over one element
//	comparison = operand operator value
//
// What is where:
//
//	property.go  the one table of properties        object.go   the flat view of a user or device
//	lex.go       text to tokens                     fold.go     comparison without regard to case
//	parse.go     tokens to tree                     compare.go  operators and values
//	error.go     why a rule is refused, and where   dialect.go  rules of sibling dialects
//	compile.go   tree to closures                   normal.go   the normal form and its hash
//	regex.go version.go period.go  kinds of value   explain.go  a verdict, clause by clause
//	anchor.go    what a rule requires               index.go    one object against all rules
//
// The package only computes: package directory stores rules, fetches candidates and writes memberships.
package rule
