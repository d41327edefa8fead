package machine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
)

// Keys of the registry in which Windows says how setup went (Microsoft Learn,
// "Windows Autopilot troubleshooting FAQ" and "Understand and troubleshoot the
// Enrollment Status Page").
const (
	KeyAutopilot    = `HKLM\SOFTWARE\Microsoft\Provisioning\Diagnostics\AutoPilot`
	KeyCorrelations = KeyAutopilot + `\EstablishedCorrelations`
	KeyPolicyCache  = `HKLM\SOFTWARE\Microsoft\Provisioning\AutopilotPolicyCache`
	KeyEnrollments  = `HKLM\SOFTWARE\Microsoft\Enrollments`
	KeyTracking     = `HKLM\SOFTWARE\Microsoft\Windows\Autopilot\EnrollmentStatusTracking`
	KeyJoinInfo     = `HKLM\SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo`
	KeyComputerName = `HKLM\SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName`
)

// ValueComputerName is the value of KeyComputerName.
const ValueComputerName = "ComputerName"

const registryFile = "registry.json"

// Registry is Windows' tree of keys with named values. Keys are written with
// the short name of their hive, HKLM\SOFTWARE\…; names of keys and values are
// the same in every case. A value is a string, []string, uint32, uint64 or
// []byte. Every method reads the file at first use; its errors are *Error.
type Registry struct {
	disk prefixed

	mu   sync.Mutex
	keys map[string]*regKey // by folded path; nil before the first use
}

// regKey is one key.
type regKey struct {
	path   string
	values map[string]regValue // by folded name
}

type regValue struct {
	name string
	data any
}

// hives are the roots by their short names.
var hives = map[string]string{
	"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER", "HKU": "HKEY_USERS", "HKCR": "HKEY_CLASSES_ROOT", "HKCC": "HKEY_CURRENT_CONFIG",
}

// longestKey and longestValueName are Windows' limits (Microsoft Learn,
// "Registry element size limits"), in characters.
const (
	longestKey       = 255
	longestValueName = 16_383
)

