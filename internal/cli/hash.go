package cli

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/hwhash"
)

func (a *app) newHash() *cobra.Command {
	return a.parent("hash", "Hardware hashes, without a server", a.newHashShow(), a.newHashMint(), a.newHashCompare())
}

type hashShowOptions struct{ *app }

func (a *app) newHashShow() *cobra.Command {
	o := &hashShowOptions{a}
	return &cobra.Command{
		Use: "show FILE|-", Short: "Show what a hardware hash says", Args: exactly(1),
		Long: "The file holds the text of one hash, or it is an Autopilot CSV file.",
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args[0]) },
	}
}

// shownHash is a decoded hash as the command line shows it; "hash mint --from"
// reads its hardware.
type shownHash struct {
	Created              time.Time       `json:"created"`
	UTCOffset            string          `json:"utcOffset"`
	EndorsementKeySHA256 string          `json:"endorsementKeySha256,omitempty"`
	Hardware             hwhash.Hardware `json:"hardware"`
	UnknownRecords       int             `json:"unknownRecords"`
	Warnings             []string        `json:"warnings"`
}

func (o *hashShowOptions) run(name string) error {
	hashes, err := o.readHashes(name)
	if err != nil {
		return err
	}
	shown := make([]shownHash, len(hashes))
	for i, h := range hashes {
		shown[i] = shownHash{Created: h.Created, UTCOffset: h.UTCOffset.String(), Hardware: h.Hardware, UnknownRecords: len(h.Unknown), Warnings: append([]string{}, h.Warnings...)}
		if key, ok := h.EKKey(); ok {
			shown[i].EndorsementKeySHA256 = hex.EncodeToString(key[:])
		}
	}
	return o.show(shown, func(w io.Writer) error {
		for i := range shown {
			if i > 0 {
				fmt.Fprintln(w)
			}
			if err := shown[i].write(w); err != nil {
				return err
			}
		}
		return nil
	})
}

// readHashes reads the text of one hash, or the hashes of a CSV file.
func (a *app) readHashes(name string) ([]*hwhash.Hash, error) {
	data, err := a.readInput(name)
	if err != nil {
		return nil, err
	}
	texts := []string{strings.TrimSpace(string(data))}
	// A hash is one word; a file of devices has columns or is not ASCII text.
	if bytes.ContainsAny(bytes.TrimSpace(data), ",;\x00") {
		rows, bad, err := hwhash.ReadCSV(data, hwhash.Tolerant)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		texts = texts[:0]
		for _, r := range rows {
			texts = append(texts, r.HardwareHash)
		}
		for _, b := range bad {
			fmt.Fprintf(a.Err, "%s: %s %s\n", name, b.Error(), b.Remedy)
		}
		if len(bad) > 0 && len(rows) == 0 {
			return nil, exitError(1)
		}
	}
	out := make([]*hwhash.Hash, len(texts))
	for i, text := range texts {
		if out[i], err = hwhash.Parse(text); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	return out, nil
}

func (s *shownHash) write(w io.Writer) error {
	hw := &s.Hardware
	fields := []field{
		{"Serial number", hw.SystemSerial},
		{"Manufacturer", hw.SystemManufacturer},
		{"Model", hw.ProductName},
		{"SKU", hw.SKU},
		{"Family", hw.Family},
		{"SMBIOS UUID", hw.SMBIOSUUID},
		{"TPM", hw.TPMVersion},
		{"Endorsement key", prefixed("SHA-256 ", s.EndorsementKeySHA256)},
		{"Collected", moment(s.Created)},
		{"Windows", hw.OSBuild.String() + " " + hw.OSArch.String()},
		{"Processor", fmt.Sprintf("%s, %d cores, %d threads", hw.CPU.Model, hw.CPU.Cores, hw.CPU.Threads)},
		{"Memory", fmt.Sprintf("%d GB", hw.Memory.GB)},
	}
	for _, d := range hw.Disks {
		fields = append(fields, field{"Disk", fmt.Sprintf("%s, %d GB, serial %s", strings.TrimSpace(d.Vendor+" "+d.Model), d.SizeGB, orBlank(d.Serial))})
	}
	for _, a := range hw.Adapters {
		fields = append(fields, field{"Network adapter", fmt.Sprintf("%s (%s)", a.MAC, a.Bus)})
	}
	for _, d := range hw.Displays {
		fields = append(fields, field{"Display", fmt.Sprintf("%d×%d, %d×%d mm", d.Width, d.Height, d.WidthMM, d.HeightMM)})
	}
	for _, g := range hw.GPUs {
		fields = append(fields, field{"Graphics", g.Name})
	}
	fields = append(fields,
		field{"Board", strings.TrimSpace(hw.BoardManufacturer + " " + hw.BoardProduct + " " + hw.BoardVersion)}, field{"Firmware vendor", hw.FirmwareVendor},
		field{"Product key id", hw.ProductKeyID}, field{"Product key part number", hw.ProductKeyPartNumber},
	)
	for _, warning := range s.Warnings {
		fields = append(fields, field{"Warning", warning})
	}
	return card(w, fields...)
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
