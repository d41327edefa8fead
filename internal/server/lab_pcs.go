package server

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/screen"
	"taxiway/internal/virtualpc/setup"
)

// labList is what the page of virtual PCs shows, and what it can offer.
type labList struct {
	Value     []screen.Summary      `json:"value"`
	Most      int                   `json:"most"`
	Models    []labChoice           `json:"models"`
	Releases  []labChoice           `json:"releases"`
	Languages []string              `json:"languages"`
	Parts     []machine.Part        `json:"parts"`
	Faults    []virtualpc.FaultKind `json:"faults"`
}

type labChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// List implements site.VirtualPCs.
func (l *lab) List(ctx context.Context, t directory.TenantID) (any, error) {
	lt, err := l.of(ctx, t)
	if err != nil {
		return nil, err
	}
	out := labList{Value: []screen.Summary{}, Most: labPCsOfTenant, Languages: machine.Languages(), Parts: machine.Parts(), Faults: screen.Faults()}
	for _, m := range machine.Models() {
		out.Models = append(out.Models, labChoice{m.ID, m.Maker + " " + m.Name})
	}
	for _, r := range machine.Releases() {
		out.Releases = append(out.Releases, labChoice{r.ID, r.Name})
	}
	l.mu.Lock()
	for _, pc := range lt.pcs {
		out.Value = append(out.Value, pc.Summary())
	}
	l.mu.Unlock()
	slices.SortFunc(out.Value, func(a, b screen.Summary) int { return cmp.Compare(a.PC.Name, b.PC.Name) })
	return out, nil
}

// labSpec is what a new PC is to be; what is left out is chosen.
type labSpec struct {
	Name     string `json:"name"`
	Model    string `json:"model"`
	Serial   string `json:"serialNumber"`
	TPM      string `json:"tpm"` // module, board or none
	Windows  string `json:"windows"`
	Language string `json:"language"`
	Keyboard string `json:"keyboard"`
	Network  string `json:"network"`
}

func networkOf(text string) setup.Network { return setup.Network(text) }

// decode reads a request's JSON and refuses what it does not know.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return &fault.Error{Kind: fault.Invalid, Code: "InvalidBody", Message: "The body is not the JSON object that is expected here.", Cause: err}
	}
	return nil
}

// Create implements site.VirtualPCs.
func (l *lab) Create(ctx context.Context, t directory.TenantID, body []byte) (any, error) {
	lt, err := l.of(ctx, t)
	if err != nil {
		return nil, err
	}
	var in labSpec
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	spec := machine.Spec{
		Name: strings.ToLower(in.Name), Model: in.Model, Serial: in.Serial, OS: machine.OS{Release: in.Windows, Language: in.Language, Keyboard: in.Keyboard},
		NoTPM: in.TPM == "none", TPMOnBoard: in.TPM == "board",
	}
	if !slices.Contains([]string{"", "module", "board", "none"}, in.TPM) {
		return nil, fault.Field(fault.Invalid, "InvalidTPM", "tpm", "'"+in.TPM+"' is no place for a TPM.", "Choose module, board or none.")
	}
	if !slices.Contains([]string{"", "none", "wifi", "wired"}, in.Network) {
		return nil, fault.Field(fault.Invalid, "InvalidNetwork", "network", "'"+in.Network+"' is no network.", "Choose none, wifi or wired.")
	}
	if err := machine.CheckName(spec.Name); err != nil {
		return nil, pcFault(err)
	}
	l.making.Lock()
	defer l.making.Unlock()
	l.mu.Lock()
	_, taken := lt.pcs[spec.Name]
	err = l.room(lt)
	l.mu.Unlock()
	if taken {
		return nil, fault.Field(fault.Conflict, machine.CodeExists, "name", "There is a virtual PC '"+spec.Name+"' already.", "Choose another name.")
	}
	if err != nil {
		return nil, err
	}
	if l.newKey != nil && !spec.NoTPM {
		if spec.EK, err = l.newKey(); err != nil {
			return nil, fault.Wrap("make the key of a TPM", err)
		}
	}
	pc, err := l.open(filepath.Join(l.folder, string(t), spec.Name), in.Network, func(disk machine.Disk) error {
		_, err := machine.Create(disk, spec)
		return err
	})
	if err != nil {
		return nil, pcFault(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopping {
		pc.release()
		return nil, &fault.Error{Kind: fault.Unavailable, Code: "Stopping", Message: "This server is stopping.", RetryAfter: time.Second}
	}
	lt.pcs[spec.Name] = pc
	return pc.Summary(), nil
}

// Frame implements site.VirtualPCs.
func (l *lab) Frame(ctx context.Context, t directory.TenantID, id string, after int64, drives bool) (any, error) {
	pc, lt, err := l.pc(ctx, t, id)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	if lt.watchers >= labWatchers {
		l.mu.Unlock()
		return nil, &fault.Error{Kind: fault.Throttled, Code: "TooManyWatchers", Message: "Too many people watch virtual PCs of this tenant: " + strconv.Itoa(labWatchers) + ".", RetryAfter: 5 * time.Second}
	}
	lt.watchers++
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		lt.watchers--
	}()
	return pc.Frame(ctx, after, drives), nil
}

// Do implements site.VirtualPCs.
func (l *lab) Do(ctx context.Context, t directory.TenantID, id string, body []byte) error {
	pc, _, err := l.pc(ctx, t, id)
	if err != nil {
		return err
	}
	var a screen.Action
	if err := decode(body, &a); err != nil {
		return err
	}
	return pcFault(pc.Do(a))
}

// HashFile implements site.VirtualPCs.
func (l *lab) HashFile(ctx context.Context, t directory.TenantID, id string) ([]byte, error) {
	pc, _, err := l.pc(ctx, t, id)
	if err != nil {
		return nil, err
	}
	csv, err := pc.HashCSV(l.clock.Real())
	return csv, pcFault(err)
}

// Diagnostics implements site.VirtualPCs.
func (l *lab) Diagnostics(ctx context.Context, t directory.TenantID, id string) ([]byte, error) {
	pc, _, err := l.pc(ctx, t, id)
	if err != nil {
		return nil, err
	}
	zip, err := pc.Diagnostics(l.clock.Real())
	return zip, pcFault(err)
}

// Remove implements site.VirtualPCs.
func (l *lab) Remove(ctx context.Context, t directory.TenantID, id string) error {
	pc, lt, err := l.pc(ctx, t, id)
	if err != nil {
		return err
	}
	l.making.Lock() // nobody makes another one in the folder meanwhile
	defer l.making.Unlock()
	l.mu.Lock()
	if lt.pcs[id] != pc {
		l.mu.Unlock()
		return nil // somebody was faster
	}
	delete(lt.pcs, id)
	l.mu.Unlock()
	pc.Close()
	pc.release()
	// In one step, so that no half of a PC is found after a power cut.
	gone := filepath.Join(filepath.Dir(pc.place), "."+id+".removed") // no PC has such a name
	err = errors.Join(os.RemoveAll(gone), os.Rename(pc.place, gone), os.RemoveAll(gone))
	return fault.Wrap("remove a virtual PC", err)
}
