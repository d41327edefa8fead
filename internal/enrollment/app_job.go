package enrollment

import (
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// The nodes of one app below EnterpriseDesktopAppManagement/MSI.
const (
	nodeDownloadInstall = "DownloadInstall"
	nodeStatus          = "Status"
	nodeLastError       = "LastError"
)

// Status of an app (EnterpriseDesktopAppManagement CSP).
const (
	statusCreated        = 10
	statusDownloading    = 20
	statusDownloadFailed = 30
	statusInstallFailed  = 60
	statusInstalled      = 70
)

// What an installation gets when its app says nothing.
const (
	usualTimeout      = 60 // minutes
	usualRetries      = 3
	usualRetryMinutes = 5
	usualCommandLine  = "/quiet"
)

// node is the LocURI of one of an app's nodes, or of the app itself. The braces
// of the product code are escaped, as in every LocURI.
func (a *App) node(name string) string {
	scope := "./Device"
	if a.UserContext {
		scope = "./User"
	}
	uri := scope + "/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(a.ProductCode)
	if name == "" {
		return uri
	}
	return uri + "/" + name
}

// ready: the app's file is here, so that PCs can get it.
func (a *App) ready() bool { return a.Content != "" }

// edition is a number for what a PC gets: the same app under another name is the
// same.
func (a *App) edition() int64 {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%s\x00%s\x00%x\x00%s\x00%t", strings.ToUpper(a.ProductCode), a.ProductVersion, a.SHA256, a.CommandLine, a.UserContext) // never fails
	return int64(h.Sum64()>>1) | 1
}

// patience is how long an app may stay in one state: every try of the
// installation with the pauses between, and an hour for the download.
func (a *App) patience() time.Duration {
	timeout, retries, pause := a.limits()
	return time.Duration(timeout*(retries+1)+pause*retries)*time.Minute + time.Hour
}

func (a *App) limits() (timeout, retries, pause int) {
	timeout, retries, pause = a.TimeoutMinutes, a.RetryCount, a.RetryMinutes
	if timeout <= 0 {
		timeout = usualTimeout
	}
	if retries <= 0 {
		retries = usualRetries
	}
	if pause <= 0 {
		pause = usualRetryMinutes
	}
	return timeout, retries, pause
}

// msiInstallJob is what DownloadInstall executes (EnterpriseDesktopAppManagement
// CSP, MsiInstallJob).
type msiInstallJob struct {
	XMLName xml.Name `xml:"MsiInstallJob"`
	ID      string   `xml:"id,attr"`
	Product struct {
		Version     string   `xml:"Version,attr"`
		URLs        []string `xml:"Download>ContentURLList>ContentURL"`
		Hash        string   `xml:"Validation>FileHash"`
		Enforcement struct {
			CommandLine   string
			TimeOut       int // minutes
			RetryCount    int
			RetryInterval int // minutes
		}
	}
}

// job is the MsiInstallJob of an app whose file is at these addresses.
func (a *App) job(urls ...string) (string, error) {
	var j msiInstallJob
	j.ID = a.ProductCode
	p := &j.Product
	p.Version, p.URLs, p.Hash = a.ProductVersion, urls, fmt.Sprintf("%X", a.SHA256)
	p.Enforcement.CommandLine = a.CommandLine
	if a.CommandLine == "" {
		p.Enforcement.CommandLine = usualCommandLine
	}
	p.Enforcement.TimeOut, p.Enforcement.RetryCount, p.Enforcement.RetryInterval = a.limits()
	text, err := xml.Marshal(&j)
	if err != nil {
		return "", fmt.Errorf("write the install job of %s: %w", a.ProductCode, err)
	}
	return string(text), nil
}
