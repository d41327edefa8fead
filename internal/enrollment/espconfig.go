package enrollment

import (
	"context"
	"fmt"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// The limits of an Enrollment Status Page (Intune page "Set up the Enrollment
// Status Page").
const (
	MaxStatusPages     = 51 // the default one included
	MaxSelectedApps    = 100
	MaxErrorMessage    = 10_000 // characters
	MaxTimeoutMinutes  = 24 * 60
	DefaultESPMinutes  = 60
	nameOfBlocking     = "blockDeviceSetupRetryByUser"
	nameOfSelectedApps = "selectedMobileAppIds"
	nameOfTimeout      = "installProgressTimeoutInMinutes"
)

// validate checks the settings and names a faulty one by its Graph property.
func (e *ESP) validate() error {
	switch {
	case e.TimeoutMinutes < 0 || e.TimeoutMinutes > MaxTimeoutMinutes || e.ShowProgress && e.TimeoutMinutes == 0:
		return fault.Field(fault.Invalid, "InvalidTimeout", nameOfTimeout, fmt.Sprintf("%d minutes is not a time the status page can wait.", e.TimeoutMinutes), "Send 1 to 1440 minutes; 60 is usual.")
	case len([]rune(e.CustomErrorMessage)) > MaxErrorMessage:
		return fault.Field(fault.Invalid, "ErrorMessageTooLong", "customErrorMessage", "The message is longer than 10,000 characters.", "Shorten it to 10,000 characters.")
	case len(e.SelectedApps) > MaxSelectedApps:
		return fault.Field(fault.Invalid, "TooManySelectedApps", nameOfSelectedApps, fmt.Sprintf("%d apps are selected, and a status page waits for 100 at most.", len(e.SelectedApps)), "Select fewer apps, or none to wait for all required ones.")
	case len(e.SelectedApps) > 0 && !e.Blocks:
		return fault.Field(fault.Invalid, "SelectedAppsNeedBlocking", nameOfSelectedApps, "Apps are selected, but device use is not blocked until they are installed.", "Send "+nameOfBlocking+" false, which blocks device use, or an empty "+nameOfSelectedApps+".")
	}
	seen := map[PolicyID]bool{}
	for i, id := range e.SelectedApps {
		if seen[id] {
			return fault.Field(fault.Invalid, "AppSelectedTwice", fmt.Sprintf("%s/%d", nameOfSelectedApps, i), "The app '"+string(id)+"' is selected twice.", "Name it once.")
		}
		seen[id] = true
	}
	return nil
}

// checkSelected makes sure that the apps a status page selects are there.
func checkSelected(ctx context.Context, tx PolicyTx, t directory.TenantID, p *Policy) error {
	if p.ESP == nil || len(p.ESP.SelectedApps) == 0 {
		return nil
	}
	apps, _, err := tx.PoliciesNow(ctx, t, PolicyMSI)
	if err != nil {
		return err
	}
	for i, id := range p.ESP.SelectedApps {
		if !slices.ContainsFunc(apps, func(a Policy) bool { return a.ID == id }) {
			return fault.Field(fault.Invalid, "SelectedAppNotFound", fmt.Sprintf("%s/%d", nameOfSelectedApps, i), "There is no app with the id '"+string(id)+"' in this tenant.", "List the apps to find the right id.")
		}
	}
	return nil
}

// checkUnselected refuses to lose an app that a status page waits for.
func checkUnselected(ctx context.Context, tx PolicyTx, t directory.TenantID, app *Policy) error {
	pages, _, err := tx.PoliciesNow(ctx, t, PolicyESP)
	if err != nil {
		return err
	}
	for i := range pages {
		if pages[i].ESP != nil && slices.Contains(pages[i].ESP.SelectedApps, app.ID) {
			return fault.Field(fault.Invalid, "AppIsSelected", "id", "The Enrollment Status Page '"+pages[i].DisplayName+"' waits for the app '"+app.DisplayName+"'.", "Take it out of "+nameOfSelectedApps+" there first.")
		}
	}
	return nil
}
