package screen

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// Options are what a host is given. PC.Wait is the real time's; its Speed and
// Script are not used.
type Options struct {
	PC      virtualpc.Options
	Network setup.Network // at power-on, until an action says otherwise; empty: Wi-Fi
}

// Host is one PC that people watch and drive. It is safe for concurrent use.
type Host struct {
	o     Options
	pacer *pacer

	power sync.Mutex // one change of the power, of parts or of files at a time
	m     *machine.Machine

	mu      sync.Mutex
	frame   Frame
	calls   []Call
	news    chan struct{} // closed with the next frame
	turns   int64
	answers chan Action // of the turn that waits; nil when none does
	pc      *virtualpc.PC
	report  *virtualpc.Report
	off     func()        // ends the boot
	ended   chan struct{} // closed when it has
	closed  bool
}

// New puts a host around a machine that is off.
func New(m *machine.Machine, o Options) *Host {
	h := &Host{o: o, m: m, pacer: newPacer(o.PC.Now, o.PC.Wait), news: make(chan struct{})}
	if o.Network == "" {
		o.Network = setup.WiFi
	}
	h.frame = Frame{Version: 1, PC: facts(m), Power: PowerOff, Network: o.Network, Plugged: true, Pace: Tenfold, Visits: []Visit{}, Calls: []Call{}, Faults: []string{}}
	return h
}

func facts(m *machine.Machine) PC {
	return PC{
		Name: m.Name, SerialNumber: m.Hardware.SystemSerial, Manufacturer: m.Hardware.SystemManufacturer, Model: m.Hardware.ProductName,
		HasTPM: m.HasTPM, Windows: m.OS.Name(), Look: m.OS.Look, Language: m.OS.Language, Keyboard: m.OS.Keyboard,
	}
}

// change makes a new frame and tells those who wait for one.
func (h *Host) change(fn func(f *Frame)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed(fn)
}

// changed is change for who holds mu.
func (h *Host) changed(fn func(f *Frame)) {
	fn(&h.frame)
	h.frame.Version++
	close(h.news)
	h.news = make(chan struct{})
}

// Frame is the newest frame, as soon as it is newer than the one after names.
// When ctx ends first it is the one there is. drives is that whoever gets it may
// drive the PC.
func (h *Host) Frame(ctx context.Context, after int64, drives bool) Frame {
	for {
		h.mu.Lock()
		f, news, closed := h.frame, h.news, h.closed
		f.Calls = slices.Clone(h.calls)
		h.mu.Unlock()
		if f.Version > after || closed || ctx.Err() != nil {
			return f.For(drives)
		}
		select {
		case <-news:
		case <-ctx.Done():
		}
	}
}

// For is the frame as somebody who drives, or only watches, may see it.
func (f Frame) For(drives bool) Frame {
	if f.Calls == nil {
		f.Calls = []Call{}
	}
	if !drives && f.Page != nil {
		f.Page = f.Page.forWatchers()
	}
	return f
}

// Summary is the PC in a list.
func (h *Host) Summary() Summary {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := &h.frame
	s := Summary{PC: f.PC, Power: f.Power, Waits: f.Turn != 0, Network: f.Network}
	if f.Screen != nil {
		s.Screen, s.Title = f.Screen.Name, f.Screen.Title
		if f.Screen.Error != nil {
			s.Problem = f.Screen.Error.Code
		}
	}
	if h.report != nil {
		s.Outcome, s.Computer = h.report.Outcome, h.report.Setup.Name
	}
	return s
}

// Do does an action. An error is an *Error, or what the disk says.
func (h *Host) Do(a Action) error {
	if err := a.check(); err != nil {
		return err
	}
	switch a.Do {
	case On:
		return h.switchOn(a.Network)
	case Off:
		return h.switchOff()
	case Restart:
		if err := h.switchOff(); err != nil {
			return err
		}
		return h.switchOn("")
	case Reset:
		return h.reset()
	case Swap:
		return h.swap(a.Part)
	case Answer, Page:
		return h.answer(a)
	case Plug:
		return h.plug(a)
	case SetPace:
		if !slices.Contains(Paces(), a.Pace) {
			return refuse(CodeAction, "There is no such pace.", "Choose one of %v.", Paces())
		}
		h.pacer.set(a.Pace)
		h.change(func(f *Frame) { f.Pace = a.Pace })
		return nil
	case Inject:
		return h.inject(&a)
	default:
		return refuse(CodeAction, "That cannot be done to a PC.", "Send one of the deeds that there are.")
	}
}

