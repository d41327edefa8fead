package rule

const (
	// longestPart bounds, in bytes, the piece of an anchor that is looked for inside values: a value
	// that contains the whole anchor contains its beginning.
	longestPart = 32
	// mostStates bounds the memory of one automaton; rules beyond it are verified always.
	mostStates = 1 << 18
)

// automaton finds all of many texts inside one value in a single pass (Aho and Corasick, "Efficient
// string matching", 1975). Bytes that occur in no text share one class, which keeps the table small.
type automaton struct {
	class   [256]uint8
	classes int
	next    []int32   // state × class → state, failures already followed
	rules   [][]int32 // by state: the rules whose text ends here
	suffix  []int32   // by state: the next state on the failure chain where a text ends; 0 for none
}

// newAutomaton builds one for texts; rules lists the rules of each. Rules whose text finds no room are
// appended to left.
func newAutomaton(texts []string, rules map[string][]int32, left *[]int32) *automaton {
	a := &automaton{classes: 1}
	for _, text := range texts {
		for _, c := range []byte(text) {
			if a.class[c] == 0 { // UTF-8 never uses all 256 bytes, so the number fits
				a.class[c] = uint8(a.classes) //nolint:gosec // see above
				a.classes++
			}
		}
	}
	a.addState()
	for _, text := range texts {
		if len(a.rules)+len(text) > mostStates {
			*left = append(*left, rules[text]...)
			continue
		}
		state := int32(0)
		for _, c := range []byte(text) {
			at := int(state)*a.classes + int(a.class[c])
			if a.next[at] == 0 {
				a.next[at] = a.addState()
			}
			state = a.next[at]
		}
		a.rules[state] = rules[text]
	}
	a.link()
	return a
}

func (a *automaton) addState() int32 {
	state := int32(len(a.rules)) //nolint:gosec // bounded by mostStates
	a.next = append(a.next, make([]int32, a.classes)...)
	a.rules = append(a.rules, nil)
	return state
}

// link follows the failures once, breadth first, so that scan need not.
func (a *automaton) link() {
	failure := make([]int32, len(a.rules))
	a.suffix = make([]int32, len(a.rules))
	queue := make([]int32, 0, len(a.rules))
	for _, to := range a.next[:a.classes] {
		if to != 0 {
			queue = append(queue, to)
		}
	}
	for i := 0; i < len(queue); i++ {
		state := queue[i]
		fail := failure[state]
		a.suffix[state] = fail
		if a.rules[fail] == nil {
			a.suffix[state] = a.suffix[fail]
		}
		for c := range a.classes {
			at := int(state)*a.classes + c
			onward := a.next[int(fail)*a.classes+c]
			if to := a.next[at]; to != 0 {
				failure[to] = onward
				queue = append(queue, to)
			} else {
				a.next[at] = onward
			}
		}
	}
}

// scan marks the rules of every text that value contains.
func (a *automaton) scan(value string, found *bits) {
	state := int32(0)
	for i := range len(value) {
		state = a.next[int(state)*a.classes+int(a.class[value[i]])]
		for s := state; s != 0; s = a.suffix[s] {
			found.setAll(a.rules[s])
		}
	}
}
