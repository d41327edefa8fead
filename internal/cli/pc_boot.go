package cli

import (
	"bufio"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// pcPassword is the variable with the password of who signs in at a PC.
const pcPassword = "TAXIWAY_PC_PASSWORD" //nolint:gosec // the name, not a password

type pcBootOptions struct {
	*pcs
	user         string
	passwordFile string
	network      string
	script       string
	until        string
	deviceURL    string
	caFile       string
	speed        float64
	reads        time.Duration
	watch        bool
	screen       bool
	draws        bool // the screen is drawn; what is asked for stands below it
}

func (p *pcs) newBoot() *cobra.Command {
	o := &pcBootOptions{pcs: p}
	cmd := &cobra.Command{
		Use: "boot NAME", Short: "Switch a virtual PC on and set it up, as far as its desktop", Args: exactly(1),
		Long: `Switches a virtual PC on. It asks the server for its profile, shows the pages of
Windows' setup, lets somebody sign in, joins, enrols, waits for the Enrollment
Status Page and comes to its desktop. A PC that was switched off goes on where it
was. With code 1 it ends at a page that says what is wrong.

The password of who signs in is asked for on a terminal, or is the first line of
--password-file, or the variable ` + pcPassword + `.

With --screen somebody in front of a browser on this machine sees the screen and
answers each page. The command prints the address and two codes, one to watch and
one to drive; five wrong ones let nobody else in. Ctrl+C switches the PC off.

The PC reaches the server at the key device_url of the configuration and trusts
the authority of the server that has the data directory. See docs/virtual-pc.md
for the screens, for scripts, and for what can be made to go wrong.`,
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
		ValidArgsFunction: p.completeNames(1),
	}
	f := cmd.Flags()
	f.StringVar(&o.user, "user", "", "who signs in (default: the user the PC is assigned to)")
	f.StringVar(&o.passwordFile, "password-file", "", "file whose first line is the password")
	f.StringVar(&o.network, "network", string(setup.WiFi), "network at power-on, one of "+choices(pcNetworks))
	f.StringVar(&o.script, "script", "", "file that says what the person answers and what goes wrong")
	f.StringVar(&o.until, "until", "", "end at this screen, as in device-esp")
	f.StringVar(&o.deviceURL, "device-url", "", "the server's address for PCs (default: the key device_url)")
	f.StringVar(&o.caFile, "ca-file", "", "PEM file with the authority the PC trusts (default: the server's own)")
	f.Float64Var(&o.speed, "speed", pcSpeed, "how much faster than real time the PC's time passes; 1 is real")
	f.DurationVar(&o.reads, "reads", 20*time.Second, "how long the person looks at a screen, on the PC's clock")
	f.BoolVar(&o.watch, "watch", false, "show the screen: drawn on a terminal, as lines elsewhere")
	f.BoolVar(&o.screen, "screen", false, "let a browser on this machine watch and drive the PC, instead of --user and scripts")
	offer(cmd, "network", pcNetworks)
	offer(cmd, "until", pcScreens())
	return cmd
}

// pcSpeed is the usual speed: the three minutes between two sessions of the
// management pass in less than two seconds.
const pcSpeed = 120

// pcScreens are the names of the screens.
func pcScreens() []string {
	var out []string
	for _, name := range setup.Screens() {
		out = append(out, string(name))
	}
	return out
}

var pcNetworks = []string{string(setup.NoNetwork), string(setup.WiFi), string(setup.Wired)}

func (o *pcBootOptions) run(ctx context.Context, name string) error {
	options, err := o.options(ctx)
	if err != nil {
		return err
	}
	if o.screen {
		return o.runScreen(ctx, name, options)
	}
	boot := virtualpc.Boot{Network: setup.Network(o.network), Until: setup.ScreenName(o.until), Person: virtualpc.Person{UPN: o.user, Password: o.password, Reads: o.reads}}
	var report *virtualpc.Report
	err = o.change(name, func(m *machine.Machine) error {
		if o.watch {
			// What is shown is not the result.
			out := o.Out
			if o.json {
				out = o.Err
			}
			w := o.newWatcher(out, name+" · "+m.Hardware.SystemManufacturer+" "+m.Hardware.ProductName+" · "+m.Hardware.SystemSerial)
			_, o.draws = w.(*drawn)
			boot.Watch = w.show
		}
		pc, err := virtualpc.New(m, options)
		if err != nil {
			return err
		}
		report, err = pc.Boot(ctx, boot)
		return err
	})
	if report != nil && err != nil && ctx.Err() != nil {
		return errors.Join(err, o.interrupted(name, report))
	}
	if err != nil {
		return err
	}
	err = o.show(report, func(w io.Writer) error {
		if o.watch {
			fmt.Fprintln(w)
		}
		return writeBoot(w, report, columnsOf(w))
	})
	if err != nil {
		return err
	}
	if report.Outcome == virtualpc.OutcomeFailed {
		return exitError(1)
	}
	return nil
}

// interrupted tells where a PC is that was switched off from outside.
func (o *pcBootOptions) interrupted(name string, r *virtualpc.Report) error {
	if o.json {
		return o.showJSON(r)
	}
	// On a terminal the line begins with the ^C that was typed.
	_, err := fmt.Fprintf(o.Err, "\r%s was switched off at the page %s.\n'taxiway pc boot %s' goes on from there.\n", name, r.Setup.Reached.Title(), name)
	if err != nil {
		return fmt.Errorf("say where the PC is: %w", err)
	}
	return nil
}

// options are what the PC is given.
func (o *pcBootOptions) options(ctx context.Context) (virtualpc.Options, error) {
	var out virtualpc.Options
	cfg, err := o.config()
	if err != nil {
		return out, err
	}
	switch {
	case o.speed <= 0:
		return out, flagError("speed", "Time has to pass.", "Write a number above 0; 1 is real time.")
	case o.until != "" && !slices.Contains(pcScreens(), o.until):
		return out, flagError("until", "There is no screen '"+o.until+"'.", "Choose one of "+choices(pcScreens())+".")
	case !slices.Contains(pcNetworks, o.network):
		return out, flagError("network", "There is no network '"+o.network+"'.", "Choose "+choices(pcNetworks)+".")
	}
	out = virtualpc.Options{BaseURL: cfg.DeviceURL, Now: o.Now, Wait: pause, Speed: o.speed}
	if o.deviceURL != "" {
		out.BaseURL = o.deviceURL
	}
	if o.script != "" {
		script, err := o.readScript()
		if err != nil {
			return out, err
		}
		out.Script = *script
	}
	out.Roots, err = o.roots(ctx, cfg)
	return out, err
}

// pause lets real time pass.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *pcBootOptions) readScript() (*virtualpc.Script, error) {
	f, err := os.Open(o.script)
	if err != nil {
		return nil, flagError("script", fmt.Sprintf("The file cannot be read: %v.", err), "Name a file that you can read.")
	}
	defer f.Close() //nolint:errcheck // only read
	s, err := virtualpc.ParseScript(f)
	if wrong, ok := errors.AsType[*virtualpc.ScriptError](err); ok {
		return nil, fault.Field(fault.Invalid, "InvalidScript", fmt.Sprintf("%s:%d", o.script, wrong.Line), wrong.Text, wrong.Remedy)
	}
	return s, err
}

