package directory

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/fault"
)

const (
	// MaxSecretLifetime is the longest life of a client secret, and what
	// Graph's addPassword gives when no end is asked for: two years.
	MaxSecretLifetime = 2 * 365 * 24 * time.Hour
	// maxSecrets bounds the work of one authentication.
	maxSecrets = 50
	// updateAttempts is how often a change is tried again after another
	// writer came in between.
	updateAttempts = 5
)

// AppService keeps app registrations and checks their secrets. Tokens issued
// before a change are narrowed by it at once: package access asks for the
// app's state on every request.
type AppService struct {
	Store AppStore
	Clock Clock
	NewID NewID
	// Permissions are the names that can be granted (access.Permissions).
	// With none, every name is refused.
	Permissions []string
}

// NewApp is what an app is registered with.
type NewApp struct {
	DisplayName string
	Permissions []string // Graph application permissions
	// Lifetime is that of its first secret; zero is MaxSecretLifetime.
	Lifetime time.Duration
	NoSecret bool // it proves itself with a certificate, or is a public client
	// PublicClient lets it sign people in by device code without a credential.
	PublicClient bool
	Redirects    []Redirect
	Certificates []NewCertificate
}

// Create registers an app with its service principal and first secret, which
// is returned here and never again. A lifetime of zero is MaxSecretLifetime.
// An unknown permission is fault.Invalid with the nearest name as remedy.
func (s *AppService) Create(ctx context.Context, t TenantID, displayName string, permissions []string, lifetime time.Duration) (Application, string, error) {
	return s.Register(ctx, t, NewApp{DisplayName: displayName, Permissions: permissions, Lifetime: lifetime})
}

// Register is Create with everything else an app may have. Without a secret
// the text is empty.
func (s *AppService) Register(ctx context.Context, t TenantID, n NewApp) (Application, string, error) {
	n.DisplayName = strings.TrimSpace(n.DisplayName)
	if count := len([]rune(n.DisplayName)); count == 0 || count > 256 {
		return Application{}, "", fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "An app needs a name of 1 to 256 characters.", "Give the app a name.")
	}
	granted, err := s.granted(n.Permissions)
	if err != nil {
		return Application{}, "", err
	}
	a := Application{
		ID: ObjectID(s.NewID()), AppID: s.NewID(), ServicePrincipal: ObjectID(s.NewID()), DisplayName: n.DisplayName,
		Permissions: granted, Enabled: true, PublicClient: n.PublicClient, CreatedAt: s.Clock.Real(), Version: 1,
	}
	if a.Redirects, err = withRedirects(nil, n.Redirects); err != nil {
		return Application{}, "", err
	}
	for _, c := range n.Certificates {
		if err := s.addCertificate(&a, c); err != nil {
			return Application{}, "", err
		}
	}
	changes := []Change{
		{Property: "displayName", New: a.DisplayName},
		{Property: "permissions", New: strings.Join(a.Permissions, " ")},
	}
	if a.PublicClient {
		changes = append(changes, Change{Property: "publicClient", New: "true"})
	}
	for _, r := range a.Redirects {
		changes = append(changes, redirectChange(r, true))
	}
	for i := range a.Certificates {
		changes = append(changes, certificateChange(&a.Certificates[i], true))
	}
	var first *Secret
	text := ""
	if !n.NoSecret {
		secret, shown, err := s.newSecret(a.ID, "", n.Lifetime)
		if err != nil {
			return Application{}, "", err
		}
		first, text = &secret, shown
		changes = append(changes, secretChange(secret, true))
	}
	if err := s.Store.CreateApplication(ctx, t, a, first, s.event(ctx, "Create application", a, changes...)); err != nil {
		return Application{}, "", fault.Wrap("create application", err)
	}
	return a, text, nil
}

// AddSecret makes another secret, returned here and never again.
func (s *AppService) AddSecret(ctx context.Context, t TenantID, appID, displayName string, lifetime time.Duration) (Secret, string, error) {
	if len([]rune(displayName)) > 256 {
		return Secret{}, "", fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "The secret's name is longer than 256 characters.", "Shorten it.")
	}
	a, secrets, err := s.load(ctx, t, appID)
	if err != nil {
		return Secret{}, "", fault.Wrap("add secret", err)
	}
	if len(secrets) >= maxSecrets {
		return Secret{}, "", fault.Field(fault.Invalid, "TooManySecrets", "passwordCredentials", fmt.Sprintf("The app already has %d secrets.", maxSecrets), "Remove secrets that are no longer used.")
	}
	secret, text, err := s.newSecret(a.ID, displayName, lifetime)
	if err != nil {
		return Secret{}, "", err
	}
	err = s.Store.ReplaceSecrets(ctx, t, a.ID, &secret, nil, s.event(ctx, "Add application secret", a, secretChange(secret, true)))
	if err != nil {
		return Secret{}, "", fault.Wrap("add secret", err)
	}
	return secret, text, nil
}

