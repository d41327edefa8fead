package setup

// Network is what a PC is connected to when it is switched on.
type Network string

// A wired PC is online before its first page; one with Wi-Fi or nothing comes
// to the network page first.
const (
	NoNetwork Network = "none"
	WiFi      Network = "wifi" // joined at the network page
	Wired     Network = "wired"
)

// Looks of the pages.
const (
	Windows10 = 10
	Windows11 = 11
)

// Facts are what a PC knows of itself before anybody tells it anything.
type Facts struct {
	Serial   string  `json:"serial"`             // SMBIOS, for %SERIAL%
	Language string  `json:"language"`           // of the installed system: en-US
	Keyboard string  `json:"keyboard,omitempty"` // of the installed system; empty: the language's own
	Network  Network `json:"network"`
	Look     int     `json:"look,omitempty"` // Windows10 or Windows11; 0 is Windows 11
	Hello    bool    `json:"hello,omitempty"`
	TPM      bool    `json:"tpm,omitempty"`
	Seed     uint64  `json:"seed,omitempty"` // of Windows' own name and of %RAND:x%
}

func (f *Facts) valid() bool {
	switch f.Network {
	case NoNetwork, WiFi, Wired:
	default:
		return false
	}
	return f.Look == 0 || f.Look == Windows10 || f.Look == Windows11
}

func (f *Facts) looks10() bool { return f.Look == Windows10 }
