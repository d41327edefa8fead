package fleet

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"taxiway/internal/graphclient"
)

// Record is what a tenant's Graph says about one PC.
type Record struct {
	Identity    *graphclient.DeviceIdentity // nil: it is not registered
	Deployments []graphclient.Deployment    // the newest first
	Timeline    []graphclient.TimelineEvent // of all of them, in order
	Managed     []graphclient.ManagedDevice // with its serial number
	Device      *graphclient.Device         // the directory's object that its registration names
}

// readers is how many PCs are asked about at a time.
const readers = 8

// ReadRecords asks Graph for everything about the PCs, in their order.
func (f *Fleet) ReadRecords(ctx context.Context, c *graphclient.Client) ([]Record, error) {
	out := make([]Record, len(f.PCs))
	at := map[string]int{}
	for i, pc := range f.PCs {
		at[pc.Serial] = i
	}
	for d, err := range c.DeviceIdentities(ctx, graphclient.List{}) {
		if err != nil {
			return nil, err
		}
		if i, ours := at[d.SerialNumber]; ours && d.ID == f.PCs[i].Registration {
			out[i].Identity = &d
		}
	}
	for m, err := range c.ManagedDevices(ctx) {
		if err != nil {
			return nil, err
		}
		if i, ours := at[m.SerialNumber]; ours {
			out[i].Managed = append(out[i].Managed, m)
		}
	}
	var (
		next atomic.Int64
		wg   sync.WaitGroup
		errs = make([]error, readers)
	)
	for w := range errs {
		wg.Go(func() {
			for errs[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(out) {
					return
				}
				errs[w] = out[i].read(ctx, c)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *Record) read(ctx context.Context, c *graphclient.Client) error {
	if r.Identity == nil {
		return nil
	}
	var err error
	if r.Deployments, err = c.Deployments(ctx, r.Identity.ID); err != nil {
		return err
	}
	for _, d := range slices.Backward(r.Deployments) {
		lines, err := c.Timeline(ctx, d.ID)
		if err != nil {
			return err
		}
		r.Timeline = append(r.Timeline, lines...)
	}
	if r.Identity.EntraDeviceID == "" {
		return nil
	}
	d, err := c.Device(ctx, r.Identity.EntraDeviceID)
	switch {
	case missing(err):
		return nil
	case err != nil:
		return err
	}
	r.Device = &d
	return nil
}
