package virtualpc

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// enrol brings the PC under management and holds the first session: the status
// page has to be set in it, as Windows has gone past the page in later ones.
func (s *session) enrol(ctx context.Context) (setup.Event, error) {
	s.doing("enrols for management")
	err := s.enrolNow(ctx)
	if err == nil {
		err = s.manage(ctx)
	}
	p := wire.ProblemOf(err)
	switch {
	case err == nil:
	case errors.Is(err, errNotManaged):
		s.tell("%v", err)
		return setup.Event{Kind: setup.NotManaged}, nil
	case p == nil || ctx.Err() != nil:
		return setup.Event{}, err
	default:
		s.tell("%s (%s)", p.Message, p.Code)
		return setup.Event{Kind: setup.EnrolRefused, Code: p.Code, Reason: p.Reason, Text: p.Message},
			s.mdmEvent(machine.EventProvisioningFailed, machine.Failure, "MDM Enroll: failed: "+p.Message+" ("+p.Code+")")
	}
	page := s.page()
	s.tell("managed device %s", s.kept.MDM.EntDMID)
	if !page.ShowDevice && !page.ShowUser {
		return setup.Event{Kind: setup.Enrolled}, nil
	}
	return setup.Event{Kind: setup.Enrolled, ESP: &page}, nil
}

// errNotManaged is a person who is in the MDM user scope no more.
var errNotManaged = errors.New("nobody manages this PC")

// enrolNow gets the certificate of the management; a PC that has one goes on
// with it.
func (s *session) enrolNow(ctx context.Context) error {
	if s.kept.MDM != nil {
		return nil
	}
	token, err := s.token(ctx, wire.PurposeManage)
	if err != nil {
		return err
	}
	if token.Management == nil {
		return errNotManaged
	}
	key, err := s.pc.o.NewKey()
	if err != nil {
		return err
	}
	facts := s.introduction(wire.NewDeviceID())
	facts.InOOBE = true
	e, err := s.net.Enrol(ctx, wire.EnrolRequest{Token: token.Access, UPN: token.UPN, Terms: s.blob, At: token.Management.Enrol, Key: key, Facts: facts})
	if err != nil {
		return err
	}
	certificate, err := e.Certificate()
	if err != nil {
		return err
	}
	// In software: Windows keeps this key in the TPM only where the management
	// attests the enrolment (Microsoft Learn, "Windows enrollment attestation"),
	// which this one does not offer. A PC with another TPM is managed still.
	if err := s.m.Keys().Put(machine.KeyMDM, machine.Pair{Key: key, Certificate: certificate}); err != nil {
		return err
	}
	s.kept.MDM, s.kept.Device = e, wire.NewDevice(e, s.facts(e))
	if err := s.save(); err != nil {
		return err
	}
	return s.enrolWritten(e)
}

// introduction is what the PC tells of itself with a certificate request; id is
// its name in sessions.
func (s *session) introduction(id string) wire.Facts {
	facts := wire.Facts{
		DeviceID: id, HardwareID: s.hardwareID(), Name: s.kept.Setup.Name, Serial: s.m.Hardware.SystemSerial,
		Manufacturer: s.m.Hardware.SystemManufacturer, Model: s.m.Hardware.ProductName, OSVersion: s.m.OS.Build.String(),
		OSEdition: strconv.FormatUint(uint64(s.m.OS.Edition), 10), Locale: s.kept.Setup.Language,
	}
	for _, a := range s.m.Hardware.Adapters {
		facts.MACs = append(facts.MACs, strings.ToUpper(strings.ReplaceAll(a.MAC.String(), ":", "-")))
	}
	if p := s.kept.Setup.Profile; p != nil {
		facts.ZTDID = p.RegistrationID
	}
	return facts
}

// hardwareID is stable for this hardware: a reset PC is known by it.
func (s *session) hardwareID() string {
	sum := sha256.Sum256([]byte("HWDevID " + s.m.Hardware.SMBIOSUUID + " " + s.m.Hardware.SystemSerial))
	return hex.EncodeToString(sum[:])
}

