package sqlstore

import (
	"strconv"
	"strings"
)

// builder collects the parameters of one statement.
type builder struct {
	d    *dialect
	args []any
}

// arg adds a parameter and returns its place in the statement.
func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + strconv.Itoa(len(b.args))
}

// bindID adds an id.
func bindID[T ~string](b *builder, id T) string { return b.arg(idArg(b.d, id)) }

// bindIDs adds a list of ids for IN (…). The length is rounded up to a power
// of two by repeating the last, so that a statement has few texts to prepare.
func bindIDs[T ~string](b *builder, ids []T) string {
	n := 1
	for n < len(ids) {
		n *= 2
	}
	places := make([]string, n)
	for i := range places {
		places[i] = bindID(b, ids[min(i, len(ids)-1)])
	}
	return strings.Join(places, ", ")
}

// maxList bounds one IN list: above it a list is split.
const maxList = 512
