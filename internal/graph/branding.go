package graph

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// Brandings keeps how the tenant's sign-in pages look; *signin.Brandings is one.
// No data removes a picture.
type Brandings interface {
	Get(ctx context.Context, t directory.TenantID) (signin.Branding, error)
	Change(ctx context.Context, t directory.TenantID, c signin.BrandingChange, ifMatch int64) (signin.Branding, error)
	GetPicture(ctx context.Context, t directory.TenantID, which signin.Picture) ([]byte, error)
	SetPicture(ctx context.Context, t directory.TenantID, which signin.Picture, uploaded []byte) error
}

// brandingRoutes are the addresses of the branding (Graph: organizationalBranding,
// organizationalBrandingLocalization).
func brandingRoutes() []Route {
	read, write := []string{access.OrganizationalBrandingReadAll}, []string{access.OrganizationalBrandingReadWriteAll}
	return []Route{
		{get, "organization/{id}/branding", both, read, nil, (*Handler).getBranding},
		{patch, "organization/{id}/branding", both, write, nil, (*Handler).updateBranding},
		{get, "organization/{id}/branding/bannerLogo", both, read, nil, (*Handler).getPicture},
		{put, "organization/{id}/branding/bannerLogo", both, write, nil, (*Handler).putPicture},
		{del, "organization/{id}/branding/bannerLogo", both, write, nil, (*Handler).deletePicture},
		{get, "organization/{id}/branding/localizations/{localization}/bannerLogo", both, read, nil, (*Handler).getPicture},
		{put, "organization/{id}/branding/localizations/{localization}/bannerLogo", both, write, nil, (*Handler).putPicture},
		{del, "organization/{id}/branding/localizations/{localization}/bannerLogo", both, write, nil, (*Handler).deletePicture},
		{get, "organization/{id}/branding/backgroundImage", both, read, nil, (*Handler).getPicture},
		{put, "organization/{id}/branding/backgroundImage", both, write, nil, (*Handler).putPicture},
		{del, "organization/{id}/branding/backgroundImage", both, write, nil, (*Handler).deletePicture},
		{get, "organization/{id}/branding/localizations/{localization}/backgroundImage", both, read, nil, (*Handler).getPicture},
		{put, "organization/{id}/branding/localizations/{localization}/backgroundImage", both, write, nil, (*Handler).putPicture},
		{del, "organization/{id}/branding/localizations/{localization}/backgroundImage", both, write, nil, (*Handler).deletePicture},
	}
}

// brandingWire is Graph's organizationalBranding: how the tenant's sign-in
// pages look. There is one, the default; its pictures have addresses of their own.
type brandingWire struct {
	ETag            string  `json:"@odata.etag"`
	ID              string  `json:"id"`
	BackgroundColor *string `json:"backgroundColor"`
	SignInPageText  *string `json:"signInPageText"`
	UsernameHint    *string `json:"usernameHintText"`
	LogoURL         *string `json:"bannerLogoRelativeUrl"`
	BackgroundURL   *string `json:"backgroundImageRelativeUrl"`
}

var brandingTable = &odata.Table{
	Name: "microsoft.graph.organizationalBranding",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("backgroundColor", odata.String, 0),
		prop("signInPageText", odata.String, 0),
		prop("usernameHintText", odata.String, 0),
		prop("bannerLogoRelativeUrl", odata.String, readOnly),
		prop("backgroundImageRelativeUrl", odata.String, readOnly),
	},
}

// defaultBranding is the id of the branding for every language.
const defaultBranding = "0"

func (c *call) brandingWire(b *signin.Branding) brandingWire {
	w := brandingWire{
		ETag: etagOf(b.Version), ID: defaultBranding,
		BackgroundColor: orNull(b.BackgroundColor), SignInPageText: orNull(b.SignInPageText), UsernameHint: orNull(b.UsernameHint),
	}
	at := func(what string) *string {
		s := "/" + string(c.tenant) + "/branding/" + what + "?v=" + strconv.FormatInt(b.Version, 10)
		return &s
	}
	if b.HasLogo {
		w.LogoURL = at("logo")
	}
	if b.HasBackground {
		w.BackgroundURL = at("background")
	}
	return w
}

