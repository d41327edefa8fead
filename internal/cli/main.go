package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Process is what the operating system gives the program.
type Process struct {
	Args    []string // the first is the program as it was called
	Environ []string
	In      io.Reader
	Out     io.Writer
	Err     io.Writer
	Version string
	Now     func() time.Time // the real clock
}

// Main runs the command of the operating system's process and returns the exit
// code. SIGINT and SIGTERM end it in good order, a second one at once.
func Main(version string, now func() time.Time) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal kills
	return Run(ctx, Process{
		Args: os.Args, Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Version: version, Now: now,
	})
}

// app is one run of the program with the flags that every command has.
type app struct {
	Process
	json       bool
	data       string
	configFile string
	set        []string
	keys       map[string]string // configuration keys given as flags of their own
}

// Run runs one command and returns its exit code.
func Run(ctx context.Context, p Process) int {
	a := &app{Process: p, keys: map[string]string{}}
	root := a.newRoot()
	root.SetArgs(p.Args[1:])
	err := root.ExecuteContext(ctx)
	var said exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &said):
		return int(said)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitStopped
	}
	return a.report(err)
}
