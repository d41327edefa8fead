package rule

// Kind says which objects a rule selects. A rule is for users or for devices, never for both
// (Microsoft Entra: "Rules for devices").
type Kind int

// The kinds of directory object a rule can select.
const (
	User Kind = iota
	Device
)

// String returns the word the rule language uses before the dot: "user" or "device".
func (k Kind) String() string {
	if k == Device {
		return "device"
	}
	return "user"
}
