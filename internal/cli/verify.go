package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

type verifyOptions struct{ *app }

func (a *app) newVerify() *cobra.Command {
	o := &verifyOptions{a}
	cmd := &cobra.Command{
		Use: "verify", Short: "Compare what is stored with what rules and assignments say now", Args: exactly(0),
		Long: `Computes every membership and every decision of every tenant anew, checks the
audit trail's chain, and writes nothing. Ends with code 1 when something differs.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	a.addKeyFlags(cmd)
	return cmd
}

func (o *verifyOptions) run(ctx context.Context) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		var v server.AdminVerification
		if err := admin.Call(ctx, "POST", "/verify", nil, &v); err != nil {
			return err
		}
		differences := len(v.AuditProblems)
		for i := range v.Tenants {
			differences += len(v.Tenants[i].Differences)
		}
		if err := o.show(&v, func(w io.Writer) error { return writeVerification(w, &v) }); err != nil {
			return err
		}
		if differences > 0 {
			return exitError(1)
		}
		return nil
	})
}

func writeVerification(w io.Writer, v *server.AdminVerification) error {
	rows := make([][]string, len(v.Tenants))
	var differing [][]string
	for i := range v.Tenants {
		t := &v.Tenants[i]
		rows[i] = []string{string(t.Tenant), strconv.Itoa(t.Devices), strconv.Itoa(t.Users), strconv.Itoa(t.Pending), strconv.Itoa(len(t.Differences))}
		for _, d := range t.Differences {
			name := d.Serial
			if name == "" {
				name = string(d.Object)
			}
			differing = append(differing, []string{name, d.What, d.Stored, d.Correct})
		}
	}
	if err := table(w, []string{"Tenant", "Devices", "Users", "Waiting", "Differences"}, rows); err != nil {
		return err
	}
	fmt.Fprintf(w, "Audit trail: %s, %s.\n", plural(int(v.AuditEvents), "event"), plural(len(v.AuditProblems), "problem"))
	for _, p := range v.AuditProblems {
		fmt.Fprintln(w, "  "+p)
	}
	if len(differing) == 0 {
		return nil
	}
	return table(w, []string{"Object", "What", "Stored", "Correct"}, differing)
}
