package machine

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"taxiway/internal/hwhash"
)

// OS is the Windows on a PC.
type OS struct {
	Release  string       `json:"release"`  // an ID of Releases
	Build    hwhash.Build `json:"build"`    // for example 10.0.26100.4349
	Edition  uint32       `json:"edition"`  // product type of GetProductInfo: 48 is Professional
	Language string       `json:"language"` // of the image, for example de-DE
	Keyboard string       `json:"keyboard"` // the layout's identifier, for example 00000407
	Look     int          `json:"look"`     // 10 or 11: whose screens it shows
}

// Release is a version of Windows that can be put on a PC.
type Release struct {
	ID    string // for example 11-24h2
	Name  string // for people
	Build hwhash.Build
	Look  int
}

// professional is the product type PRODUCT_PROFESSIONAL.
const professional = 48

// releases are those of Microsoft Learn, "Windows 11 release information" and
// "Windows 10 release information"; the first is the default.
var releases = [...]Release{
	{"11-24h2", "Windows 11, version 24H2", hwhash.Build{Major: 10, Build: 26100, Revision: 4349}, 11},
	{"11-25h2", "Windows 11, version 25H2", hwhash.Build{Major: 10, Build: 26200, Revision: 6584}, 11},
	{"11-23h2", "Windows 11, version 23H2", hwhash.Build{Major: 10, Build: 22631, Revision: 5472}, 11},
	{"10-22h2", "Windows 10, version 22H2", hwhash.Build{Major: 10, Build: 19045, Revision: 5965}, 10},
}

// Releases lists the versions of Windows there are; the first is the default.
func Releases() []Release { return slices.Clone(releases[:]) }

// Name is the release's name for people.
func (o OS) Name() string {
	for _, r := range releases {
		if r.ID == o.Release {
			return r.Name
		}
	}
	return "Windows " + o.Build.String()
}

// keyboards are the layouts that come with a language (Microsoft Learn,
// "Default input profiles in Windows"); every other language types as en-US.
var keyboards = map[string]string{
	"en-US": "00000409", "en-GB": "00000809", "de-DE": "00000407", "de-AT": "00000407", "de-CH": "00000807", "fr-FR": "0000040c",
	"fr-CH": "0000100c", "it-IT": "00000410", "es-ES": "0000040a", "pt-BR": "00000416", "pt-PT": "00000816", "nl-NL": "00020409",
	"da-DK": "00000406", "sv-SE": "0000041d", "nb-NO": "00000414", "fi-FI": "0000040b", "pl-PL": "00000415", "cs-CZ": "00000405",
	"ja-JP": "00000411", "ko-KR": "00000412", "tr-TR": "0000041f",
}

const defaultLanguage = "en-US"

// Languages lists those whose own keyboard layout is known.
func Languages() []string {
	var out []string
	for language := range keyboards {
		out = append(out, language)
	}
	slices.Sort(out)
	return out
}

var (
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?-([A-Z]{2}|[0-9]{3})$`)
	keyboardForm = regexp.MustCompile(`^[0-9a-fA-F]{8}$`)
)

// filled is the OS with its defaults, checked: CodeWindows.
func (o OS) filled() (OS, error) {
	if o.Release == "" {
		o.Release = releases[0].ID
	}
	at := slices.IndexFunc(releases[:], func(r Release) bool { return strings.EqualFold(r.ID, o.Release) })
	if at < 0 {
		var ids []string
		for _, r := range releases {
			ids = append(ids, r.ID)
		}
		return o, &Error{Code: CodeWindows, Message: fmt.Sprintf("There is no release '%s' of Windows.", o.Release), Remedy: "Choose " + strings.Join(ids, ", ") + "."}
	}
	r := releases[at]
	o.Release, o.Look = r.ID, r.Look
	if o.Build == (hwhash.Build{}) {
		o.Build = r.Build
	}
	if o.Edition == 0 {
		o.Edition = professional
	}
	if o.Language == "" {
		o.Language = defaultLanguage
	}
	if !languageForm.MatchString(o.Language) {
		return o, &Error{Code: CodeWindows, Message: fmt.Sprintf("'%s' is no language of Windows.", o.Language), Remedy: "Write language and country, as in en-US or de-DE."}
	}
	if o.Keyboard == "" {
		if o.Keyboard = keyboards[o.Language]; o.Keyboard == "" {
			o.Keyboard = keyboards[defaultLanguage]
		}
	}
	if !keyboardForm.MatchString(o.Keyboard) {
		return o, &Error{Code: CodeWindows, Message: fmt.Sprintf("'%s' is no keyboard layout.", o.Keyboard), Remedy: "Write its eight hexadecimal digits, as in 00000409."}
	}
	o.Keyboard = strings.ToLower(o.Keyboard)
	return o, nil
}
