package sqlstore

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

const deploymentColumns = "y.id, y.autopilot_id, y.object_id, y.device_id, y.user_id, y.upn, y.device_name, y.serial_number, y.state, y.body, y.started_at, y.ended_at, y.version"

// deploymentBody is the rest of a deployment as stored.
type deploymentBody struct {
	OSVersion    string                     `json:"osVersion,omitempty"`
	Profile      string                     `json:"profile,omitempty"`
	ESPName      string                     `json:"espName,omitempty"`
	ESP          enrollment.PolicyID        `json:"esp,omitempty"`
	Kind         string                     `json:"kind,omitempty"`
	Setup        enrollment.DeploymentState `json:"setup,omitempty"`
	Account      enrollment.DeploymentState `json:"account,omitempty"`
	Failure      string                     `json:"failure,omitempty"`
	RegisteredAt time.Time                  `json:"registeredAt,omitzero"`
	EnrolledAt   time.Time                  `json:"enrolledAt,omitzero"`
	SetupStart   time.Time                  `json:"setupStart,omitzero"`
	SetupEnd     time.Time                  `json:"setupEnd,omitzero"`
	AccountStart time.Time                  `json:"accountStart,omitzero"`
	AccountEnd   time.Time                  `json:"accountEnd,omitzero"`
}

func deploymentBodyOf(y *enrollment.Deployment) deploymentBody {
	return deploymentBody{y.OSVersion, y.Profile, y.ESPName, y.ESP, y.Kind, y.Setup, y.Account, y.Failure, y.RegisteredAt, y.EnrolledAt, y.SetupStart, y.SetupEnd, y.AccountStart, y.AccountEnd}
}

func scanDeployment(r row, y *enrollment.Deployment) error {
	var b deploymentBody
	err := r.Scan(asID(&y.ID), asID(&y.Registration), asID(&y.Object), asID(&y.Device), asID(&y.User), &y.UPN, &y.DeviceName, &y.SerialNumber, deploymentStates.as(&y.State), asJSON(&b),
		asTime(&y.StartedAt), asTime(&y.EndedAt), &y.Version)
	y.OSVersion, y.Profile, y.ESPName, y.ESP, y.Kind, y.Setup, y.Account, y.Failure = b.OSVersion, b.Profile, b.ESPName, b.ESP, b.Kind, b.Setup, b.Account, b.Failure
	y.RegisteredAt, y.EnrolledAt, y.SetupStart, y.SetupEnd, y.AccountStart, y.AccountEnd = b.RegisteredAt, b.EnrolledAt, b.SetupStart, b.SetupEnd, b.AccountStart, b.AccountEnd
	return err
}

// GetDeployment implements enrollment.DeploymentReader.
func (db *DB) GetDeployment(ctx context.Context, t directory.TenantID, id enrollment.DeploymentID) (enrollment.Deployment, error) {
	y, ok, err := first(ctx, db.reader(), scanDeployment, "SELECT "+deploymentColumns+" FROM deployments y WHERE y.tenant_id = $1 AND y.id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return y, missing("deployment", string(id))
	}
	return y, fault.Wrap("get deployment "+string(id), err)
}

// deploymentOf is the condition for the deployments of a PC under whichever of
// its names are known; ok is false without any.
func deploymentOf(b *builder, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d enrollment.DeviceID) (where string, ok bool) {
	var by []string
	if r != "" {
		by = append(by, "autopilot_id = "+bindID(b, r))
	}
	if o != "" {
		by = append(by, "object_id = "+bindID(b, o))
	}
	if d != "" {
		by = append(by, "device_id = "+bindID(b, d))
	}
	tenant := bindID(b, t)
	for i := range by {
		by[i] = "SELECT id FROM deployments WHERE tenant_id = " + tenant + " AND " + by[i]
	}
	return "y.tenant_id = " + tenant + " AND y.id IN (" + strings.Join(by, " UNION ") + ")", len(by) > 0
}

// DeploymentsOf implements enrollment.DeploymentReader.
func (db *DB) DeploymentsOf(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, d enrollment.DeviceID, limit int) ([]enrollment.Deployment, error) {
	b := &builder{d: db.d}
	where, ok := deploymentOf(b, t, r, "", d)
	if !ok {
		return nil, nil
	}
	all, err := collect(ctx, db.reader(), scanDeployment, "SELECT "+deploymentColumns+" FROM deployments y WHERE "+where+" ORDER BY y.id DESC LIMIT "+b.arg(limit), b.args...)
	return all, fault.Wrap("list deployments", err)
}

