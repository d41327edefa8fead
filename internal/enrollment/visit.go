package enrollment

import "taxiway/internal/directory"

// command makes a command for the PC that is being answered.
func (s *Service) command(v *Visit, owner OwnerKind, of, key string, op Operation) Command {
	return Command{ID: s.NewID(), Device: v.Device.ID, Owner: owner, Of: of, Key: key, Op: op, State: Queued, CreatedAt: v.Now}
}

// actor is who writes what follows from a PC's own messages.
func (v *Visit) actor() directory.Actor {
	return directory.Actor{AppName: v.Device.Name, ObjectID: v.Device.Object}
}

// value is the first result of a Get.
func (c *Command) value() string {
	if len(c.Results) == 0 {
		return ""
	}
	return c.Results[0].Data
}
