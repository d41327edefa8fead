package enrollment

import "context"

// OwnerKind is who queued a command.
type OwnerKind string

// The owners.
const (
	OwnerInventory OwnerKind = "inventory"
	OwnerESP       OwnerKind = "statusPage"
	OwnerPolicy    OwnerKind = "configuration"
	OwnerApp       OwnerKind = "app"
	OwnerAction    OwnerKind = "action"
	OwnerHardware  OwnerKind = "hardware"
	OwnerEnrolment OwnerKind = "enrolment" // renewal, unenrolment
)

// CommandOwner queues commands of one kind and hears what became of them. Both
// run inside the transaction of the message: no side effects but through tx.
type CommandOwner interface {
	// Plan queues what the PC should be told now (tx.Queue; a Key that is open
	// is skipped). It is asked at every message that ends without open commands
	// and at the first message of a session.
	Plan(ctx context.Context, tx Tx, v *Visit) error
	// Ended hears of a command that came to its end (Done, Failed, Unconfirmed).
	Ended(ctx context.Context, tx Tx, v *Visit, c *Command) error
}

// AlertHearer is an owner that also hears the PC's alerts.
type AlertHearer interface {
	Alerted(ctx context.Context, tx Tx, v *Visit, a *Alert) error
}
