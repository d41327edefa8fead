package cli

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) newVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error {
			out := map[string]string{"version": a.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
			return a.show(out, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "taxiway %s (%s, %s)\n", out["version"], out["go"], out["platform"])
				return err
			})
		},
	}
}
