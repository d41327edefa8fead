package setup

// The source of names is part of the state: a PC that lost its power makes the
// same names again, and a fleet's are all different. It is SplitMix64 (Steele,
// Lea, Flood: "Fast splittable pseudorandom number generators"); nothing here
// is a secret.
func (s *State) draw(n int) int {
	s.Random += 0x9e3779b97f4a7c15
	z := s.Random
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) >> 33 % uint64(n)) //nolint:gosec // below n
}

// letters gives n characters of a name that Windows makes itself.
func (s *State) letters(n int) string { return s.characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", n) }

// digits gives n decimal digits.
func (s *State) digits(n int) string { return s.characters("0123456789", n) }

func (s *State) characters(from string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = from[s.draw(len(from))]
	}
	return string(out)
}
