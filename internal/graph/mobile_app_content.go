package graph

import (
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// uploadIdle is how long an upload may stand still. A large file takes longer
// than any request otherwise may.
const uploadIdle = time.Minute

// putAppContent takes the .msi file itself as the body and answers with the app.
// It is this server's own way beside Graph's, which takes a file in encrypted
// blocks at a storage account.
func (h *Handler) putAppContent(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	p, err := mobileApps.policy(c)
	if err != nil {
		return err
	}
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "application/octet-stream" && kind != "application/x-msi" && kind != "application/x-ole-storage" {
		return fault.Field(fault.Unsupported, "UnsupportedMediaType", "Content-Type", "The content type '"+short(c.r.Header.Get("Content-Type"))+"' is not that of a Windows Installer package.", "Send the file with Content-Type application/octet-stream.")
	}
	if encoding := c.r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return fault.Field(fault.Unsupported, "UnsupportedContentEncoding", "Content-Encoding", "A file is taken as it is.", "Send it without Content-Encoding.")
	}
	if err := h.Apps.Size(c.r.ContentLength); err != nil {
		return err
	}
	body, stop := patient(c)
	defer stop()
	if p, err = h.Apps.Put(c.ctx(), c.tenant, p.ID, match, fileNameOf(c.r), body); err != nil {
		return err
	}
	return mobileApps.answer(c, http.StatusOK, &p, nil)
}

// fileNameOf is the name that the caller gives the file, without a folder.
func fileNameOf(r *http.Request) string {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Disposition"))
	if err != nil || params["filename"] == "" {
		return ""
	}
	return path.Base(strings.ReplaceAll(params["filename"], `\`, "/"))
}

// patient reads a body for as long as it keeps coming: the server's limit for
// reading a request gives way to one for standing still.
func patient(c *call) (body io.Reader, stop func()) {
	control := http.NewResponseController(c.w)
	if err := control.SetReadDeadline(time.Time{}); err != nil {
		return c.r.Body, func() {} // not a connection: a request of a batch or a test
	}
	long := time.Unix(1, 0)
	idle := time.AfterFunc(uploadIdle, func() { _ = control.SetReadDeadline(long) }) // the connection may be gone
	return &patientBody{c.r.Body, idle}, func() { idle.Stop() }
}

type patientBody struct {
	io.Reader
	idle *time.Timer
}

// Read implements io.Reader.
func (b *patientBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if n > 0 {
		b.idle.Reset(uploadIdle)
	}
	return n, err
}
