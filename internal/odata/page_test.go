package odata_test

import (
	"encoding/json"
	"testing"
	"time"

	"taxiway/internal/odata"
)

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPagesHaveGraphsEnvelope(t *testing.T) {
	t.Parallel()
	zero := int64(0)
	for _, c := range []struct {
		page any
		want string
	}{
		{odata.Page{}, `{"value":[]}`},
		{odata.Page{Value: []string(nil)}, `{"value":[]}`},
		{&odata.Page{Context: "c", Count: &zero, NextLink: "n", Value: []json.RawMessage{[]byte(`{"id":"1"}`)}}, `{"@odata.context":"c","@odata.count":0,"@odata.nextLink":"n","value":[{"id":"1"}]}`},
	} {
		if got := marshal(t, c.page); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestAcceptHeadersNameTheMetadata(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]odata.Metadata{
		"": odata.MetadataMinimal, "*/*": odata.MetadataMinimal, "application/json": odata.MetadataMinimal,
		"application/json;odata.metadata=none":                      odata.MetadataNone,
		"text/html, application/json; ODATA.Metadata=None; q=0.9":   odata.MetadataNone,
		"application/json;odata.metadata=full;odata.streaming=true": odata.MetadataFull,
		"application/json;metadata=none":                            odata.MetadataNone,
		"application/json;odata.metadata=minimal;;;=":               odata.MetadataMinimal,
	} {
		if got := odata.ParseAccept(header); got != want {
			t.Errorf("%q: got %d, want %d", header, got, want)
		}
	}
}

func TestErrorsHaveGraphsEnvelope(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 999, time.FixedZone("", 3600))
	for _, c := range []struct {
		body odata.ErrorBody
		want string
	}{
		{
			odata.NewErrorBody("BadRequest", "No.", at, "r", ""),
			`{"error":{"code":"BadRequest","message":"No.","innerError":{"date":"2026-05-01T11:00:00","request-id":"r","client-request-id":"r"}}}`,
		},
		{
			odata.NewErrorBody("BadRequest", "No.", at, "r", "c", odata.ErrorDetail{Code: "InvalidTop", Target: "$top", Message: "m", Remedy: "y"}, odata.ErrorDetail{Code: "X", Message: "m"}),
			`{"error":{"code":"BadRequest","message":"No.","innerError":{"date":"2026-05-01T11:00:00","request-id":"r","client-request-id":"c"},"details":[{"code":"InvalidTop","target":"$top","message":"m","remedy":"y"},{"code":"X","message":"m"}]}}`,
		},
	} {
		if got := marshal(t, c.body); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestErrorsSayPlaceMessageAndRemedy(t *testing.T) {
	t.Parallel()
	for want, e := range map[string]*odata.Error{
		"$filter, position 3: No. Do.": {Option: "$filter", Pos: 3, Message: "No.", Remedy: "Do."},
		"line 2, position 1: No.":      {Line: 2, Pos: 1, Message: "No."},
		"No.":                          {Message: "No."},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
