package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

type deviceWhyOptions struct {
	*app
	*target
	tag, user string
	try       graphclient.WhatIf
}

func (a *app) newDeviceWhy(t *target) *cobra.Command {
	o := &deviceWhyOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "why SERIAL|ID", Short: "Say why a device has its profile, or none", Args: exactly(1),
		Long: "Say why a device has its profile, or none, from its registration to its desktop.\n\nWith --group-tag or --user: what it would have then. Nothing is changed.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("group-tag") {
				o.try.GroupTag = &o.tag
			}
			if cmd.Flags().Changed("user") {
				o.try.UserPrincipalName = &o.user
			}
			return o.run(cmd.Context(), args[0])
		},
	}
	cmd.Flags().StringVar(&o.tag, "group-tag", "", "try this group tag, or none")
	cmd.Flags().StringVar(&o.user, "user", "", "try this assigned user, or nobody")
	return cmd
}

func (o *deviceWhyOptions) run(ctx context.Context, name string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	d, err := c.DeviceIdentity(ctx, name)
	if err != nil {
		return err
	}
	var e graphclient.Explanation
	if o.try == (graphclient.WhatIf{}) {
		e, err = c.Explain(ctx, d.ID)
	} else {
		e, err = c.WhatIf(ctx, d.ID, o.try)
	}
	if err != nil {
		return err
	}
	return o.show(&e, func(w io.Writer) error { return writeExplanation(w, &e) })
}

// writeExplanation writes the sentence, the checks that led to it, and what
// would change it.
func writeExplanation(w io.Writer, e *graphclient.Explanation) error {
	fmt.Fprintf(w, "%s (%s)\n", e.Device.SerialNumber, e.Device.Model)
	fmt.Fprintln(w, e.Sentence)
	if e.Waiting != "" {
		fmt.Fprintln(w, e.Waiting)
	}
	if err := writeParts(w, e.Hardware); err != nil {
		return err
	}
	if len(e.Groups) > 0 {
		fmt.Fprintln(w, "\nGroups that a profile names")
	}
	for i := range e.Groups {
		writeGroupCheck(w, &e.Groups[i])
	}
	if len(e.Profiles) > 0 {
		fmt.Fprintln(w, "\nProfiles, oldest first")
	}
	for _, p := range e.Profiles {
		fmt.Fprintf(w, "  %s  %s: %s\n", mark(p.Verdict == "chosen"), p.DisplayName, p.Reason)
	}
	fmt.Fprintln(w, "\nFrom registration to desktop")
	for i := range e.Checks {
		writeCheck(w, &e.Checks[i])
	}
	if len(e.Remedies) > 0 {
		fmt.Fprintln(w, "\nWhat would change it (any one)")
	}
	for _, r := range e.Remedies {
		fmt.Fprintln(w, "  - "+r)
	}
	return nil
}

func writeCheck(w io.Writer, c *graphclient.ExplainedCheck) {
	at := ""
	if !c.At.IsZero() {
		at = " (" + c.At.UTC().Format(time.RFC3339) + ")"
	}
	fmt.Fprintf(w, "  %s  %s%s\n", checkMark(c.State), c.Text.Text, at)
	for _, p := range c.Parts {
		fmt.Fprintf(w, "       %s  %s\n", checkMark(p.State), p.Text.Text)
	}
}

func checkMark(state string) string {
	if state == "waiting" {
		return "…"
	}
	return mark(state == "pass")
}

func writeGroupCheck(w io.Writer, g *graphclient.ExplainedGroup) {
	is := "not a member"
	if g.Member {
		is = "member"
	}
	paused := ""
	if g.Paused {
		paused = " (rule processing is paused)"
	}
	fmt.Fprintf(w, "  %s  %s: %s%s\n", mark(g.Member), g.DisplayName, is, paused)
	if g.Details != nil {
		writeEvaluation(w, g.Details, "       ")
	}
}

// writeEvaluation writes the parts of a rule, each with its outcome and what
// the object has.
func writeEvaluation(w io.Writer, e *graphclient.RuleEvaluation, indent string) {
	fmt.Fprintf(w, "%s%s  %s\n", indent, mark(e.Result), e.Expression)
	if e.Property != nil && len(e.Details) == 0 {
		value := e.Property.Value
		if strings.TrimSpace(value) == "" {
			value = "nothing"
		}
		fmt.Fprintf(w, "%s   %s has %s\n", indent, e.Property.Name, value)
	}
	for i := range e.Details {
		writeEvaluation(w, &e.Details[i], indent+"   ")
	}
}

func mark(yes bool) string {
	if yes {
		return "✓"
	}
	return "✗"
}
