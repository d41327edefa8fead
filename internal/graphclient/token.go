package graphclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// renewBefore is how long before its end a token is replaced: no request may
// start with one that ends on the way.
const renewBefore = 2 * time.Minute

// bearer gives a valid access token, asking for one at first need and again
// before it ends (OAuth 2.0 client credentials, RFC 6749 section 4.4).
func (c *Client) bearer(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token != "" && c.cfg.Now().Before(c.expires) {
		return c.token, nil
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.cfg.ClientID}, "client_secret": {c.cfg.ClientSecret},
		"scope": {"https://graph.microsoft.com/.default"},
	}
	got, err := c.askToken(ctx, form)
	if err != nil {
		return "", err
	}
	life := time.Duration(got.ExpiresIn) * time.Second
	c.token, c.expires = got.AccessToken, c.cfg.Now().Add(max(life-renewBefore, life/2))
	return c.token, nil
}

// forget drops a token that the server refused, unless it was replaced since.
func (c *Client) forget(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// tokenError is RFC 6749 section 5.2.
type tokenError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	TraceID     string `json:"trace_id"`
}

func (c *Client) askToken(ctx context.Context, form url.Values) (tokenAnswer, error) {
	target := c.cfg.BaseURL + "/" + url.PathEscape(c.cfg.Tenant) + "/oauth2/v2.0/token"
	for try := 1; ; try++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
		if err != nil {
			return tokenAnswer{}, fmt.Errorf("make token request: %w", err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a, err := c.send(req)
		if err != nil {
			return tokenAnswer{}, err
		}
		if a.throttled() && try < maxTries {
			if err := wait(ctx, a.retryAfter(c.cfg.Now(), try)); err != nil {
				return tokenAnswer{}, err
			}
			continue
		}
		if a.status != http.StatusOK {
			return tokenAnswer{}, a.tokenFailure()
		}
		var got tokenAnswer
		if err := json.Unmarshal(a.body, &got); err != nil {
			return tokenAnswer{}, fmt.Errorf("read the token answer: %w", err)
		}
		if got.AccessToken == "" {
			return tokenAnswer{}, errors.New("read the token answer: it has no access_token")
		}
		return got, nil
	}
}

func (a *answer) tokenFailure() error {
	var e tokenError
	if json.Unmarshal(a.body, &e) != nil || e.Code == "" {
		return a.failure()
	}
	// Everything after the first line of the description is for support.
	text, _, _ := strings.Cut(e.Description, " Trace ID:")
	status := a.status
	if e.Code == "invalid_client" || e.Code == "unauthorized_client" {
		status = http.StatusUnauthorized
	}
	return &Error{Status: status, Code: e.Code, Message: text, RequestID: e.TraceID}
}
