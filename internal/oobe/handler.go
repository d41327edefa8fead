package oobe

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// maxBody bounds a request: a hash has 4,000 characters.
const maxBody = 64 << 10

// Devices finds registrations and hands out profiles; autopilot.Service is one.
type Devices interface {
	FindAsking(ctx context.Context, h *hwhash.Hash, serial string) (*autopilot.Asked, *autopilot.Refusal, error)
	ProfileFor(ctx context.Context, a *autopilot.Asked, proven bool) (autopilot.Document, *autopilot.Refusal, error)
	FindReporting(ctx context.Context, h *hwhash.Hash, serial string) (*autopilot.Asked, *autopilot.Refusal, error)
	ReportProven(ctx context.Context, a *autopilot.Asked) (autopilot.Device, error)
}

// Timeline notes what PCs did; enrollment.Service does.
type Timeline interface {
	Downloaded(ctx context.Context, a *autopilot.Asked, doc *autopilot.Document) error
	PreProvisioningRefused(ctx context.Context, a *autopilot.Asked, r *autopilot.Refusal) error
}

// Handler answers PCs. All fields are required.
type Handler struct {
	Devices   Devices
	Sightings *autopilot.Sightings
	Proof     *Proof
	Tickets   *autopilot.Tickets
	Timeline  Timeline
	Clock     directory.Clock
	Log       *slog.Logger
}

// request is what a PC sends to both addresses. Challenge and Nonce come with
// the second call. Deployment asks for a way of setting the PC up, and is this
// server's own.
type request struct {
	HardwareHash string `json:"hardwareHash"`
	SerialNumber string `json:"serialNumber"`
	Manufacturer string `json:"manufacturer"`
	Model        string `json:"model"`
	OSVersion    string `json:"osVersion"`
	ProductType  string `json:"productType"`
	Challenge    string `json:"challenge"`
	Nonce        []byte `json:"nonce"`
	Deployment   any    `json:"deployment"`
}

// preProvisioned reports whether the PC asks to be set up before its user gets
// it. Left out is as good as userDriven.
func (r *request) preProvisioned() (bool, error) {
	switch r.Deployment {
	case nil, "userDriven":
		return false, nil
	case "preProvisioned":
		return true, nil
	default:
		return false, fault.Field(fault.Invalid, "DeploymentUnknown", "deployment", "The request asks for a deployment that is not known here.", "Send userDriven or preProvisioned, or leave it out.")
	}
}

// Route is one line of the table.
type Route struct {
	Method string
	Path   string
	serve  func(*Handler, *http.Request) (any, error)
}

// Routes is THE table: every route there is.
func Routes() []Route {
	return []Route{
		{http.MethodPost, "/ztd/profile", (*Handler).profile},
		{http.MethodPost, "/ztd/hardware", (*Handler).hardware},
	}
}

// ServeHTTP finds the route and renders.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	all := Routes()
	at := slices.IndexFunc(all, func(route Route) bool { return route.Path == r.URL.Path })
	if at < 0 {
		http.NotFound(w, r)
		return
	}
	route := &all[at]
	if r.Method != route.Method {
		w.Header().Set("Allow", route.Method)
		h.fail(w, r, fault.Field(fault.Invalid, "MethodNotAllowed", "method", "Only POST is allowed here.", "Send the request as POST."))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	out, err := route.serve(h, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if v, ok := out.(vouched); ok {
		v.write(w)
		return
	}
	write(w, http.StatusOK, out)
}

// read decodes a request and the hash in it.
func read(r *http.Request) (*request, *hwhash.Hash, error) {
	var in request
	dec := json.NewDecoder(r.Body)
	if err := dec.Decode(&in); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, nil, fault.Field(fault.TooLarge, "RequestBodyTooLarge", "body", "The request body is larger than 64 KiB.", "Send the hardware hash alone; it has 4,000 characters.")
		}
		const message = "The request body is not the JSON object this address takes."
		return nil, nil, &fault.Error{
			Kind: fault.Invalid, Code: "InvalidBody", Message: message, Cause: err,
			Details: []fault.Detail{{Target: "body", Code: "InvalidBody", Message: message, Remedy: "Send a JSON object with hardwareHash and serialNumber as texts."}},
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, fault.Field(fault.Invalid, "InvalidBody", "body", "The request body has text after its JSON object.", "Send one JSON object.")
	}
	if in.HardwareHash == "" {
		return nil, nil, fault.Field(fault.Invalid, "HardwareHashRequired", "hardwareHash", "The request holds no hardware hash.", "Send the 4,000 characters of the PC's hardware hash.")
	}
	hash, err := autopilot.ParseHash("hardwareHash", in.HardwareHash)
	return &in, hash, err
}

// errorBody is how this edge says no for a reason that is not the service's.
type errorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Target  string `json:"target,omitempty"`
		Remedy  string `json:"remedy,omitempty"`
	} `json:"error"`
}

// fail is the one renderer of errors on this edge.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := fault.As(err)
	if !ok || e.Kind == fault.Internal {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "a PC's request ended in an error", slog.Any("error", err))
		e = fault.New(fault.Internal, "InternalServerError", "The server could not finish the request.")
	}
	status := http.StatusBadRequest
	switch e.Kind {
	case fault.Unauthenticated:
		status = http.StatusUnauthorized
	case fault.TooLarge:
		status = http.StatusRequestEntityTooLarge
	case fault.Throttled:
		status = http.StatusTooManyRequests
	case fault.Internal:
		status = http.StatusInternalServerError
	default:
		if e.Code == "MethodNotAllowed" {
			status = http.StatusMethodNotAllowed
		}
	}
	var body errorBody
	body.Error.Code, body.Error.Message = e.Code, e.Message
	if len(e.Details) > 0 {
		body.Error.Target, body.Error.Remedy = e.Details[0].Target, e.Details[0].Remedy
	}
	write(w, status, body)
}

func write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone when this fails
}
