package mdm

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// Parameters of the terms page ("Microsoft Entra integration with MDM").
const (
	paramRedirect    = "redirect_uri"
	paramCorrelation = "client-request-id"
	paramVersion     = "api-version"
	paramMode        = "mode"
	modeJoin         = "azureadjoin" // the PC joins the organisation: there is no way round
	termsVersion     = "1.0"
)

const (
	fieldTicket   = "ticket"
	fieldDecision = "decision"
	maxTermsForm  = 16 << 10 // bytes
)

// redirectForm is the address that Windows waits for: an app of the PC itself,
// never another site.
var redirectForm = regexp.MustCompile(`^ms-appx-web://[A-Za-z0-9][A-Za-z0-9.-]{0,127}(/[A-Za-z0-9._~-]{1,100}){0,8}/?$`)

var anyGUID = regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`)

// The words of an organisation that has written none.
const (
	ownTitle = "Your organization will manage this device"
	ownTerms = `When you continue, this device is enrolled in your organization’s device management.
Administrators can then install and remove apps, change settings, require a password and encryption, and see the device’s name, model, serial number, operating system and installed apps.
They can lock the device, or remove everything on it, for example when it is lost.
They cannot see your personal files, messages or what you do in a browser.`
)

// termsPage is what a person is asked.
type termsPage struct {
	Style, Organization, Title string
	Paragraphs                 []string
	Ticket                     string
	MayDecline                 bool
	Account                    string
}

// showTerms shows the terms before a PC joins or registers. What the request
// says goes into a sealed ticket in the form, and nowhere else into the page.
func (h *Handler) showTerms(c *call) error {
	query := c.r.URL.Query()
	back := query.Get(paramRedirect)
	if len(query[paramRedirect]) != 1 || !redirectForm.MatchString(back) {
		return fault.Field(fault.Invalid, "ReturnNotAllowed", paramRedirect, "The address that this page should return to is not one of Windows.", "This page is opened by Windows when a device joins your organization.")
	}
	correlation := query.Get(paramCorrelation)
	if !anyGUID.MatchString(correlation) {
		correlation = ""
	}
	if v := query.Get(paramVersion); v != "" && v != termsVersion {
		return h.answerTerms(c, &ticket{Redirect: back, Correlation: correlation}, url.Values{
			"error": {"invalid_request"}, "error_description": {"The version of the protocol is not spoken here."},
		})
	}
	in := ticket{Redirect: back, Correlation: correlation, MayDecline: !strings.EqualFold(query.Get(paramMode), modeJoin)}
	page := termsPage{Style: styleAddress, MayDecline: in.MayDecline}
	var settings enrollment.Settings
	if p := c.person; p != nil {
		in.Tenant, in.User, page.Account = p.tenant, p.user.ID, p.user.UserPrincipalName
		t, s, err := h.wordsOf(c.ctx(), p.tenant)
		if err != nil {
			return err
		}
		settings, page.Organization = s, t.DisplayName
	}
	page.Title, page.Paragraphs = wordsIn(&settings)
	var err error
	if page.Ticket, err = sealFor(h.Tokens, sealedTicket, ticketLife, in); err != nil {
		return err
	}
	// A form's redirects are checked against form-action, too.
	return h.show(c, http.StatusOK, "terms", " ms-appx-web:", page)
}

func (h *Handler) wordsOf(ctx context.Context, t directory.TenantID) (directory.Tenant, enrollment.Settings, error) {
	tenant, err := h.Tenants.GetTenant(ctx, t)
	if err != nil {
		return tenant, enrollment.Settings{}, fault.Wrap("read the organisation of the terms", err)
	}
	settings, err := h.Enrolments.GetSettings(ctx, t)
	return tenant, settings, fault.Wrap("read the terms", err)
}

// wordsIn are the organisation's terms, or this server's own words.
func wordsIn(s *enrollment.Settings) (title string, paragraphs []string) {
	title, text := s.TermsTitle, s.Terms
	if text == "" {
		text = ownTerms
	}
	if title == "" {
		title = ownTitle
		if s.Terms != "" {
			title = "Terms of use"
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			paragraphs = append(paragraphs, line)
		}
	}
	return title, paragraphs
}

var ticketEnded = fault.Field(fault.Invalid, "TermsEnded", fieldTicket, "This page was open for more than an hour, or it was not opened by Windows.", "Begin again with joining the device.")

// proveTicket reads the form of the terms page.
func (h *Handler) proveTicket(c *call) error {
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxTermsForm))
	if err != nil {
		return ticketEnded
	}
	values, err := url.ParseQuery(string(text))
	if err != nil || len(values[fieldTicket]) != 1 || len(values[fieldDecision]) != 1 {
		return ticketEnded
	}
	in, ok := open[ticket](h.Tokens, sealedTicket, values.Get(fieldTicket))
	if !ok {
		return ticketEnded
	}
	c.ticket, c.form = in.Value, map[string]string{fieldDecision: values.Get(fieldDecision)}
	return nil
}

// decideTerms sends the person back to Windows with what they decided. The
// accepted terms come back with the PC's certificate request.
func (h *Handler) decideTerms(c *call) error {
	switch {
	case c.form[fieldDecision] == "accept":
		blob, err := sealFor(h.Tokens, sealedTerms, termsLife, terms{c.ticket.Tenant, c.ticket.User})
		if err != nil {
			return err
		}
		return h.answerTerms(c, &c.ticket, url.Values{"IsAccepted": {"true"}, "OpaqueBlob": {blob}})
	case c.form[fieldDecision] == "decline" && c.ticket.MayDecline:
		return h.answerTerms(c, &c.ticket, url.Values{"IsAccepted": {"false"}})
	default:
		return ticketEnded
	}
}

// answerTerms redirects to Windows; the address was checked when the page was
// asked for.
func (h *Handler) answerTerms(c *call, in *ticket, answer url.Values) error {
	if in.Correlation != "" {
		answer.Set(paramCorrelation, in.Correlation)
	}
	c.w.Header().Set("Location", in.Redirect+"?"+answer.Encode())
	send(c.w, http.StatusFound, "", nil)
	return nil
}
