package wire

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page is a page of the web view: what it shows, and what can be done there.
type page struct {
	view   PageView
	status int
	at     *url.URL
	forms  []pageForm
	next   string // where the main link leads, "" for none
	number string // of an error page: AADSTS and digits
}

// pageForm is a form of a page.
type pageForm struct {
	id, action string
	hidden     url.Values
	inputs     []string // names that a person fills in
	buttons    url.Values
}

// readPage takes a page apart. It runs no script and loads nothing.
func readPage(body []byte, status int, at *url.URL) (*page, error) {
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says which page
	}
	p := &page{status: status, at: at}
	p.view.Address = at.Scheme + "://" + at.Host + at.Path
	p.read(root, false)
	p.view.Kind = p.kind()
	return p, nil
}

// read goes through the elements; inMain is below the page's main part.
func (p *page) read(n *html.Node, inMain bool) {
	if n.Type == html.ElementNode {
		if p.element(n, inMain) {
			return
		}
		inMain = inMain || n.DataAtom == atom.Main
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		p.read(child, inMain)
	}
}

// element takes what one element says; done is that nothing below it matters.
func (p *page) element(n *html.Node, inMain bool) (done bool) {
	v := &p.view
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Svg, atom.Head:
		return true
	case atom.Img:
		if hasClass(n, "backdrop") {
			v.Background = attr(n, "src")
		} else if !inMain && v.Logo == "" {
			v.Logo, v.Organization = attr(n, "src"), attr(n, "alt")
		}
	case atom.Header:
		if t := text(n); t != "" {
			v.Organization = t
		}
	case atom.Footer:
		v.Footer = text(n)
		return true
	case atom.H1:
		v.Heading = text(n)
		return true
	case atom.Form:
		p.form(n)
		if hasClass(n, "identity") {
			v.Account = text(n)
			return true
		}
	case atom.Code:
		if hasClass(n, "secret") {
			v.Secret = strings.Join(strings.Fields(text(n)), "")
			return true
		}
	case atom.A:
		if hasClass(n, "primary") {
			p.next = attr(n, "href")
		}
	case atom.Dd:
		if t := text(n); strings.HasPrefix(t, "AADSTS") {
			p.number = t
		}
	case atom.P, atom.Li:
		p.line(n, inMain)
		return !holds(n, atom.Form)
	default: // only its children matter
	}
	if attr(n, "role") == "alert" {
		v.Error = text(n)
		return true
	}
	return false
}

// line takes a paragraph or an entry of a list.
func (p *page) line(n *html.Node, inMain bool) {
	t := text(n)
	switch {
	case t == "":
	case hasClass(n, "error"):
		p.view.Error = t
	case inMain && !holds(n, atom.Form):
		p.view.Lines = append(p.view.Lines, t)
	}
}

// form takes a form with its inputs.
func (p *page) form(n *html.Node) {
	f := pageForm{id: attr(n, "id"), action: attr(n, "action"), hidden: url.Values{}, buttons: url.Values{}}
	for in := range n.Descendants() {
		name, value := attr(in, "name"), attr(in, "value")
		switch {
		case name == "":
		case in.DataAtom == atom.Button:
			f.buttons.Add(name, value)
		case in.DataAtom != atom.Input:
		case attr(in, "type") == "hidden":
			f.hidden.Set(name, value)
		case attr(in, "type") != "checkbox":
			f.inputs = append(f.inputs, name)
			if name == inputAddress {
				p.view.Value, p.view.Hint = value, attr(in, "placeholder")
			}
		}
	}
	if f.id == "cancel" {
		p.view.CanCancel = true
	}
	p.forms = append(p.forms, f)
}

// The names of inputs of a sign-in, as Entra has them.
const (
	inputAddress  = "loginfmt"
	inputPassword = "passwd"
	inputCode     = "otc"
	inputNew      = "newpasswd"
	inputConfirm  = "confirm"
	inputAccount  = "account"
	inputDecision = "decision"
	inputTicket   = "ticket"
)

// kind tells what the page asks for.
func (p *page) kind() PageKind {
	terms := p.deciding("accept")
	switch {
	case p.status >= http.StatusBadRequest:
		return PageError
	case p.asking(inputAddress) != nil:
		return PageAddress
	case p.asking(inputNew) != nil:
		return PageNewPassword
	case p.asking(inputPassword) != nil:
		return PagePassword
	case p.asking(inputCode) != nil && p.view.Secret != "":
		return PageAuthenticator
	case p.asking(inputCode) != nil:
		return PageCode
	case p.picking("session") != nil:
		return PageAccounts
	case terms != nil && terms.hidden.Has(inputTicket):
		p.view.MayDecline = slices.Contains(terms.buttons[inputDecision], "decline")
		return PageTerms
	case terms != nil:
		p.view.MayDecline = true
		return PageConsent
	case p.next != "" && len(p.forms) == 0:
		return PageRecovery
	}
	return PageOther
}

func (p *page) find(fits func(*pageForm) bool) *pageForm {
	if i := slices.IndexFunc(p.forms, func(f pageForm) bool { return fits(&f) }); i >= 0 {
		return &p.forms[i]
	}
	return nil
}

// asking is the form with this input.
func (p *page) asking(input string) *pageForm {
	return p.find(func(f *pageForm) bool { return slices.Contains(f.inputs, input) })
}

// deciding is the form with this decision.
func (p *page) deciding(value string) *pageForm {
	return p.find(func(f *pageForm) bool { return slices.Contains(f.buttons[inputDecision], value) })
}

// picking is the form that goes on with this account.
func (p *page) picking(account string) *pageForm {
	return p.find(func(f *pageForm) bool { return f.hidden.Get(inputAccount) == account })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

// text is what an element shows, in one line, without its buttons and pictures.
func text(n *html.Node) string {
	var words []string
	var read func(*html.Node)
	read = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			words = append(words, strings.Fields(n.Data)...)
		case n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Svg || n.DataAtom == atom.Button:
			return
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			read(child)
		}
	}
	read(n)
	return strings.Join(words, " ")
}

func holds(n *html.Node, what atom.Atom) bool {
	for d := range n.Descendants() {
		if d.DataAtom == what {
			return true
		}
	}
	return false
}
