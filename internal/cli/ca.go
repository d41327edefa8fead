package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

func (a *app) newCA() *cobra.Command {
	return a.parent("ca", "The certificate authority of the server's own addresses", a.newCAPrint())
}

type caPrintOptions struct{ *app }

func (a *app) newCAPrint() *cobra.Command {
	o := &caPrintOptions{a}
	return &cobra.Command{
		Use: "print", Short: "Print the authority's certificate, for those who want to trust it", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
}

func (o *caPrintOptions) run(ctx context.Context) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		pem, err := readAuthority(ctx, admin)
		if err != nil {
			return err
		}
		return o.show(map[string]string{"certificate": pem}, func(w io.Writer) error {
			_, err := io.WriteString(w, pem)
			return err
		})
	})
}
