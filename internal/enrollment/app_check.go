package enrollment

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Limits of what an app says about itself.
const (
	MaxAppText     = 1024 // characters of publisher and command line
	MaxAppFileName = 255
	maxAppMinutes  = 24 * 60
	maxAppRetries  = 100
)

var (
	productCodes    = regexp.MustCompile(`^\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$`)
	productVersions = regexp.MustCompile(`^[0-9]{1,5}(\.[0-9]{1,5}){0,3}$`)
)

// validate checks an app and names a faulty property by its Graph name.
func (a *App) validate() error {
	switch {
	case !productCodes.MatchString(a.ProductCode):
		return fault.Field(fault.Invalid, "InvalidProductCode", "productCode", "'"+brief(a.ProductCode)+"' is not the product code of a Windows Installer package.", "Send the package's ProductCode property, a GUID in braces.")
	case !productVersions.MatchString(a.ProductVersion):
		return fault.Field(fault.Invalid, "InvalidProductVersion", "productVersion", "'"+brief(a.ProductVersion)+"' is not the version of a Windows Installer package.", "Send the package's ProductVersion property, such as 1.2.3.")
	case longOrUnprintable(a.Publisher):
		return fault.Field(fault.Invalid, "InvalidPublisher", "publisher", "The publisher is longer than 1,024 characters or has control characters.", "Shorten it to one line.")
	case longOrUnprintable(a.CommandLine):
		return fault.Field(fault.Invalid, "InvalidCommandLine", "commandLine", "The command line is longer than 1,024 characters or has control characters.", "Send one line; /quiet is usual.")
	case !goodFileName(a.FileName):
		return fault.Field(fault.Invalid, "InvalidFileName", "fileName", "'"+brief(a.FileName)+"' is not the name of a Windows Installer package.", "Send a name without a folder that ends with .msi.")
	}
	for name, n := range map[string]int{"timeoutMinutes": a.TimeoutMinutes, "retryMinutes": a.RetryMinutes} {
		if n < 0 || n > maxAppMinutes {
			return fault.Field(fault.Invalid, "InvalidMinutes", name, fmt.Sprintf("%d minutes is not a time an installation can take.", n), "Send 0 to 1440 minutes.")
		}
	}
	if a.RetryCount < 0 || a.RetryCount > maxAppRetries {
		return fault.Field(fault.Invalid, "InvalidRetryCount", "retryCount", fmt.Sprintf("An installation cannot be tried %d times more.", a.RetryCount), "Send 0 to 100.")
	}
	return nil
}

func longOrUnprintable(s string) bool {
	return len([]rune(s)) > MaxAppText || strings.ContainsFunc(s, unicode.IsControl)
}

// goodFileName: an empty name is one that is not known yet.
func goodFileName(s string) bool {
	return s == "" || len(s) <= MaxAppFileName && strings.EqualFold(s[max(0, len(s)-4):], ".msi") &&
		!strings.ContainsAny(s, `/\:*?"<>|`) && !strings.ContainsFunc(s, unicode.IsControl)
}

// appChanges tells the audit trail what an update changed.
func appChanges(d *directory.Differences, was, is *App) {
	d.Text("publisher", was.Publisher, is.Publisher)
	d.Text("productCode", was.ProductCode, is.ProductCode)
	d.Text("productVersion", was.ProductVersion, is.ProductVersion)
	d.Text("commandLine", was.CommandLine, is.CommandLine)
	d.Text("fileName", was.FileName, is.FileName)
	d.Flag("useDeviceContext", !was.UserContext, !is.UserContext)
	d.Flag("ignoreVersionDetection", was.IgnoreVersion, is.IgnoreVersion)
	d.Text("content", contentText(was), contentText(is))
}

// contentText is an app's file in words.
func contentText(a *App) string {
	if !a.ready() {
		return ""
	}
	return fmt.Sprintf("%d bytes, SHA-256 %x", a.Size, a.SHA256)
}

// Published reports whether the app's file is here, so that it can be assigned.
func (a *App) Published() bool { return a.ready() }

// checkPublished keeps an app without a file from being assigned: no PC could
// get it.
func checkPublished(p *Policy) error {
	if p.App == nil || p.App.ready() {
		return nil
	}
	return fault.Field(fault.Invalid, "AppNotPublished", "id", "The app '"+p.DisplayName+"' has no file yet, so no PC could install it.", "Upload its .msi file first.")
}
