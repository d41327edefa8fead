package enrollment

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// lock takes the device and, when it says that it leaves, first its place.
func (c *checkIn) lock(ctx context.Context, id DeviceID) (Device, error) {
	gone := fault.Field(fault.Unauthenticated, CodeNotManaged, "certificate", "The device is not managed here any more.", "Enrol the PC again.")
	var seen Device
	if c.in.leaves() {
		var err error
		if seen, err = c.Store.GetManagedDevice(ctx, c.t, id); err != nil && !fault.Is(err, fault.NotFound) {
			return seen, err
		}
		if c.place, err = c.lockPlace(ctx, c.tx, c.t, seen.Object); err != nil {
			return seen, err
		}
	}
	d, err := c.tx.LockManagedDevice(ctx, c.t, id)
	if fault.Is(err, fault.NotFound) || err == nil && (!d.State.Live() || c.place != nil && d.Object != seen.Object) {
		return d, gone
	}
	return d, err
}

// farewell lets a PC go that said it leaves. Nothing of its session remains.
func (c *checkIn) farewell(ctx context.Context) error {
	c.gone = true
	d := c.v.Device
	if err := c.leave(ctx, c.tx, c.t, d, c.place); err != nil || d.Object == "" {
		return err
	}
	c.v.Later = append(c.v.Later, func(ctx context.Context) error {
		c.Settler.SettleObjects(ctx, c.t, directory.TopicDevice, []directory.ObjectID{d.Object})
		return nil
	})
	return nil
}
