package rule_test

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// The oracle is a second evaluator of the rule language, written from the documentation for clearness
// only. It builds no tree: it cuts the text into words, splits them at the operator that binds least,
// and evaluates the pieces over plain maps, every time anew. It shares no code with package rule and
// expects a valid rule.

// facts is one object as the oracle sees it. A missing key is null; values are string, bool,
// time.Time, []string or []map[string]string.
type facts map[string]any

type oracle struct {
	kind string // "user" or "device"
	of   facts
	now  time.Time
}

// piece is one word, bracket or string of a rule.
type piece struct {
	text   string
	quoted bool
}

// is compares a word with a keyword, leaving out the hyphen.
func (p piece) is(keyword string) bool {
	return !p.quoted && strings.EqualFold(strings.TrimPrefix(p.text, "-"), keyword)
}

var pieceForm = regexp.MustCompile("\"(?:`[\"`]|[^\"])*\"|'(?:''|`[\"`]|[^'])*'|[()\\[\\],]|[^\\s()\\[\\],\"']+")

func cut(text string) []piece {
	var list []piece
	for _, s := range pieceForm.FindAllString(text, -1) {
		switch s[0] {
		case '"', '\'':
			inner := s[1 : len(s)-1]
			var b strings.Builder
			for i := 0; i < len(inner); i++ {
				pair := inner[i:min(i+2, len(inner))]
				if pair == "`\"" || pair == "``" || pair == "''" && s[0] == '\'' {
					i++
				}
				b.WriteByte(inner[i])
			}
			list = append(list, piece{b.String(), true})
		default:
			list = append(list, piece{strings.NewReplacer("–", "-", "—", "-").Replace(s), false})
		}
	}
	return list
}

// verdict says whether the object satisfies the rule, given as cut by cut.
func (o oracle) verdict(list []piece) bool { return o.holds(list, nil) }

// split cuts list at every keyword outside all parentheses.
func split(list []piece, keyword string) [][]piece {
	var parts [][]piece
	depth, start := 0, 0
	for i, p := range list {
		switch {
		case p.quoted:
		case p.text == "(" || p.text == "[":
			depth++
		case p.text == ")" || p.text == "]":
			depth--
		case depth == 0 && p.is(keyword):
			parts = append(parts, list[start:i])
			start = i + 1
		}
	}
	return append(parts, list[start:])
}

func (o oracle) holds(list []piece, element any) bool {
	if parts := split(list, "or"); len(parts) > 1 {
		verdict := false
		for _, part := range parts {
			verdict = o.holds(part, element) || verdict
		}
		return verdict
	}
	if parts := split(list, "and"); len(parts) > 1 {
		verdict := true
		for _, part := range parts {
			verdict = o.holds(part, element) && verdict
		}
		return verdict
	}
	switch {
	case list[0].is("not"):
		return !o.holds(list[1:], element)
	case list[0].text == "(" && !list[0].quoted:
		return o.holds(list[1:len(list)-1], element)
	}
	value := o.find(list[0].text, element)
	switch op := list[1]; {
	case op.is("any"):
		for _, e := range elements(value) {
			if o.holds(list[2:], e) {
				return true
			}
		}
		return false
	case op.is("all"):
		for _, e := range elements(value) {
			if !o.holds(list[2:], e) {
				return false
			}
		}
		return true
	}
	return o.compare(value, strings.ToLower(strings.TrimPrefix(list[1].text, "-")), list[2:])
}

// find reads `_`, assignedPlan.x, user.x or device.x.
func (o oracle) find(name string, element any) any {
	if name == "_" {
		return element
	}
	object, property, _ := strings.Cut(name, ".")
	if strings.EqualFold(object, "assignedPlan") {
		plan, _ := element.(map[string]string)
		for key, value := range plan {
			if strings.EqualFold(key, property) {
				return value
			}
		}
		return ""
	}
	for key, value := range o.of {
		if strings.EqualFold(key, property) {
			return value
		}
	}
	return nil
}

func elements(value any) []any {
	var list []any
	switch v := value.(type) {
	case []string:
		for _, s := range v {
			list = append(list, s)
		}
	case []map[string]string:
		for _, m := range v {
			list = append(list, m)
		}
	}
	return list
}

func isNull(value any) bool {
	if s, ok := value.(string); ok {
		return s == ""
	}
	return value == nil || value != nil && isCollection(value) && len(elements(value)) == 0
}

func isCollection(value any) bool {
	switch value.(type) {
	case []string, []map[string]string:
		return true
	default:
		return false
	}
}

