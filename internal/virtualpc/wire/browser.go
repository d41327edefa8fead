package wire

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// browser is Windows' web view: it keeps the client's cookies, follows redirects
// within one site, and runs no script.
type browser struct {
	c    *Client
	step Step
	site string // host of the pages; nothing else is opened
	lost bool   // the answer to a form never came
}

// most redirects that a web view follows for one page.
const mostRedirects = 10

// view is a page, or where the site sent the web view away from itself.
type view struct {
	*page

	away *url.URL // nil while there is a page
}

// open is a link followed; header is sent with the first request alone.
func (b *browser) open(ctx context.Context, address string, header http.Header) (*view, error) {
	return b.follow(ctx, http.MethodGet, address, nil, header)
}

// submit sends a form with these values. When the answer is lost, the form's own
// address shows how far the site has come.
func (b *browser) submit(ctx context.Context, from *page, f *pageForm, values url.Values) (*view, error) {
	to := from.at
	if f.action != "" {
		var err error
		if to, err = from.at.Parse(f.action); err != nil || to.Scheme != "https" || to.Host != b.site {
			return nil, trouble(b.step, CodeAddress, "The page sends what is typed to another place than itself.", nextServer).because(err)
		}
	}
	all := maps.Clone(f.hidden)
	maps.Copy(all, values)
	v, err := b.follow(ctx, http.MethodPost, to.String(), all, nil)
	if p := ProblemOf(err); p != nil && p.Temporary && p.Status == 0 && ctx.Err() == nil {
		b.lost = true
		return b.open(ctx, to.String(), nil)
	}
	return v, err
}

// follow sends a request and goes where the site leads.
func (b *browser) follow(ctx context.Context, method, address string, form url.Values, header http.Header) (*view, error) {
	for range mostRedirects {
		a, err := b.ask(ctx, method, address, form, header)
		if err != nil {
			return nil, err
		}
		if a.status < 300 || a.status >= 400 || a.header.Get("Location") == "" {
			return b.read(a)
		}
		to, err := a.at.Parse(a.header.Get("Location"))
		if err != nil {
			return nil, trouble(b.step, CodeRedirected, "The site sends the web view to no address.", nextServer).at(a).because(err)
		}
		if to.Scheme != "https" || to.Host != b.site {
			return &view{away: to}, nil
		}
		if a.status == http.StatusTemporaryRedirect || a.status == http.StatusPermanentRedirect {
			return nil, trouble(b.step, CodeRedirected, "The site sends what was typed on to another address.", nextServer).at(a)
		}
		method, address, form, header = http.MethodGet, to.String(), nil, nil
	}
	return nil, trouble(b.step, CodePages, "The site sends the web view round in circles.", nextServer)
}

func (b *browser) ask(ctx context.Context, method, address string, form url.Values, header http.Header) (*answer, error) {
	b.c.mu.Lock()
	jar := b.c.jar
	b.c.mu.Unlock()
	h := http.Header{
		"Accept": {"text/html"}, "Accept-Language": {"en-US"}, "Upgrade-Insecure-Requests": {"1"},
		"User-Agent": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; MSAppHost/3.0; WebView/3.0) AppleWebKit/537.36"},
	}
	maps.Copy(h, header)
	r := request{
		step: b.step, method: method, address: address, header: h, most: mostPage, jar: jar,
		told: func(a *answer) string { return toldPage(a, b.step) },
	}
	if method == http.MethodPost {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		h.Set("Origin", "https://"+b.site)
		h.Set("Sec-Fetch-Site", "same-origin")
		r.body = []byte(form.Encode())
		r.sent = "a form with " + strings.Join(slices.Sorted(maps.Keys(form)), ", ")
	}
	return b.c.send(ctx, r)
}

// read wants a page.
func (b *browser) read(a *answer) (*view, error) {
	if a.kind() != kindHTML {
		if a.status == http.StatusOK {
			return nil, trouble(b.step, CodeKind, "The answer is no page.", nextServer).at(a)
		}
		return nil, refusedHTTP(b.step, a)
	}
	p, err := readPage(a.body, a.status, a.at)
	if err != nil {
		return nil, unreadable(b.step, a, err)
	}
	return &view{page: p}, nil
}

// toldPage is what a log may show of a page: its heading, and where a redirect
// leads without what it carries.
func toldPage(a *answer, step Step) string {
	if to, err := a.at.Parse(a.header.Get("Location")); err == nil && a.header.Get("Location") != "" {
		return "sent on to " + shownAddress(step, to)
	}
	p, err := readPage(a.body, a.status, a.at)
	if err != nil {
		return ""
	}
	return "the page: " + p.view.Heading
}

// refusedPage is an error page of the site.
func refusedPage(step Step, p *page) *Problem {
	out := &Problem{Code: p.number, Step: step, Status: p.status, Message: p.view.Error, Next: nextAgain}
	if out.Message == "" {
		out.Message = strings.TrimSpace(p.view.Heading + ". " + strings.Join(p.view.Lines, " "))
	}
	if out.Code == "" {
		out.Code = CodePageUnknown
	}
	return out
}
