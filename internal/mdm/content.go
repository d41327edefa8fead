package mdm

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// Files opens the files of apps; enrollment.Contents does.
type Files interface {
	Open(ctx context.Context, k enrollment.Ticket) (*enrollment.File, error)
}

// AppFiles serves the files of apps to PCs, below enrollment.ContentPath. What
// lets a PC in is the signed address: Windows Installer's download shows no
// certificate. One range is answered, as a download that goes on asks for; of
// several the whole file is sent (RFC 9110 section 14.2).
type AppFiles struct {
	Files     Files
	Log       *slog.Logger
	RequestID func(ctx context.Context) string
}

// ServeHTTP implements http.Handler.
func (h *AppFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("Cache-Control", "no-store")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("request-id", h.RequestID(r.Context()))
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		send(w, http.StatusMethodNotAllowed, plainText, []byte("This address takes GET and HEAD.\n"))
		return
	}
	ticket, ok := enrollment.ParseTicket(strings.TrimPrefix(r.URL.Path, enrollment.ContentPath))
	if !ok {
		send(w, http.StatusNotFound, plainText, []byte("There is nothing at this address.\n"))
		return
	}
	file, err := h.Files.Open(r.Context(), ticket)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	head.Set("Content-Type", "application/x-msi")
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	head.Set("ETag", `"`+hex.EncodeToString(file.SHA256)+`"`)
	if strings.Contains(r.Header.Get("Range"), ",") {
		r.Header.Del("Range")
	}
	http.ServeContent(w, r, "", file.ModifiedAt, &reported{File: file, h: h, r: r})
}

const plainText = "text/plain; charset=utf-8"

// refuse tells why there is no file.
func (h *AppFiles) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := http.StatusInternalServerError, "The server could not finish the request "+h.RequestID(r.Context())+".\n"
	if e, ok := fault.As(err); ok {
		switch e.Kind {
		case fault.Denied:
			status, text = http.StatusForbidden, e.Message+"\n"
		case fault.NotFound:
			status, text = http.StatusNotFound, e.Message+"\n"
		default:
		}
	}
	if status == http.StatusInternalServerError {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "an app's file cannot be read", slog.Any("error", err))
	}
	send(w, status, plainText, []byte(text))
}

// reported logs why a download broke off: the answer has begun and cannot say
// so any more.
type reported struct {
	*enrollment.File
	h *AppFiles
	r *http.Request
}

// Read implements io.Reader.
func (f *reported) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err != nil && !errors.Is(err, io.EOF) && f.r.Context().Err() == nil {
		f.h.Log.LogAttrs(f.r.Context(), slog.LevelError, "a download of an app's file broke off", slog.Any("error", err))
	}
	return n, err
}