// keyPath brings a key into the form with the short hive: CodeValue.
func keyPath(key string) (string, error) {
	hive, rest, _ := strings.Cut(key, `\`)
	for short, long := range hives {
		if strings.EqualFold(hive, long) || strings.EqualFold(hive, short) {
			hive = short
		}
	}
	bad := hives[hive] == "" || rest == ""
	for part := range strings.SplitSeq(rest, `\`) {
		bad = bad || part == "" || len(part) > longestKey || strings.ContainsFunc(part, isControl)
	}
	if bad {
		return "", &Error{Code: CodeValue, Message: "'" + key + "' is no key of the registry.", Remedy: `Write the whole path, as in HKLM\SOFTWARE\Microsoft.`}
	}
	return hive + `\` + rest, nil
}

func isControl(r rune) bool { return r < ' ' }

// regData brings a value into one of the types of the registry: CodeValue.
func regData(v any) (any, error) {
	switch v := v.(type) {
	case string, uint32, uint64:
		return v, nil
	case []string:
		return append([]string{}, v...), nil
	case []byte:
		return bytes.Clone(append([]byte{}, v...)), nil
	case bool:
		if v {
			return uint32(1), nil
		}
		return uint32(0), nil
	case int:
		switch {
		case v >= 0 && v <= math.MaxUint32:
			return uint32(v), nil
		case v > math.MaxUint32:
			return uint64(v), nil
		}
	}
	return nil, &Error{Code: CodeValue, Message: fmt.Sprintf("The registry cannot hold %v of the type %T.", v, v), Remedy: "Use text, a list of texts, bytes, or a whole number that is not negative."}
}

// Set gives a key a value, both made when missing. A bool and an int become a
// DWORD (uint32), a larger int a QWORD (uint64).
func (r *Registry) Set(key, name string, value any) error {
	return r.SetAll(key, map[string]any{name: value})
}

// SetAll is Set for several values with one write.
func (r *Registry) SetAll(key string, values map[string]any) error {
	path, err := keyPath(key)
	if err != nil {
		return err
	}
	return r.change(func(keys map[string]*regKey) error {
		k := keys[fold(path)]
		if k == nil {
			k = &regKey{path: path, values: map[string]regValue{}}
			keys[fold(path)] = k
		}
		for name, value := range values {
			data, err := regData(value)
			if err != nil {
				return err
			}
			if len(name) > longestValueName || strings.ContainsFunc(name, isControl) {
				return &Error{Code: CodeValue, Message: "A value of the registry cannot be called '" + name + "'.", Remedy: "Use a shorter name without control characters."}
			}
			k.values[fold(name)] = regValue{name, data}
		}
		return nil
	})
}

// DeleteKey removes a key with everything under it; one that is not there is no
// error.
func (r *Registry) DeleteKey(key string) error {
	path, err := keyPath(key)
	if err != nil {
		return err
	}
	return r.change(func(keys map[string]*regKey) error {
		under := fold(path)
		maps.DeleteFunc(keys, func(p string, _ *regKey) bool { return p == under || strings.HasPrefix(p, under+`\`) })
		return nil
	})
}

// Get is one value; ok is false when there is none.
func (r *Registry) Get(key, name string) (value any, ok bool, err error) {
	values, err := r.Values(key)
	if err != nil {
		return nil, false, err
	}
	for n, v := range values {
		if strings.EqualFold(n, name) {
			return v, true, nil
		}
	}
	return nil, false, nil
}

// Text is a value that is text, "" when there is none.
func (r *Registry) Text(key, name string) (string, error) {
	value, _, err := r.Get(key, name)
	text, _ := value.(string)
	return text, err
}

// Values are those of one key by their names; none when there is no such key.
func (r *Registry) Values(key string) (map[string]any, error) {
	path, err := keyPath(key)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return nil, err
	}
	out := map[string]any{}
	if k := r.keys[fold(path)]; k != nil {
		for _, v := range k.values {
			out[v.name] = v.data
		}
	}
	return out, nil
}

// Keys lists the keys with values in order.
func (r *Registry) Keys() ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return nil, err
	}
	return r.paths(), nil
}

func (r *Registry) paths() []string {
	out := make([]string, 0, len(r.keys))
	for _, folded := range slices.Sorted(maps.Keys(r.keys)) {
		out = append(out, r.keys[folded].path)
	}
	return out
}

// fold makes names comparable.
func fold(s string) string { return strings.ToLower(s) }

// change works on a copy, which becomes the registry when it is on the disk.
func (r *Registry) change(fn func(keys map[string]*regKey) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return err
	}
	next := make(map[string]*regKey, len(r.keys))
	for folded, k := range r.keys {
		next[folded] = &regKey{k.path, maps.Clone(k.values)}
	}
	if err := fn(next); err != nil {
		return err
	}
	data, err := encodeRegistry(next)
	if err != nil {
		return err
	}
	if err := r.disk.Write(registryFile, data); err != nil {
		return err
	}
	r.keys = next
	return nil
}

func (r *Registry) load() error {
	if r.keys != nil {
		return nil
	}
	data, err := r.disk.Read(registryFile)
	if errors.Is(err, fs.ErrNotExist) {
		r.keys = map[string]*regKey{}
		return nil
	}
	if err != nil {
		return err
	}
	keys, err := decodeRegistry(data)
	if err != nil {
		return damaged(r.disk.full(registryFile), err)
	}
	r.keys = keys
	return nil
}

// storedValue is a value in registry.json, with the names Windows has for its
// types ([MS-RRP] 3.1.1.5).
type storedValue struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

const (
	regSZ      = "REG_SZ"
	regMultiSZ = "REG_MULTI_SZ"
	regDWORD   = "REG_DWORD"
	regQWORD   = "REG_QWORD"
	regBinary  = "REG_BINARY"
)

func typeOf(data any) string {
	switch data.(type) {
	case []string:
		return regMultiSZ
	case uint32:
		return regDWORD
	case uint64:
		return regQWORD
	case []byte:
		return regBinary
	default:
		return regSZ
	}
}

func encodeRegistry(keys map[string]*regKey) ([]byte, error) {
	out := map[string]map[string]storedValue{}
	for _, k := range keys {
		values := map[string]storedValue{}
		for _, v := range k.values {
			data, err := json.Marshal(v.data)
			if err != nil {
				return nil, fmt.Errorf(`write %s\%s: %w`, k.path, v.name, err)
			}
			values[v.name] = storedValue{typeOf(v.data), data}
		}
		out[k.path] = values
	}
	data, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write the registry: %w", err)
	}
	return append(data, '\n'), nil
}

func decodeRegistry(data []byte) (map[string]*regKey, error) {
	var stored map[string]map[string]storedValue
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, err
	}
	keys := map[string]*regKey{}
	for path, values := range stored {
		path, err := keyPath(path)
		if err != nil {
			return nil, err
		}
		k := &regKey{path: path, values: map[string]regValue{}}
		for name, v := range values {
			data, err := v.decode()
			if err != nil {
				return nil, fmt.Errorf(`%s\%s: %w`, path, name, err)
			}
			k.values[fold(name)] = regValue{name, data}
		}
		keys[fold(path)] = k
	}
	return keys, nil
}

func (v storedValue) decode() (any, error) {
	switch v.Type {
	case regSZ:
		return decodeAs[string](v.Data)
	case regMultiSZ:
		return decodeAs[[]string](v.Data)
	case regDWORD:
		return decodeAs[uint32](v.Data)
	case regQWORD:
		return decodeAs[uint64](v.Data)
	case regBinary:
		return decodeAs[[]byte](v.Data)
	}
	return nil, fmt.Errorf("the type '%s' is unknown", v.Type)
}

func decodeAs[T any](data []byte) (any, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
