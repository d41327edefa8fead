package graph

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/odata"
)

// listAuditCategories answers the function getAuditCategories: the kinds of
// objects that this tenant's audit events are about.
func (h *Handler) listAuditCategories(c *call) error {
	known, err := h.Lists.AuditActivities(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	return c.answerTexts(slices.Sorted(maps.Keys(known)))
}

// listAuditActivities answers the function getAuditActivityTypes(category='x').
// A category in which nothing happened has no activities.
func (h *Handler) listAuditActivities(c *call) error {
	known, err := h.Lists.AuditActivities(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	var all []string
	for category, activities := range known {
		if strings.EqualFold(category, c.keys["category"]) {
			all = append(all, activities...)
		}
	}
	slices.Sort(all)
	return c.answerTexts(all)
}

func (c *call) answerTexts(list []string) error {
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL("Collection(Edm.String)"), Value: orEmpty(list)})
	return nil
}
