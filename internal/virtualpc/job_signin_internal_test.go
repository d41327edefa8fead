package virtualpc

import (
	"context"
	"errors"
	"testing"
	"time"

	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/wire"
)

// What somebody does who knows one password, by what the page complains of each
// time that it is shown.
func TestAPersonTypesTheirPasswordAgainUnlessItWasWrong(t *testing.T) {
	t.Parallel()
	const wrong, slowed = "Your account or password is incorrect.", "Too many tries. Wait 7 seconds and try again."
	for _, tt := range []struct {
		name   string
		pages  []string
		typed  int
		waited time.Duration
	}{
		{"a wrong password", []string{"", wrong}, 1, 0},
		{"a page that lost what was typed", []string{"", ""}, 2, 0},
		{"a page that lost it, then found it wrong", []string{"", "", wrong}, 2, 0},
		{"a page that asks for patience", []string{"", slowed}, 2, 7 * time.Second},
		{"a page that asks for patience, then finds it wrong", []string{"", slowed, wrong}, 2, 7 * time.Second},
		{"more patience than anybody has", []string{"", "Too many tries. Wait 2 minutes and try again."}, 1, 0},
		{"a page that loses it for ever", []string{"", "", "", "", "", "", "", ""}, mostTyped, 0},
		{"a page that asks for ever", []string{"", slowed, slowed, slowed, slowed, slowed, slowed}, mostTyped, 4 * 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := machine.Create(machine.NewMemory(), machine.Spec{Name: "desk", NoTPM: true})
			if err != nil {
				t.Fatal(err)
			}
			var waited time.Duration
			pc, err := New(m, Options{BaseURL: "https://devices.example", Now: time.Now, Wait: func(_ context.Context, d time.Duration) error {
				waited += d
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			w := &webView{s: &session{pc: pc, b: Boot{Person: Person{Password: func(context.Context, string) (string, error) { return "the one", nil }}}}}
			typed := 0
			for _, complaint := range tt.pages {
				password, err := w.Password(t.Context(), &wire.PageView{Error: complaint})
				if failed, gaveUp := errors.AsType[*pageError](err); gaveUp {
					if failed.text != complaint {
						t.Errorf("the person gave up with %q, the page said %q", failed.text, complaint)
					}
					break
				}
				if err != nil || password != "the one" {
					t.Fatalf("the person typed %q, %v", password, err)
				}
				typed++
			}
			if typed != tt.typed || waited != tt.waited {
				t.Errorf("typed %d times and waited %s, want %d and %s", typed, waited, tt.typed, tt.waited)
			}
		})
	}
}
