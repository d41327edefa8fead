package rule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// period is an ISO 8601 duration; negative after "-minus".
type period struct {
	years, months, days int
	clock               time.Duration
}

var periodForm = regexp.MustCompile(`^P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,5})D)?(T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$`)

// parsePeriod reads a period such as P7D or p7dt3h; at least one part must be there.
func parsePeriod(text string) (period, bool) {
	text = strings.ToUpper(text)
	m := periodForm.FindStringSubmatch(text)
	if m == nil || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return period{}, false
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // the form allows digits or nothing, which is 0
		return n
	}
	clock := time.Duration(number(6))*time.Hour + time.Duration(number(7))*time.Minute + time.Duration(number(8))*time.Second
	return period{number(1), number(2), number(3)*7 + number(4), clock}, true
}

func (p period) negated() period {
	return period{-p.years, -p.months, -p.days, -p.clock}
}

// String returns the shortest spelling with weeks as days, without a sign.
func (p period) String() string {
	if p.years < 0 || p.months < 0 || p.days < 0 || p.clock < 0 {
		p = p.negated()
	}
	var b strings.Builder
	b.WriteByte('P')
	part := func(n int, unit byte) {
		if n != 0 {
			fmt.Fprintf(&b, "%d%c", n, unit)
		}
	}
	part(p.years, 'Y')
	part(p.months, 'M')
	part(p.days, 'D')
	if p.clock != 0 {
		b.WriteByte('T')
		seconds := int(p.clock / time.Second)
		// Hours and minutes stay within the five digits parsePeriod reads: carrying only ever
		// shortens minutes and seconds, so hours are capped and the rest is left in minutes.
		hours := min(seconds/3600, 99999)
		minutes := min((seconds-hours*3600)/60, 99999)
		part(hours, 'H')
		part(minutes, 'M')
		part(seconds-hours*3600-minutes*60, 'S')
	}
	return b.String()
}

// dateForms are the ISO 8601 forms a date value may have; without a zone it is UTC.
var dateForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", time.DateOnly}

// parseDate reads an ISO 8601 date or date-time, years 1 to 9999.
func parseDate(text string) (time.Time, bool) {
	text = strings.ToUpper(text)
	for _, form := range dateForms {
		if t, err := time.Parse(form, text); err == nil {
			t = t.UTC()
			return t, t.Year() >= 1 && t.Year() <= 9999 && !t.IsZero()
		}
	}
	return time.Time{}, false
}