func (o oracle) compare(value any, op string, operand []piece) bool {
	first := operand[0]
	nullOperand := first.is("null") || first.is("$null") || first.quoted && first.text == "" && (op == "eq" || op == "ne")
	switch {
	case nullOperand:
		return isNull(value) == (op == "eq")
	case op == "ne":
		return !o.compare(value, "eq", operand)
	case strings.HasPrefix(op, "not"):
		return !o.compare(value, op[3:], operand)
	}
	switch v := value.(type) {
	case bool:
		return v == strings.EqualFold(first.text, "true")
	case time.Time:
		return compareDates(v, op, o.date(operand))
	case []string:
		for _, s := range v {
			if compareTexts(s, op, operand) {
				return true
			}
		}
		return false
	case string:
		return compareTexts(v, op, operand)
	default: // null; only -in with "" in its list can be true of it
		return op == "in" && compareTexts("", op, operand)
	}
}

var regexes sync.Map

func compareTexts(value, op string, operand []piece) bool {
	want := operand[0].text
	switch op {
	case "in":
		for _, p := range operand {
			if (p.quoted || !punctuation[p.text]) && strings.EqualFold(p.text, value) {
				return true
			}
		}
		return false
	case "ge", "le":
		c, ok := versions(value, want)
		return ok && (op == "ge" && c >= 0 || op == "le" && c <= 0)
	case "eq":
		return strings.EqualFold(value, want)
	}
	if value == "" {
		return false
	}
	runes, size := []rune(value), utf8.RuneCountInString(want)
	at := func(i int) bool {
		return i >= 0 && i+size <= len(runes) && strings.EqualFold(string(runes[i:i+size]), want)
	}
	switch op {
	case "startswith":
		return at(0)
	case "endswith":
		return at(len(runes) - size)
	case "contains":
		for i := range len(runes) + 1 {
			if at(i) {
				return true
			}
		}
		return false
	case "match":
		re, ok := regexes.Load(want)
		if !ok {
			re, _ = regexes.LoadOrStore(want, regexp.MustCompile("(?i)"+want))
		}
		return re.(*regexp.Regexp).MatchString(value)
	default:
		panic("the oracle does not know " + op)
	}
}

var punctuation = map[string]bool{"[": true, "]": true, ",": true}

// versions compares dotted numbers; not ok when one is none.
func versions(a, b string) (int, bool) {
	x, okA := numbers(a)
	y, okB := numbers(b)
	for len(x) < len(y) {
		x = append(x, new(big.Int))
	}
	for len(y) < len(x) {
		y = append(y, new(big.Int))
	}
	for i := range x {
		if c := x[i].Cmp(y[i]); c != 0 {
			return c, okA && okB
		}
	}
	return 0, okA && okB
}

func numbers(text string) ([]*big.Int, bool) {
	var list []*big.Int
	for part := range strings.SplitSeq(text, ".") {
		n, ok := new(big.Int).SetString(part, 10)
		if !ok || strings.ContainsAny(part, "+-_") {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

func compareDates(value time.Time, op string, want time.Time) bool {
	switch op {
	case "ge":
		return value.UnixNano() >= want.UnixNano()
	case "le":
		return value.UnixNano() <= want.UnixNano()
	default:
		return value.UnixNano() == want.UnixNano()
	}
}

// date reads a fixed date or system.now with one step.
func (o oracle) date(operand []piece) time.Time {
	if operand[0].text == "(" {
		operand = operand[1 : len(operand)-1]
	}
	if !strings.EqualFold(operand[0].text, "system.now") {
		text := operand[0].text
		if len(text) == len("2006-01-02") {
			text += "T00:00:00Z"
		}
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		return t
	}
	if len(operand) == 1 {
		return o.now
	}
	way := 1
	if operand[1].is("minus") {
		way = -1
	}
	year, month, day := o.now.UTC().Date()
	clock := o.now.UTC().Sub(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
	number, inTime := "", false
	for _, c := range strings.ToUpper(operand[2].text) {
		if c >= '0' && c <= '9' {
			number += string(c)
			continue
		}
		n, _ := strconv.Atoi(number)
		number = ""
		switch step := n * way; {
		case c == 'P':
		case c == 'T':
			inTime = true
		case c == 'Y':
			year += step
		case c == 'M' && !inTime:
			month += time.Month(step)
		case c == 'W':
			day += 7 * step
		case c == 'D':
			day += step
		case c == 'H':
			clock += time.Duration(step) * time.Hour
		case c == 'M':
			clock += time.Duration(step) * time.Minute
		case c == 'S':
			clock += time.Duration(step) * time.Second
		default:
			panic(fmt.Sprintf("the oracle does not know the unit %c", c))
		}
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Add(clock)
}
