package servertest_test

import (
	"math/rand/v2"
	"strings"
)

// condition is a membership rule the storm makes. It writes itself in the rule
// language and says by itself for which PC it holds: it shares nothing with
// package rule.
type condition struct {
	op  string
	arg string
	sub []condition
}

// templates are how a condition without parts is written; $ is its argument.
var templates = map[string]string{
	"tag is":           `(device.devicePhysicalIds -any (_ -eq "[OrderID]:$"))`,
	"tag begins":       `(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:$"))`,
	"tag holds":        `(device.devicePhysicalIds -any (_ -contains "$"))`,
	"no tag begins":    `(device.devicePhysicalIds -all (_ -notStartsWith "[OrderID]:$"))`,
	"registered":       `(device.devicePhysicalIDs -any (_ -startsWith "[ZTDId]"))`,
	"model is":         `(device.deviceModel -eq "$")`,
	"model is not":     `(device.deviceModel -ne "$")`,
	"model holds":      `(device.deviceModel -contains "$")`,
	"model lacks":      `(device.deviceModel -notContains "$")`,
	"maker is":         `(device.deviceManufacturer -eq "$")`,
	"maker begins":     `(device.deviceManufacturer -startsWith "$")`,
	"name begins":      `(device.displayName -startsWith "$")`,
	"name not begins":  `(device.displayName -notStartsWith "$")`,
	"name ends in one": `(device.displayName -match "^.*[$]$")`,

	// Of people; these stand alone.
	"in department":     `(user.department -eq "$")`,
	"not in department": `(user.department -ne "$")`,
	"may sign in":       `(user.accountEnabled -eq true)`,
}

// ofPeople tells whether the condition is about people and not about PCs.
func (c *condition) ofPeople() bool {
	return c != nil && (c.op == "in department" || c.op == "not in department" || c.op == "may sign in")
}

func (c condition) text() string {
	switch c.op {
	case "not":
		return "-not (" + c.sub[0].text() + ")"
	case "and", "or":
		return "(" + c.sub[0].text() + " -" + c.op + " " + c.sub[1].text() + ")"
	case "name ends in one":
		return strings.Replace(templates[c.op], "[$]", "["+c.arg+"]", 1)
	default:
		return strings.ReplaceAll(templates[c.op], "$", c.arg)
	}
}

func (c condition) holds(pc *pcRecord) bool {
	arg, model, maker, name := strings.ToLower(c.arg), strings.ToLower(pc.model), strings.ToLower(pc.maker), strings.ToLower(pc.serial)
	tag := strings.ToLower(pc.tag)
	switch c.op {
	case "not":
		return !c.sub[0].holds(pc)
	case "and":
		return c.sub[0].holds(pc) && c.sub[1].holds(pc)
	case "or":
		return c.sub[0].holds(pc) || c.sub[1].holds(pc)
	case "tag is":
		return tag == arg
	case "tag begins":
		return tag != "" && strings.HasPrefix(tag, arg)
	case "tag holds":
		return strings.Contains(tag, arg)
	case "no tag begins":
		return tag == "" || !strings.HasPrefix(tag, arg)
	case "registered":
		return true
	case "model is":
		return model == arg
	case "model is not":
		return model != arg
	case "model holds":
		return strings.Contains(model, arg)
	case "model lacks":
		return !strings.Contains(model, arg)
	case "maker is":
		return maker == arg
	case "maker begins":
		return strings.HasPrefix(maker, arg)
	case "name begins":
		return strings.HasPrefix(name, arg)
	case "name not begins":
		return !strings.HasPrefix(name, arg)
	case "name ends in one":
		return strings.Contains(arg, name[len(name)-1:])
	case "in department", "not in department", "may sign in":
		return false // no PC is a person
	default:
		panic("condition " + c.op)
	}
}

// holdsFor is holds for a person.
func (c *condition) holdsFor(u *personRecord) bool {
	switch c.op {
	case "in department":
		return u.department == c.arg
	case "not in department":
		return u.department != c.arg
	case "may sign in":
		return u.enabled
	default:
		return false // no person is a PC
	}
}

// tagFamilies times ten are the tags of the storm. Their letters are no
// hexadecimal digits, so that no id contains them by chance.
var tagFamilies = []string{"Sales", "Office", "Kiosk", "Plant"}

func randomTag(r *rand.Rand) string {
	return pick(r, tagFamilies) + "-" + string(rune('0'+r.IntN(10)))
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// randomCondition draws a rule about PCs like the given ones.
func randomCondition(r *rand.Rand, pcs []*pcRecord, depth int) condition {
	if depth > 0 && r.IntN(3) == 0 {
		first := randomCondition(r, pcs, depth-1)
		switch r.IntN(3) {
		case 0:
			return condition{op: "not", sub: []condition{first}}
		case 1:
			return condition{op: "and", sub: []condition{first, randomCondition(r, pcs, depth-1)}}
		default:
			return condition{op: "or", sub: []condition{first, randomCondition(r, pcs, depth-1)}}
		}
	}
	like := pick(r, pcs)
	tag := randomTag(r)
	family, _, _ := strings.Cut(tag, "-")
	c := pick(r, []condition{
		{op: "tag is", arg: tag},
		{op: "tag is", arg: tag},
		{op: "tag is", arg: strings.ToUpper(tag)},
		{op: "tag begins", arg: family + "-"},
		{op: "tag begins", arg: tag[:len(tag)-1]},
		{op: "tag holds", arg: tag[2:]},
		{op: "no tag begins", arg: family},
		{op: "registered"},
		{op: "model is", arg: like.model},
		{op: "model is not", arg: like.model},
		{op: "model holds", arg: middle(like.model)},
		{op: "model lacks", arg: middle(like.model)},
		{op: "maker is", arg: strings.ToLower(like.maker)},
		{op: "maker begins", arg: like.maker[:2]},
		{op: "name begins", arg: like.serial[:1+r.IntN(2)]},
		{op: "name not begins", arg: like.serial[:1]},
		{op: "name ends in one", arg: pick(r, []string{"0123", "456", "789", "13579"})},
	})
	return c
}

// middle is a part of a text without its ends.
func middle(s string) string { return s[len(s)/3 : len(s)/3+max(1, len(s)/3)] }
