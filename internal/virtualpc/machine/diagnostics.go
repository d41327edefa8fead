package machine

import (
	"archive/zip"
	"crypto/sha1" //nolint:gosec // Windows names certificates by it
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"taxiway/internal/hwhash"
)

// ProfileFile is where Windows keeps the profile it downloaded, on the Drive.
const ProfileFile = "Windows/ServiceState/wmansvc/AutopilotDDSZTDFile.json"

// StateReport is the name under which SaveJSON keeps the report of the last
// set-up; Diagnostics includes it.
const StateReport = "report"

// Diagnostics writes a zip file with what mdmdiagnosticstool.exe -area
// Autopilot;TPM collects, in forms that open everywhere, and what it cannot
// know: the protocol trace. A file of the PC that is damaged does not stop it,
// but is named in problems.txt. It holds no private key.
//
//	AutopilotDDSZTDFile.json          the profile, when there is one
//	MDMDiagReport.html                the PC at a glance
//	MDMDiagReport_RegistryDump.reg    the registry
//	<channel>.txt                     one for each event log
//	DeviceHash_<name>.csv             the hardware hash of now, as 'device import' takes it
//	TpmHliInfo_Output.txt             the TPM
//	Certificates.txt                  the certificates, without their keys
//	ProtocolTrace.txt                 what was said over the wire
//	report.json                       the report of the last set-up, when there is one
//	problems.txt                      what could not be collected, when there is something
func (m *Machine) Diagnostics(w io.Writer, at time.Time) error {
	c := &collection{zip: zip.NewWriter(w), at: at.UTC()}
	c.copy(m.drive, ProfileFile, "AutopilotDDSZTDFile.json")
	c.add("MDMDiagReport_RegistryDump.reg", m.registry.WriteReg)
	c.events(m)
	c.add("DeviceHash_"+m.Name+".csv", func(w io.Writer) error {
		hash, err := m.Hash(c.at)
		if err != nil {
			return err
		}
		return hwhash.WriteCSV(w, []hwhash.Row{{SerialNumber: m.Hardware.SystemSerial, HardwareHash: hash}})
	})
	c.add("TpmHliInfo_Output.txt", m.writeTPM)
	c.add("Certificates.txt", m.writeCertificates)
	c.add("ProtocolTrace.txt", m.trace.WriteText)
	c.copy(m.drive, stateFile(StateReport), StateReport+".json")
	// After the others, because it lists what they found wrong.
	c.add("MDMDiagReport.html", func(w io.Writer) error { return m.writeReport(w, c) })
	if len(c.problems) > 0 {
		c.add("problems.txt", func(w io.Writer) error {
			_, err := io.WriteString(w, strings.Join(c.problems, "\n")+"\n")
			return err
		})
	}
	if c.err == nil {
		c.err = c.zip.Close()
	}
	if c.err != nil {
		return fmt.Errorf("write the diagnostics: %w", c.err)
	}
	return nil
}

// collection is a zip file being written.
type collection struct {
	zip      *zip.Writer
	at       time.Time
	files    []string
	problems []string // what could not be collected
	err      error    // the zip file itself cannot be written
}

// add writes a file as far as its content can be had.
func (c *collection) add(name string, write func(io.Writer) error) {
	if c.err != nil {
		return
	}
	out, err := c.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: c.at})
	if err != nil {
		c.err = err
		return
	}
	c.files = append(c.files, name)
	if err := write(out); err != nil {
		c.problems = append(c.problems, name+": "+words(err))
	}
}

// words is an error for people.
func words(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Message
	}
	return err.Error() + "."
}

// copy takes a file of the drive over, if it is there.
func (c *collection) copy(from Disk, file, as string) {
	data, err := from.Read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		c.problems = append(c.problems, as+": "+words(err))
	default:
		c.add(as, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
}

// events writes one file for each channel that has events.
func (c *collection) events(m *Machine) {
	events, err := m.events.All()
	if err != nil {
		c.problems = append(c.problems, "event logs: "+words(err))
		return
	}
	var channels []Channel
	by := map[Channel][]Event{}
	for _, e := range events {
		if by[e.Channel] == nil {
			channels = append(channels, e.Channel)
		}
		by[e.Channel] = append(by[e.Channel], e)
	}
	for _, channel := range channels {
		name := strings.ToLower(strings.NewReplacer("/", "-", " ", "-").Replace(string(channel))) + ".txt"
		c.add(name, func(w io.Writer) error { return writeEvents(w, by[channel]) })
	}
}

func (m *Machine) writeTPM(w io.Writer) error {
	text := "The PC has no TPM.\n"
	if m.HasTPM {
		text = fmt.Sprintf("%s\nEndorsement key: RSA 2048, SHA-256 of its modulus %s\nOn the board: %t\n", m.Hardware.TPMVersion, m.tpm.id(), m.TPMOnBoard)
	}
	_, err := io.WriteString(w, text)
	return err
}

// writeCertificates writes what is public of the keys. One that is damaged is
// an error after the others were written.
func (m *Machine) writeCertificates(w io.Writer) error {
	names, err := m.keys.Names()
	if err != nil {
		return err
	}
	var wrong []error
	for _, name := range names {
		p, err := m.keys.Get(name)
		switch {
		case err != nil && !Is(err, CodeKeyLost):
			wrong = append(wrong, err)
			continue
		case p.Certificate == nil:
			fmt.Fprintf(w, "%s: a key without a certificate\n\n", name)
			continue
		}
		c := p.Certificate
		fmt.Fprintf(w, "%s\n  subject     %s\n  issuer      %s\n  serial      %x\n  valid       %s to %s\n  thumbprint  %X\n  key         %s\n\n",
			name, c.Subject, c.Issuer, c.SerialNumber, c.NotBefore.UTC().Format(time.DateTime), c.NotAfter.UTC().Format(time.DateTime),
			sha1.Sum(c.Raw), place(p, err)) //nolint:gosec // a name, no proof
	}
	return errors.Join(wrong...)
}

// place says where a key is.
func place(p Pair, err error) string {
	switch {
	case err != nil:
		return "lost with the TPM it was in"
	case p.InTPM:
		return "in the TPM"
	default:
		return "on the disk"
	}
}
