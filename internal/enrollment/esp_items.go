package enrollment

import (
	"context"
	"slices"
	"strings"
)

// espItems are the things that a status page may wait for: required apps that
// can be delivered, and configurations, with what is known of them.
func espItems(applied []Applied, states []PolicyState) []ESPItem {
	var items []ESPItem
	for i := range applied {
		a := &applied[i]
		it := ESPItem{Tracked: Tracked{Policy: a.Policy.ID, Kind: a.Policy.Kind, Name: a.Policy.DisplayName}}
		switch {
		case a.Policy.App != nil && a.Intent == IntentRequired && a.Policy.App.ready():
			it.Account = a.ForUser || a.Policy.App.UserContext
			it.Nodes = []string{a.Policy.App.node(nodeStatus)}
		case a.Policy.Custom != nil && len(a.Policy.Custom.Settings) > 0:
			it.Account = a.ForUser || a.Policy.Custom.forUser()
			it.Nodes = a.Policy.Custom.nodes()
		default:
			continue
		}
		for s := range states {
			if st := &states[s]; st.Policy == it.Policy && st.Applied == a.edition() {
				it.Created = st.Status >= statusCreated || st.Kind == PolicyCustom && st.Compliance == ComplianceCompliant
				it.Done = st.Compliance == ComplianceInstalled || st.Compliance == ComplianceCompliant
				it.Failed = st.Compliance == ComplianceError || st.Compliance == ComplianceNotCompliant
				it.Error = st.Error
			}
		}
		items = append(items, it)
	}
	return items
}

// edition is what PolicyState.Applied says when the policy is at the PC as it
// is now.
func (a *Applied) edition() int64 {
	if a.Policy.App != nil {
		return a.Policy.App.edition()
	}
	return a.Policy.Version
}

// forUser: a setting is the user's, so that the whole cannot be there before the
// user is.
func (c *CustomConfiguration) forUser() bool {
	return slices.ContainsFunc(c.Settings, func(s OMASetting) bool { return strings.HasPrefix(s.URI, userRoot) })
}

func (c *CustomConfiguration) nodes() []string {
	uris := make([]string, len(c.Settings))
	for i := range c.Settings {
		uris[i] = c.Settings[i].URI
	}
	return uris
}

// carried are the kinds that messages bring to PCs.
var carried = []PolicyKind{PolicyMSI, PolicyCustom}

// reaching is what reaches the PC of a message, of one of the kinds carried: all
// are read at once.
func (s *Service) reaching(ctx context.Context, tx Tx, v *Visit, kind PolicyKind) ([]Applied, error) {
	if applied, ok := v.reach[kind]; ok {
		return applied, nil
	}
	applied, err := s.PoliciesFor(ctx, tx, v.Tenant, v.Device, carried...)
	if err != nil {
		return nil, err
	}
	v.reach = map[PolicyKind][]Applied{}
	for _, k := range carried {
		v.reach[k] = nil
	}
	for i := range applied {
		k := applied[i].Policy.Kind
		v.reach[k] = append(v.reach[k], applied[i])
	}
	return v.reach[kind], nil
}
