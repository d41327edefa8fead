package graph

import (
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// mobilityPolicy is Graph's mobilityManagementPolicy: the MDM or the MAM user
// scope. A tenant has one of each.
type mobilityPolicy struct {
	ETag          string `json:"@odata.etag"`
	ID            string `json:"id"`
	AppliesTo     string `json:"appliesTo"`
	ComplianceURL string `json:"complianceUrl"`
	Description   string `json:"description"`
	DiscoveryURL  string `json:"discoveryUrl"`
	DisplayName   string `json:"displayName"`
	IsValid       bool   `json:"isValid"`
	TermsOfUseURL string `json:"termsOfUseUrl"`
}

var mobilityTable = &odata.Table{
	Name: "microsoft.graph.mobilityManagementPolicy",
	Properties: []odata.Property{
		prop("id", odata.GUID, readOnly),
		enum("appliesTo", "microsoft.graph.policyScope", 0, "none", "all", "selected", "unknownFutureValue"),
		prop("complianceUrl", odata.String, 0),
		prop("description", odata.String, readOnly),
		prop("discoveryUrl", odata.String, 0),
		prop("displayName", odata.String, readOnly),
		prop("isValid", odata.Bool, readOnly),
		prop("termsOfUseUrl", odata.String, 0),
	},
}

// mobilityID is the id of both policies: the app id of Microsoft Intune, which
// scripts have written into their paths. It is the same in every tenant, as
// the policies themselves are.
const mobilityID = "0000000a-0000-0000-c000-000000000000"

const (
	mdmPath = "policies/" + string(directory.MDM)
	mamPath = "policies/" + string(directory.MAM)
)

func mobilityWire(p *directory.MobilityPolicy) mobilityPolicy {
	w := mobilityPolicy{
		ETag: etagOf(p.Version), ID: mobilityID, AppliesTo: string(p.AppliesTo), ComplianceURL: p.ComplianceURL, DiscoveryURL: p.DiscoveryURL,
		TermsOfUseURL: p.TermsOfUseURL, DisplayName: "Microsoft Intune", Description: "Whose PCs are enrolled into management when they join.", IsValid: true,
	}
	if p.Kind == directory.MAM {
		w.Description = "Whose apps on personal PCs are managed."
	}
	return w
}

// mobilityKind is the collection in the path.
func (c *call) mobilityKind() directory.MobilityKind {
	if strings.HasPrefix(c.path, mamPath) {
		return directory.MAM
	}
	return directory.MDM
}

func (c *call) mobilityPath() string { return "policies/" + string(c.mobilityKind()) }

// knowsMobilityID refuses any id but the one there is.
func (c *call) knowsMobilityID() error {
	if strings.EqualFold(c.keys["id"], mobilityID) {
		return nil
	}
	return notFound("mobility management policy", c.keys["id"], "Use "+mobilityID+", the only policy in "+string(c.mobilityKind())+".")
}

func (c *call) mobilityPolicy() (directory.MobilityPolicy, error) {
	if err := c.knowsMobilityID(); err != nil {
		return directory.MobilityPolicy{}, err
	}
	return c.h.Directory.GetMobilityPolicy(c.ctx(), c.tenant, c.mobilityKind())
}

func (h *Handler) listMobilityPolicies(c *call) error {
	return list(c, mobilityTable, directoryPaging, c.mobilityPath(), func(c *call, q *odata.Query) (odata.List[directory.MobilityPolicy], error) {
		p, err := h.Directory.GetMobilityPolicy(c.ctx(), c.tenant, c.mobilityKind())
		return odata.List[directory.MobilityPolicy]{Items: []directory.MobilityPolicy{p}[min(q.Skip, 1):], Count: 1}, err
	}, each(mobilityWire))
}

func (h *Handler) getMobilityPolicy(c *call) error {
	q, err := c.single(mobilityTable)
	if err != nil {
		return err
	}
	p, err := c.mobilityPolicy()
	if err != nil {
		return err
	}
	w := mobilityWire(&p)
	return c.object(http.StatusOK, c.view(&w, mobilityTable, q, c.mobilityPath()+selected(q)+"/$entity", w.ETag))
}

// updateMobilityPolicy answers PATCH without a body, as the sample of Graph
// page "Update mobilityManagementPolicy" does.
func (h *Handler) updateMobilityPolicy(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	if err := c.knowsMobilityID(); err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", mobilityTable); err != nil {
		return err
	}
	r := &reader{o: o}
	change := directory.MobilityChange{
		AppliesTo:    choiceAt(r, "appliesTo", directory.ReachAll, directory.ReachNone, directory.ReachSelected),
		DiscoveryURL: r.optional("discoveryUrl"), TermsOfUseURL: r.optional("termsOfUseUrl"), ComplianceURL: r.optional("complianceUrl"),
	}
	if r.err != nil {
		return r.err
	}
	if _, err := h.Directory.UpdateMobilityPolicy(c.ctx(), c.tenant, c.mobilityKind(), match, change); err != nil {
		return err
	}
	return c.noContent()
}

// listIncludedGroups answers the groups of the scope, as any list of groups.
func (h *Handler) listIncludedGroups(c *call) error {
	p, err := c.mobilityPolicy()
	if err != nil {
		return err
	}
	return list(c, groupTable, directoryPaging, "groups", func(c *call, q *odata.Query) (odata.List[directory.Group], error) {
		if len(p.Groups) == 0 {
			return odata.List[directory.Group]{}, nil
		}
		return h.Lists.ListGroups(c.ctx(), c.tenant, among(q, p.Groups))
	}, each(groupWire))
}

// among narrows a query to the groups with these ids.
func among(q *odata.Query, ids []directory.ObjectID) *odata.Query {
	property, _ := groupTable.Find("id")
	in := &odata.Expr{Op: odata.In, Property: property}
	for _, id := range slices.Sorted(slices.Values(ids)) {
		in.Values = append(in.Values, odata.Literal{Kind: odata.KindGUID, String: string(id)})
	}
	narrow := *q
	narrow.Filter = in
	if q.Filter != nil {
		narrow.Filter = &odata.Expr{Op: odata.And, Args: []*odata.Expr{in, q.Filter}}
	}
	return &narrow
}

// addIncludedGroup answers POST includedGroups/$ref.
func (h *Handler) addIncludedGroup(c *call) error {
	if err := c.knowsMobilityID(); err != nil {
		return err
	}
	id, err := c.reference()
	if err != nil {
		return err
	}
	if err := h.Directory.AddIncludedGroup(c.ctx(), c.tenant, c.mobilityKind(), id); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) removeIncludedGroup(c *call) error {
	if err := c.knowsMobilityID(); err != nil {
		return err
	}
	group := directory.ObjectID(strings.ToLower(short(c.keys["group"])))
	if err := h.Directory.RemoveIncludedGroup(c.ctx(), c.tenant, c.mobilityKind(), group); err != nil {
		return err
	}
	return c.noContent()
}
