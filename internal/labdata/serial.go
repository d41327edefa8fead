package labdata

// serialForm is how a maker writes serial numbers: a fixed beginning, then
// digits of an alphabet.
type serialForm struct {
	begin    string
	alphabet string
	length   int    // of the part after begin
	step     uint64 // odd and not a multiple of a prime factor of the alphabet's size
}

// The forms of four makers. Makers leave out letters that look like digits.
var (
	dellTag       = serialForm{"", "123456789BCDFGHJKLMNPQRSTVWXYZ", 7, 15_485_867_011} // service tag
	hpSerial      = serialForm{"5CG", "0123456789BCDFGHJKLMNPQRSTVWXYZ", 7, 15_485_867_011}
	lenovoSerial  = serialForm{"PF", "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", 6, 1_000_000_019}
	surfaceSerial = serialForm{"0", "0123456789", 11, 61_803_398_873}
)

// number writes the n-th serial number of a series. Multiplying with a number
// that has no factor in common with the size of the space visits each of its
// members once, so no two of a series are equal, and neighbours look unrelated.
func (f serialForm) number(series, n uint64) string {
	base, space := uint64(len(f.alphabet)), uint64(1)
	for range f.length {
		space *= base
	}
	v := mulMod(n%space, f.step%space, space)
	v = (v + series%space) % space
	out := make([]byte, f.length)
	for i := f.length - 1; i >= 0; i-- {
		out[i] = f.alphabet[v%base]
		v /= base
	}
	return f.begin + string(out)
}
