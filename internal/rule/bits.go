package rule

import mathbits "math/bits"

// bits is a set of small numbers that is emptied in order. A second level says which words are not
// empty, so that the cost follows the members and not the range.
type bits struct {
	words []uint64
	tops  []uint64 // bit w of tops: words[w] is not empty
}

// grow makes room for the numbers below n; the set must be empty.
func (b *bits) grow(n int) {
	if words := (n + 63) / 64; words > len(b.words) {
		b.words = make([]uint64, words)
		b.tops = make([]uint64, (words+63)/64)
	}
}

func (b *bits) setAll(members []int32) {
	for _, m := range members {
		w := uint32(m) >> 6 //nolint:gosec // members are not negative
		b.words[w] |= 1 << (m & 63)
		b.tops[w>>6] |= 1 << (w & 63)
	}
}

// drain appends the members in ascending order to dst and empties the set.
func (b *bits) drain(dst []int32) []int32 {
	for t, top := range b.tops {
		for ; top != 0; top &= top - 1 {
			w := t<<6 | mathbits.TrailingZeros64(top)
			for word := b.words[w]; word != 0; word &= word - 1 {
				dst = append(dst, int32(w<<6|mathbits.TrailingZeros64(word))) //nolint:gosec // set from an int32
			}
			b.words[w] = 0
		}
		b.tops[t] = 0
	}
	return dst
}
