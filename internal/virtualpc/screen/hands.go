package screen

import (
	"context"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// person is the Hands of a boot: each page is a turn, and the first action that
// names the turn takes it.
type person struct{ h *Host }

// Answer implements virtualpc.Hands.
func (p person) Answer(ctx context.Context, screen *setup.Screen) (setup.Event, error) {
	a, err := p.h.turn(ctx, &Shown{*screen, screen.Name.Title()}, nil)
	if a.Do == Plug {
		return setup.Event{}, err // the PC looks itself
	}
	return setup.Event{Kind: a.Event, Value: a.Value, Text: a.Text, Button: a.Button}, err
}

// Page implements virtualpc.Hands.
func (p person) Page(ctx context.Context, page *wire.PageView) (virtualpc.Typed, error) {
	for {
		a, err := p.h.turn(ctx, nil, webPage(page))
		if err != nil || a.Do != Plug {
			return virtualpc.Typed{Text: a.Typed, Next: a.Next, Yes: a.Yes, Press: a.Button}, err
		}
	}
}

// Refused implements virtualpc.Hands.
func (p person) Refused(why string) {
	p.h.change(func(f *Frame) { f.Refused = why })
}
