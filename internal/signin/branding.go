package signin

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Branding is how a tenant's sign-in pages look (Graph: organizationalBranding).
type Branding struct {
	SignInPageText  string
	UsernameHint    string
	BackgroundColor string // #RRGGBB, empty for the pages' own
	HasLogo         bool   // Graph: bannerLogo
	HasBackground   bool   // Graph: backgroundImage
	ModifiedAt      time.Time
	Version         int64 // grows with each change, of a picture too; 0 before the first
}

// Picture names one of a branding's pictures.
type Picture string

// The pictures of a branding.
const (
	PictureLogo       Picture = "bannerLogo"
	PictureBackground Picture = "backgroundImage"
)

// Limits of what is uploaded. Bytes and pixels are checked before anything is
// decoded, so that a small file cannot become a large picture in memory.
const (
	MaxPictureBytes = 1 << 20
	maxLogoPixels   = 1 << 20 // a megapixel
	maxBackPixels   = 8 << 20
	maxPictureSide  = 8192
	maxPageText     = 1024 // characters (Graph: organizationalBranding)
	maxHint         = 64
)

var colorForm = regexp.MustCompile(`\A#[0-9A-Fa-f]{6}\z`)

// IsColor reports whether the text is a colour of the form #RRGGBB.
func IsColor(text string) bool { return colorForm.MatchString(text) }

// BrandingChange is what is to be set; nil leaves it as it is.
type BrandingChange struct {
	SignInPageText, UsernameHint, BackgroundColor *string
}

// Brandings changes how a tenant's sign-in pages look.
type Brandings struct {
	Store BrandingStore
	Clock directory.Clock
	NewID directory.NewID
}

// Get reads the branding; a tenant without any has the zero one.
func (s *Brandings) Get(ctx context.Context, t directory.TenantID) (Branding, error) {
	b, err := s.Store.GetBranding(ctx, t)
	return b, fault.Wrap("read branding", err)
}

// GetPicture reads a picture as this server encoded it; fault.NotFound when
// there is none.
func (s *Brandings) GetPicture(ctx context.Context, t directory.TenantID, which Picture) ([]byte, error) {
	data, err := s.Store.GetPicture(ctx, t, which)
	return data, fault.Wrap("read "+string(which), err)
}

// Change sets texts and colour. ifMatch is the version that the caller saw, 0
// for any; another one is fault.Precondition.
func (s *Brandings) Change(ctx context.Context, t directory.TenantID, c BrandingChange, ifMatch int64) (Branding, error) {
	if err := c.validate(); err != nil {
		return Branding{}, err
	}
	b, err := s.Store.ChangeBranding(ctx, t, func(b *Branding) (directory.AuditEvent, error) {
		if ifMatch != 0 && ifMatch != b.Version {
			return directory.AuditEvent{}, fault.Field(fault.Precondition, "PreconditionFailed", "If-Match", "Somebody changed the branding since you read it.", "Read it again and repeat the change with the new ETag.")
		}
		var changes []directory.Change
		set := func(property string, at, to *string) {
			if to != nil && *at != *to {
				changes = append(changes, directory.Change{Property: property, Old: *at, New: *to})
				*at = *to
			}
		}
		set("signInPageText", &b.SignInPageText, c.SignInPageText)
		set("usernameHintText", &b.UsernameHint, c.UsernameHint)
		set("backgroundColor", &b.BackgroundColor, c.BackgroundColor)
		b.ModifiedAt = s.Clock.Real()
		return s.event(ctx, t, "Update branding", changes...), nil
	})
	return b, fault.Wrap("change branding", err)
}

// SetPicture stores an uploaded picture, decoded and encoded again, so that
// nothing but the picture comes back; no data removes the one there is.
func (s *Brandings) SetPicture(ctx context.Context, t directory.TenantID, which Picture, uploaded []byte) error {
	activity, encoded := "Remove branding picture", []byte(nil)
	if len(uploaded) > 0 {
		var err error
		if encoded, err = reencode(which, uploaded); err != nil {
			return err
		}
		activity = "Set branding picture"
	}
	err := s.Store.PutPicture(ctx, t, which, encoded, s.Clock.Real(), s.event(ctx, t, activity, directory.Change{Property: string(which), New: strconv.Itoa(len(encoded)) + " bytes"}))
	return fault.Wrap("store "+string(which), err)
}

