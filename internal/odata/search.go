package odata

import (
	"strings"
	"unicode/utf8"
)

// readSearch reads $search (Graph page "Use the $search query parameter"):
// quoted clauses "property:text" joined by AND, OR and parentheses, or, as
// Intune takes it, one bare text that is looked for in every searchable
// property.
//
// Graph cuts text into words and searches their beginnings; here a clause
// finds its text anywhere in the property, which finds more, never less. A
// GUID is found when the whole of it is given.
func (q *Query) readSearch(v string, t *Table, opt Options) *Error {
	if t.Directory && !opt.Eventual {
		return &Error{Code: CodeAdvancedQueryRequired, Option: "$search", Message: "$search needs an advanced query on this resource.", Remedy: "Send the header " + consistencyHeader + "."}
	}
	s := &searcher{text: strings.TrimSpace(v), table: t, beta: opt.Beta, depth: orDefault(opt.MaxDepth, DefaultMaxDepth), nodes: orDefault(opt.MaxNodes, DefaultMaxNodes)}
	if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		return s.fail("The search is not valid text.", "Send UTF-8, percent-encoded.")
	}
	var err *Error
	if s.text != "" && strings.IndexByte(`"(`, s.text[0]) < 0 {
		q.SearchExpr, err = s.clause(s.text)
	} else {
		q.SearchExpr, err = s.or()
		if err == nil && s.pos < len(s.text) {
			err = s.fail("The search should end here, or go on with AND, OR.", searchRemedy)
		}
	}
	q.Search = s.text
	return err
}

const (
	consistencyHeader = "ConsistencyLevel: eventual"
	searchRemedy      = `Write it as "displayName:text" OR "displayName:other", each in double quotes.`
)

type searcher struct {
	text  string
	pos   int
	table *Table
	beta  bool
	depth int
	nodes int
}

func (s *searcher) or() (*Expr, *Error)  { return s.chain(Or, "OR", s.and) }
func (s *searcher) and() (*Expr, *Error) { return s.chain(And, "AND", s.operand) }

func (s *searcher) chain(op Op, word string, operand func() (*Expr, *Error)) (*Expr, *Error) {
	var parts []*Expr
	for {
		e, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		s.space()
		if !strings.HasPrefix(s.text[s.pos:], word) {
			return join(op, parts), nil
		}
		s.pos += len(word)
	}
}

func (s *searcher) operand() (*Expr, *Error) {
	s.space()
	switch {
	case strings.HasPrefix(s.text[s.pos:], "("):
		if s.depth == 0 {
			return nil, s.limit(CodeTooDeep, "The search has too many parentheses.")
		}
		s.depth--
		s.pos++
		e, err := s.or()
		if err != nil {
			return nil, err
		}
		s.depth++
		if !strings.HasPrefix(s.text[s.pos:], ")") {
			return nil, s.fail(`A ")" is missing here.`, "")
		}
		s.pos++
		return e, nil
	case strings.HasPrefix(s.text[s.pos:], `"`):
		text, ok := s.quoted()
		if !ok {
			return nil, s.fail("A double quote is missing at the end.", searchRemedy)
		}
		return s.clause(text)
	}
	return nil, s.fail("A clause in double quotes is missing here.", searchRemedy)
}

// quoted reads "…" with backslash escapes for the quote and the backslash.
func (s *searcher) quoted() (string, bool) {
	var b strings.Builder
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '\\' && s.pos+1 < len(s.text):
			s.pos++
			b.WriteByte(s.text[s.pos])
		case c == '"':
			s.pos++
			return b.String(), true
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

// clause turns property:text into a comparison. Text before a colon that
// cannot be a name is part of what is looked for: a MAC address, say.
func (s *searcher) clause(text string) (*Expr, *Error) {
	if s.nodes--; s.nodes < 0 {
		return nil, s.limit(CodeTooComplex, "The search has too many clauses.")
	}
	name, want, named := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	if !named || !isName(name) {
		return s.everywhere(strings.TrimSpace(text))
	}
	want = strings.TrimSpace(want)
	p, ok := s.table.visible(name, s.beta)
	switch {
	case !ok:
		return nil, &Error{Code: CodeUnknownProperty, Option: "$search", Message: quoteShort(name) + " is not a property of " + s.table.Name + ".", Remedy: s.searchable()}
	case !p.Search:
		return nil, &Error{Code: CodePropertyNotSearchable, Option: "$search", Message: quoteShort(p.Name) + " cannot be used in $search.", Remedy: s.searchable()}
	case want == "":
		return nil, s.fail("There is no text to search for.", searchRemedy)
	}
	e, ok := seek(p, want)
	if !ok {
		return nil, s.fail(quoteShort(p.Name)+" is "+p.Type.String()+" and "+quoteShort(want)+" is not.", example(p.Type))
	}
	return e, nil
}

// everywhere looks in each searchable property that can hold the text.
func (s *searcher) everywhere(text string) (*Expr, *Error) {
	if text == "" {
		return nil, s.fail("There is no text to search for.", searchRemedy)
	}
	var parts []*Expr
	for i := range s.table.Properties {
		p := &s.table.Properties[i]
		if !p.Search || p.BetaOnly && !s.beta {
			continue
		}
		if e, ok := seek(p, text); ok {
			parts = append(parts, e)
		}
	}
	if len(parts) == 0 {
		return nil, &Error{Code: CodePropertyNotSearchable, Option: "$search", Message: "No property of " + s.table.Name + " can be searched for this text.", Remedy: s.searchable()}
	}
	return join(Or, parts), nil
}

func seek(p *Property, text string) (*Expr, bool) {
	switch p.Type {
	case String:
		return &Expr{Op: Contains, Property: p, Value: Literal{Kind: KindString, String: text}}, true
	case GUID:
		return &Expr{Op: Eq, Property: p, Value: Literal{Kind: KindGUID, String: strings.ToLower(text)}}, isGUID(text)
	case Enum:
		member, ok := p.member(text)
		return &Expr{Op: Eq, Property: p, Value: Literal{Kind: KindString, String: member}}, ok
	default:
		return nil, false
	}
}

func (s *searcher) searchable() string {
	if names := s.table.names(s.beta, func(p *Property) bool { return p.Search }); names != "" {
		return "Search in one of: " + names + "."
	}
	return ""
}

func (s *searcher) space() {
	for s.pos < len(s.text) && s.text[s.pos] == ' ' {
		s.pos++
	}
}

func (s *searcher) fail(message, remedy string) *Error {
	return &Error{Code: CodeInvalidSearch, Option: "$search", Pos: column(s.text, s.pos), Message: message, Remedy: remedy}
}

func (s *searcher) limit(code, message string) *Error {
	return &Error{Code: code, Option: "$search", Pos: column(s.text, s.pos), Message: message, Remedy: "Split it into several requests."}
}

func isName(s string) bool {
	for i := range len(s) {
		if !isWordPart(s[i]) && s[i] != '/' {
			return false
		}
	}
	return s != "" && isWordStart(s[0])
}