// facts are what the PC's own nodes tell the management today.
func (s *session) facts(e *wire.Enrolment) *wire.DeviceFacts {
	f := &wire.DeviceFacts{
		DeviceID: e.DeviceID, Name: s.kept.Setup.Name, Serial: s.m.Hardware.SystemSerial, Manufacturer: s.m.Hardware.SystemManufacturer,
		Model: s.m.Hardware.ProductName, OSVersion: s.m.OS.Build.String(), Language: s.kept.Setup.Language, Firmware: s.m.Hardware.FirmwareVendor,
	}
	for _, a := range s.m.Hardware.Adapters {
		f.MAC = strings.ReplaceAll(a.MAC.String(), ":", "")
		break
	}
	f.Hash, _ = s.m.Hash(s.pc.clock.now()) // hardware that no hash can hold was never made
	return f
}

// manage holds one session of the management.
func (s *session) manage(ctx context.Context) error {
	d := s.kept.Device
	d.Tree.Tell(s.facts(s.kept.MDM))
	d.Install = s.install
	d.Reboot = func() { s.restarts = true }
	d.Renew = func() { s.renews = true }
	d.Wipe = func(string) { s.wiped = true }
	d.Reset = func() { s.wiped = true }
	d.Rename = func(template string) { s.kept.NewName = expanded(template, s.m.Hardware.SystemSerial, s.pc.seed()) }
	if err := s.renewWhenDue(ctx); err != nil {
		return err
	}
	alerts := s.finished
	s.finished = nil
	result, err := s.net.Session(ctx, d, wire.SessionOptions{Alerts: installed(alerts)})
	s.report.Sessions++
	if err != nil {
		s.finished = append(alerts, s.finished...)
		return err
	}
	if result.Left {
		return s.letGo()
	}
	return s.save()
}

// letGo is a PC that the management has taken out.
func (s *session) letGo() error {
	s.net.UseMDM(nil)
	s.kept.MDM, s.kept.Device, s.kept.Setup.Managed, s.kept.Setup.ManagedWhy = nil, nil, false, "the management let the PC go"
	if err := s.m.Keys().Delete(machine.KeyMDM); err != nil {
		return err
	}
	return s.save()
}

// longestName is the longest name that a computer can have.
const longestName = 15

// expanded is the name that a template of the management gives (DevDetail CSP,
// DNSComputerName: with %RAND:x% there, %SERIAL% counts for nothing).
func expanded(template, serial string, seed uint64) string {
	before, rest, found := strings.Cut(template, "%RAND:")
	if count, after, ok := strings.Cut(rest, "%"); found && ok {
		n, _ := strconv.Atoi(count) // the server checked it
		digits := fmt.Sprintf("%0*d", longestName, seed%1_000_000_000_000_000)
		template = strings.ReplaceAll(before, "%SERIAL%", "") + digits[longestName-min(max(n, 1), longestName):] + strings.ReplaceAll(after, "%SERIAL%", "")
	}
	name := strings.ReplaceAll(template, "%SERIAL%", serial)
	return name[:min(len(name), longestName)]
}

// installTakes is how long an installation takes.
const installTakes = 40 * time.Second

// install is what becomes of an app's installation.
func (s *session) install(ctx context.Context, job wire.MSIJob) (status int, code int64) {
	s.doing("installs " + job.Product)
	if err := s.pc.clock.wait(ctx, installTakes); err != nil {
		return wire.MSIInstalling, 0
	}
	f := s.pc.faults.app(job.Product)
	if f != nil && f.Kind == FaultAppHangs {
		s.kept.Hanging = append(s.kept.Hanging, job)
		return wire.MSIInstalling, 0
	}
	s.finished = append(s.finished, job.Product)
	if f != nil {
		return wire.MSIInstallFailed, cmp.Or(f.Code, errorInstall)
	}
	s.kept.Apps = append(s.kept.Apps, job.Product)
	return wire.MSIInstalled, 0
}

// installAnew begins installations anew that never ended, when the person tries
// again: the page waits for no other answer.
func (s *session) installAnew(ctx context.Context) {
	jobs := s.kept.Hanging
	s.kept.Hanging = nil
	for i := range jobs {
		tree := s.kept.Device.Tree
		if jobs[i].User {
			tree = s.kept.Device.User(s.kept.MDM.UPN)
		}
		status, code := s.install(ctx, jobs[i])
		tree.SetMSI(jobs[i].Product, status, code)
	}
}

// errorInstall is ERROR_INSTALL_FAILURE as an HRESULT.
const errorInstall = 0x80070643
