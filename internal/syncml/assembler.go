package syncml

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Assembler puts a large object together from the chunks of several messages
// (OMA SyncML Representation Protocol 1.2, "Large Object Handling"). Its
// fields are what has to be kept from one message to the next; the zero
// Assembler waits for an object.
type Assembler struct {
	Open   bool   // an object has begun
	Item   Item   // its first chunk without data; Size is of the whole
	Data   []byte // what has come of it
	Chunks int
}

// Feed takes the next item of the other side. It gives the whole item as soon
// as there is one, at once for an item that is not in chunks, and the status
// code of this item: StatusChunkAccepted as long as more is to come, which the
// receiver asks for with AlertNextMessage.
//
// An object has to tell its size first, of at most limit bytes, and to have it
// in the end. When another item comes before an object is complete, the error
// has CodeChunk and status 0: what had come is dropped, AlertNoEndOfData tells
// the other side, and Feed takes that item when it is given again. The other
// errors drop the object too.
func (a *Assembler) Feed(item Item, limit int64) (whole *Item, status int, err error) {
	switch {
	case !a.Open && !item.MoreData:
		if int64(len(item.Data.Text)) > limit {
			return nil, StatusTooLarge, a.drop(StatusTooLarge, "%d bytes, at most %d are allowed", len(item.Data.Text), limit)
		}
		return &item, StatusOK, nil
	case !a.Open:
		if item.Size <= 0 {
			return nil, StatusSizeRequired, a.drop(StatusSizeRequired, "the first chunk has to tell the size")
		}
		if item.Size > limit {
			return nil, StatusTooLarge, a.drop(StatusTooLarge, "%d bytes, at most %d are allowed", item.Size, limit)
		}
		a.Open, a.Item = true, item
		a.Item.Data, a.Item.MoreData = Data{}, false
	case item.Source != a.Item.Source || item.Target != a.Item.Target:
		return nil, 0, a.drop(0, "another object came before this one was complete")
	}
	if item.Data.Form == Inline {
		return nil, StatusBadFormat, a.drop(StatusBadFormat, "a chunk cannot be unescaped XML")
	}
	a.Data = append(a.Data, item.Data.Text...)
	a.Chunks++
	size := int64(len(a.Data))
	if size > a.Item.Size || !item.MoreData && size < a.Item.Size {
		return nil, StatusSizeMismatch, a.drop(StatusSizeMismatch, "%d bytes came of %d", size, a.Item.Size)
	}
	if item.MoreData {
		return nil, StatusChunkAccepted, nil
	}
	full := a.Item
	full.Data = TextData(string(a.Data))
	*a = Assembler{}
	return &full, StatusOK, nil
}

func (a *Assembler) drop(status int, format string, args ...any) error {
	*a = Assembler{}
	return &Error{Code: CodeChunk, Element: elItem, Status: status, Message: fmt.Sprintf(format, args...)}
}

// Split is the way back: the chunks of an item with at most size bytes of data
// each, cut between characters. An item that is not larger stays as it is.
func Split(item Item, size int) []Item {
	text := item.Data.Text
	if len(text) <= size || size <= 0 {
		return []Item{item}
	}
	var chunks []Item
	for rest := text; rest != ""; {
		cut := min(size, len(rest))
		for cut < len(rest) && cut > 0 && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		if cut == 0 { // one character is larger than a chunk
			_, cut = utf8.DecodeRuneInString(rest)
		}
		chunk := item
		chunk.Data = Data{item.Data.Form, strings.Clone(rest[:cut])}
		chunk.Size, chunk.MoreData = 0, cut < len(rest)
		chunks, rest = append(chunks, chunk), rest[cut:]
	}
	chunks[0].Size = int64(len(text))
	return chunks
}
