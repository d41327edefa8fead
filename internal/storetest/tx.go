package storetest

import (
	"context"
	"errors"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var txTests = []directoryTest{
	{"a failing transaction leaves nothing behind", txRollsBack},
	{"transactions that fail beside others leave those intact", txIsolated},
	{"a transaction that panics leaves nothing and the store goes on", txPanics},
	{"a caller that left before its turn changes nothing", txCanceled},
	{"a caller that leaves in the middle changes nothing", txCanceledInside},
	{"a transaction used after its end is refused", txOver},
	{"a reader sees what was committed before", txReadAfterWrite},
}

var errStop = errors.New("stop")

func txRollsBack(c *city) {
	u, d := newUser(), newDevice("PC")
	err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateUser(c.ctx, c.tenant, u))
		c.ok(tx.CreateDevices(c.ctx, c.tenant, []directory.Device{d}))
		return errStop
	})
	if !errors.Is(err, errStop) {
		c.Fatalf("error = %v, want the function's own", err)
	}
	_, err = c.db.GetUser(c.ctx, c.tenant, string(u.ID))
	c.missing(err)
	_, err = c.db.GetDevice(c.ctx, c.tenant, d.ID)
	c.missing(err)
}

func txIsolated(c *city) {
	const n = 120
	users := make([]directory.User, n)
	for i := range users {
		users[i] = newUser()
		users[i].UserPrincipalName = fmt.Sprintf("u%d@contoso.example", i/3*3) // two of three clash
		if i%3 == 0 {
			users[i].DisplayName = "first"
		}
	}
	errs := c.together(n, func(i int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			// The device comes first: it must go when the user is refused.
			if err := tx.CreateDevices(c.ctx, c.tenant, []directory.Device{{ID: users[i].ID, DeviceID: directory.DeviceID(users[i].ID)}}); err != nil {
				return err
			}
			if i%10 == 9 {
				return errStop
			}
			return tx.CreateUser(c.ctx, c.tenant, users[i])
		})
	})
	for i, err := range errs {
		_, user := c.db.GetUser(c.ctx, c.tenant, string(users[i].ID))
		_, device := c.db.GetDevice(c.ctx, c.tenant, users[i].ID)
		if (err == nil) != (user == nil) || (err == nil) != (device == nil) {
			c.Errorf("transaction %d ended with %v, but its user reads %v and its device %v", i, err, user, device)
		}
	}
}

func txPanics(c *city) {
	u := newUser()
	func() {
		defer func() {
			if got := recover(); got != "boom" {
				c.Errorf("recovered %v, want the function's own panic", got)
			}
		}()
		_ = c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			c.ok(tx.CreateUser(c.ctx, c.tenant, u))
			panic("boom")
		})
	}()
	_, err := c.db.GetUser(c.ctx, c.tenant, string(u.ID))
	c.missing(err)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
}

func txCanceled(c *city) {
	ctx, cancel := context.WithCancel(c.ctx)
	ran := false
	var waiting chan error
	c.tx(func(*sqlstore.Tx) error {
		waiting = make(chan error, 1)
		go func() {
			waiting <- c.db.InTx(ctx, func(tx *sqlstore.Tx) error { <-ctx.Done(); ran = true; return ctx.Err() })
		}()
		cancel()
		return nil
	})
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		c.Errorf("error = %v, want canceled (ran: %v)", err, ran)
	}
	if err := c.db.InTx(ctx, func(*sqlstore.Tx) error { return errStop }); !errors.Is(err, context.Canceled) {
		c.Errorf("error = %v, want canceled", err)
	}
}

func txCanceledInside(c *city) {
	ctx, cancel := context.WithCancel(c.ctx)
	u, v := newUser(), newUser()
	err := c.db.InTx(ctx, func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateUser(ctx, c.tenant, u))
		cancel()
		return tx.CreateUser(ctx, c.tenant, v)
	})
	if !errors.Is(err, context.Canceled) {
		c.Errorf("error = %v, want canceled", err)
	}
	_, err = c.db.GetUser(c.ctx, c.tenant, string(u.ID))
	c.missing(err)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
}

func txOver(c *city) {
	var leaked *sqlstore.Tx
	c.tx(func(tx *sqlstore.Tx) error { leaked = tx; return nil })
	u := newUser()
	if err := leaked.CreateUser(c.ctx, c.tenant, u); err == nil {
		c.Error("a statement ran after the transaction's end")
	}
	_, err := c.db.GetUser(c.ctx, c.tenant, string(u.ID))
	c.missing(err)
}

func txReadAfterWrite(c *city) {
	for _, err := range c.together(16, func(int) error {
		for range 5 {
			u := newUser()
			if err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) }); err != nil {
				return err
			}
			if _, err := c.db.GetUser(c.ctx, c.tenant, string(u.ID)); err != nil {
				return err
			}
		}
		return nil
	}) {
		c.ok(err)
	}
}
