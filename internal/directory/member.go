package directory

// Member is one object in a group, whole: the device, user or group it is.
type Member struct {
	Kind   MemberKind
	User   *User   // when Kind is MemberUser
	Device *Device // when Kind is MemberDevice
	Group  *Group  // when Kind is MemberGroup
}

// ID is the member's object id.
func (m *Member) ID() ObjectID {
	switch {
	case m.Device != nil:
		return m.Device.ID
	case m.User != nil:
		return m.User.ID
	case m.Group != nil:
		return m.Group.ID
	}
	return ""
}
