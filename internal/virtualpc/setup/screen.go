package setup

// ScreenName says which page of OOBE is shown.
type ScreenName string

// The pages in the order in which a PC comes to them.
const (
	ScreenMoment        ScreenName = "moment" // no page of its own: the PC works between two pages
	ScreenRegion        ScreenName = "region"
	ScreenKeyboard      ScreenName = "keyboard"
	ScreenLayout        ScreenName = "layout" // a second keyboard layout
	ScreenNetwork       ScreenName = "network"
	ScreenProfile       ScreenName = "profile" // profile download, updates
	ScreenPreprovision  ScreenName = "preprovisioning"
	ScreenEULA          ScreenName = "eula"
	ScreenRename        ScreenName = "rename"
	ScreenPlain         ScreenName = "plain" // the account page of a PC without a profile
	ScreenAccount       ScreenName = "account"
	ScreenPassword      ScreenName = "password"
	ScreenMFA           ScreenName = "mfa"
	ScreenTerms         ScreenName = "terms"
	ScreenDeviceESP     ScreenName = "device-esp"
	ScreenWindowsSignIn ScreenName = "windows-sign-in"
	ScreenPrivacy       ScreenName = "privacy"
	ScreenUserESP       ScreenName = "user-esp"
	ScreenHello         ScreenName = "hello"
	ScreenDesktop       ScreenName = "desktop"
	ScreenError         ScreenName = "error"
)

// titles are what people call the pages.
var titles = map[ScreenName]string{
	ScreenMoment: "Just a moment", ScreenRegion: "Language (Region)", ScreenKeyboard: "Keyboard", ScreenLayout: "Second keyboard layout",
	ScreenNetwork: "Network", ScreenProfile: "Profile and updates", ScreenPreprovision: "Pre-provisioning", ScreenEULA: "Microsoft Software License Terms",
	ScreenRename: "Computer name", ScreenPlain: "How to set up this PC", ScreenAccount: "Work or school account", ScreenPassword: "Password",
	ScreenMFA: "Second factor", ScreenTerms: "Terms of use", ScreenDeviceESP: "Device setup", ScreenWindowsSignIn: "Windows sign-in",
	ScreenPrivacy: "Privacy settings", ScreenUserESP: "Account setup", ScreenHello: "Windows Hello", ScreenDesktop: "Desktop", ScreenError: "Something went wrong",
}

// Title is what people call the page; the name itself is for scripts.
func (n ScreenName) Title() string {
	if t := titles[n]; t != "" {
		return t
	}
	return string(n)
}

// Screen is one page as a person sees it, and why it is there.
type Screen struct {
	Name    ScreenName    `json:"name"`
	Heading string        `json:"heading"`
	Text    string        `json:"text,omitempty"`
	Fields  []Field       `json:"fields,omitempty"`
	Buttons []Button      `json:"buttons,omitempty"`
	Rows    []ProgressRow `json:"rows,omitempty"`    // of the Enrollment Status Page
	Notes   []string      `json:"notes,omitempty"`   // what this PC does otherwise than the profile asks
	Why     string        `json:"why"`               // names the setting and its value
	Skipped []Skip        `json:"skipped,omitempty"` // pages passed over since the page before
	Error   *Problem      `json:"error,omitempty"`
	Events  []EventKind   `json:"events"` // what may happen now
}

// Field is something to type or to choose on a page.
type Field struct {
	Name   string   `json:"name"` // "language", "keyboard", "address" …
	Label  string   `json:"label"`
	Value  string   `json:"value,omitempty"` // filled in already
	Choice []string `json:"choice,omitempty"`
	Secret bool     `json:"secret,omitempty"` // never shown, never part of an event
	Fixed  bool     `json:"fixed,omitempty"`  // cannot be changed
}

// Button is one of the buttons and links of a page; its text is what is on it.
type Button string

// The buttons. Those that no event of its own stands for are pressed with the
// event Pressed.
const (
	ButtonYes           Button = "Yes"
	ButtonNext          Button = "Next"
	ButtonSignIn        Button = "Sign in" // Windows 11's Next on the password page
	ButtonAccept        Button = "Accept"
	ButtonDecline       Button = "Decline"
	ButtonAddLayout     Button = "Add layout"
	ButtonSkip          Button = "Skip"
	ButtonBack          Button = "Back"
	ButtonVerify        Button = "Verify"
	ButtonCancel        Button = "Cancel"
	ButtonOK            Button = "OK"
	ButtonWork          Button = "Set up for work or school"
	ButtonPersonal      Button = "Set up for personal use"
	ButtonChangeAccount Button = "Sign in with another account"
	ButtonTryAgain      Button = "Try again"
	ButtonReset         Button = "Reset device"
	ButtonContinue      Button = "Continue anyway"
	ButtonCollectLogs   Button = "Collect logs"
)

// RowState is how far a line of the Enrollment Status Page is.
type RowState string

// The states of a line. A line says Identifying until the PC knows what to wait
// for.
const (
	RowWaiting     RowState = "Waiting"
	RowIdentifying RowState = "Identifying"
	RowWorking     RowState = "Working on it"
	RowComplete    RowState = "Complete"
	RowError       RowState = "Error"
)

// ProgressRow is a line of the Enrollment Status Page: one of its three phases,
// with the lines under it, or one of those.
type ProgressRow struct {
	Name  string        `json:"name"`
	State RowState      `json:"state"`
	Done  int           `json:"done,omitempty"`
	Total int           `json:"total,omitempty"` // 0: nothing is counted
	Rows  []ProgressRow `json:"rows,omitempty"`
}

// Skip is a page that was passed over.
type Skip struct {
	Name ScreenName `json:"name"`
	Why  string     `json:"why"`
}
