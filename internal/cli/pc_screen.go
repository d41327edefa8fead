package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/screen"
	"taxiway/internal/virtualpc/setup"
	"taxiway/web"
)

// runScreen offers the PC's screen to browsers on this machine until somebody
// ends the command.
func (o *pcBootOptions) runScreen(ctx context.Context, name string, options virtualpc.Options) error {
	if o.script != "" || o.until != "" || o.watch || o.user != "" || o.passwordFile != "" {
		return flagError("screen", "Whoever is at the browser decides what happens.", "Leave --user, --password-file, --script, --until and --watch out.")
	}
	files := web.Files()
	if f, err := files.Open("oobe.html"); err != nil {
		return flagError("screen", "This program was built without the pages.", "Build it with \"make build\", which needs Node.js.")
	} else if err := f.Close(); err != nil {
		return fmt.Errorf("read the pages: %w", err)
	}
	cfg, err := o.config()
	if err != nil {
		return err
	}
	var report *virtualpc.Report
	err = o.change(name, func(m *machine.Machine) error {
		host := screen.New(m, screen.Options{PC: options, Network: setup.Network(o.network)})
		defer host.Close()
		if err := o.offerScreen(ctx, host, func(address string) *screen.Offer {
			return screen.NewOffer(host, files, address, cfg.BaseURL, o.Now)
		}); err != nil {
			return err
		}
		host.Close()
		report = host.Report()
		return nil
	})
	if err != nil || report == nil {
		return err
	}
	return o.show(report, func(w io.Writer) error { return writeBoot(w, report, columnsOf(w)) })
}

// offerScreen switches the PC on and serves its screen until ctx ends.
func (o *pcBootOptions) offerScreen(ctx context.Context, host *screen.Host, build func(address string) *screen.Offer) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen on this machine for the screen: %w", err)
	}
	offer := build(ln.Addr().String())
	srv := &http.Server{Handler: offer, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	if err := host.Do(screen.Action{Do: screen.On}); err != nil {
		return errors.Join(err, srv.Close())
	}
	watch, drive := offer.Codes()
	fmt.Fprintf(o.Err, "The screen is at http://%s\nCode to drive:  %s\nCode to watch:  %s\nCtrl+C switches the PC off.\n", offer.Address, drive, watch)
	select {
	case <-ctx.Done():
		host.Close() // or those who watch would wait for the next frame
		return srv.Close()
	case err := <-failed:
		return fmt.Errorf("serve the screen: %w", err)
	}
}
