package enrollment

import (
	"cmp"
	"slices"
)

// maxValue bounds one value that a PC sends, in pieces or whole.
const maxValue = 1 << 20

// Partial is what came so far of a value sent in pieces (OMA SyncML
// Representation Protocol 1.2, "Large Object Handling").
type Partial struct {
	URI    string `json:"u"`
	Format string `json:"f,omitempty"`
	Size   int64  `json:"s"`
	Data   []byte `json:"d,omitempty"`
}

// Statuses of pieces and values.
const (
	statusOK           = 200
	statusPiece        = 213
	statusSizeRequired = 411
	statusTooLarge     = 413
	statusSizeMismatch = 424
)

// take takes the next value of a PC: p is what came so far, nil when nothing is
// open. It returns what is open now, the value when it is whole, and the status
// of what came. broken says that the open value was dropped because another
// came before its end; that one is taken all the same.
func (p *Partial) take(r ResultOf) (open *Partial, whole *ResultOf, status int, broken bool) {
	if p != nil && !sameNode(cmp.Or(r.URI, p.URI), p.URI) {
		p, broken = nil, true
	}
	if p == nil {
		switch {
		case !r.More && len(r.Data) > maxValue, r.More && r.Size > maxValue:
			return nil, nil, statusTooLarge, broken
		case !r.More:
			return nil, &r, statusOK, broken
		case r.Size <= 0:
			return nil, nil, statusSizeRequired, broken
		}
		p = &Partial{URI: r.URI, Format: r.Format, Size: r.Size}
	}
	data := append(slices.Clone(p.Data), r.Data...)
	size := int64(len(data))
	switch {
	case size > p.Size, !r.More && size < p.Size:
		return nil, nil, statusSizeMismatch, broken
	case r.More:
		return &Partial{URI: p.URI, Format: p.Format, Size: p.Size, Data: data}, nil, statusPiece, broken
	}
	return nil, &ResultOf{URI: p.URI, Format: p.Format, Data: string(data)}, statusOK, broken
}
