package graph_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"net/http"
	"testing"
)

type batchResponse struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// inBatch sends requests as one batch and gives the answers by id.
func inBatch(t *testing.T, s *stack, requests ...map[string]any) map[string]batchResponse {
	t.Helper()
	w := send(t, s, everything(), http.MethodPost, "/v1.0/$batch", map[string]any{"requests": requests})
	if w.Code != http.StatusOK {
		t.Fatalf("the batch: %d %s", w.Code, w.Body)
	}
	out := map[string]batchResponse{}
	for _, r := range decode[struct{ Responses []batchResponse }](t, w).Responses {
		out[r.ID] = r
	}
	return out
}

func TestABatchCarriesWhatIsNoJSONAsBase64(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	logo := "organization/" + tenant + "/branding/bannerLogo"
	eventually := map[string]any{"ConsistencyLevel": "eventual"}
	pictureType := map[string]any{"Content-Type": "image/png"}
	got := inBatch(t, s,
		map[string]any{"id": "put", "method": "PUT", "url": "/" + logo, "headers": pictureType, "body": base64.StdEncoding.EncodeToString(picture.Bytes())},
		map[string]any{"id": "get", "method": "GET", "url": logo, "dependsOn": []string{"put"}},
		map[string]any{"id": "broken", "method": "PUT", "url": logo, "headers": pictureType, "body": "no base64 ?"},
		map[string]any{"id": "object", "method": "PUT", "url": logo, "headers": pictureType, "body": map[string]any{}},
		map[string]any{"id": "after", "method": "GET", "url": logo, "dependsOn": []string{"broken"}},
		map[string]any{"id": "untyped", "method": "POST", "url": "/groups", "body": map[string]any{}},
		map[string]any{"id": "count", "method": "GET", "url": "/groups/$count", "headers": eventually},
		map[string]any{"id": "count at once", "method": "GET", "url": "/groups/$count"},
	)
	for id, want := range map[string]int{"put": 204, "get": 200, "broken": 400, "object": 400, "after": 424, "untyped": 400, "count": 200, "count at once": 400} {
		if got[id].Status != want {
			t.Errorf("%s: %d, want %d: %s", id, got[id].Status, want, got[id].Body)
		}
		if want < 400 {
			continue
		}
		var e errorBody
		if err := json.Unmarshal(got[id].Body, &e); err != nil || e.Error.Code == "" || len(e.Error.Details) != 1 || e.Error.Details[0].Remedy == "" {
			t.Errorf("%s: not Graph's envelope with a remedy: %v %s", id, err, got[id].Body)
		}
	}
	var back []byte
	if err := json.Unmarshal(got["get"].Body, &back); err != nil {
		t.Fatalf("the picture is no base64: %v %s", err, got["get"].Body)
	}
	if _, err := png.Decode(bytes.NewReader(back)); err != nil || got["get"].Headers["Content-Type"] != "image/png" {
		t.Errorf("what came back is no picture: %v, %v", err, got["get"].Headers)
	}
	if string(got["count"].Body) != "0" {
		t.Errorf("a count came back as %s", got["count"].Body)
	}
}
