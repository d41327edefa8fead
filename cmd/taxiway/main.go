// Command taxiway is a self-hosted Windows Autopilot.
package main

import (
	"os"
	"time"

	"taxiway/internal/cli"
)

var version = "dev" // set by the linker

func main() { os.Exit(cli.Main(version, time.Now)) }
