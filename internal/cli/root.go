package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
)

// newRoot is the whole tree of commands.
func (a *app) newRoot() *cobra.Command {
	root := a.parent("taxiway", "A self-hosted Windows Autopilot",
		a.newServe(), a.newMigrate(), a.newVerify(), a.newBackup(), a.newRestore(),
		a.newTenant(), a.newApp(), a.newMDM(),
		a.newDevice(), a.newGroup(), a.newProfile(), a.newUser(),
		a.newHash(), a.newPC(), a.newFleet(), a.newCA(), a.newKey(), a.newLab(), a.newBench(), a.newVersion(),
	)
	root.Long = `taxiway registers PCs by their hardware hash, puts them into groups, gives them
the right deployment profile, and says why. See 'taxiway lab up' for a start.

Commands about devices, groups, profiles and users speak Microsoft Graph with a
server. They find it by --url, --tenant, --client-id and --client-secret-file,
by TAXIWAY_URL, TAXIWAY_TENANT, TAXIWAY_CLIENT_ID and TAXIWAY_CLIENT_SECRET, or
by the file cli.json that 'lab up' and 'app create --save' leave in the data
directory.`
	root.Version = a.Version
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd, "The command line is wrong: "+err.Error()+".")
	})
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "write JSON for programs instead of tables")
	flags.StringVar(&a.data, "data", "", "data directory (the key data_dir; default ./data)")
	flags.StringVar(&a.configFile, "config", "", "configuration file")
	flags.StringArrayVar(&a.set, "set", nil, "set a configuration key, as in --set listen.people=127.0.0.1:9443")
	return root
}

// parent is a command that only holds others: alone it shows its help, with a
// word that is none of them it says so.
func (a *app) parent(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: cobra.ArbitraryArgs}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		remedy := fmt.Sprintf("Run '%s --help' for the commands there are.", cmd.CommandPath())
		cmd.SuggestionsMinimumDistance = 1 + len(args[0])/5 // in short words more letters would be a guess
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			remedy = fmt.Sprintf("Did you mean '%s %s'?", cmd.CommandPath(), near[0])
		}
		return fault.Field(fault.Invalid, "UnknownCommand", "command", fmt.Sprintf("There is no command '%s %s'.", cmd.CommandPath(), args[0]), remedy)
	}
	cmd.AddCommand(children...)
	return cmd
}
