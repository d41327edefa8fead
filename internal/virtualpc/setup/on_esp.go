package setup

import "slices"

// onESP: the two parts of the Enrollment Status Page.
func (s *State) onESP(e *Event) (why string) {
	switch e.Kind {
	case ESPProgress:
		return s.progress(e)
	case ESPDone:
		s.leaveESP()
	case ESPFailed:
		s.failESP(e.Code, e.Text, e.Buttons)
	case TimePassed:
		if e.Elapsed < 0 {
			return "time does not go backwards"
		}
		s.Elapsed += e.Elapsed
		if limit := s.ESP.timeout(); limit > 0 && s.Elapsed >= limit {
			s.failESP(CodeTimeout, "", nil)
		}
	case Restarted:
		s.boot()
	case LogsCollected:
		s.Collecting, s.Logs = false, e.Value
	default: // Pressed
		return s.pressESP(e.Button)
	}
	return ""
}

// startESP fills the lines of a page that is come to for the first time. In
// user-driven mode the PC is joined and enrolled already when it opens.
func (s *State) startESP() {
	if s.Step == stepDeviceESP && s.Preparation == nil {
		s.Preparation = []ProgressRow{
			{Name: "Secure your hardware", State: RowComplete},
			{Name: "Join your organization's network", State: RowComplete},
			{Name: "Register your device for mobile management", State: RowComplete},
			{Name: "Find out what to wait for", State: RowWorking},
		}
		s.Device, s.Elapsed = tracked(), 0
	}
	if s.Step == stepUserESP && s.Account == nil {
		s.Account, s.Elapsed = tracked(), 0
	}
}

// tracked are the lines of device setup and of account setup.
func tracked() []ProgressRow {
	return []ProgressRow{
		{Name: "Security policies", State: RowIdentifying},
		{Name: "Certificates", State: RowIdentifying},
		{Name: "Network connections", State: RowIdentifying},
		{Name: "Apps", State: RowIdentifying},
	}
}

// progress takes the lines of a phase of the page that is shown.
func (s *State) progress(e *Event) (why string) {
	if e.ESP != nil && !e.ESP.valid() {
		return "its status page is not valid"
	}
	if !validRows(e.Rows) {
		return "its lines are not valid"
	}
	rows := slices.Clone(e.Rows)
	switch {
	case e.Phase == PhasePreparation && s.Step == stepDeviceESP:
		s.Preparation = rows
	case e.Phase == PhaseDevice && s.Step == stepDeviceESP:
		s.Device = rows
		if slices.ContainsFunc(rows, began) { // it knows what to wait for
			s.Preparation = completed(s.Preparation)
		}
	case e.Phase == PhaseAccount && s.Step == stepUserESP:
		s.Account = rows
	case e.Phase != "" || e.Rows != nil:
		return "the page does not show the phase '" + string(e.Phase) + "'"
	}
	if e.ESP != nil {
		shown := s.ESP
		s.ESP = *e.ESP
		// A page that is open is not closed by hiding it.
		s.ESP.ShowDevice, s.ESP.ShowUser = shown.ShowDevice, shown.ShowUser || e.ESP.ShowUser
	}
	return ""
}

func began(r ProgressRow) bool { return r.State != RowWaiting && r.State != RowIdentifying }

// leaveESP goes on with every line of the page complete.
func (s *State) leaveESP() {
	if s.Step == stepDeviceESP {
		s.Preparation, s.Device = completed(s.Preparation), completed(s.Device)
		s.Passed.Device = true
	} else {
		s.Account = completed(s.Account)
		s.Passed.User = true
	}
	s.Elapsed = 0
	s.goOn(s.Step)
}

func completed(rows []ProgressRow) []ProgressRow {
	out := slices.Clone(rows)
	for i := range out {
		out[i].State, out[i].Done = RowComplete, out[i].Total
	}
	return out
}

// failESP shows the failure with the organization's own text, and the buttons it
// allows.
func (s *State) failESP(code, text string, buttons []Button) {
	if code == "" {
		code = CodeESP
	}
	if text == "" {
		text = s.ESP.failure()
	}
	if len(buttons) == 0 {
		buttons = s.ESP.Buttons()
	}
	s.ESPFailed, s.ESPButtons = true, slices.DeleteFunc(slices.Clone(buttons), func(b Button) bool { return !espButton(b) })
	s.trouble(espProblem(code, text, s.ESPButtons))
}

func espButton(b Button) bool {
	return b == ButtonTryAgain || b == ButtonReset || b == ButtonContinue || b == ButtonCollectLogs
}

func (s *State) pressESP(b Button) (why string) {
	if !slices.Contains(s.ESPButtons, b) {
		return noSuchButton
	}
	if b == ButtonCollectLogs {
		s.Collecting = true
		return ""
	}
	s.ESPFailed, s.ESPButtons, s.Problem, s.Elapsed = false, nil, nil, 0
	switch b {
	case ButtonReset:
		s.enter(stepReset, "Shown because Reset device was pressed: Allow users to reset device on error = Yes")
	case ButtonContinue:
		if s.Step == stepDeviceESP {
			s.Passed.Device = true
		} else {
			s.Passed.User = true
		}
		s.goOn(s.Step)
	default: // Try again
		s.Preparation, s.Device, s.Account = retried(s.Preparation), retried(s.Device), retried(s.Account)
	}
	return ""
}

// retried are the lines after Try again: what failed is looked at anew.
func retried(rows []ProgressRow) []ProgressRow {
	out := slices.Clone(rows)
	for i := range out {
		if out[i].State == RowError {
			out[i].State = RowIdentifying
		}
	}
	return out
}

// onLast: privacy and Hello.
func (s *State) onLast(*Event) (why string) {
	if s.Step == stepPrivacy {
		s.Passed.Privacy = true
	} else {
		s.Passed.Hello = true
	}
	s.goOn(s.Step)
	return ""
}

// sumOf is the state of a phase from its lines.
func sumOf(rows []ProgressRow) RowState {
	sum := RowComplete
	for i := range rows {
		switch rows[i].State {
		case RowError:
			return RowError
		case RowComplete:
		default:
			sum = RowWorking
		}
	}
	return sum
}
