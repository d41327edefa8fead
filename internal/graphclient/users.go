package graphclient

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// User is Graph's user as far as Autopilot needs it.
type User struct {
	ID                string `json:"id,omitempty"`
	UserPrincipalName string `json:"userPrincipalName"`
	DisplayName       string `json:"displayName"`
	GivenName         string `json:"givenName,omitempty"`
	Surname           string `json:"surname,omitempty"`
	Department        string `json:"department,omitempty"`
	JobTitle          string `json:"jobTitle,omitempty"`
	MailNickname      string `json:"mailNickname,omitempty"`
	AccountEnabled    bool   `json:"accountEnabled"`
	MDMLicensed       bool   `json:"mdmLicensed"`
	// PasswordProfile is only ever sent.
	PasswordProfile *PasswordProfile `json:"passwordProfile,omitempty"`
}

// PasswordProfile is a password that is set for somebody.
type PasswordProfile struct {
	Password    string `json:"password"`
	ForceChange bool   `json:"forceChangePasswordNextSignIn"`
}

// Users walks the users.
func (c *Client) Users(ctx context.Context) iter.Seq2[User, error] {
	return items[User](ctx, c, "/users", List{OrderBy: "displayName"})
}

// User finds a user by id or user principal name.
func (c *Client) User(ctx context.Context, idOrName string) (User, error) {
	var u User
	err := c.call(ctx, http.MethodGet, "/users/"+url.PathEscape(idOrName), nil, nil, &u)
	return u, err
}

// CreateUser makes a user.
func (c *Client) CreateUser(ctx context.Context, u User) (User, error) {
	var made User
	err := c.call(ctx, http.MethodPost, "/users", nil, u, &made)
	return made, err
}

// DeleteUser deletes a user named by id or user principal name.
func (c *Client) DeleteUser(ctx context.Context, idOrName string) error {
	return c.call(ctx, http.MethodDelete, "/users/"+url.PathEscape(idOrName), nil, nil, nil)
}