func (s *Brandings) event(ctx context.Context, t directory.TenantID, activity string, changes ...directory.Change) directory.AuditEvent {
	return directory.AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: directory.ActorFrom(ctx), Activity: activity, Category: "organizationalBranding",
		TargetID: string(t), TargetType: "organization", TargetName: "sign-in pages", Changes: changes,
	}
}

func (c *BrandingChange) validate() error {
	tooLong := func(target string, text *string, most int) error {
		if text == nil || utf8.RuneCountInString(*text) <= most && utf8.ValidString(*text) {
			return nil
		}
		return fault.Field(fault.Invalid, "TextTooLong", target, "The text is longer than "+strconv.Itoa(most)+" characters, or is not UTF-8.", "Shorten it.")
	}
	if err := tooLong("signInPageText", c.SignInPageText, maxPageText); err != nil {
		return err
	}
	if err := tooLong("usernameHintText", c.UsernameHint, maxHint); err != nil {
		return err
	}
	if c.BackgroundColor != nil && *c.BackgroundColor != "" && !IsColor(*c.BackgroundColor) {
		return fault.Field(fault.Invalid, "InvalidColor", "backgroundColor", "The colour is not of the form #RRGGBB.", "Write it in hexadecimal, for example #0F5FB8.")
	}
	return nil
}

// PictureType is the media type of a picture this server encoded.
func PictureType(data []byte) string {
	if bytes.HasPrefix(data, []byte("\x89PNG")) {
		return "image/png"
	}
	return "image/jpeg"
}

// reencode turns an upload into a picture of our own making. Size is judged by
// the header alone, before pixels are decoded.
func reencode(which Picture, uploaded []byte) ([]byte, error) {
	target := string(which)
	if len(uploaded) > MaxPictureBytes {
		return nil, fault.Field(fault.TooLarge, "PictureTooLarge", target, "The picture is larger than "+strconv.Itoa(MaxPictureBytes)+" bytes.", "Make it smaller.")
	}
	decodeConfig, decode, isPNG := jpeg.DecodeConfig, jpeg.Decode, false
	switch {
	case bytes.HasPrefix(uploaded, []byte("\x89PNG\r\n\x1a\n")):
		decodeConfig, decode, isPNG = png.DecodeConfig, png.Decode, true
	case bytes.HasPrefix(uploaded, []byte("\xff\xd8\xff")):
	default:
		return nil, fault.Field(fault.Invalid, "UnknownPictureFormat", target, "The file is neither PNG nor JPEG.", "Save the picture as PNG or JPEG; SVG is not taken.")
	}
	size, err := decodeConfig(bytes.NewReader(uploaded))
	if err != nil {
		return nil, broken(target, err)
	}
	most := maxLogoPixels
	if which == PictureBackground {
		most = maxBackPixels
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxPictureSide || size.Height > maxPictureSide || size.Width*size.Height > most {
		return nil, fault.Field(fault.Invalid, "PictureTooManyPixels", target, "The picture has more than "+strconv.Itoa(most)+" pixels, or a side longer than "+strconv.Itoa(maxPictureSide)+".", "Scale it down.")
	}
	decoded, err := decode(bytes.NewReader(uploaded))
	if err != nil {
		return nil, broken(target, err)
	}
	return encode(decoded, isPNG && which == PictureLogo)
}

// encode writes logos without loss and backgrounds small.
func encode(p image.Image, lossless bool) ([]byte, error) {
	var out bytes.Buffer
	var err error
	if lossless {
		err = png.Encode(&out, p)
	} else {
		err = jpeg.Encode(&out, p, &jpeg.Options{Quality: 85})
	}
	return out.Bytes(), fault.Wrap("encode picture", err)
}

func broken(target string, cause error) error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "PictureBroken", Message: "The picture cannot be read.", Cause: cause,
		Details: []fault.Detail{{Target: target, Code: "PictureBroken", Message: "The picture cannot be read.", Remedy: "Open it in a picture editor and save it again as PNG or JPEG."}},
	}
}
