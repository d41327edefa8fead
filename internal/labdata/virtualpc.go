package labdata

// VirtualPC is the one PC of the sample that can be switched on: its TPM is
// the lab's own. The 25 of the file exist on paper alone.
type VirtualPC struct {
	Name       string // of its folder
	Model      string // as the virtual PC knows its models
	Serial     string
	GroupTag   string
	Group      string // that the tag brings it into
	StatusPage string // that is assigned to the group
	Profile    string // that the group gets
	Computer   string // the name that its template gives
	UserType   string // that it makes of the person: Administrator, Standard user
	User       string // who it is for
}

// LabPC is the sample's virtual PC.
func LabPC() VirtualPC {
	return VirtualPC{
		Name: "lab-pc", Model: "latitude-7440", Serial: "ZX4B7T1", GroupTag: "Office-Berlin", Group: "Office PCs",
		StatusPage: "Office PCs at their first start", Profile: "Office standard", Computer: "CT-ZX4B7T1", UserType: "Standard user", User: "adele.vance@contoso.example",
	}
}