// switchOn begins a boot; an empty network is the one of the last.
func (h *Host) switchOn(network setup.Network) error {
	h.power.Lock()
	defer h.power.Unlock()
	switch network {
	case "", setup.NoNetwork, setup.WiFi, setup.Wired:
	default:
		return refuse(CodeAction, "There is no such network.", "Choose none, wifi or wired.")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return refuse(CodeClosed, "The PC is being taken away.", "Look at the list of virtual PCs.")
	case h.off != nil:
		return refuse(CodeOn, "The PC is on already.", "Switch it off first, or restart it.")
	}
	if network == "" {
		network = h.frame.Network
	}
	o := h.o.PC
	o.Speed, o.Script, o.Wait = 1, virtualpc.Script{}, h.pacer.wait
	pc, err := virtualpc.New(h.m, o)
	if err != nil {
		return err
	}
	ctx, off := context.WithCancel(context.Background())
	h.pc, h.off, h.ended, h.report, h.calls = pc, off, make(chan struct{}), nil, nil
	h.changed(func(f *Frame) {
		*f = Frame{Version: f.Version, PC: facts(h.m), Power: PowerOn, Network: network, Plugged: true, Pace: f.Pace, Visits: []Visit{}, Faults: []string{}}
	})
	go h.run(ctx, pc, network, h.ended)
	return nil
}

func (h *Host) run(ctx context.Context, pc *virtualpc.PC, network setup.Network, ended chan struct{}) {
	defer close(ended)
	report, err := pc.Boot(ctx, virtualpc.Boot{Network: network, Hands: person{h}, Watch: h.watch, Said: h.said})
	h.mu.Lock()
	defer h.mu.Unlock()
	h.off()
	h.off, h.pc, h.answers, h.report = nil, nil, nil, report
	h.changed(func(f *Frame) {
		f.Turn, f.Page, f.Doing = 0, nil, ""
		if report.Outcome == virtualpc.OutcomeDesktop {
			f.Outcome = outcome(h.m, report, network)
			return // the desktop stays
		}
		f.Power, f.Screen = PowerOff, nil
		switch {
		case report.Problem != nil:
			f.Ended = report.Problem.Words + " " + report.Problem.Next
		case err != nil && !errors.Is(err, context.Canceled):
			f.Ended = err.Error()
		case err == nil:
			f.Ended = "Somebody switched the PC off."
		}
	})
}

// watch takes what the PC shows.
func (h *Host) watch(v virtualpc.View) {
	h.change(func(f *Frame) {
		f.At, f.Screen, f.Doing, f.Online, f.Visits = v.At, &Shown{*v.Screen, v.Screen.Name.Title()}, v.Doing, v.Online, visits(v.Visits)
		f.Page = nil
		if v.Page != nil {
			f.Page = webPage(v.Page)
		}
	})
}

func (h *Host) said(x wire.Exchange) {
	h.change(func(*Frame) {
		h.calls = append(h.calls, call(&x))
		h.calls = h.calls[max(0, len(h.calls)-mostCalls):]
	})
}

// turn lets a page wait for an action.
func (h *Host) turn(ctx context.Context, screen *Shown, page *WebPage) (Action, error) {
	answers := make(chan Action, 1)
	h.mu.Lock()
	h.turns++
	h.answers = answers
	h.changed(func(f *Frame) {
		f.Turn = h.turns
		if screen != nil {
			f.Screen = screen
		}
		if page != nil {
			if f.Screen != nil {
				page.Buttons = leaving(f.Screen.Buttons)
			}
			f.Page = page
		}
	})
	h.mu.Unlock()
	select {
	case a := <-answers:
		return a, nil
	case <-ctx.Done():
		return Action{}, ctx.Err()
	}
}

// leaving are the buttons of setup's page that lead away from the web view.
func leaving(all []setup.Button) []string {
	var out []string
	for _, b := range all {
		if b == setup.ButtonBack || b == setup.ButtonCancel || b == setup.ButtonChangeAccount {
			out = append(out, string(b))
		}
	}
	return out
}

