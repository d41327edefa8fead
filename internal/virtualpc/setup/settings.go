package setup

// The profile's settings as the tutorial names them, with their values: what
// the reasons of pages are made of.

func hideOrShow(hide bool) string {
	if hide {
		return "Hide"
	}
	return "Show"
}

func yesOrNo(yes bool) string {
	if yes {
		return "Yes"
	}
	return "No"
}

func (p *Profile) languageSetting() string {
	switch p.Language {
	case OSDefault:
		return "Language (Region) = Operating system default"
	case "":
		return "Language (Region) = User select"
	default:
		return "Language (Region) = " + p.Language
	}
}

func (p *Profile) keyboardSetting() string {
	return "Automatically configure keyboard = " + yesOrNo(p.HideKeyboard)
}

func (p *Profile) eulaSetting() string {
	return "Microsoft Software License Terms = " + hideOrShow(p.HideEULA)
}

func (p *Profile) privacySetting() string {
	return "Privacy settings = " + hideOrShow(p.HidePrivacy)
}

func (p *Profile) escapeSetting() string {
	return "Hide change account options = " + hideOrShow(p.HideEscape)
}

func (p *Profile) nameSetting() string {
	if p.NameTemplate == "" {
		return "Apply device name template = No"
	}
	return "Apply device name template = Yes (" + p.NameTemplate + ")"
}

func (p *Profile) accountSetting() string {
	if p.StandardUser {
		return "User account type = Standard user"
	}
	return "User account type = Administrator"
}

func (p *Profile) modeSetting() string {
	if p.SelfDeploying {
		return "Deployment mode = Self-Deploying"
	}
	return "Deployment mode = User-driven"
}

func (p *Profile) joinSetting() string {
	if p.Hybrid {
		return "Join to Microsoft Entra ID as = Microsoft Entra hybrid joined"
	}
	return "Join to Microsoft Entra ID as = Microsoft Entra joined"
}

// The Enrollment Status Page's own setting.
func showSetting(shown bool) string {
	return "Show app and profile configuration progress = " + yesOrNo(shown)
}

// limits are what this PC does otherwise than its profile asks, and which way it
// goes on.
func (s *State) limits() []string {
	p := s.Profile
	if p == nil {
		return nil
	}
	var out []string
	if p.Hybrid {
		out = append(out, p.joinSetting()+": this PC reaches no Active Directory domain and no connector that would join it to one. "+
			"It goes on as Microsoft Entra joined, and keeps the name that Windows made.")
	}
	if p.SelfDeploying {
		lack := "joining without a person needs a TPM that its maker vouches for, and a virtual PC's has no such word. "
		if !s.Facts.TPM {
			lack = "joining without a person needs a TPM, and this PC has none. "
		}
		out = append(out, p.modeSetting()+": "+lack+"It goes on as User-driven: somebody signs in.")
	}
	return out
}
