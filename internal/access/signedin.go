package access

import (
	"context"
	"time"
)

// SignedIn is a person whose session another package has checked: what a token
// would say.
type SignedIn struct {
	Tenant, ObjectID string
	AppID            string    // the program the person uses
	Scopes           []string  // what the program may do for people
	Methods          []string  // amr
	DeviceID         string    // the joined PC, if it was one
	At               time.Time // when the person last proved themselves
}

// Person returns who a checked session stands for, with what the directory says
// about person, app and PC now. Refusals are those of Verify.
func (v *Verifier) Person(ctx context.Context, s SignedIn) (*Principal, error) {
	seconds := s.At.Unix()
	return v.principal(ctx, &claims{
		Tenant: s.Tenant, AppID: s.AppID, ObjectID: s.ObjectID, TokenType: typeUser, Methods: s.Methods, DeviceID: s.DeviceID,
		IssuedAt: &seconds, IssuedMicros: s.At.UnixMicro(), scopes: s.Scopes,
	}, v.Now())
}
