package enrollment_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// draft makes an app without a file.
func (s *shop) draft() enrollment.Policy {
	s.Helper()
	p, err := s.CreatePolicy(s.ctx, s.tenant, enrollment.Policy{
		Kind: enrollment.PolicyMSI, DisplayName: "Agent", App: &enrollment.App{ProductCode: agentCode, ProductVersion: "1.0", FileName: "agent.msi"},
	})
	s.ok(err)
	return p
}

// read opens an address and reads it.
func (s *shop) read(address string) ([]byte, error) {
	s.Helper()
	u, err := url.Parse(address)
	s.ok(err)
	k, ok := enrollment.ParseTicket(strings.TrimPrefix(u.Path, enrollment.ContentPath))
	if !ok {
		return nil, errors.New("no address")
	}
	f, err := s.contents.Open(s.ctx, k)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(f)
}

// pieces counts the stored pieces of a file.
func (s *shop) pieces(file string) int {
	for n := 0; ; n++ {
		if _, err := s.db.GetPiece(s.ctx, s.tenant, file, n); err != nil {
			return n
		}
	}
}

func TestAFileIsStoredInPiecesAndReadsBackFromAnyPlace(t *testing.T) {
	t.Parallel()
	runShop(t, "sizes", func(s *shop) {
		p := s.draft()
		whole := installer("0123456789abcdefghij")
		for _, size := range []int{8, 9, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3<<20 + 5} {
			want := whole[:size]
			got, err := s.contents.Put(s.ctx, s.tenant, p.ID, 0, "new.msi", bytes.NewReader(want))
			s.ok(err)
			sum := sha256.Sum256(want)
			s.equal("app", []any{got.App.Size, got.App.SHA256, got.App.FileName}, []any{int64(size), sum[:], "new.msi"})
			s.equal("pieces", s.pieces(got.App.Content), (size+1<<20-1)>>20)
			read, err := s.read(s.contents.Address(s.tenant, s.device, &got, s.clock.Real()))
			s.ok(err)
			if !bytes.Equal(read, want) {
				s.Errorf("a file of %d bytes reads back as another one of %d", size, len(read))
			}
		}
		got, err := s.Store.GetPolicy(s.ctx, s.tenant, p.ID)
		s.ok(err)
		u, err := url.Parse(s.contents.Address(s.tenant, s.device, &got, s.clock.Real()))
		s.ok(err)
		k, _ := enrollment.ParseTicket(strings.TrimPrefix(u.Path, enrollment.ContentPath))
		f, err := s.contents.Open(s.ctx, k)
		s.ok(err)
		for _, from := range []int64{0, 1<<20 - 3, 1 << 20, 2<<20 + 7, 3<<20 + 4, 3<<20 + 5, 9 << 20} {
			at, err := f.Seek(from, io.SeekStart)
			s.ok(err)
			part, err := io.ReadAll(io.LimitReader(f, 10))
			s.ok(err)
			begin := min(at, f.Size)
			s.equal("part", part, whole[begin:min(begin+10, f.Size)])
		}
		end, err := f.Seek(-5, io.SeekEnd)
		s.ok(err)
		s.equal("from the end", end, f.Size-5)
		if _, err := f.Seek(-1, io.SeekStart); err == nil {
			s.Error("a place before the beginning is taken")
		}
	})
}

// broken breaks off after some bytes.
type broken struct{ io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("connection reset")
	}
	return n, err
}

