package site

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// VirtualPCs hosts virtual PCs for browsers. What goes in and out is JSON that
// this package does not look into; ids are names in a tenant. A tenant that may
// have none is fault.Denied, a PC that is not there fault.NotFound.
type VirtualPCs interface {
	List(ctx context.Context, t directory.TenantID) (any, error)
	Create(ctx context.Context, t directory.TenantID, spec []byte) (any, error)
	// Frame waits for one that is newer than after names, as long as it is worth
	// it. drives is that whoever asks may drive the PC.
	Frame(ctx context.Context, t directory.TenantID, id string, after int64, drives bool) (any, error)
	Do(ctx context.Context, t directory.TenantID, id string, action []byte) error
	HashFile(ctx context.Context, t directory.TenantID, id string) (csv []byte, err error)
	Diagnostics(ctx context.Context, t directory.TenantID, id string) (zip []byte, err error)
	Remove(ctx context.Context, t directory.TenantID, id string) error
}

// Watching a PC and driving it are two permissions.
const (
	watching = access.DeviceManagementManagedDevicesReadAll
	driving  = access.DeviceManagementManagedDevicesPrivilegedAll
)

// pcRoutes are the addresses of virtual PCs.
func pcRoutes() []Route {
	watch, drive := []string{watching}, []string{driving}
	return []Route{
		{Method: http.MethodGet, Path: "/ui/pcs", Permissions: watch, handle: (*Handler).listPCs},
		{Method: http.MethodPost, Path: "/ui/pcs", Permissions: drive, handle: (*Handler).createPC},
		{Method: http.MethodGet, Path: "/ui/pcs/{id}", Permissions: watch, handle: (*Handler).watchPC},
		{Method: http.MethodPost, Path: "/ui/pcs/{id}", Permissions: drive, handle: (*Handler).drivePC},
		{Method: http.MethodDelete, Path: "/ui/pcs/{id}", Permissions: drive, handle: (*Handler).removePC},
		{Method: http.MethodPost, Path: "/ui/pcs/{id}/hash", Permissions: drive, handle: (*Handler).exportHash},
		{Method: http.MethodGet, Path: "/ui/pcs/{id}/diagnostics", Permissions: drive, handle: (*Handler).showDiagnostics},
	}
}

// pcID is the PC that a path names.
func pcID(r *http.Request) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/ui/pcs/"), "/")
	return id
}

func (v *visitor) tenant() directory.TenantID { return directory.TenantID(v.principal.Tenant) }

// allowed counts the request against the person's allowance.
func (h *Handler) allowed(v *visitor) error {
	if h.Throttle == nil {
		return nil
	}
	if setting, wait := h.Throttle(v.principal); setting != "" {
		return &fault.Error{Kind: fault.Throttled, Code: "TooManyRequests", Message: "Too many requests were sent in a short time.", RetryAfter: wait}
	}
	return nil
}

// longestAction is far above what anybody types at a PC.
const longestAction = 16 << 10

// sentJSON reads a small JSON body.
func sentJSON(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, longestAction))
	if err != nil {
		return nil, &fault.Error{Kind: fault.TooLarge, Code: "RequestBodyTooLarge", Message: "The body is larger than " + strconv.Itoa(longestAction) + " bytes, or ended too early.", Cause: err}
	}
	return body, nil
}

// answer writes what came of a request.
func answer(w http.ResponseWriter, body any, err error) error {
	if err != nil {
		return err
	}
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	writeJSON(w, http.StatusOK, body)
	return nil
}

func (h *Handler) listPCs(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	body, err := h.PCs.List(r.Context(), v.tenant())
	return answer(w, body, err)
}

func (h *Handler) createPC(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	spec, err := sentJSON(w, r)
	if err != nil {
		return err
	}
	body, err := h.PCs.Create(r.Context(), v.tenant(), spec)
	return answer(w, body, err)
}

// watchPC answers with the newest frame, or waits for the next one: the request
// names the frame that the page has. Each is checked anew, so whoever may not
// watch any more sees no further frame.
func (h *Handler) watchPC(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	after := int64(0)
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return fault.Field(fault.Invalid, "InvalidParameter", "after", "This is no number of a frame.", "Send the version of the last frame.")
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), longestWatch)
	defer cancel()
	body, err := h.PCs.Frame(ctx, v.tenant(), pcID(r), after, v.principal.HasAny(driving))
	return answer(w, body, err)
}

// longestWatch is how long a request waits for a frame.
const longestWatch = 20 * time.Second

func (h *Handler) drivePC(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	action, err := sentJSON(w, r)
	if err != nil {
		return err
	}
	return answer(w, nil, h.PCs.Do(r.Context(), v.tenant(), pcID(r), action))
}

func (h *Handler) removePC(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	return answer(w, nil, h.PCs.Remove(r.Context(), v.tenant(), pcID(r)))
}

// exportHash is no GET: the PC remembers that somebody has its hash.
func (h *Handler) exportHash(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	csv, err := h.PCs.HashFile(r.Context(), v.tenant(), pcID(r))
	return answer(w, map[string]string{"name": pcID(r) + ".csv", "content": string(csv)}, err)
}

func (h *Handler) showDiagnostics(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	zip, err := h.PCs.Diagnostics(r.Context(), v.tenant(), pcID(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+pcID(r)+`-diagnostics.zip"`) // the id is checked: a PC has it
	_, _ = w.Write(zip)                                                                         // the client is gone; nobody is left to tell
	return nil
}
