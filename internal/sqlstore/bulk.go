package sqlstore

import (
	"context"
	"strconv"
	"strings"
	"sync"
)

// insertTexts keeps the texts of multi-row INSERTs: head, rows, tail.
var insertTexts sync.Map

type insertShape struct {
	head, tail  string
	rows, width int
}

// insertRows stores many rows with few statements: head ends in VALUES, tail
// is an ON CONFLICT clause or empty. Rows go in groups of a power of two, so
// that each table has few texts to prepare.
func insertRows(ctx context.Context, q querier, head string, rows [][]any, tail string) error {
	size := q.dialect().chunk
	for len(rows) > 0 {
		for size > len(rows) {
			size /= 2
		}
		width := len(rows[0])
		args := make([]any, 0, size*width)
		for _, r := range rows[:size] {
			args = append(args, r...)
		}
		if _, err := q.exec(ctx, insertText(insertShape{head, tail, size, width}), args...); err != nil {
			return err
		}
		rows = rows[size:]
	}
	return nil
}

func insertText(s insertShape) string {
	if text, ok := insertTexts.Load(s); ok {
		return text.(string)
	}
	var b strings.Builder
	b.WriteString(s.head)
	for i := range s.rows * s.width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%s.width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(") " + s.tail)
	insertTexts.Store(s, b.String())
	return b.String()
}
