package person

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Browser is one without JavaScript: it fills the forms it is shown and follows
// redirects, until one leads away from the server.
type Browser struct {
	http    *http.Client
	base    string
	answers map[string]string // by field name
	current *url.URL
}

// New is a browser of the person with this name and password; more are answers
// by field name.
func New(base, user, password string, plain *http.Client, more map[string]string) *Browser {
	jar, _ := cookiejar.New(nil) // only fails with options
	b := &Browser{base: base, answers: map[string]string{"loginfmt": user, "passwd": password}}
	for k, v := range more {
		b.answers[k] = v
	}
	b.http = &http.Client{Transport: plain.Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		b.current = r.URL
		if !strings.HasPrefix(r.URL.String(), b.base) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// Visit goes to the address and answers pages until the server sends the
// browser elsewhere (left) or shows a page without a form to fill (the text).
func (b *Browser) Visit(address string) (left *url.URL, text string, err error) {
	resp, err := b.http.Get(address)
	for range 12 {
		if err != nil {
			return nil, "", err
		}
		at := resp.Request.URL
		if to := resp.Header.Get("Location"); resp.StatusCode/100 == 3 && to != "" {
			resp.Body.Close()
			left, err := url.Parse(to)
			return left, "", err
		}
		page, perr := html.Parse(resp.Body)
		resp.Body.Close()
		if perr != nil {
			return nil, "", perr
		}
		text = content(page)
		form := mainForm(page)
		if form == nil {
			return nil, text, nil
		}
		action, values, ok := b.fill(form)
		if !ok {
			return nil, text, nil
		}
		target, perr := at.Parse(action)
		if perr != nil {
			return nil, "", perr
		}
		req, perr := http.NewRequest(http.MethodPost, target.String(), strings.NewReader(values.Encode()))
		if perr != nil {
			return nil, "", perr
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.base)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		resp, err = b.http.Do(req)
	}
	return nil, text, errors.New("twelve pages and no end: " + text)
}

// fill answers the visible fields; hidden ones go back as they are, and the
// main button is pressed. ok is false when a field has no answer.
func (b *Browser) fill(form *html.Node) (action string, values url.Values, ok bool) {
	values = url.Values{}
	ok = true
	for n := range form.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name, kind := attribute(n, "name"), attribute(n, "type")
		switch {
		case primary(n):
			if name != "" {
				values.Set(name, attribute(n, "value"))
			}
		case n.Data == "input" && kind == "hidden":
			values.Set(name, attribute(n, "value"))
		case n.Data == "input" && name != "" && kind != "checkbox" && kind != "radio" && kind != "submit":
			answer, known := b.answers[name]
			ok = ok && known
			values.Set(name, answer)
		}
	}
	return attribute(form, "action"), values, ok
}

// mainForm is the one with the button that goes on; others lead back.
func mainForm(page *html.Node) *html.Node {
	for form := range page.Descendants() {
		if form.Type != html.ElementNode || form.Data != "form" {
			continue
		}
		for n := range form.Descendants() {
			if primary(n) {
				return form
			}
		}
	}
	return nil
}

func primary(n *html.Node) bool {
	return n.Type == html.ElementNode && n.Data == "button" && strings.Contains(attribute(n, "class"), "primary") && attribute(n, "form") == ""
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func content(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent != nil && d.Parent.Data != "style" && d.Parent.Data != "script" {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// Code takes the code out of the address the browser was sent to.
func Code(left *url.URL, text, state string) (string, error) {
	if left == nil {
		return "", fmt.Errorf("the browser stayed on a page: %s", text)
	}
	q := left.Query()
	if q.Get("code") == "" || q.Get("state") != state {
		return "", fmt.Errorf("the browser came back with %s", left)
	}
	return q.Get("code"), nil
}
