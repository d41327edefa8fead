package graph

import (
	"encoding/json"
	"maps"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// mobileApp is Graph's windowsMobileMSI.
type mobileApp struct {
	Type                   string       `json:"@odata.type"`
	ETag                   string       `json:"@odata.etag"`
	ID                     string       `json:"id"`
	DisplayName            string       `json:"displayName"`
	Description            string       `json:"description"`
	Publisher              string       `json:"publisher"`
	LargeIcon              any          `json:"largeIcon"`
	CreatedDateTime        time.Time    `json:"createdDateTime"`
	LastModifiedDateTime   time.Time    `json:"lastModifiedDateTime"`
	IsFeatured             bool         `json:"isFeatured"`
	PrivacyInformationURL  any          `json:"privacyInformationUrl"`
	InformationURL         any          `json:"informationUrl"`
	Owner                  any          `json:"owner"`
	Developer              any          `json:"developer"`
	Notes                  any          `json:"notes"`
	PublishingState        string       `json:"publishingState"`
	UploadState            int          `json:"uploadState"`
	IsAssigned             bool         `json:"isAssigned"`
	RoleScopeTagIDs        []string     `json:"roleScopeTagIds"`
	DependentAppCount      int          `json:"dependentAppCount"`
	SupersedingAppCount    int          `json:"supersedingAppCount"`
	SupersededAppCount     int          `json:"supersededAppCount"`
	ContentVersion         *string      `json:"committedContentVersion"`
	FileName               string       `json:"fileName"`
	Size                   int64        `json:"size"`
	CommandLine            string       `json:"commandLine"`
	ProductCode            string       `json:"productCode"`
	ProductVersion         string       `json:"productVersion"`
	IgnoreVersionDetection bool         `json:"ignoreVersionDetection"`
	IdentityVersion        any          `json:"identityVersion"`
	UseDeviceContext       bool         `json:"useDeviceContext"`
	Assignments            []assignment `json:"assignments"`
}

var appTable = &odata.Table{
	Name: "microsoft.graph.mobileApp",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("displayName", odata.String, filter|sorted|search),
		prop("description", odata.String, filter|search),
		prop("publisher", odata.String, filter),
		nested("largeIcon", "microsoft.graph.mimeContent", 0),
		prop("createdDateTime", odata.Time, filter|sorted|readOnly),
		prop("lastModifiedDateTime", odata.Time, filter|sorted|readOnly),
		prop("isFeatured", odata.Bool, 0),
		prop("privacyInformationUrl", odata.String, 0),
		prop("informationUrl", odata.String, 0),
		prop("owner", odata.String, 0),
		prop("developer", odata.String, 0),
		prop("notes", odata.String, 0),
		enum("publishingState", "microsoft.graph.mobileAppPublishingState", readOnly, "notPublished", "processing", "published"),
		prop("uploadState", odata.Int, readOnly|onBeta),
		prop("isAssigned", odata.Bool, readOnly|onBeta),
		prop("roleScopeTagIds", odata.Strings, filter|onBeta),
		prop("dependentAppCount", odata.Int, readOnly|onBeta),
		prop("supersedingAppCount", odata.Int, readOnly|onBeta),
		prop("supersededAppCount", odata.Int, readOnly|onBeta),
		prop("committedContentVersion", odata.String, 0),
		prop("fileName", odata.String, 0),
		prop("size", odata.Int, readOnly),
		prop("commandLine", odata.String, 0),
		prop("productCode", odata.String, filter),
		prop("productVersion", odata.String, filter),
		prop("ignoreVersionDetection", odata.Bool, 0),
		prop("identityVersion", odata.String, onBeta),
		prop("useDeviceContext", odata.Bool, onBeta),
	},
	Navigations: []string{"assignments"},
}

// keptByApps are properties that nothing here looks at: what was sent is given
// back.
var keptByApps = []string{"largeIcon", "isFeatured", "privacyInformationUrl", "informationUrl", "owner", "developer", "notes", "identityVersion"}

