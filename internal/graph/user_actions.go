package graph

import (
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// userLicense is Graph's assignedLicense.
type userLicense struct {
	DisabledPlans []string `json:"disabledPlans"`
	SKUID         string   `json:"skuId"`
}

// intuneSKU is the licence that lets a person enrol PCs, the only one there is
// here (Microsoft's list of product names: INTUNE_A).
const intuneSKU = "061f9ace-7d42-4136-88ac-31dc755f143f"

func licensesWire(u *directory.User) []userLicense {
	if !u.MDMLicensed {
		return []userLicense{}
	}
	return []userLicense{{DisabledPlans: []string{}, SKUID: intuneSKU}}
}

// booleanAnswer is what an action answers that tells only that it was done.
type booleanAnswer struct {
	Context string `json:"@odata.context,omitempty"`
	Value   bool   `json:"value"`
}

// revokeSessions answers POST revokeSignInSessions. Everybody may end their own.
func (h *Handler) revokeSessions(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	if c.principal.Kind != access.User || string(u.ID) != c.principal.ObjectID {
		if err := c.mayTouch(u.ID, access.UserRevokeSessionsAll); err != nil {
			return err
		}
	}
	if err := h.People.EndUserSessions(c.ctx(), c.tenant, u.ID); err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, booleanAnswer{Context: c.contextURL("Edm.Boolean"), Value: true})
	return nil
}

// changePassword answers POST /me/changePassword.
func (h *Handler) changePassword(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "currentPassword", "newPassword"); err != nil {
		return err
	}
	var current, fresh string
	r := reader{o: o}
	r.text("currentPassword", &current)
	r.text("newPassword", &fresh)
	if r.err != nil {
		return r.err
	}
	for name, text := range map[string]string{"currentPassword": current, "newPassword": fresh} {
		if text == "" {
			return fault.Field(fault.Invalid, "PasswordRequired", name, "A required property '"+name+"' is missing.", "Send currentPassword and newPassword.")
		}
	}
	network := signin.NetworkOf(h.actor(c.r, c.principal).Address)
	err = h.People.ChangePassword(c.ctx(), c.tenant, directory.ObjectID(c.principal.ObjectID), current, fresh, "", network)
	if fault.Is(err, fault.Unauthenticated) {
		// Not 401: the token is good, and a client would ask for another.
		return fault.Field(fault.Invalid, "WrongPassword", "currentPassword", "The current password is wrong.", "Send the password you sign in with.")
	}
	if err != nil {
		return atPassword(err, "newPassword")
	}
	return c.noContent()
}

// assignLicense answers POST assignLicense with the user, as Graph page "user:
// assignLicense" does.
func (h *Handler) assignLicense(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "addLicenses", "removeLicenses"); err != nil {
		return err
	}
	adds, err := o.Objects("addLicenses")
	if err != nil {
		return err
	}
	removes, err := o.Texts("removeLicenses")
	if err != nil {
		return err
	}
	var added []string
	for _, a := range adds.Value {
		if err := knownNames(a, "addLicenses/", "disabledPlans", "skuId"); err != nil {
			return err
		}
		var sku string
		in := reader{o: a, prefix: "addLicenses/"}
		in.text("skuId", &sku)
		if in.err != nil {
			return in.err
		}
		added = append(added, sku)
	}
	for _, sku := range slices.Concat(added, removes.Value) {
		if !strings.EqualFold(sku, intuneSKU) {
			return fault.Field(fault.Invalid, "LicenseNotFound", "skuId", "There is no license '"+short(sku)+"' in this tenant.", "The one license here is "+intuneSKU+", Microsoft Intune.")
		}
	}
	if len(added) > 0 && len(removes.Value) > 0 {
		return fault.Field(fault.Invalid, "LicenseAddedAndRemoved", "removeLicenses", "The request adds and removes the same license.", "Send one of the two.")
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	if err := mayTouch(c.principal, nil, access.UserReadWriteAll); err != nil {
		return err
	}
	if len(added)+len(removes.Value) > 0 && u.MDMLicensed != (len(added) > 0) {
		u, err = h.Directory.UpdateUser(c.ctx(), c.tenant, u.ID, 0, func(u *directory.User) error {
			u.MDMLicensed = len(added) > 0
			return nil
		})
		if err != nil {
			return err
		}
	}
	return users.answer(c, http.StatusOK, &u, nil)
}
