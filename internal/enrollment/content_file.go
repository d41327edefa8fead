package enrollment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"taxiway/internal/directory"
)

// File is a stored file that is being read: an io.ReadSeeker which holds one
// piece in memory.
type File struct {
	Name       string
	Size       int64
	SHA256     []byte
	ModifiedAt time.Time

	ctx      context.Context // of the download: a reader has no other way to be told
	contents *Contents
	tenant   directory.TenantID
	id       string
	at       int64
	piece    []byte
	number   int // of piece
}

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	if f.at >= f.Size {
		return 0, io.EOF
	}
	if n := int(f.at / pieceSize); f.piece == nil || f.number != n {
		piece, err := f.contents.Service.Store.GetPiece(f.ctx, f.tenant, f.id, n)
		if err != nil {
			return 0, fmt.Errorf("read piece %d of an app's file: %w", n, err)
		}
		f.piece, f.number = piece, n
	}
	within := int(f.at % pieceSize)
	if within >= len(f.piece) {
		return 0, fmt.Errorf("read piece %d of an app's file: %w", f.number, io.ErrUnexpectedEOF)
	}
	n := copy(p, f.piece[within:])
	f.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.Size
	default:
		return 0, errors.New("seek in an app's file: unknown origin")
	}
	if offset < 0 {
		return 0, errors.New("seek in an app's file: before its beginning")
	}
	f.at = offset
	return offset, nil
}
