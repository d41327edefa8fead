package drs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/fault"
)

// Limits of a request's body: a join has about 4 KB and two levels.
const (
	maxBody  = 64 << 10
	maxDepth = 8
)

// object is a JSON object whose names are compared without regard to case,
// folded to lower case.
type object map[string]any

// readBody reads one JSON object.
func (c *call) readBody() (object, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, fault.Field(fault.TooLarge, "RequestBodyTooLarge", "body", "The request body is larger than 64 KiB.", "Send the join request alone.")
		}
		return nil, badBody("The request body cannot be read.")
	}
	return decodeObject(raw)
}

// decodeObject decodes one JSON object and refuses what parsers read in
// different ways: a name twice in any spelling, text behind the object.
func decodeObject(raw []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	first, err := dec.Token()
	if err != nil || first != json.Delim('{') {
		return nil, badBody("The request body is not a JSON object.")
	}
	o, err := readObject(dec, 1)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, badBody("The request body has text after its JSON object.")
	}
	return o, nil
}

func readObject(dec *json.Decoder, depth int) (object, error) {
	if depth > maxDepth {
		return nil, badBody(fmt.Sprintf("The request body has more than %d levels.", maxDepth))
	}
	o := object{}
	for dec.More() {
		token, err := dec.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, badBody("The request body is not valid JSON.")
		}
		key := strings.ToLower(name)
		if _, twice := o[key]; twice {
			return nil, badBody("The request body has a name twice.")
		}
		if o[key], err = readValue(dec, depth); err != nil {
			return nil, err
		}
	}
	return o, closing(dec)
}

func readValue(dec *json.Decoder, depth int) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, badBody("The request body is not valid JSON.")
	}
	switch token {
	case json.Delim('{'):
		return readObject(dec, depth+1)
	case json.Delim('['):
		if depth+1 > maxDepth {
			return nil, badBody(fmt.Sprintf("The request body has more than %d levels.", maxDepth))
		}
		list := []any{}
		for dec.More() {
			v, err := readValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, closing(dec)
	default:
		return token, nil
	}
}

func closing(dec *json.Decoder) error {
	if _, err := dec.Token(); err != nil {
		return badBody("The request body is not valid JSON.")
	}
	return nil
}

func badBody(message string) error {
	return fault.Field(fault.Invalid, codeBody, "body", message, "Send the join request as one JSON object.")
}

// text reads a text; absent and null are empty.
func (o object) text(name string) (string, error) {
	switch v := o[strings.ToLower(name)].(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	default:
		return "", fault.Field(fault.Invalid, codeBody, name, "The property "+name+" is not a text.", "Send it as a text.")
	}
}

// inner reads an object; absent and null are empty.
func (o object) inner(name string) (object, error) {
	switch v := o[strings.ToLower(name)].(type) {
	case nil:
		return object{}, nil
	case object:
		return v, nil
	default:
		return nil, fault.Field(fault.Invalid, codeBody, name, "The property "+name+" is not an object.", "Send it as an object.")
	}
}

// number reads a whole number, which some clients send as a text.
func (o object) number(name string) (int, error) {
	text := ""
	switch v := o[strings.ToLower(name)].(type) {
	case nil:
		return 0, fault.Field(fault.Invalid, codeBody, name, "The property "+name+" is missing.", "Send 0 to join or 4 to register.")
	case string:
		text = v
	case json.Number:
		text = v.String()
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fault.Field(fault.Invalid, codeBody, name, "The property "+name+" is not a whole number.", "Send 0 to join or 4 to register.")
	}
	return n, nil
}
