package graph

import (
	"encoding/base64"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// application is Graph's application: an app registration of the tenant, to be
// read. Apps are registered and changed with the command line.
type application struct {
	ID                     string          `json:"id"`
	DeletedDateTime        *time.Time      `json:"deletedDateTime"`
	AppID                  string          `json:"appId"`
	CreatedDateTime        time.Time       `json:"createdDateTime"`
	DisplayName            string          `json:"displayName"`
	IdentifierURIs         []string        `json:"identifierUris"`
	IsFallbackPublicClient bool            `json:"isFallbackPublicClient"`
	SignInAudience         string          `json:"signInAudience"`
	KeyCredentials         []keyCredential `json:"keyCredentials"`
	PublicClient           redirects       `json:"publicClient"`
	SPA                    redirects       `json:"spa"`
	Web                    redirects       `json:"web"`
}

type redirects struct {
	URIs []string `json:"redirectUris"`
}

// keyCredential is a certificate. Its key is not shown, as in Graph's lists.
type keyCredential struct {
	CustomKeyIdentifier string    `json:"customKeyIdentifier"`
	DisplayName         *string   `json:"displayName"`
	EndDateTime         time.Time `json:"endDateTime"`
	Key                 *string   `json:"key"`
	KeyID               string    `json:"keyId"`
	StartDateTime       time.Time `json:"startDateTime"`
	Type                string    `json:"type"`
	Usage               string    `json:"usage"`
}

var applicationTable = &odata.Table{
	Name: "microsoft.graph.application",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("deletedDateTime", odata.Time, readOnly),
		prop("appId", odata.GUID, filter|readOnly),
		prop("createdDateTime", odata.Time, filter|readOnly),
		prop("displayName", odata.String, filter|readOnly),
		prop("identifierUris", odata.Strings, readOnly),
		prop("isFallbackPublicClient", odata.Bool, readOnly),
		prop("signInAudience", odata.String, readOnly),
		nested("keyCredentials", "microsoft.graph.keyCredential", readOnly),
		nested("publicClient", "microsoft.graph.publicClientApplication", readOnly),
		nested("spa", "microsoft.graph.spaApplication", readOnly),
		nested("web", "microsoft.graph.webApplication", readOnly),
	},
}

func applicationWire(a *directory.Application) application {
	w := application{
		ID: string(a.ID), AppID: a.AppID, CreatedDateTime: a.CreatedAt.UTC(), DisplayName: a.DisplayName, IdentifierURIs: []string{},
		IsFallbackPublicClient: a.PublicClient, SignInAudience: "AzureADMyOrg", KeyCredentials: []keyCredential{},
		PublicClient: redirects{[]string{}}, SPA: redirects{[]string{}}, Web: redirects{[]string{}},
	}
	for _, r := range a.Redirects {
		to := &w.Web
		switch r.Platform {
		case directory.PlatformSPA:
			to = &w.SPA
		case directory.PlatformPublic:
			to = &w.PublicClient
		default: // web
		}
		to.URIs = append(to.URIs, r.URI)
	}
	for i := range a.Certificates {
		k := &a.Certificates[i]
		w.KeyCredentials = append(w.KeyCredentials, keyCredential{
			CustomKeyIdentifier: base64.StdEncoding.EncodeToString(k.SHA1), DisplayName: orNull(k.DisplayName), KeyID: k.KeyID,
			StartDateTime: k.StartsAt.UTC(), EndDateTime: k.ExpiresAt.UTC(), Type: "AsymmetricX509Cert", Usage: "Verify",
		})
	}
	return w
}

var applications = &resource[directory.Application]{
	path: "applications", table: applicationTable, paging: directoryPaging, show: each(applicationWire),
	read: func(c *call, q *odata.Query) (odata.List[directory.Application], error) {
		all, err := c.h.Lists.ListApplications(c.ctx(), c.tenant)
		return local(q, all, func(a *directory.Application) string { return string(a.ID) }, func(a *directory.Application, name string) any {
			switch name {
			case "id":
				return string(a.ID)
			case "appId":
				return a.AppID
			case "createdDateTime":
				return a.CreatedAt
			}
			return a.DisplayName
		}), err
	},
	find: func(c *call) (directory.Application, error) {
		all, err := c.h.Lists.ListApplications(c.ctx(), c.tenant)
		for i := range all {
			key := string(all[i].ID)
			if c.keys[altKey] != "" {
				key = all[i].AppID
			}
			if err == nil && strings.EqualFold(key, c.keys["id"]) {
				return all[i], nil
			}
		}
		if err == nil {
			err = notFound("application", c.keys["id"], "List the applications to find the right id.")
		}
		return directory.Application{}, err
	},
}
