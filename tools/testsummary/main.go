package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main with its surroundings named; it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("testsummary", flag.ContinueOnError)
	flags.SetOutput(stderr)
	databases := flags.Bool("databases", false, "fail when either database ran no test")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	r := newResults()
	out := bufio.NewWriter(stdout)
	if err := readAll(r, flags.Args(), stdin, out); err != nil {
		fmt.Fprintln(stderr, "testsummary:", err)
		return 2
	}
	ok := r.report(out, *databases)
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "testsummary:", err)
		return 2
	}
	if !ok {
		return 1
	}
	return 0
}

func readAll(r *results, files []string, stdin io.Reader, out *bufio.Writer) error {
	if len(files) == 0 {
		return r.read(stdin, out)
	}
	for _, name := range files {
		f, err := os.Open(name) // #nosec G304 -- named on the command line
		if err != nil {
			return err
		}
		err = r.read(f, out)
		if closing := f.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}
