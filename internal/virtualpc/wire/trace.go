package wire

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Exchange is one request and its answer, as far as a log may show them: no
// password, code, token, ticket, nonce, key, cookie or signature of an address
// is in it.
type Exchange struct {
	At       time.Time     // when it was sent, the PC's clock
	Took     time.Duration // by the PC's clock
	Step     Step
	Try      int // from 1
	Method   string
	Address  string // the values of its query only where they are no secret
	Status   int    // 0: no answer
	Sent     string // what the request says, in short
	Received string // what the answer says, in short
	Bytes    int64  // of the answer's body
	Problem  string // Code of what went wrong, "" for nothing
}

// plainQuery are the parameters whose values are no secret.
var plainQuery = []string{"api-version", "client_id", "resource", "response_type", "scope", "redirect_uri", "mode", "login_hint", "amr_values", "error", "Platform"}

// shownAddress is an address without what is only for the server: the values
// of most parameters, and the path of a download, which is signed.
func shownAddress(step Step, u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	if step == StepDownload {
		shown.Path = "/…"
	}
	if u.RawQuery == "" {
		return shown.Scheme + "://" + shown.Host + shown.Path
	}
	var parts []string
	query := u.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		value := "…"
		if slices.Contains(plainQuery, name) {
			value = query.Get(name)
		}
		parts = append(parts, name+"="+value)
	}
	return shown.Scheme + "://" + shown.Host + shown.Path + "?" + strings.Join(parts, "&")
}

// trace tells Options.Trace of one try.
func (c *Client) trace(r *request, a *answer, p *Problem, try int, began time.Time) {
	if c.o.Trace == nil {
		return
	}
	e := Exchange{At: began, Took: c.o.Now().Sub(began), Step: r.step, Try: try, Method: r.method, Sent: r.sent}
	if u, err := url.Parse(r.address); err == nil {
		e.Address = shownAddress(r.step, u)
	}
	if a != nil {
		e.Status, e.Bytes = a.status, a.size
		if p == nil && r.told != nil {
			e.Received = r.told(a)
		}
	}
	if p != nil {
		e.Problem = p.Code
	}
	c.o.Trace(e)
}