// RemoveSecret removes one secret; no token can be had with it from then on.
func (s *AppService) RemoveSecret(ctx context.Context, t TenantID, appID, keyID string) error {
	a, secrets, err := s.load(ctx, t, appID)
	if err != nil {
		return fault.Wrap("remove secret", err)
	}
	i := slices.IndexFunc(secrets, func(x Secret) bool { return x.KeyID == keyID })
	if i < 0 {
		return fault.Field(fault.NotFound, "SecretNotFound", "keyId", "The app has no secret with the id "+quote(keyID)+".", "List the app's secrets to find the right id.")
	}
	return fault.Wrap("remove secret", s.Store.ReplaceSecrets(ctx, t, a.ID, nil, []string{keyID},
		s.event(ctx, "Remove application secret", a, secretChange(secrets[i], false))))
}

// Delete removes the app and its secrets; its tokens stop working.
func (s *AppService) Delete(ctx context.Context, t TenantID, appID string) error {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return fault.Wrap("delete application", err)
	}
	return fault.Wrap("delete application", s.Store.DeleteApplication(ctx, t, appID,
		s.event(ctx, "Delete application", a, Change{Property: "displayName", Old: a.DisplayName})))
}

// SetPermissions replaces what the app may do. What is taken away stops at the
// next request; what is added needs a new token.
func (s *AppService) SetPermissions(ctx context.Context, t TenantID, appID string, permissions []string) error {
	granted, err := s.granted(permissions)
	if err != nil {
		return err
	}
	return s.update(ctx, t, appID, "Set application permissions", func(a *Application) Change {
		was := a.Permissions
		a.Permissions = granted
		return Change{Property: "permissions", Old: strings.Join(was, " "), New: strings.Join(granted, " ")}
	})
}

// SetEnabled switches the app on or off; off also refuses its present tokens.
func (s *AppService) SetEnabled(ctx context.Context, t TenantID, appID string, enabled bool) error {
	return s.update(ctx, t, appID, "Set application state", func(a *Application) Change {
		was := a.Enabled
		a.Enabled = enabled
		return Change{Property: "enabled", Old: strconv.FormatBool(was), New: strconv.FormatBool(enabled)}
	})
}

// SetPublicClient says whether the app may sign people in by device code
// without a credential. What it signed in so far goes on.
func (s *AppService) SetPublicClient(ctx context.Context, t TenantID, appID string, public bool) error {
	return s.update(ctx, t, appID, "Set application kind", func(a *Application) Change {
		was := a.PublicClient
		a.PublicClient = public
		return Change{Property: "publicClient", Old: strconv.FormatBool(was), New: strconv.FormatBool(public)}
	})
}

// update changes one property; when nothing differs it writes nothing.
func (s *AppService) update(ctx context.Context, t TenantID, appID, activity string, change func(*Application) Change) error {
	for attempt := 1; ; attempt++ {
		a, err := s.Store.GetApplication(ctx, t, appID)
		if err != nil {
			return fault.Wrap("update application", err)
		}
		c := change(&a)
		if c.Old == c.New {
			return nil
		}
		err = s.Store.UpdateApplication(ctx, t, a, s.event(ctx, activity, a, c))
		if fault.Is(err, fault.Precondition) && attempt < updateAttempts {
			continue
		}
		return fault.Wrap("update application", err)
	}
}

