package enrollment_test

import "slices"

// row is one combination of settings and fates. The oracle knows them in words
// and minutes only.
type row struct {
	show, onlyOOBE, onlyFirst   bool
	inOOBE, hasUser, forUser    bool
	block, reset, use           bool
	selected                    string // none, A or A+U
	device, account             string // fates, see below
	limit                       int
	setup, accountState, sum    string
	kinds                       []string
	skipDevice, skipUser        string
	buttons                     string
	finishedDevice, finishedFor bool
}

// fate is what becomes of the last thing of a phase.
type fate struct{ fail, at, press int }

var fates = map[string]fate{
	"fine":                     {never, 20, never},
	"just late":                {never, 60, never},
	"late":                     {never, 75, never},
	"never":                    {never, never, never},
	"fails":                    {30, never, never},
	"fails at the limit":       {60, never, never},
	"fails, then works":        {30, 45, never},
	"never, user goes on":      {never, never, 70},
	"fails, user goes on":      {30, never, 40},
	"late, but user went on":   {never, 75, 70},
	"works before user goes":   {30, 45, 50},
	"fails late, user goes on": {60, never, 65},
}

// expect is the oracle.
func (r *row) expect() {
	deviceShown := r.show && r.inOOBE
	accountShown := r.show && r.hasUser && (r.inOOBE || !r.onlyOOBE && !r.onlyFirst)
	r.skipDevice, r.skipUser = "true", "true"
	switch {
	case !r.block:
		r.buttons = "0"
	case r.reset && r.use:
		r.buttons = "7"
	case r.use:
		r.buttons = "6"
	case r.reset:
		r.buttons = "3"
	default:
		r.buttons = "2"
	}
	if !deviceShown && !accountShown {
		r.setup, r.accountState, r.sum, r.kinds, r.buttons = "disabled", "disabled", "disabled", []string{"desktop"}, ""
		return
	}
	r.setup, r.accountState = "notAttempted", "notAttempted"
	ended := true
	if deviceShown {
		r.skipDevice = "false"
		r.kinds = append(r.kinds, "phaseBegan", "phaseEnded", "phaseBegan")
		before, last := r.deviceThings()
		r.setup, ended = r.phase(r.device, before, last)
	}
	r.finishedDevice = deviceShown && ended && r.setup != "failure"
	if accountShown {
		r.skipUser = "false"
	}
	if accountShown && ended {
		r.kinds = append(r.kinds, "phaseBegan")
		r.accountState, ended = r.phase(r.account, 0, r.selected != "A")
		r.finishedFor = ended && r.accountState != "failure"
		if r.finishedFor {
			r.skipUser = "true"
		}
	}
	for _, worst := range []string{"failure", "successWithTimeout", "successOnRetry"} {
		if r.sum == "" && (r.setup == worst || r.accountState == worst) {
			r.sum = worst
		}
	}
	if r.sum == "" {
		r.sum = "success"
	}
	if ended {
		r.kinds = append(r.kinds, "desktop")
	}
}

// deviceThings counts what device setup waits for before its last thing, and
// says whether that one is waited for.
func (r *row) deviceThings() (before int, last bool) {
	switch {
	case r.forUser:
		return 1, false
	case r.selected == "none":
		return 2, true
	}
	return 2, false
}

// phase tells how a phase ends, and whether it does.
func (r *row) phase(name string, before int, last bool) (state string, ended bool) {
	f := fates[name]
	for range before {
		r.kinds = append(r.kinds, "installed")
	}
	if !last {
		r.kinds = append(r.kinds, "phaseEnded")
		return "success", true
	}
	press := f.press
	if r.block && !r.use {
		press = never
	}
	wrong := min(f.fail, r.limit)
	switch {
	case f.at < wrong:
		r.kinds = append(r.kinds, "installed", "phaseEnded")
		return "success", true
	case f.at == r.limit && f.fail > f.at:
		r.kinds = append(r.kinds, "installed", "phaseEnded")
		return "successWithTimeout", true
	}
	r.kinds = append(r.kinds, "failed")
	switch {
	case f.at < press:
		r.kinds = append(r.kinds, "installed", "phaseEnded")
		return "successOnRetry", true
	case press == never:
		return "failure", false
	case f.fail > r.limit:
		r.kinds = append(r.kinds, "phaseEnded")
		return "successWithTimeout", true
	}
	r.kinds = append(r.kinds, "phaseEnded")
	return "failure", true
}

// rows are all combinations that differ in something.
func rows() []row {
	var list []row
	flags := []bool{false, true}
	names := make([]string, 0, len(fates))
	for n := range fates {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, show := range flags {
		for _, onlyOOBE := range flags {
			for _, onlyFirst := range flags {
				for _, inOOBE := range flags {
					for _, hasUser := range flags {
						list = append(list, row{show: show, onlyOOBE: onlyOOBE, onlyFirst: onlyFirst, inOOBE: inOOBE, hasUser: hasUser, block: true, use: true, selected: "none", device: "fine", account: "fine"})
					}
				}
			}
		}
	}
	for _, buttons := range [][3]bool{{}, {true}, {true, true}, {true, false, true}, {true, true, true}} {
		for _, selected := range []string{"none", "A", "A+U"} {
			for _, forUser := range flags {
				for _, device := range names {
					for _, account := range names {
						if account != "fine" && device != "fine" && device != "fails, then works" && device != "never, user goes on" && device != "fails, user goes on" {
							continue
						}
						list = append(list, row{
							show: true, inOOBE: true, hasUser: true, forUser: forUser, block: buttons[0], reset: buttons[1], use: buttons[2],
							selected: selected, device: device, account: account,
						})
					}
				}
			}
		}
	}
	for i := range list {
		list[i].limit = 60
	}
	return list
}
