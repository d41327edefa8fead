package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

var deviceStates = enum[signin.DeviceState]{"device code state", []signin.DeviceState{signin.DeviceWaiting, signin.DeviceApproved, signin.DeviceDeclined, signin.DeviceUsed}}

// maxPollWait bounds how slow a client is made.
const maxPollWait = time.Minute

// deviceBody is the column body: what no statement looks for.
type deviceBody struct {
	Request signin.Request `json:"request"`
	Grant   *signin.Grant  `json:"grant,omitempty"`
}

const deviceCodeColumns = "c.user_code, c.tenant_id, c.body, c.state, c.poll_wait, c.polled_at, c.expires_at"

func scanDeviceCode(r row, d *signin.DeviceCode) error {
	var body deviceBody
	var seconds int64
	err := r.Scan(&d.UserCode, asID(&d.Tenant), asJSON(&body), deviceStates.as(&d.State), &seconds, asTime(&d.PolledAt), asTime(&d.ExpiresAt))
	d.Request, d.Grant, d.Interval = body.Request, body.Grant, time.Duration(seconds)*time.Second
	return err
}

// CreateDeviceCode implements signin.DeviceCodeStore. The code of a taken user
// code is UserCodeTaken.
func (db *DB) CreateDeviceCode(ctx context.Context, hash []byte, c signin.DeviceCode) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "INSERT INTO device_codes (hash, user_code, tenant_id, body, state, poll_wait, polled_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
			hash, c.UserCode, idArg(tx.dialect(), c.Tenant), jsonArg{deviceBody{c.Request, c.Grant}}, deviceStates.arg(c.State),
			int64(c.Interval/time.Second), timeArg(c.PolledAt), timeArg(c.ExpiresAt))
		return conflictAs(err, "UserCodeTaken", "This user code is in use.")
	})
	return fault.Wrap("create device code", err)
}

// GetDeviceCode implements signin.DeviceCodeStore.
func (db *DB) GetDeviceCode(ctx context.Context, hash []byte) (signin.DeviceCode, error) {
	return db.deviceCode(ctx, "hash", hash)
}

// GetUserCode implements signin.DeviceCodeStore.
func (db *DB) GetUserCode(ctx context.Context, userCode string) (signin.DeviceCode, error) {
	return db.deviceCode(ctx, "user_code", userCode)
}

func (db *DB) deviceCode(ctx context.Context, column string, value any) (signin.DeviceCode, error) {
	c, ok, err := first(ctx, db.reader(), scanDeviceCode, "SELECT "+deviceCodeColumns+" FROM device_codes c WHERE c."+column+" = $1", value)
	if err == nil && !ok {
		return c, missingSecret("device code")
	}
	return c, fault.Wrap("get device code", err)
}

// DecideDeviceCode implements signin.DeviceCodeStore.
func (db *DB) DecideDeviceCode(ctx context.Context, userCode string, state signin.DeviceState, g *signin.Grant) (decided bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		decided = false
		c, ok, err := first(ctx, tx, scanDeviceCode, "SELECT "+deviceCodeColumns+" FROM device_codes c WHERE c.user_code = $1/*lock*/", userCode)
		if err != nil || !ok || c.State != signin.DeviceWaiting {
			return err
		}
		if g != nil {
			c.Tenant = g.Tenant
		}
		n, err := tx.exec(ctx, "UPDATE device_codes SET state = $2, tenant_id = $3, body = $4 WHERE user_code = $1",
			userCode, deviceStates.arg(state), idArg(tx.dialect(), c.Tenant), jsonArg{deviceBody{c.Request, g}})
		decided = n == 1
		return err
	})
	return decided && err == nil, fault.Wrap("decide device code", err)
}

// PollDeviceCode implements signin.DeviceCodeStore.
func (db *DB) PollDeviceCode(ctx context.Context, hash []byte, now time.Time, slack, step time.Duration) (early bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		early = false
		// Columns are microseconds and seconds.
		n, err := tx.exec(ctx, "UPDATE device_codes SET polled_at = $2 WHERE hash = $1 AND state = 0 AND polled_at + poll_wait * 1000000 <= $3", hash, timeArg(now), timeArg(now.Add(slack)))
		if err != nil || n == 1 {
			return err
		}
		n, err = tx.exec(ctx, "UPDATE device_codes SET polled_at = $2, poll_wait = CASE WHEN poll_wait + $3 > $4 THEN $4 ELSE poll_wait + $3 END WHERE hash = $1 AND state = 0",
			hash, timeArg(now), int64(step/time.Second), int64(maxPollWait/time.Second))
		early = n == 1
		return err
	})
	return early && err == nil, fault.Wrap("poll device code", err)
}

// UseDeviceCode implements signin.DeviceCodeStore.
func (db *DB) UseDeviceCode(ctx context.Context, hash []byte, f signin.Family) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "UPDATE device_codes SET state = $2 WHERE hash = $1 AND state = $3", hash, deviceStates.arg(signin.DeviceUsed), deviceStates.arg(signin.DeviceApproved))
		if fresh = n == 1; err != nil || !fresh {
			return err
		}
		return tx.createFamily(ctx, &f)
	})
	return fresh && err == nil, fault.Wrap("use device code", err)
}
