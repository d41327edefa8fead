package sqlstore

import (
	"context"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// profileKind marks deployment profiles in the table they may share with other
// configurations that are assigned to groups.
const profileKind = 1

const profileColumns = `p.id, p.display_name, p.body, p.created_at, p.modified_at, p.version`

// profileBody is a profile's settings as stored. Its names are the stored
// form and do not change with the Go fields.
type profileBody struct {
	Description            string               `json:"description,omitempty"`
	Join                   autopilot.JoinType   `json:"join"`
	Locale                 string               `json:"locale"`
	DeviceNameTemplate     string               `json:"deviceNameTemplate,omitempty"`
	DeviceType             autopilot.DeviceType `json:"deviceType"`
	PreprovisioningAllowed bool                 `json:"preprovisioningAllowed,omitempty"`
	ConvertToAutopilot     bool                 `json:"convertToAutopilot,omitempty"`
	OOBE                   oobeBody             `json:"oobe"`
	HybridSkipConnectivity bool                 `json:"hybridSkipConnectivity,omitempty"`
	RoleScopeTagIDs        []string             `json:"roleScopeTagIds"`
	ManagementServiceAppID string               `json:"managementServiceAppId,omitempty"`
	LegacyESP              *legacyESPBody       `json:"legacyEsp,omitempty"`
}

type oobeBody struct {
	EULAHidden              bool                `json:"eulaHidden,omitempty"`
	PrivacySettingsHidden   bool                `json:"privacySettingsHidden,omitempty"`
	EscapeLinkHidden        bool                `json:"escapeLinkHidden,omitempty"`
	KeyboardSelectionHidden bool                `json:"keyboardSelectionHidden,omitempty"`
	UserType                autopilot.UserType  `json:"userType,omitempty"`
	UsageType               autopilot.UsageType `json:"usageType"`
}

type legacyESPBody struct {
	HideInstallationProgress                         bool   `json:"hideInstallationProgress,omitempty"`
	AllowDeviceUseBeforeProfileAndAppInstallComplete bool   `json:"allowDeviceUseBeforeProfileAndAppInstallComplete,omitempty"`
	BlockDeviceSetupRetryByUser                      bool   `json:"blockDeviceSetupRetryByUser,omitempty"`
	AllowLogCollectionOnInstallFailure               bool   `json:"allowLogCollectionOnInstallFailure,omitempty"`
	CustomErrorMessage                               string `json:"customErrorMessage,omitempty"`
	InstallProgressTimeoutInMinutes                  int    `json:"installProgressTimeoutInMinutes,omitempty"`
	AllowDeviceUseOnInstallFailure                   bool   `json:"allowDeviceUseOnInstallFailure,omitempty"`
}

func bodyOf(p *autopilot.Profile) profileBody {
	return profileBody{
		Description: p.Description, Join: p.Join, Locale: p.Locale, DeviceNameTemplate: p.DeviceNameTemplate, DeviceType: p.DeviceType,
		PreprovisioningAllowed: p.PreprovisioningAllowed, ConvertToAutopilot: p.ConvertToAutopilot, OOBE: oobeBody(p.OOBE),
		HybridSkipConnectivity: p.HybridSkipConnectivity, RoleScopeTagIDs: p.RoleScopeTagIDs, ManagementServiceAppID: p.ManagementServiceAppID,
		LegacyESP: (*legacyESPBody)(p.LegacyESP),
	}
}

func scanProfile(r row, p *autopilot.Profile) error {
	var b profileBody
	if err := r.Scan(asID(&p.ID), &p.DisplayName, asJSON(&b), asTime(&p.CreatedAt), asTime(&p.ModifiedAt), &p.Version); err != nil {
		return err
	}
	p.Description, p.Join, p.Locale, p.DeviceNameTemplate, p.DeviceType = b.Description, b.Join, b.Locale, b.DeviceNameTemplate, b.DeviceType
	p.PreprovisioningAllowed, p.ConvertToAutopilot, p.OOBE = b.PreprovisioningAllowed, b.ConvertToAutopilot, autopilot.OOBE(b.OOBE)
	p.HybridSkipConnectivity, p.RoleScopeTagIDs, p.ManagementServiceAppID = b.HybridSkipConnectivity, b.RoleScopeTagIDs, b.ManagementServiceAppID
	p.LegacyESP = (*autopilot.LegacyESP)(b.LegacyESP)
	return nil
}

// GetProfile returns one deployment profile.
func (db *DB) GetProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID) (autopilot.Profile, error) {
	return profile(ctx, db.reader(), t, id, "")
}

// LockProfile returns a profile locked until the transaction ends.
func (tx *Tx) LockProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID) (autopilot.Profile, error) {
	return profile(ctx, tx, t, id, "/*lock*/")
}

func profile(ctx context.Context, q querier, t directory.TenantID, id autopilot.ProfileID, lock string) (autopilot.Profile, error) {
	p, ok, err := first(ctx, q, scanProfile, "SELECT "+profileColumns+" FROM profiles p WHERE p.tenant_id = $1 AND p.id = $2 AND p.kind = $3"+lock,
		idArg(q.dialect(), t), idArg(q.dialect(), id), profileKind)
	if err != nil {
		return p, fault.Wrap("read profile "+string(id), err)
	}
	if !ok {
		return p, missing("deployment profile", string(id))
	}
	return p, nil
}

// CreateProfile stores a new profile.
func (tx *Tx) CreateProfile(ctx context.Context, t directory.TenantID, p autopilot.Profile) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO profiles (tenant_id, id, kind, display_name, name_key, body, created_at, modified_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		idArg(d, t), idArg(d, p.ID), profileKind, p.DisplayName, odata.Fold(p.DisplayName), jsonArg{bodyOf(&p)}, timeArg(p.CreatedAt), timeArg(p.ModifiedAt), max(p.Version, 1))
	return fault.Wrap("create profile "+string(p.ID), err)
}

// UpdateProfile stores every setting but createdDateTime and sets Version+1.
func (tx *Tx) UpdateProfile(ctx context.Context, t directory.TenantID, p autopilot.Profile) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE profiles SET display_name = $4, name_key = $5, body = $6, modified_at = $7, version = version + 1 WHERE tenant_id = $1 AND id = $2 AND kind = $3",
		idArg(d, t), idArg(d, p.ID), profileKind, p.DisplayName, odata.Fold(p.DisplayName), jsonArg{bodyOf(&p)}, timeArg(p.ModifiedAt))
	if err != nil {
		return fault.Wrap("update profile "+string(p.ID), err)
	}
	if n == 0 {
		return missing("deployment profile", string(p.ID))
	}
	return nil
}

// DeleteProfile removes a profile and its assignments; what was decided for
// devices stays until they are decided again.
func (tx *Tx) DeleteProfile(ctx context.Context, t directory.TenantID, id autopilot.ProfileID) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "DELETE FROM profiles WHERE tenant_id = $1 AND id = $2 AND kind = $3", idArg(d, t), idArg(d, id), profileKind)
	if err != nil {
		return fault.Wrap("delete profile "+string(id), err)
	}
	if n == 0 {
		return missing("deployment profile", string(id))
	}
	_, err = tx.exec(ctx, "DELETE FROM assignments WHERE tenant_id = $1 AND profile_id = $2", idArg(d, t), idArg(d, id))
	return fault.Wrap("delete the assignments of profile "+string(id), err)
}
