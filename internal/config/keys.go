package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	envPrefix    = "TAXIWAY_"
	envMasterKey = "TAXIWAY_MASTER_KEY"
)

// Key is one thing that can be configured.
type Key struct {
	Name    string // as in the file and for flags: listen.people
	Env     string // TAXIWAY_LISTEN_PEOPLE
	Default string // as text; lists are joined by commas
	index   []int  // of the field in Config
}

// Keys lists every key in the order of the structs.
func Keys() []Key {
	defaults := reflect.ValueOf(Default())
	var keys []Key
	add := func(name string, index []int) {
		keys = append(keys, Key{
			Name:    name,
			Env:     envPrefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_")),
			Default: text(defaults.FieldByIndex(index)),
			index:   index,
		})
	}
	for _, field := range reflect.VisibleFields(defaults.Type()) {
		name := field.Tag.Get("toml")
		switch {
		case name == "-":
		case isPart(field.Type):
			for _, leaf := range reflect.VisibleFields(field.Type) {
				add(name+"."+leaf.Tag.Get("toml"), append(slices.Clone(field.Index), leaf.Index...))
			}
		default:
			add(name, field.Index)
		}
	}
	return keys
}

// isPart tells a part such as Listen from a value such as Secret.
func isPart(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[Secret]() && t != reflect.TypeFor[Duration]()
}

// parts are the names of the file's tables.
func parts() []string {
	var names []string
	for _, k := range Keys() {
		if part, _, ok := strings.Cut(k.Name, "."); ok && !slices.Contains(names, part) {
			names = append(names, part)
		}
	}
	return names
}

// text is a value as it is shown in messages; secrets are stars.
func text(v reflect.Value) string {
	if list, ok := reflect.TypeAssert[[]string](v); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(v.Interface())
}

// set stores one value. From a file it is a string, int64, bool or []any, from
// environment and flags always a string. The error says what was expected.
func (k Key) set(c *Config, raw any) error {
	field := reflect.ValueOf(c).Elem().FieldByIndex(k.index)
	switch target := field.Addr().Interface().(type) {
	case *string:
		return setAs(target, raw, func(s string) (string, error) { return s, nil }, "text in quotes")
	case *Secret:
		return setAs(target, raw, func(s string) (Secret, error) { return NewSecret(s), nil }, "text in quotes")
	case *Duration:
		return setAs(target, raw, func(s string) (Duration, error) {
			d, err := time.ParseDuration(s)
			return Duration{d}, err
		}, `a time span such as "5s" or "1m30s"`)
	case *int:
		if n, ok := raw.(int64); ok {
			*target = int(n)
			return nil
		}
		return setAs(target, raw, strconv.Atoi, "a whole number")
	case *bool:
		if b, ok := raw.(bool); ok {
			*target = b
			return nil
		}
		return setAs(target, raw, strconv.ParseBool, "true or false")
	case *[]string:
		return setList(target, raw)
	default:
		return fmt.Errorf("key %s has a type that cannot be set: %T", k.Name, target)
	}
}

// setAs parses a string; anything else, or a parse error, is answered with
// what was expected.
func setAs[T any](target *T, raw any, parse func(string) (T, error), expected string) error {
	s, ok := raw.(string)
	if !ok {
		return expectedError(expected)
	}
	value, err := parse(s)
	if err != nil {
		return expectedError(expected)
	}
	*target = value
	return nil
}

func setList(target *[]string, raw any) error {
	switch value := raw.(type) {
	case string: // environment and flags: commas
		*target = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
		return nil
	case []any:
		list := make([]string, 0, len(value))
		for _, item := range value {
			s, ok := item.(string)
			if !ok {
				return expectedError("a list of texts")
			}
			list = append(list, s)
		}
		*target = list
		return nil
	default:
		return expectedError(`a list of texts such as ["10.0.0.0/8"]`)
	}
}

// expectedError is what a key would have taken.
type expectedError string

func (e expectedError) Error() string { return "expected " + string(e) }