// roots are whom the PC trusts: the authority that was named, that of the
// server that holds the data directory, or the one saved there; else whom this
// system trusts.
func (o *pcBootOptions) roots(ctx context.Context, cfg config.Config) (*x509.CertPool, error) {
	pem := ""
	switch {
	case o.caFile != "":
		data, err := os.ReadFile(o.caFile)
		if err != nil {
			return nil, flagError("ca-file", fmt.Sprintf("The file cannot be read: %v.", err), "Name a file that you can read.")
		}
		pem = string(data)
	case o.deviceURL != "" && o.deviceURL != cfg.DeviceURL:
		return nil, nil
	default:
		if pem = authorityOf(ctx, cfg); pem == "" {
			saved, err := loadAccess(cfg)
			if err != nil {
				return nil, err
			}
			pem = saved.CA
		}
	}
	if pem == "" {
		return nil, nil
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(pem)) {
		return nil, flagError("ca-file", "The file has no certificate.", "Name a PEM file with the authority's certificate; 'taxiway ca print' writes one.")
	}
	return roots, nil
}

// password is that of who signs in, asked for only when a page wants it.
func (o *pcBootOptions) password(ctx context.Context, _ string) (string, error) {
	if o.passwordFile != "" {
		return firstLine(o.passwordFile)
	}
	if text := o.lookup(pcPassword); text != "" {
		return text, nil
	}
	f, ok := o.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", errNoPassword
	}
	fmt.Fprint(o.Err, "Password: ")
	text, err := readSecret(ctx, int(f.Fd()))
	if o.draws {
		fmt.Fprint(o.Err, "\r"+eraseRest) // the picture is redrawn from the line it ends above
	} else {
		fmt.Fprintln(o.Err)
	}
	return text, err
}

// readSecret reads a line that is not shown. A context that ends leaves the
// terminal as it was.
func readSecret(ctx context.Context, terminal int) (string, error) {
	was, err := term.GetState(terminal)
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		if l.err != nil {
			return "", fmt.Errorf("read the password: %w", l.err)
		}
		return string(l.text), nil
	case <-ctx.Done(): // whoever still reads ends with the program
		_ = term.Restore(terminal, was) // a terminal that is gone needs nothing
		return "", ctx.Err()
	}
}

func firstLine(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the file that was named
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(f)
	if !lines.Scan() || lines.Text() == "" {
		return "", errNoPassword
	}
	return strings.TrimSuffix(lines.Text(), "\r"), nil
}