// ownOrganization refuses any tenant but the token's.
func (c *call) ownOrganization() error {
	if strings.EqualFold(c.keys["id"], string(c.tenant)) {
		return nil
	}
	return fault.Field(fault.NotFound, codeNotFound, "id", "There is no organization with the id '"+short(c.keys["id"])+"' for this token.", "Use the tenant id of the token: "+string(c.tenant)+".")
}

func noBranding(target string) error {
	return fault.Field(fault.NotFound, codeNotFound, target, "The organization has no "+target+".", "Set it first.")
}

// getBranding is 404 before the first change, as on Graph page "Get organizationalBranding".
func (h *Handler) getBranding(c *call) error {
	q, err := c.single(brandingTable)
	if err != nil {
		return err
	}
	if err := c.ownOrganization(); err != nil {
		return err
	}
	b, err := h.Brandings.Get(c.ctx(), c.tenant)
	if err != nil {
		return err
	}
	if b.Version == 0 {
		return noBranding("branding")
	}
	w := c.brandingWire(&b)
	return c.object(http.StatusOK, c.view(&w, brandingTable, q, "organization('"+string(c.tenant)+"')/branding"+selected(q)+"/$entity", w.ETag))
}

// updateBranding answers PATCH without a body; the first one makes the branding.
func (h *Handler) updateBranding(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	if err := c.ownOrganization(); err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", brandingTable); err != nil {
		return err
	}
	r := &reader{o: o}
	change := signin.BrandingChange{
		SignInPageText: r.optional("signInPageText"), UsernameHint: r.optional("usernameHintText"), BackgroundColor: r.optional("backgroundColor"),
	}
	if r.err != nil {
		return r.err
	}
	if _, err := h.Brandings.Change(c.ctx(), c.tenant, change, match); err != nil {
		return err
	}
	return c.noContent()
}

// picture is the picture that the path names, of the default branding.
func (c *call) picture() (signin.Picture, error) {
	if err := c.ownOrganization(); err != nil {
		return "", err
	}
	if at, named := c.keys["localization"]; named && at != defaultBranding && !strings.EqualFold(at, "default") {
		return "", fault.Field(fault.NotFound, codeNotFound, "localization", "There is no branding for the language '"+short(at)+"'.", "Use 0, the branding for every language.")
	}
	return signin.Picture(c.path[strings.LastIndexByte(c.path, '/')+1:]), nil
}

func (h *Handler) getPicture(c *call) error {
	which, err := c.picture()
	if err != nil {
		return err
	}
	data, err := h.Brandings.GetPicture(c.ctx(), c.tenant, which)
	if fault.Is(err, fault.NotFound) {
		return noBranding(string(which))
	}
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", signin.PictureType(data))
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(data) // the client is gone; nobody is left to tell
	return nil
}

// putPicture takes the file itself as the body. Its bytes decide what it is;
// the content type is only asked not to claim something else.
func (h *Handler) putPicture(c *call) error {
	which, err := c.picture()
	if err != nil {
		return err
	}
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || kind != "image/png" && kind != "image/jpeg" && kind != "image/jpg" && kind != "image/*" && kind != "application/octet-stream" {
		return fault.Field(fault.Unsupported, "UnsupportedMediaType", "Content-Type", "The content type '"+short(c.r.Header.Get("Content-Type"))+"' is not that of a picture taken here.", "Send the file with Content-Type image/png or image/jpeg.")
	}
	plain, err := c.decoded(signin.MaxPictureBytes + 1)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(plain, signin.MaxPictureBytes+1))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return tooLargeBody(signin.MaxPictureBytes)
	case err != nil:
		return &fault.Error{
			Kind: fault.Invalid, Code: "InvalidBody", Message: "The body ends too early or is not what Content-Encoding says.", Cause: err,
			Details: []fault.Detail{{Target: "body", Code: "InvalidBody", Message: "The body cannot be read.", Remedy: "Send it again whole."}},
		}
	case len(data) == 0:
		return fault.Field(fault.Invalid, "InvalidBody", "body", "The body is empty.", "Send the picture, or remove it with DELETE.")
	}
	if err := h.Brandings.SetPicture(c.ctx(), c.tenant, which, data); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) deletePicture(c *call) error {
	which, err := c.picture()
	if err != nil {
		return err
	}
	if err := h.Brandings.SetPicture(c.ctx(), c.tenant, which, nil); err != nil {
		return err
	}
	return c.noContent()
}
