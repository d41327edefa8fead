package signin

import (
	"strings"
	"testing"
)

func TestAUserCodeHasNineLettersThatNobodyMisreads(t *testing.T) {
	if len(userCodeLetters) != 28 {
		t.Errorf("the alphabet has %d letters", len(userCodeLetters))
	}
	for _, alike := range []string{"0O", "1IL", "2Z", "5S", "8B"} {
		n := 0
		for _, c := range alike {
			if strings.ContainsRune(userCodeLetters, c) {
				n++
			}
		}
		if n > 1 {
			t.Errorf("%s look alike and %d of them are in the alphabet", alike, n)
		}
	}
	seen, count := map[string]bool{}, map[rune]int{}
	const codes = 20_000
	for range codes {
		code := newUserCode()
		if got, ok := normalUserCode(code); !ok || got != code {
			t.Fatalf("%q is not one of its own codes", code)
		}
		if seen[code] {
			t.Fatalf("%s was made twice", code)
		}
		seen[code] = true
		for _, c := range code {
			count[c]++
		}
	}
	// Each letter is drawn alike: 9/28 of 20,000 is 6,429; six standard
	// deviations are 473.
	for _, c := range userCodeLetters {
		if n := count[c]; n < 5956 || n > 6902 {
			t.Errorf("%c was drawn %d times", c, n)
		}
	}
}
