package syncml

import (
	"cmp"
	"encoding/xml"
	"slices"
)

// command reads the open element, which stands where commands do.
func (r *reader) command(name xml.Name) (Command, error) {
	if r.commands++; r.commands > r.limits.Commands {
		return Command{}, r.fail(CodeTooLarge, "more than %d commands", r.limits.Commands)
	}
	c := Command{Kind: Kind(known(name))}
	shape, ok := shapes[c.Kind]
	if !ok || c.Kind == Unknown {
		c.Kind, shape = Unknown, shapes[Unknown]
		if c.Element = name; known(name) != "" {
			c.Element.Space = ""
		}
	}
	p := &partReader{reader: r, command: &c, seen: once{}}
	err := r.children(func(name xml.Name) error {
		element := known(name)
		switch {
		case element == elMeta && slices.Contains(shape, elItem):
			if err := p.seen.check(r, elMeta); err != nil {
				return err
			}
			return r.meta(p.shared.fields())
		case element != "" && slices.Contains(shape, element):
			return p.part(element)
		case slices.Contains(shape, elCommands) && element != elMeta:
			inner, err := r.command(name)
			c.Commands = append(c.Commands, inner)
			return err
		}
		return nil
	})
	for i := range c.Items {
		c.Items[i].Format = cmp.Or(c.Items[i].Format, p.shared.Format)
		c.Items[i].Type = cmp.Or(c.Items[i].Type, p.shared.Type)
		c.Items[i].Mark = cmp.Or(c.Items[i].Mark, p.shared.Mark)
		c.Items[i].Size = cmp.Or(c.Items[i].Size, p.shared.Size)
	}
	return c, err
}

// partReader reads the parts of one command.
type partReader struct {
	*reader
	command *Command
	seen    once
	shared  Item // its meta information holds for all items
}

func (p *partReader) part(element string) error {
	c := p.command
	switch element { // what may stand more than once
	case elTargetRef:
		c.TargetRefs = append(c.TargetRefs, "")
		return p.into(&c.TargetRefs[len(c.TargetRefs)-1])
	case elSourceRef:
		c.SourceRefs = append(c.SourceRefs, "")
		return p.into(&c.SourceRefs[len(c.SourceRefs)-1])
	case elItem:
		if len(c.Items) == p.limits.Items {
			return p.fail(CodeTooLarge, "more than %d items", p.limits.Items)
		}
		c.Items = append(c.Items, Item{})
		return p.item(&c.Items[len(c.Items)-1])
	}
	if err := p.seen.check(p.reader, element); err != nil {
		return err
	}
	switch element {
	case elCmdID:
		return p.into(&c.CmdID)
	case elMsgRef:
		return p.into(&c.MsgRef)
	case elCmdRef:
		return p.into(&c.CmdRef)
	case elCmd:
		return p.into(&c.Cmd)
	case elCorrelator:
		return p.into(&c.Correlator)
	case elChal:
		c.Chal = &Chal{}
		return p.chal(c.Chal)
	case elData:
		return p.data(&c.Data)
	}
	return nil
}

func (r *reader) item(i *Item) error {
	seen := once{}
	return r.children(func(name xml.Name) error {
		element := known(name)
		var read func() error
		switch element {
		case elTarget:
			read = func() error { return r.location(&i.Target, nil) }
		case elSource:
			read = func() error { return r.location(&i.Source, nil) }
		case elMeta:
			read = func() error { return r.meta(i.fields()) }
		case elData:
			read = func() error { return r.data(&i.Data) }
		case elMoreData:
			i.MoreData = true
			read = func() error { return nil }
		default:
			return nil
		}
		if err := seen.check(r, element); err != nil {
			return err
		}
		return read()
	})
}

// location reads a Target or Source.
func (r *reader) location(uri, name *string) error {
	seen := once{}
	return r.children(func(n xml.Name) error {
		to := name
		switch element := known(n); element {
		case elLocURI:
			to = uri
		case elLocName:
		default:
			return nil
		}
		if to == nil {
			return nil
		}
		if err := seen.check(r, n.Local); err != nil {
			return err
		}
		return r.into(to)
	})
}

// meta says where to put meta information; what is nil is passed over.
type meta struct {
	format, kind, mark, nextNonce *string
	size, maxMsgSize, maxObjSize  *int64
}

func (i *Item) fields() *meta {
	return &meta{format: &i.Format, kind: &i.Type, mark: &i.Mark, size: &i.Size}
}

func (r *reader) meta(m *meta) error {
	seen := once{}
	return r.children(func(name xml.Name) error {
		element := known(name)
		var text *string
		var number *int64
		switch element {
		case elFormat:
			text = m.format
		case elType:
			text = m.kind
		case elMark:
			text = m.mark
		case elNextNonce:
			text = m.nextNonce
		case elSize:
			number = m.size
		case elMaxMsgSize:
			number = m.maxMsgSize
		case elMaxObjSize:
			number = m.maxObjSize
		}
		if text == nil && number == nil {
			return nil
		}
		if err := seen.check(r, element); err != nil {
			return err
		}
		if text != nil {
			return r.into(text)
		}
		return r.intoNumber(number)
	})
}

func (r *reader) cred(c *Cred) error {
	seen := once{}
	return r.children(func(name xml.Name) error {
		element := known(name)
		if element != elMeta && element != elData {
			return nil
		}
		if err := seen.check(r, element); err != nil {
			return err
		}
		if element == elData {
			return r.into(&c.Data)
		}
		return r.meta(&meta{format: &c.Format, kind: &c.Type})
	})
}

func (r *reader) chal(c *Chal) error {
	seen := once{}
	return r.children(func(name xml.Name) error {
		if known(name) != elMeta {
			return nil
		}
		if err := seen.check(r, elMeta); err != nil {
			return err
		}
		return r.meta(&meta{format: &c.Format, kind: &c.Type, nextNonce: &c.NextNonce})
	})
}
