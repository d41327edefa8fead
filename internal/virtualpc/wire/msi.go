package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"taxiway/internal/syncml"
)

// The Status values of an MSI (EnterpriseDesktopAppManagement CSP).
const (
	MSIDownloadFailed = 30
	MSIInstalling     = 50
	MSIInstallFailed  = 60
	MSIInstalled      = 70
)

// Errors that LastError tells of a download.
const (
	errorNotFound = 0x80070002 // ERROR_FILE_NOT_FOUND
	errorCRC      = 0x80070017 // ERROR_CRC: not the file that was announced
)

// MSIJob is what a DownloadInstall wants.
type MSIJob struct {
	Product     string // product code, with braces
	Version     string
	CommandLine string // of Windows Installer
	TimeOut     int    // minutes
	RetryCount  int
	User        bool // for the user who is signed in, else for the PC
}

// msiJob is the MsiInstallJob of the EnterpriseDesktopAppManagement CSP.
type msiJob struct {
	XMLName xml.Name `xml:"MsiInstallJob"`
	ID      string   `xml:"id,attr"`
	Product struct {
		Version  string   `xml:"Version,attr"`
		URLs     []string `xml:"Download>ContentURLList>ContentURL"`
		FileHash string   `xml:"Validation>FileHash"`
		Enforce  struct {
			CommandLine   string
			TimeOut       int
			RetryCount    int
			RetryInterval int
		} `xml:"Enforcement"`
	} `xml:"Product"`
}

const msiBase = "./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/"

// install is DownloadInstall: it downloads the file, compares its hash, and
// installs it with the outcome that Device.Install says.
func (w *work) install(tree *Tree, item *syncml.Item) int {
	var job msiJob
	if item.Format != "xml" || xml.Unmarshal([]byte(item.Data.Text), &job) != nil || len(job.Product.URLs) == 0 {
		return syncml.StatusBadRequest
	}
	base := strings.TrimSuffix(item.Target, "/DownloadInstall")
	if !strings.EqualFold(nodeName(base), nodeName(msiBase+job.ID)) {
		return syncml.StatusBadRequest
	}
	status, code := MSIDownloadFailed, int64(errorNotFound)
	for _, address := range job.Product.URLs {
		hash, err := w.c.download(w.ctx, address)
		if err != nil {
			continue
		}
		if !strings.EqualFold(hash, job.Product.FileHash) {
			code = errorCRC
			continue
		}
		status, code = MSIInstalled, 0
		if w.d.Install != nil {
			status, code = w.d.Install(w.ctx, MSIJob{
				Product: job.ID, Version: job.Product.Version, CommandLine: job.Product.Enforce.CommandLine, TimeOut: job.Product.Enforce.TimeOut,
				RetryCount: job.Product.Enforce.RetryCount, User: syncml.ScopeOf(item.Target) == syncml.UserScope,
			})
		}
		break
	}
	tree.setMSI(base, job.Product.Version, status, code)
	return syncml.StatusOK
}

func (t *Tree) setMSI(base, version string, status int, code int64) {
	t.Set(base+"/Status", "int", strconv.Itoa(status))
	t.Set(base+"/LastError", "int", strconv.FormatInt(code, 10))
	t.Set(base+"/LastErrorDesc", "", "")
	t.Set(base+"/Version", "", version)
}

// SetMSI tells how the installation of an MSI goes on: product code, one of the
// Status values, and an HRESULT.
func (t *Tree) SetMSI(product string, status int, code int64) {
	version, _ := t.Value(msiBase + product + "/Version")
	t.setMSI(msiBase+product, version, status, code)
}

// mostFile is the most that a download may have.
const mostFile = 4 << 30

// download fetches a file as Windows Installer does, without the PC's
// certificate, and gives its SHA-256. Nothing is kept of it.
func (c *Client) download(ctx context.Context, address string) (hash string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", trouble(StepDownload, CodeAddress, "The server names an address that is none.", nextServer).because(err)
	}
	sum := sha256.New()
	_, err = c.send(ctx, request{
		step: StepDownload, method: http.MethodGet, address: address, header: http.Header{"User-Agent": {"Windows Installer"}},
		most: mostFile, wants: kindAny, length: true, sum: sum, told: func(*answer) string { return "a file" },
	})
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
