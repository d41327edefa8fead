package oidc

import (
	"context"
	"net/http"
	"strconv"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// brand is how the pages of a tenant look: addresses of its pictures and
// colours, its words.
type brand struct {
	Name                    string
	Logo, Background, Style string
	Text, Hint              string
}

// brandOf is the look of the tenant that a path names; of none under common.
func (h *Handler) brandOf(ctx context.Context, path string) (brand, error) {
	if isCommon(path) || path == "" {
		return brand{}, nil
	}
	t, err := h.Tenants.GetTenant(ctx, directory.TenantID(path))
	if err != nil {
		return brand{}, fault.Wrap("read tenant", err)
	}
	b, err := h.Brandings.GetBranding(ctx, t.ID)
	if err != nil {
		return brand{}, fault.Wrap("read branding", err)
	}
	look := brand{Name: t.DisplayName, Text: b.SignInPageText, Hint: b.UsernameHint}
	address := func(what string) string {
		return "/" + path + "/branding/" + what + "?v=" + strconv.FormatInt(b.Version, 10)
	}
	if b.HasLogo {
		look.Logo = address("logo")
	}
	if b.HasBackground {
		look.Background = address("background")
	}
	if b.BackgroundColor != "" {
		look.Style = address("style.css")
	}
	return look, nil
}

// brandPicture serves a picture as this server encoded it. Its address changes
// with the branding's version.
func (h *Handler) brandPicture(which signin.Picture) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := h.place(r)
		if err != nil {
			return err
		}
		data, err := h.Brandings.GetPicture(r.Context(), p.id, which)
		if fault.Is(err, fault.NotFound) {
			http.NotFound(w, r)
			return nil
		}
		if err != nil {
			return fault.Wrap("read picture", err)
		}
		return asset(signin.PictureType(data), data)(w, r)
	}
}

// brandStyle is the tenant's colour as a style sheet: the pages' policy allows
// no style in the page itself.
func (h *Handler) brandStyle(w http.ResponseWriter, r *http.Request) error {
	p, err := h.place(r)
	if err != nil {
		return err
	}
	b, err := h.Brandings.GetBranding(r.Context(), p.id)
	if err != nil {
		return fault.Wrap("read branding", err)
	}
	var style string
	if signin.IsColor(b.BackgroundColor) {
		style = "body{background:" + b.BackgroundColor + "}\n"
	}
	return asset("text/css; charset=utf-8", []byte(style))(w, r)
}
