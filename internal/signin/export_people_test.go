package signin

// NewQuickHasher is a hasher for tests that are about something else.
func NewQuickHasher() *Hasher { return NewHasherAt(4, HashCost{Memory: 64, Time: 1, Lanes: 1}) }

// NewBusyHasher is a hasher whose every slot is taken.
func NewBusyHasher() *Hasher {
	h := NewHasher(1)
	h.slots <- struct{}{}
	return h
}

// NewCountedHasher is a hasher that calls count for each password it hashes,
// until done is closed.
func NewCountedHasher(count func(), done <-chan struct{}) *Hasher {
	h := NewHasher(1)
	h.slots = make(chan struct{}) // so that each turn is given here
	go func() {
		for {
			select {
			case <-h.slots:
				count()
				h.slots <- struct{}{}
			case <-done:
				return
			}
		}
	}()
	return h
}
