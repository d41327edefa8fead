package access

import (
	"context"
	"time"

	"taxiway/internal/fault"
)

// What to do about a token that was good and is no more.
const (
	remedyApp    = "Enable or create the app in this tenant, then ask for a new token."
	remedyPerson = "Ask an administrator to enable the account, then sign in again."
	remedySignIn = "Sign in again."
	remedyDevice = "Ask an administrator to enable the device, or sign in on another one."
)

// person completes the principal of a person's token with what the directory
// says about the person, and about the PC they signed in on, now.
func (v *Verifier) person(ctx context.Context, c *claims, p *Principal, now time.Time) error {
	if v.User == nil {
		return refuse(TokenMalformed, "This resource takes the tokens of apps only.", nil)
	}
	user, err := recheck(ctx, v, &v.users, v.User, stateKey{c.Tenant, c.ObjectID}, now, "The person this token was issued for is gone.", remedyPerson)
	switch {
	case err != nil:
		return err
	case !user.Enabled:
		return refuseWith(TokenRevoked, "The account of the person this token was issued for is disabled.", remedyPerson, nil)
	case c.issuedBefore(user.SessionsFrom):
		return refuseWith(TokenRevoked, "The sign-in this token comes from was ended.", remedySignIn, nil)
	}
	if c.DeviceID != "" {
		if err := v.device(ctx, c, now); err != nil {
			return err
		}
	}
	p.Kind, p.UserPrincipalName, p.Name = User, user.UPN, user.Name
	p.Scopes, p.Roles, p.Methods, p.DeviceID = c.scopes, user.Roles, c.Methods, c.DeviceID
	p.Permissions = Delegated(c.scopes, user.Roles)
	return nil
}

func (v *Verifier) device(ctx context.Context, c *claims, now time.Time) error {
	if v.Device == nil {
		return refuse(TokenMalformed, "This resource takes no tokens of a device.", nil)
	}
	enabled, err := recheck(ctx, v, &v.devices, v.Device, stateKey{c.Tenant, c.DeviceID}, now, "The device this token was issued on is gone.", remedyDevice)
	if err == nil && !enabled {
		err = refuseWith(TokenRevoked, "The device this token was issued on is disabled.", remedyDevice, nil)
	}
	return err
}

// recheck asks for the state of an app, person or device, or remembers what it
// was told within v.Recheck. What is gone took its tokens with it.
func recheck[S any](ctx context.Context, v *Verifier, known *cache[stateKey, S], ask func(context.Context, string, string) (S, error), k stateKey, now time.Time, gone, remedy string) (S, error) {
	if state, ok := known.get(k, now); ok {
		return state, nil
	}
	state, err := ask(ctx, k.tenant, k.id)
	if fault.Is(err, fault.NotFound) {
		return state, refuseWith(TokenRevoked, gone, remedy, err)
	}
	if err != nil {
		return state, fault.Wrap("look up what became of a caller", err)
	}
	known.put(k, state, now, now.Add(v.Recheck))
	return state, nil
}
