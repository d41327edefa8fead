package machine

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"
)

// WriteReg writes the registry as the registry editor exports it: version 5.00,
// UTF-16 with a byte order mark (Microsoft Learn, "How to add, modify, or
// delete registry subkeys and values by using a .reg file").
func (r *Registry) WriteReg(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.load(); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("Windows Registry Editor Version 5.00\r\n")
	for _, folded := range slices.Sorted(maps.Keys(r.keys)) {
		k := r.keys[folded]
		hive, rest, _ := strings.Cut(k.path, `\`)
		fmt.Fprintf(&b, "\r\n[%s\\%s]\r\n", hives[hive], rest)
		for _, name := range slices.Sorted(maps.Keys(k.values)) {
			v := k.values[name]
			fmt.Fprintf(&b, "%s=%s\r\n", regName(v.name), regText(v.data))
		}
	}
	b.WriteString("\r\n")
	out := bufio.NewWriter(w)
	_, _ = out.Write(wide("\ufeff" + b.String())) // Flush tells
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the registry dump: %w", err)
	}
	return nil
}

// wide is text as UTF-16, little-endian.
func wide(s string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func regName(name string) string {
	if name == "" {
		return "@" // the key's default value
	}
	return regQuote(name)
}

func regQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// regText writes a value; the numbers in parentheses are those of Windows'
// types. A text with line breaks can only be written in bytes.
func regText(data any) string {
	switch v := data.(type) {
	case string:
		if strings.ContainsFunc(v, isControl) {
			return "hex(1):" + hexList(wide(v+"\x00"))
		}
		return regQuote(v)
	case []string:
		return "hex(7):" + hexList(wide(strings.Join(append(slices.Clone(v), "\x00"), "\x00")))
	case uint32:
		return fmt.Sprintf("dword:%08x", v)
	case uint64:
		return "hex(b):" + hexList(binary.LittleEndian.AppendUint64(nil, v))
	case []byte:
		return "hex:" + hexList(v)
	}
	return `""`
}

func hexList(b []byte) string {
	pairs := make([]string, len(b))
	for i := range b {
		pairs[i] = hex.EncodeToString(b[i : i+1])
	}
	return strings.Join(pairs, ",")
}
