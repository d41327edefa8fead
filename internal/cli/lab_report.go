package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"taxiway/internal/config"
	"taxiway/internal/graphclient"
	"taxiway/internal/labdata"
)

// mostReasons is how many devices without a profile are explained at start.
const mostReasons = 3

// tell shows the devices, why some have no profile, and how to go on.
func (o *labUpOptions) tell(ctx context.Context, cfg config.Config, l *lab, p *place, pc *labDeployment) error {
	devices, err := listDevices(ctx, l.client, graphclient.List{})
	if err != nil {
		return err
	}
	var left []graphclient.Explanation
	for i := range devices {
		if devices[i].ProfileStatus != string(graphclient.NotAssigned) || len(left) == mostReasons {
			continue
		}
		e, err := l.client.Explain(ctx, devices[i].ID)
		if err != nil {
			return err
		}
		left = append(left, e)
	}
	if o.json {
		return o.showJSON(struct {
			place
			Tenant   string                    `json:"tenant"`
			ClientID string                    `json:"clientId"`
			Access   string                    `json:"accessFile"`
			Account  string                    `json:"accountPage"`
			Code     string                    `json:"deviceCodePage"`
			People   []labLogin                `json:"people"`
			Devices  []device                  `json:"devices"`
			Left     []graphclient.Explanation `json:"notAssigned"`
			PC       *labDeployment            `json:"virtualPc"`
		}{*p, l.access.Tenant, l.access.ClientID, accessFile(cfg), l.accountPage(cfg), l.codePage(cfg), l.logins, devices, left, pc})
	}
	if err := l.writeSums(o.Out); err != nil {
		return err
	}
	fmt.Fprintln(o.Out)
	if err := writeDevices(o.Out, devices); err != nil {
		return err
	}
	for i := range left {
		fmt.Fprint(o.Out, "\nWhy? ")
		if err := writeExplanation(o.Out, &left[i]); err != nil {
			return err
		}
	}
	fmt.Fprintln(o.Out)
	serial := "SERIAL"
	switch {
	case len(left) > 0:
		serial = left[0].Device.SerialNumber
	case len(devices) > 0:
		serial = devices[0].SerialNumber
	}
	return o.directions(cfg, l, serial)
}

// directions says how to reach the server and what to try.
func (o *labUpOptions) directions(cfg config.Config, l *lab, serial string) error {
	program, data := o.Args[0], ""
	if o.data != "" {
		data = " --data " + o.data
	}
	err := card(o.Out,
		field{"Graph", cfg.BaseURL + "/beta and " + cfg.BaseURL + "/v1.0"},
		field{"Token", cfg.BaseURL + "/" + l.access.Tenant + "/oauth2/v2.0/token"},
		field{"Tenant", l.access.Tenant + " (" + l.tenant.Domain + ")"},
		field{"Client id", l.access.ClientID},
		field{"Secret", "in " + filepath.Join(o.shown(cfg), "cli.json")},
		field{"TLS authority", program + " ca print" + data},
	)
	if err != nil {
		return err
	}
	if err := l.writeLogins(o.Out, cfg); err != nil {
		return err
	}
	fmt.Fprintf(o.Out, "\nTry, in another terminal:\n")
	for _, command := range []string{"device list", "device why " + serial, "device tag " + serial + " Sales", "device timeline " + labdata.LabPC().Serial, "pc boot --watch " + labdata.LabPC().Name, "verify"} {
		fmt.Fprintf(o.Out, "  %s %s%s\n", program, command, data)
	}
	return nil
}

// shown is the data directory as the user named it.
func (o *labUpOptions) shown(cfg config.Config) string {
	if o.data != "" {
		return o.data
	}
	return cfg.DataDir
}