// Authenticate checks a client secret. It compares with every secret of the
// app in constant time, and does the same reads and comparisons when there is
// no such app. Refusals are fault.Unauthenticated with code UnknownApplication,
// InvalidSecret, SecretExpired or ApplicationDisabled; the last two are only
// told to who holds a right secret.
func (s *AppService) Authenticate(ctx context.Context, t TenantID, appID, secret string) (Application, error) {
	a, secrets, err := s.load(ctx, t, appID)
	unknown := fault.Is(err, fault.NotFound)
	if err != nil && !unknown {
		return Application{}, fault.Wrap("authenticate application", err)
	}
	if unknown {
		// The same second read; no object has the empty id.
		if secrets, err = s.Store.ListSecrets(ctx, t, ""); err != nil {
			return Application{}, fault.Wrap("authenticate application", err)
		}
	}
	live, expired := compare(secrets, secret, s.Clock.Real())
	switch {
	case unknown:
		return Application{}, fault.New(fault.Unauthenticated, "UnknownApplication", "There is no app with this client id in the tenant.")
	case !live && !expired:
		return Application{}, fault.New(fault.Unauthenticated, "InvalidSecret", "The client secret is wrong; send its value, not its id.")
	case !live:
		return Application{}, fault.New(fault.Unauthenticated, "SecretExpired", "The client secret has expired; add a new one to the app.")
	case !a.Enabled:
		return Application{}, fault.New(fault.Unauthenticated, "ApplicationDisabled", "The app is disabled; an administrator can enable it.")
	}
	return a, nil
}

// compare visits every slot up to maxSecrets, filled or not, so its time does
// not tell how many secrets there are nor which one matched.
func compare(secrets []Secret, presented string, now time.Time) (live, expired bool) {
	sum := sha256.Sum256([]byte(presented))
	var liveHits, expiredHits int
	for i := range max(maxSecrets, len(secrets)) {
		var candidate Secret
		filled := 0
		if i < len(secrets) {
			candidate, filled = secrets[i], 1
		}
		hit := subtle.ConstantTimeCompare(sum[:], candidate.Hash[:]) & filled
		if now.Before(candidate.ExpiresAt) {
			liveHits |= hit
		} else {
			expiredHits |= hit
		}
	}
	return liveHits == 1, expiredHits == 1
}

func (s *AppService) load(ctx context.Context, t TenantID, appID string) (Application, []Secret, error) {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return Application{}, nil, err
	}
	secrets, err := s.Store.ListSecrets(ctx, t, a.ID)
	return a, secrets, err
}

// newSecret makes 256 random bits in hexadecimal: no character of it needs
// care in a form, a shell or a header.
func (s *AppService) newSecret(app ObjectID, displayName string, lifetime time.Duration) (Secret, string, error) {
	if lifetime == 0 {
		lifetime = MaxSecretLifetime
	}
	if lifetime < 0 || lifetime > MaxSecretLifetime {
		return Secret{}, "", fault.Field(fault.Invalid, "InvalidLifetime", "endDateTime", "A secret lives at most two years.", "Ask for a shorter life.")
	}
	var random [32]byte
	if _, err := rand.Read(random[:]); err != nil {
		return Secret{}, "", fault.Wrap("make secret", err)
	}
	text := hex.EncodeToString(random[:])
	now := s.Clock.Real()
	return Secret{
		KeyID: s.NewID(), Application: app, Hash: sha256.Sum256([]byte(text)), Hint: text[:3],
		DisplayName: displayName, CreatedAt: now, ExpiresAt: now.Add(lifetime),
	}, text, nil
}

// granted checks permission names and puts them in order, each once.
func (s *AppService) granted(names []string) ([]string, error) {
	var details []fault.Detail
	for _, name := range names {
		if !slices.Contains(s.Permissions, name) {
			details = append(details, fault.Detail{
				Target: name, Code: "UnknownPermission", Message: "There is no permission " + quote(name) + ".", Remedy: didYouMean(name, s.Permissions),
			})
		}
	}
	if len(details) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "UnknownPermission", Message: strings.TrimSpace(details[0].Message + " " + details[0].Remedy), Details: details}
	}
	return slices.Compact(slices.Sorted(slices.Values(names))), nil
}

func (s *AppService) event(ctx context.Context, activity string, a Application, changes ...Change) AuditEvent {
	return AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: ActorFrom(ctx), Activity: activity, Category: "application",
		TargetID: string(a.ID), TargetType: "application", TargetName: a.DisplayName, Changes: changes,
	}
}

// secretChange names a secret by its id alone: the trail holds nothing of it.
func secretChange(s Secret, added bool) Change {
	if added {
		return Change{Property: "secret", New: s.KeyID}
	}
	return Change{Property: "secret", Old: s.KeyID}
}

// didYouMean is the remedy for an unknown name.
func didYouMean(name string, known []string) string {
	if near := fault.Nearest(name, known); near != "" {
		return "Did you mean " + near + "?"
	}
	return "Use a name of Microsoft Graph's permissions reference."
}
