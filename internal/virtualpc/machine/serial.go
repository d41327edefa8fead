package machine

import (
	"fmt"
	"io"
)

// pattern writes random texts: capital letters stand for alphabets, everything
// else for itself.
//
//	D digit   S digit of a Dell service tag   L digit of HP's and Lenovo's serials   X hexadecimal digit
type pattern string

// Makers leave out the letters that look like digits.
var alphabets = map[byte]string{
	'D': "0123456789",
	'S': "123456789BCDFGHJKLMNPQRSTVWXYZ",
	'L': "0123456789BCDFGHJKLMNPQRSTVWXYZ",
	'X': "0123456789ABCDEF",
}

// The serial numbers of makers. What is fixed in them is written in lower case
// and comes out in capitals.
const (
	dellSerial    pattern = "SSSSSSS"
	hpSerial      pattern = "5cgLLLLLLL"
	lenovoSerial  pattern = "pfLLLLLL"
	surfaceSerial pattern = "0DDDDDDDDDDD"
	hyperVSerial  pattern = "DDDD-DDDD-DDDD-DDDD-DDDD-DDDD-DD"
	diskSerial    pattern = "XXXX_XXXX_XXXX_XXXX"
	productKeyID  pattern = "33DDDDDDDDDDD"
)

// draw is one text of the pattern.
func (p pattern) draw(random io.Reader) (string, error) {
	out := make([]byte, 0, len(p))
	for i := range len(p) {
		c := p[i]
		alphabet, ok := alphabets[c]
		switch {
		case ok:
			n, err := below(random, len(alphabet))
			if err != nil {
				return "", err
			}
			out = append(out, alphabet[n])
		case c >= 'a' && c <= 'z':
			out = append(out, c-'a'+'A')
		default:
			out = append(out, c)
		}
	}
	return string(out), nil
}

// below draws a number from 0 to n-1, n at most 256, each as likely.
func below(random io.Reader, n int) (int, error) {
	limit := 256 - 256%n
	for {
		var b [1]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, fmt.Errorf("draw a random number: %w", err)
		}
		if v := int(b[0]); v < limit {
			return v % n, nil
		}
	}
}
