package graph

import "net/http"

// What a browser's program may send and read. Credentials are never allowed:
// a bearer token is the only way in, so any origin may ask.
const (
	corsRequestHeaders  = "authorization, client-request-id, sdkversion, content-type, consistencylevel, prefer, if-match"
	corsResponseHeaders = "request-id, client-request-id, Location, ETag, Retry-After, Preference-Applied, OData-Version, Allow"
	corsMethods         = "GET, POST, PATCH, PUT, DELETE"
)

// crossOrigin adds the headers of the Fetch standard to an answer that a page
// of another origin asked for; done is true when the request was a preflight
// and is answered.
func crossOrigin(w http.ResponseWriter, r *http.Request) (done bool) {
	if r.Header.Get("Origin") == "" {
		return false
	}
	head := w.Header()
	head.Set("Access-Control-Allow-Origin", "*")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		head.Set("Access-Control-Expose-Headers", corsResponseHeaders)
		return false
	}
	head.Set("Access-Control-Allow-Headers", corsRequestHeaders)
	head.Set("Access-Control-Allow-Methods", corsMethods)
	head.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
	return true
}
