package signin

// NewQuickHasher is a hasher for tests that are about something else.
func NewQuickHasher() *Hasher { return newHasher(4, hashCost{memory: 64, time: 1, lanes: 1}) }

// NewBusyHasher is a hasher whose every slot is taken.
func NewBusyHasher() *Hasher {
	h := NewHasher(1)
	h.slots <- struct{}{}
	return h
}
