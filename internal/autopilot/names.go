package autopilot

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// namesCompared bounds how many devices are looked at for an equal name.
const namesCompared = 10_000

// nameOf is the computer name a device will have. The digits of %RAND:x% are
// drawn by Windows, so they show as question marks and cannot collide here.
func (s *Service) nameOf(ctx context.Context, t directory.TenantID, d *Device, profiles []Profile) (NameCheck, error) {
	if d.DisplayName != "" {
		return s.collide(ctx, t, d, NameCheck{Name: d.DisplayName}, "")
	}
	for i := range profiles {
		p := &profiles[i]
		if p.ID != d.Profile || p.DeviceNameTemplate == "" {
			continue
		}
		n := NameByTemplate(p.DeviceNameTemplate, d.SerialNumber)
		if n.Note.English != "" {
			return n, nil
		}
		return s.collide(ctx, t, d, n, p.DeviceNameTemplate)
	}
	return NameByTemplate("", d.SerialNumber), nil
}

// NameByTemplate is the computer name that a template gives to a PC with this
// serial number; an empty template gives none.
func NameByTemplate(template, serial string) NameCheck {
	if template == "" {
		return NameCheck{Note: Words.Say("nameByWindows")}
	}
	// Any digits tell whether the name is one at all.
	if _, ok, why := ExpandName(template, serial, func(n int) string { return strings.Repeat("0", n) }); !ok {
		return NameCheck{Note: why}
	}
	name, _, _ := ExpandName(template, serial, unknownDigits)
	if strings.Contains(name, "?") {
		return NameCheck{Name: name, Note: Words.Say("nameDigitsDrawn")}
	}
	return NameCheck{Name: name}
}

func unknownDigits(n int) string { return strings.Repeat("?", n) }

// collide warns when another device of the tenant gets the same name. Equal
// names are allowed.
func (s *Service) collide(ctx context.Context, t directory.TenantID, d *Device, n NameCheck, template string) (NameCheck, error) {
	after := DeviceID("")
	for seen := 0; seen < namesCompared; {
		page, err := s.Store.ListRegisteredDevices(ctx, t, after, settleBatch)
		if err != nil {
			return n, fault.Wrap("compare names", err)
		}
		for i := range page {
			other := page[i].DisplayName
			if other == "" && template != "" && page[i].Profile == d.Profile {
				other, _, _ = ExpandName(template, page[i].SerialNumber, unknownDigits)
			}
			if page[i].ID != d.ID && strings.EqualFold(other, n.Name) {
				n.Note = Words.Say("nameTaken", "serial", page[i].SerialNumber)
				return n, nil
			}
		}
		if len(page) < settleBatch {
			break
		}
		after, seen = page[len(page)-1].ID, seen+len(page)
	}
	return n, nil
}