func appWire(_ directory.TenantID, p *enrollment.Policy, as []assignment) any {
	w := &mobileApp{
		Type: typePrefix + string(p.Kind), ETag: etagOf(p.Version), ID: string(p.ID), DisplayName: p.DisplayName, Description: p.Description,
		CreatedDateTime: p.CreatedAt.UTC(), LastModifiedDateTime: p.ModifiedAt.UTC(), PublishingState: "notPublished", RoleScopeTagIDs: orEmpty(p.ScopeTags),
		IsAssigned: len(as) > 0, Assignments: as,
	}
	a := p.App
	if a == nil {
		return w
	}
	w.Publisher, w.FileName, w.Size, w.CommandLine = a.Publisher, a.FileName, a.Size, a.CommandLine
	w.ProductCode, w.ProductVersion, w.IgnoreVersionDetection, w.UseDeviceContext = a.ProductCode, a.ProductVersion, a.IgnoreVersion, !a.UserContext
	w.LargeIcon, w.PrivacyInformationURL, w.InformationURL = a.Extra["largeIcon"], a.Extra["privacyInformationUrl"], a.Extra["informationUrl"]
	w.Owner, w.Developer, w.Notes, w.IdentityVersion = a.Extra["owner"], a.Extra["developer"], a.Extra["notes"], a.Extra["identityVersion"]
	w.IsFeatured, _ = a.Extra["isFeatured"].(bool)
	if a.Published() {
		w.PublishingState, w.UploadState = "published", 1
		version := "1"
		w.ContentVersion = &version
	}
	return w
}

// readAppType accepts the one type of app that this server installs.
func readAppType(o odata.Object, required bool) error {
	kind, err := o.Text("@odata.type")
	if err != nil {
		return err
	}
	if kind.Value == "" && !required || strings.EqualFold(typeName(kind.Value), string(enrollment.PolicyMSI)) {
		return nil
	}
	return fault.Field(fault.Invalid, "InvalidAppType", "@odata.type", "'"+short(typeName(kind.Value))+"' is not a type of app that this server installs.", "Send #microsoft.graph.windowsMobileMSI and upload a .msi file.")
}

// readApp applies a body to an app. What the server finds out itself is passed
// over.
func readApp(o odata.Object, p *enrollment.Policy) error {
	if err := knows(o, "", appTable); err != nil {
		return err
	}
	a := p.App
	r := &reader{o: o}
	readPolicy(r, p)
	r.text("publisher", &a.Publisher)
	r.text("commandLine", &a.CommandLine)
	r.text("productCode", &a.ProductCode)
	r.text("productVersion", &a.ProductVersion)
	r.text("fileName", &a.FileName)
	r.flag("ignoreVersionDetection", &a.IgnoreVersion)
	// null is a package that is for the device only, or decides itself.
	if raw, sent := o.Raw("useDeviceContext"); sent {
		device := true
		if string(raw) != "null" {
			r.flag("useDeviceContext", &device)
		}
		a.UserContext = !device
	}
	if r.err != nil {
		return r.err
	}
	return keepOfApp(o, a)
}

// maxKept bounds what is only kept, the icon for the most part.
const maxKept = 512 << 10

func keepOfApp(o odata.Object, a *enrollment.App) error {
	kept := maps.Clone(a.Extra)
	if kept == nil {
		kept = map[string]any{}
	}
	size := 0
	for _, name := range keptByApps {
		raw, sent := o.Raw(name)
		if !sent {
			continue
		}
		size += len(raw)
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return &odata.Error{Code: odata.CodeInvalidPropertyValue, Option: name, Message: "The value is not JSON.", Remedy: "Send a JSON value."}
		}
		if v == nil {
			delete(kept, name)
			continue
		}
		if !fits(name, v) {
			return &odata.Error{Code: odata.CodeInvalidPropertyValue, Option: name, Message: "The value has the wrong type.", Remedy: "Send what Graph's page on windowsMobileMSI says."}
		}
		kept[name] = v
	}
	if size > maxKept {
		return fault.Field(fault.TooLarge, "AppPropertiesTooLarge", "largeIcon", "The icon and the texts of the app are larger than 512 KiB.", "Send a smaller icon.")
	}
	a.Extra = kept
	if len(kept) == 0 {
		a.Extra = nil
	}
	return nil
}

// fits tells whether a kept value has its property's type.
func fits(name string, v any) bool {
	switch v := v.(type) {
	case string:
		return name != "largeIcon" && name != "isFeatured"
	case bool:
		return name == "isFeatured"
	case map[string]any:
		for key, value := range v {
			_, text := value.(string)
			if key != "@odata.type" && key != "type" && key != "value" || !text && value != nil {
				return false
			}
		}
		return name == "largeIcon"
	}
	return false
}