// answer gives an action to the page that waits.
func (h *Host) answer(a Action) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := &h.frame
	switch {
	case h.off == nil:
		return refuse(CodeOff, "The PC is off, or at its desktop.", "Switch it on first.")
	case h.answers == nil || a.Turn != f.Turn || (a.Do == Page) != (f.Page != nil):
		return refuse(CodeTurn, "The PC shows another page by now.", "Look at the page again.")
	}
	h.give(a)
	return nil
}

// give takes the turn that waits; who calls holds mu.
func (h *Host) give(a Action) {
	h.answers <- a // has room: each turn takes one
	h.answers = nil
	h.changed(func(f *Frame) { f.Turn, f.Refused = 0, "" })
}

// plug takes the network away or brings it back. A page that waits looks again.
func (h *Host) plug(a Action) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.off == nil {
		return refuse(CodeOff, "The PC is off, or at its desktop.", "Choose the network when it is switched on.")
	}
	h.pc.SetPlugged(a.Plugged)
	h.changed(func(f *Frame) { f.Plugged = a.Plugged })
	if h.answers != nil {
		h.give(a)
	}
	return nil
}

func (h *Host) inject(a *Action) error {
	f, err := a.fault()
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.off == nil {
		return refuse(CodeOff, "The PC is off, or at its desktop.", "Switch it on first.")
	}
	if len(h.frame.Faults) >= mostFaults {
		return refuse(CodeAction, "Enough goes wrong already.", "Restart the PC to take all faults away.")
	}
	h.pc.Inject(f)
	h.changed(func(shown *Frame) { shown.Faults = append(slices.Clone(shown.Faults), string(f.Kind)) })
	return nil
}

const mostFaults = 20

// switchOff ends the boot and waits until the PC is off.
func (h *Host) switchOff() error {
	h.power.Lock()
	defer h.power.Unlock()
	h.halt()
	return nil
}

// halt is switchOff for who holds power.
func (h *Host) halt() {
	h.mu.Lock()
	off, ended := h.off, h.ended
	if off != nil {
		off()
	}
	h.mu.Unlock()
	if ended != nil {
		<-ended
	}
	h.change(func(f *Frame) {
		f.Power, f.Screen, f.Page, f.Ended, f.Turn, f.Outcome = PowerOff, nil, nil, "", 0, nil
	})
}

// reset takes everything but the hardware away.
func (h *Host) reset() error {
	h.power.Lock()
	defer h.power.Unlock()
	h.halt()
	if err := h.m.Reset(); err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.report = nil
	h.changed(func(f *Frame) { f.PC, f.Visits = facts(h.m), []Visit{} })
	return nil
}

func (h *Host) swap(part machine.Part) error {
	h.power.Lock()
	defer h.power.Unlock()
	h.mu.Lock()
	on := h.off != nil
	h.mu.Unlock()
	if on {
		return refuse(CodeOn, "Parts cannot be swapped while the PC is on.", "Switch it off first.")
	}
	h.halt() // a PC at its desktop
	p, err := machine.ParsePart(string(part))
	if err != nil {
		return err
	}
	if _, err := h.m.Swap(p); err != nil {
		return err
	}
	h.change(func(f *Frame) { f.PC = facts(h.m) })
	return nil
}

// Report is what the last boot was like; nil while the PC is on its way, or when
// it was never switched on.
func (h *Host) Report() *virtualpc.Report {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.report
}

// HashCSV is the file with the PC's hardware hash, for the import. A PC that is
// on is not told that somebody registers it.
func (h *Host) HashCSV(at time.Time) ([]byte, error) {
	h.power.Lock()
	defer h.power.Unlock()
	h.mu.Lock()
	on := h.off != nil
	h.mu.Unlock()
	hash := h.m.HandOver
	if on {
		hash = h.m.Hash
	}
	text, err := hash(at)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = hwhash.WriteCSV(&b, []hwhash.Row{{SerialNumber: h.m.Hardware.SystemSerial, HardwareHash: text}})
	return b.Bytes(), err
}

// Diagnostics is the zip with what the PC wrote down.
func (h *Host) Diagnostics(at time.Time) ([]byte, error) {
	h.power.Lock()
	defer h.power.Unlock()
	var b bytes.Buffer
	err := h.m.Diagnostics(&b, at)
	return b.Bytes(), err
}

// Close switches the PC off for good and lets everybody go who waits for a frame.
func (h *Host) Close() {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	_ = h.switchOff() // never fails
}