func TestAFileThatIsNoneLeavesTheFormerOne(t *testing.T) {
	t.Parallel()
	runShop(t, "refused", func(s *shop) {
		p := s.draft()
		first, err := s.contents.Put(s.ctx, s.tenant, p.ID, 0, "", bytes.NewReader(installer("a")))
		s.ok(err)
		for _, c := range []struct {
			what  string
			body  io.Reader
			match int64
			kind  fault.Kind
			code  string
		}{
			{"empty", strings.NewReader(""), 0, fault.Invalid, "NotAnInstaller"},
			{"short", bytes.NewReader(installer("")[:7]), 0, fault.Invalid, "NotAnInstaller"},
			{"an archive", strings.NewReader("PK\x03\x04 and more"), 0, fault.Invalid, "NotAnInstaller"},
			{"too large", io.LimitReader(io.MultiReader(bytes.NewReader(installer("")), zeros{}), s.contents.Limit+1), 0, fault.TooLarge, "ContentTooLarge"},
			{"broken off", broken{bytes.NewReader(installer("0123456789"))}, 0, fault.Invalid, "UploadBrokeOff"},
			{"of another version", bytes.NewReader(installer("b")), first.Version + 1, fault.Precondition, "PreconditionFailed"},
		} {
			_, err := s.contents.Put(s.ctx, s.tenant, p.ID, c.match, "", c.body)
			if e, ok := fault.As(err); !ok || e.Kind != c.kind || e.Code != c.code {
				s.Errorf("%s: error = %v, want %s", c.what, err, c.code)
			}
		}
		now, err := s.Store.GetPolicy(s.ctx, s.tenant, p.ID)
		s.ok(err)
		s.equal("app", now, first)
		rows, err := s.db.CountRows(s.ctx, s.tenant)
		s.ok(err)
		s.equal("pieces", rows["app_contents"], int64(s.pieces(first.App.Content)))
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAFileTakesThePlaceOfTheFormerOneAndGoesWithItsApp(t *testing.T) {
	t.Parallel()
	runShop(t, "replaced", func(s *shop) {
		p := s.draft()
		first, err := s.contents.Put(s.ctx, s.tenant, p.ID, 0, "", bytes.NewReader(installer("a")))
		s.ok(err)
		old := s.contents.Address(s.tenant, s.device, &first, s.clock.Real())
		second, err := s.contents.Put(s.ctx, s.tenant, p.ID, first.Version, "", bytes.NewReader(installer("b")))
		s.ok(err)
		_, err = s.read(old)
		fails(s.fleet, err, fault.NotFound, enrollment.CodeContentGone)
		s.equal("pieces of the former", s.pieces(first.App.Content), 0)
		s.ok(s.contents.DeleteApp(s.ctx, s.tenant, p.ID, 0))
		s.equal("pieces", s.pieces(second.App.Content), 0)
		_, err = s.read(s.contents.Address(s.tenant, s.device, &second, s.clock.Real()))
		fails(s.fleet, err, fault.NotFound, enrollment.CodeContentGone)
	})
}

func TestAnAddressIsGoodForOneDeviceAndTwoDays(t *testing.T) {
	t.Parallel()
	runShop(t, "addresses", func(s *shop) {
		p := s.draft()
		p, err := s.contents.Put(s.ctx, s.tenant, p.ID, 0, "", bytes.NewReader(installer("a")))
		s.ok(err)
		address := s.contents.Address(s.tenant, s.device, &p, s.clock.Real())
		if _, err := s.read(address); err != nil {
			s.Fatal(err)
		}
		parts := strings.Split(address, "/")
		for i := 4; i <= 9; i++ { // tenant, app, file, device, end, signature
			changed := append([]string(nil), parts...)
			last := changed[i][len(changed[i])-2]
			swap := byte('0')
			if last == swap {
				swap = '1'
			}
			changed[i] = changed[i][:len(changed[i])-2] + string(swap) + changed[i][len(changed[i])-1:]
			_, err := s.read(strings.Join(changed, "/"))
			fails(s.fleet, err, fault.Denied, enrollment.CodeAddressInvalid)
		}
		other := &enrollment.Contents{Service: s.Service, Key: bytes.Repeat([]byte{8}, 32), Limit: 1 << 20}
		_, err = s.read(other.Address(s.tenant, s.device, &p, s.clock.Real()))
		fails(s.fleet, err, fault.Denied, enrollment.CodeAddressInvalid)
		_, err = s.read(s.contents.Address(s.tenant, enrollment.DeviceID(fleetID()), &p, s.clock.Real()))
		fails(s.fleet, err, fault.Denied, enrollment.CodeNotManaged)
		s.clock.advance(48*time.Hour - time.Second)
		if _, err := s.read(address); err != nil {
			s.Fatal(err)
		}
		s.clock.advance(time.Second)
		_, err = s.read(address)
		fails(s.fleet, err, fault.Denied, enrollment.CodeAddressExpired)
		fresh := s.contents.Address(s.tenant, s.device, &p, s.clock.Real())
		s.tx(func(tx enrollment.Tx) error {
			d, err := tx.LockManagedDevice(s.ctx, s.tenant, s.device)
			if err != nil {
				return err
			}
			d.State = enrollment.Unenrolled
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		_, err = s.read(fresh)
		fails(s.fleet, err, fault.Denied, enrollment.CodeNotManaged)
	})
}

func TestAnAppWithoutAFileIsNotAssigned(t *testing.T) {
	t.Parallel()
	runShop(t, "drafts", func(s *shop) {
		p := s.draft()
		fails(s.fleet, s.AssignPolicy(s.ctx, s.tenant, p.ID, []enrollment.Assignment{everyDevice}), fault.Invalid, "AppNotPublished")
		s.ok(s.AssignPolicy(s.ctx, s.tenant, p.ID, nil))
		_, err := s.contents.Put(s.ctx, s.tenant, enrollment.PolicyID(fleetID()), 0, "", bytes.NewReader(installer("a")))
		fails(s.fleet, err, fault.NotFound, "ResourceNotFound")
	})
}

func TestUploadsThatNobodyEndedAreSweptAfterADay(t *testing.T) {
	t.Parallel()
	runShop(t, "sweep", func(s *shop) {
		p, err := s.contents.Put(s.ctx, s.tenant, s.draft().ID, 0, "", bytes.NewReader(installer("a")))
		s.ok(err)
		s.clock.advance(time.Since(s.clock.Real())) // ids tell the time
		left := fleetID()
		s.ok(s.db.PutPiece(s.ctx, s.tenant, left, 0, []byte("x")))
		sweep := func() int {
			n, err := s.contents.Sweep(s.ctx, s.tenant)
			s.ok(err)
			return n
		}
		s.equal("at once", sweep(), 0)
		s.clock.advance(24*time.Hour + time.Second)
		s.equal("after a day", sweep(), 1)
		s.equal("pieces", []int{s.pieces(left), s.pieces(p.App.Content)}, []int{0, 1})
	})
}
