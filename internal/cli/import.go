package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
)

// importChunk is how many rows one request registers, Microsoft's limit for a
// file.
const importChunk = 500

// importLanes is how many such requests are under way at once.
const importLanes = 2

// importReport is what became of a file.
type importReport struct {
	File       string        `json:"file"`
	Rows       int           `json:"rows"`
	Registered int           `json:"registered"`
	Already    int           `json:"alreadyHere"` // in this tenant before (806)
	Refused    int           `json:"refused"`     // by the server
	Unreadable int           `json:"unreadable"`  // never sent
	DryRun     bool          `json:"dryRun"`
	Problems   []importFault `json:"problems"`
}

// importFault is one row that was not registered.
type importFault struct {
	Line         int    `json:"line"`
	Column       int    `json:"column,omitempty"`
	Field        string `json:"field,omitempty"`
	SerialNumber string `json:"serialNumber,omitempty"`
	Code         string `json:"code"`
	ErrorCode    int    `json:"errorCode,omitempty"`
	Reason       string `json:"reason"`
	Remedy       string `json:"remedy"`
}

func (r *importReport) failed() bool { return r.Refused+r.Unreadable > 0 }

// readDevices reads an Autopilot file; lines that are no device become
// problems of the report.
func readDevices(name string, data []byte, mode hwhash.Mode) ([]hwhash.Row, importReport, error) {
	rows, bad, err := hwhash.ReadCSV(data, mode)
	report := importReport{File: name, Rows: len(rows) + len(bad), Unreadable: len(bad), Problems: []importFault{}}
	if err != nil {
		return nil, report, err
	}
	for _, b := range bad {
		report.Problems = append(report.Problems, importFault{Line: b.Line, Column: b.Column, Field: b.Field, Code: b.Code, ErrorCode: b.ErrorCode, Reason: b.Reason, Remedy: b.Remedy})
	}
	return rows, report, nil
}

// importRows registers rows through Graph, importChunk at a time and
// importLanes such requests at once: the server reads one while it writes
// another. After an error the report holds what was done all the same.
func importRows(ctx context.Context, c *graphclient.Client, rows []hwhash.Row, report *importReport, step func(done int)) error {
	parts := slices.Collect(slices.Chunk(rows, importChunk))
	results := make([][]graphclient.ImportResult, len(parts))
	var failed atomic.Bool
	var lanes errgroup.Group
	lanes.SetLimit(importLanes)
	for i, part := range parts {
		lanes.Go(func() (err error) {
			if failed.Load() {
				return nil
			}
			defer func() { failed.CompareAndSwap(false, err != nil) }()
			if results[i], err = importPart(ctx, c, part); err == nil {
				step(len(part))
			}
			return err
		})
	}
	err := lanes.Wait()
	for i, part := range parts {
		for k := range results[i] {
			report.note(&part[k], &results[i][k])
		}
	}
	return err
}

func importPart(ctx context.Context, c *graphclient.Client, part []hwhash.Row) ([]graphclient.ImportResult, error) {
	send := make([]graphclient.ImportRow, len(part))
	for i, r := range part {
		send[i] = graphclient.ImportRow{SerialNumber: r.SerialNumber, ProductKey: r.ProductKey, HardwareHash: r.HardwareHash, GroupTag: r.GroupTag, AssignedUser: r.AssignedUser}
	}
	results, err := c.Import(ctx, send)
	if err == nil && len(results) != len(part) {
		return nil, fmt.Errorf("the server answered for %d of %d rows", len(results), len(part))
	}
	return results, err
}

func (r *importReport) note(row *hwhash.Row, result *graphclient.ImportResult) {
	switch {
	case result.Done():
		r.Registered++
		return
	case result.AlreadyHere():
		r.Already++
		return
	}
	r.Refused++
	s := &result.State
	_, meaning, remedy := hwhash.Meaning(s.ErrorCode)
	reason := s.ErrorMessage
	if reason == "" {
		reason = meaning
	} else {
		remedy = "" // the server's message names the next action
	}
	r.Problems = append(r.Problems, importFault{Line: row.Line, SerialNumber: row.SerialNumber, Code: s.ErrorName, ErrorCode: s.ErrorCode, Reason: reason, Remedy: remedy})
}

// place is where the problem is, in the file and of which device.
func (p *importFault) place() string {
	at := fmt.Sprintf("line %d", p.Line)
	if p.Column > 0 {
		at += fmt.Sprintf(", column %d", p.Column)
	}
	if p.Field != "" {
		at += " (" + p.Field + ")"
	}
	if p.SerialNumber != "" {
		at += " (" + p.SerialNumber + ")"
	}
	return at
}

// write tells every problem and the sums.
func (r *importReport) write(w io.Writer) error {
	for _, p := range r.Problems {
		at := p.place()
		code := p.Code
		if p.ErrorCode != 0 {
			code = fmt.Sprintf("%d %s", p.ErrorCode, p.Code)
		}
		fmt.Fprintf(w, "%s: %s: %s\n", at, code, p.Reason)
		if p.Remedy != "" {
			fmt.Fprintf(w, "  %s\n", p.Remedy)
		}
	}
	if r.DryRun {
		_, err := fmt.Fprintf(w, "%s: %s could be registered, %d cannot. Nothing was sent.\n", r.File, plural(r.Rows-r.Unreadable, "device"), r.Unreadable)
		return err
	}
	_, err := fmt.Fprintf(w, "%s: %d registered, %d already here, %d refused.\n", r.File, r.Registered, r.Already, r.Refused+r.Unreadable)
	return err
}
