package enrollment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Contents keeps the files of apps and gives PCs addresses to get them at.
type Contents struct {
	Service *Service
	// Key signs addresses: 32 bytes, the same in every process.
	Key []byte
	// Limit is the size of a file in bytes.
	Limit int64
}

// pieceSize is how much of a file is one row, and one piece of work at a time.
const pieceSize = 1 << 20

// installerMagic begins every Windows Installer package: it is a compound file
// ([MS-CFB] section 2.2, Header Signature).
var installerMagic = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

// Put stores the file of an app, which takes the place of the one it had. The
// file is read once, in pieces; it counts when it is there as a whole. A file
// that is too large is fault.TooLarge, one that is not a Windows Installer
// package fault.Invalid. name may be empty: then the app's stays.
func (c *Contents) Put(ctx context.Context, t directory.TenantID, id PolicyID, ifMatch int64, name string, body io.Reader) (Policy, error) {
	p, err := c.app(ctx, t, id)
	if err != nil {
		return Policy{}, err
	}
	if err := fault.Match(p.Version, ifMatch); err != nil {
		return Policy{}, err
	}
	file := c.Service.NewID()
	size, sum, err := c.store(ctx, t, file, body)
	old := ""
	if err == nil {
		p, err = c.Service.UpdatePolicy(ctx, t, id, ifMatch, func(p *Policy) error {
			old = p.App.Content
			p.App.Content, p.App.Size, p.App.SHA256 = file, size, sum
			if name != "" {
				p.App.FileName = name
			}
			return nil
		})
	}
	if err != nil {
		// What was stored is of no use; a sweep removes what this leaves.
		err = errors.Join(err, c.Service.Store.DeleteContent(context.WithoutCancel(ctx), t, file))
		return Policy{}, fault.Wrap("store the file of app "+string(id), err)
	}
	return p, c.forget(ctx, t, old)
}

func (c *Contents) app(ctx context.Context, t directory.TenantID, id PolicyID) (Policy, error) {
	p, err := c.Service.Store.GetPolicy(ctx, t, id)
	if fault.Is(err, fault.NotFound) || err == nil && p.App == nil {
		return Policy{}, fault.Missing("app", string(id))
	}
	return p, fault.Wrap("find the app", err)
}

func (c *Contents) forget(ctx context.Context, t directory.TenantID, file string) error {
	if file == "" {
		return nil
	}
	return fault.Wrap("remove the app's former file", c.Service.Store.DeleteContent(ctx, t, file))
}

// store keeps a file in pieces, and computes its hash on the way.
func (c *Contents) store(ctx context.Context, t directory.TenantID, file string, body io.Reader) (size int64, sum []byte, err error) {
	hash, piece := sha256.New(), make([]byte, pieceSize)
	for n := 0; ; n++ {
		got, err := io.ReadFull(body, piece)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return 0, nil, c.unread(err)
		}
		if n == 0 && !bytes.HasPrefix(piece[:got], installerMagic) {
			return 0, nil, fault.Field(fault.Invalid, "NotAnInstaller", "content", "The file is not a Windows Installer package.", "Upload a .msi file as it is, not encrypted and not inside another file.")
		}
		size += int64(got)
		if size > c.Limit {
			return 0, nil, c.tooLarge()
		}
		if got > 0 {
			_, _ = hash.Write(piece[:got]) // never fails
			if err := c.Service.Store.PutPiece(ctx, t, file, n, piece[:got]); err != nil {
				return 0, nil, err
			}
		}
		if last {
			return size, hash.Sum(nil), nil
		}
	}
}

// unread is an upload that broke off.
func (c *Contents) unread(err error) error {
	e := fault.Field(fault.Invalid, "UploadBrokeOff", "content", "The upload broke off before the file was here as a whole.", "Upload the file again.")
	e.Cause = err
	return e
}

func (c *Contents) tooLarge() error {
	return fault.Field(fault.TooLarge, "ContentTooLarge", "content", fmt.Sprintf("The file is larger than the %d bytes that this server takes.", c.Limit), "Upload a smaller package, or raise limits.app_bytes in the server's configuration.")
}

// Size refuses a file by the size it is announced with, before it is read; -1 is
// not known.
func (c *Contents) Size(announced int64) error {
	if announced > c.Limit {
		return c.tooLarge()
	}
	return nil
}

// Sweep removes files that no app has: uploads that a process did not end. One
// may still be under way for a day. It returns how many it removed.
func (c *Contents) Sweep(ctx context.Context, t directory.TenantID) (int, error) {
	files, err := c.Service.Store.ListContents(ctx, t)
	if err != nil || len(files) == 0 {
		return 0, err
	}
	apps, _, err := c.Service.Store.LoadPolicies(ctx, t, PolicyMSI)
	if err != nil {
		return 0, err
	}
	used := map[string]bool{}
	for i := range apps {
		used[apps[i].App.Content] = true
	}
	removed := 0
	for _, file := range files {
		if used[file] || !c.Service.Clock.Real().After(madeAt(file).Add(uploadLife)) {
			continue
		}
		if err := c.Service.Store.DeleteContent(ctx, t, file); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// uploadLife is longer than any upload takes.
const uploadLife = 24 * time.Hour

// madeAt is when an id was made: a UUID of version 7 begins with the time in
// milliseconds (RFC 9562 section 5.7).
func madeAt(id string) time.Time {
	ms, err := strconv.ParseInt(strings.ReplaceAll(id, "-", "")[:12], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// DeleteApp removes an app with its file.
func (c *Contents) DeleteApp(ctx context.Context, t directory.TenantID, id PolicyID, ifMatch int64) error {
	p, err := c.app(ctx, t, id)
	if err != nil {
		return err
	}
	if err := c.Service.DeletePolicy(ctx, t, id, ifMatch); err != nil {
		return err
	}
	return c.forget(ctx, t, p.App.Content)
}