// CreateDeployment implements enrollment.DeploymentTx.
func (tx *Tx) CreateDeployment(ctx context.Context, t directory.TenantID, y enrollment.Deployment) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO deployments (tenant_id, id, autopilot_id, object_id, device_id, user_id, upn, device_name, serial_number, state, body, started_at, ended_at, version)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", append(deploymentArgs(d, t, &y), max(y.Version, 1))...)
	return fault.Wrap("create deployment "+string(y.ID), err)
}

func deploymentArgs(d *dialect, t directory.TenantID, y *enrollment.Deployment) []any {
	return []any{
		idArg(d, t), idArg(d, y.ID), idArg(d, y.Registration), idArg(d, y.Object), idArg(d, y.Device), idArg(d, y.User), y.UPN, y.DeviceName, y.SerialNumber,
		deploymentStates.arg(deploymentStates.orFirst(y.State)),
		jsonArg{deploymentBodyOf(y)},
		timeArg(y.StartedAt), timeArg(y.EndedAt),
	}
}

// UpdateDeployment implements enrollment.DeploymentTx.
func (tx *Tx) UpdateDeployment(ctx context.Context, t directory.TenantID, y enrollment.Deployment) error {
	n, err := tx.exec(ctx, "UPDATE deployments SET autopilot_id = $3, object_id = $4, device_id = $5, user_id = $6, upn = $7, device_name = $8, serial_number = $9, state = $10, body = $11,"+
		" started_at = $12, ended_at = $13, version = version + 1 WHERE tenant_id = $1 AND id = $2", deploymentArgs(tx.dialect(), t, &y)...)
	if err == nil && n == 0 {
		return missing("deployment", string(y.ID))
	}
	return fault.Wrap("update deployment "+string(y.ID), err)
}

// OpenDeployment implements enrollment.DeploymentTx.
func (tx *Tx) OpenDeployment(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d enrollment.DeviceID) (enrollment.Deployment, bool, error) {
	return tx.deployment(ctx, t, r, o, d, " AND y.ended_at = 0")
}

// LastDeployment implements enrollment.DeploymentTx.
func (tx *Tx) LastDeployment(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d enrollment.DeviceID) (enrollment.Deployment, bool, error) {
	return tx.deployment(ctx, t, r, o, d, "")
}

func (tx *Tx) deployment(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d enrollment.DeviceID, more string) (enrollment.Deployment, bool, error) {
	b := &builder{d: tx.dialect()}
	where, ok := deploymentOf(b, t, r, o, d)
	if !ok {
		return enrollment.Deployment{}, false, nil
	}
	y, ok, err := first(ctx, tx, scanDeployment, "SELECT "+deploymentColumns+" FROM deployments y WHERE "+where+more+" ORDER BY y.id DESC LIMIT 1/*lock*/", b.args...)
	return y, ok, fault.Wrap("find a deployment", err)
}

// eventBody is a timeline's line as stored, without what has columns.
type eventBody = enrollment.Event

func scanEvent(r row, e *enrollment.Event) error {
	var b eventBody
	if err := r.Scan(asID(&e.ID), asTime(&e.At), &e.Kind, asJSON(&b)); err != nil {
		return err
	}
	b.ID, b.At, b.Kind = e.ID, e.At, e.Kind
	*e = b
	return nil
}

// ListEvents implements enrollment.DeploymentReader.
func (db *DB) ListEvents(ctx context.Context, t directory.TenantID, id enrollment.DeploymentID) ([]enrollment.Event, error) {
	all, err := collect(ctx, db.reader(), scanEvent, "SELECT id, at, kind, body FROM deployment_events WHERE tenant_id = $1 AND deployment_id = $2 ORDER BY id", idArg(db.d, t), idArg(db.d, id))
	return all, fault.Wrap("read the timeline of "+string(id), err)
}

// AddEvents implements enrollment.DeploymentTx.
func (tx *Tx) AddEvents(ctx context.Context, t directory.TenantID, id enrollment.DeploymentID, es []enrollment.Event) error {
	d := tx.dialect()
	rows := make([][]any, len(es))
	for i := range es {
		b := es[i]
		b.ID, b.At, b.Kind = "", time.Time{}, ""
		rows[i] = []any{idArg(d, t), idArg(d, id), idArg(d, es[i].ID), timeArg(es[i].At), string(es[i].Kind), jsonArg{b}}
	}
	err := insertRows(ctx, tx, "INSERT INTO deployment_events (tenant_id, deployment_id, id, at, kind, body) VALUES ", rows, "")
	return fault.Wrap("write the timeline of "+string(id), err)
}
