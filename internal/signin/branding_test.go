package signin_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// brandings remembers one tenant's branding.
type brandings struct {
	b        signin.Branding
	pictures map[signin.Picture][]byte
}

func (s *brandings) GetBranding(context.Context, directory.TenantID) (signin.Branding, error) {
	return s.b, nil
}

func (s *brandings) ChangeBranding(_ context.Context, _ directory.TenantID, change func(*signin.Branding) (directory.AuditEvent, error)) (signin.Branding, error) {
	b := s.b
	if _, err := change(&b); err != nil {
		return b, err
	}
	b.Version++
	s.b = b
	return b, nil
}

func (s *brandings) GetPicture(_ context.Context, _ directory.TenantID, which signin.Picture) ([]byte, error) {
	return s.pictures[which], nil
}

func (s *brandings) PutPicture(_ context.Context, _ directory.TenantID, which signin.Picture, data []byte, _ time.Time, _ directory.AuditEvent) error {
	s.pictures[which] = data
	return nil
}

type standingClock struct{}

func (standingClock) Now(directory.TenantID) time.Time { return time.Unix(1_770_000_000, 0) }
func (standingClock) Real() time.Time                  { return time.Unix(1_770_000_000, 0) }

func newBrandings() (*signin.Brandings, *brandings) {
	store := &brandings{pictures: map[signin.Picture][]byte{}}
	return &signin.Brandings{Store: store, Clock: standingClock{}, NewID: func() string { return "an id" }}, store
}

func drawn(width, height int) image.Image {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		p.Set(x, x%height, color.RGBA{uint8(x), 80, 120, 255})
	}
	return p
}

func encoded(t *testing.T, kind string, width, height int) []byte {
	t.Helper()
	var out bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&out, drawn(width, height))
	case "jpeg":
		err = jpeg.Encode(&out, drawn(width, height), nil)
	default:
		err = gif.Encode(&out, drawn(width, height), nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bomb is a small PNG whose header promises a picture of these sides.
func bomb(t *testing.T, width, height uint32) []byte {
	t.Helper()
	p := encoded(t, "png", 4, 4)
	binary.BigEndian.PutUint32(p[16:], width)
	binary.BigEndian.PutUint32(p[20:], height)
	binary.BigEndian.PutUint32(p[29:], crc32.ChecksumIEEE(p[12:29]))
	return p
}

func TestAPictureComesBackEncodedAgainWithoutWhatWasHiddenInIt(t *testing.T) {
	t.Parallel()
	const hidden = "<script>alert(1)</script>"
	for _, kind := range []string{"png", "jpeg"} {
		for _, which := range []signin.Picture{signin.PictureLogo, signin.PictureBackground} {
			s, store := newBrandings()
			sent := append(encoded(t, kind, 60, 20), hidden...)
			if err := s.SetPicture(t.Context(), "t", which, sent); err != nil {
				t.Fatalf("%s %s: %v", kind, which, err)
			}
			kept := store.pictures[which]
			if bytes.Contains(kept, []byte("script")) || bytes.Equal(kept, sent) {
				t.Errorf("%s %s: what was sent after the picture came back", kind, which)
			}
			got, format, err := image.Decode(bytes.NewReader(kept))
			if err != nil || got.Bounds().Dx() != 60 || got.Bounds().Dy() != 20 || signin.PictureType(kept) != "image/"+format {
				t.Errorf("%s %s: %v %s", kind, which, err, format)
			}
		}
	}
}

func TestWhatIsNoSmallPictureIsRefused(t *testing.T) {
	t.Parallel()
	good := encoded(t, "png", 60, 20)
	for name, c := range map[string]struct {
		sent []byte
		code string
	}{
		"SVG":                     {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "UnknownPictureFormat"},
		"HTML":                    {[]byte("<!DOCTYPE html><script>alert(1)</script>"), "UnknownPictureFormat"},
		"GIF":                     {encoded(t, "gif", 4, 4), "UnknownPictureFormat"},
		"a PNG that ends early":   {good[:len(good)/2], "PictureBroken"},
		"a PNG's beginning alone": {good[:8], "PictureBroken"},
		"a bomb":                  {bomb(t, 50_000, 50_000), "PictureTooManyPixels"},
		"a flat bomb":             {bomb(t, 1<<31-1, 1), "PictureTooManyPixels"},
		"too many pixels":         {bomb(t, 1025, 1024), "PictureTooManyPixels"},
		"too many bytes":          {append(good, make([]byte, signin.MaxPictureBytes)...), "PictureTooLarge"},
	} {
		s, store := newBrandings()
		err := s.SetPicture(t.Context(), "t", signin.PictureLogo, c.sent)
		e, ok := fault.As(err)
		if !ok || e.Code != c.code || len(e.Details) != 1 || e.Details[0].Target != "bannerLogo" || e.Details[0].Remedy == "" {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if len(store.pictures) != 0 {
			t.Errorf("%s was kept", name)
		}
	}
}

func TestBrandingTextsHaveTheirForm(t *testing.T) {
	t.Parallel()
	text := func(s string) *string { return &s }
	s, store := newBrandings()
	if _, err := s.Change(t.Context(), "t", signin.BrandingChange{SignInPageText: text("Call 1234"), BackgroundColor: text("#0F5fb8")}, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Change(t.Context(), "t", signin.BrandingChange{UsernameHint: text("you@x.example")}, 1); err != nil || store.b.SignInPageText != "Call 1234" {
		t.Errorf("%+v, %v", store.b, err)
	}
	for code, c := range map[string]struct {
		change signin.BrandingChange
		match  int64
	}{
		"InvalidColor":       {signin.BrandingChange{BackgroundColor: text("red;}body{display:none")}, 0},
		"TextTooLong":        {signin.BrandingChange{SignInPageText: text(strings.Repeat("ü", 1025))}, 0},
		"PreconditionFailed": {signin.BrandingChange{SignInPageText: text("late")}, 1},
	} {
		_, err := s.Change(t.Context(), "t", c.change, c.match)
		if e, ok := fault.As(err); !ok || e.Code != code {
			t.Errorf("%v, want %s", err, code)
		}
	}
	if store.b.Version != 2 {
		t.Errorf("a refused change made version %d", store.b.Version)
	}
}
