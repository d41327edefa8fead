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
	"time"

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
	errorNotFound = 0x80070002 // ERROR_FILE_NOT_FOUND: no address gave a file, and none says why in Windows' numbers
	errorCRC      = 0x80070017 // ERROR_CRC: not the file that was announced
)

// MSIJob is what a DownloadInstall wants.
type MSIJob struct {
	Product     string   // product code, with braces
	Version     string   // of the product
	URLs        []string // where the file is; the first that works is taken
	FileHash    string   // SHA-256, hexadecimal
	CommandLine string   // of Windows Installer
	TimeOut     int      // minutes
	// RetryCount is how often download or installation are tried again,
	// RetryInterval minutes after the last try.
	RetryCount, RetryInterval int
	User                      bool // for the user who is signed in, else for the PC
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

// ReadMSIJob reads the job of a DownloadInstall; false when it is none, or is for
// another product than its node.
func ReadMSIJob(item *syncml.Item) (MSIJob, bool) {
	var job msiJob
	if item.Format != "xml" || xml.Unmarshal([]byte(item.Data.Text), &job) != nil || len(job.Product.URLs) == 0 {
		return MSIJob{}, false
	}
	if !strings.EqualFold(NodeName(item.Target), NodeName(msiBase+job.ID)+"/DownloadInstall") {
		return MSIJob{}, false
	}
	p := &job.Product
	return MSIJob{
		Product: job.ID, Version: p.Version, URLs: p.URLs, FileHash: p.FileHash, CommandLine: p.Enforce.CommandLine, TimeOut: p.Enforce.TimeOut,
		RetryCount: p.Enforce.RetryCount, RetryInterval: p.Enforce.RetryInterval, User: syncml.ScopeOf(item.Target) == syncml.UserScope,
	}, true
}

// install is DownloadInstall: it downloads the file, compares its hash, and
// installs it with the outcome that Device.Install says.
func (w *work) install(tree *Tree, item *syncml.Item) int {
	job, ok := ReadMSIJob(item)
	if !ok {
		return syncml.StatusBadRequest
	}
	status, code := MSIDownloadFailed, w.fetch(&job)
	if code == 0 {
		status = MSIInstalled
		if w.d.Install != nil {
			status, code = w.d.Install(w.ctx, job)
		}
	}
	tree.Set(msiBase+job.Product+"/Version", "", job.Version)
	tree.SetMSI(job.Product, status, code)
	return syncml.StatusOK
}

// fetch downloads the file of a job, and gives 0 or the error of the last try.
// Trouble that may pass is waited for as the job says.
func (w *work) fetch(job *MSIJob) (code int64) {
	for retry := 0; ; retry++ {
		code, passes := w.fetchOnce(job)
		if !passes || retry >= job.RetryCount || w.c.o.Wait(w.ctx, time.Duration(job.RetryInterval)*time.Minute) != nil {
			return code
		}
	}
}

// fetchOnce tries every address of a job; passes tells that another try may help.
func (w *work) fetchOnce(job *MSIJob) (code int64, passes bool) {
	code = errorNotFound
	for _, address := range job.URLs {
		hash, err := w.c.download(w.ctx, address)
		switch p := ProblemOf(err); {
		case p != nil:
			passes = passes || p.Temporary
			if n, err := strconv.ParseUint(p.Code, 0, 32); err == nil {
				code = int64(n)
			}
		case err != nil:
		case strings.EqualFold(hash, job.FileHash):
			return 0, false
		default:
			code = errorCRC
		}
	}
	return code, passes
}

// SetMSI tells how the installation of an MSI goes on: product code, one of the
// Status values, and an HRESULT.
func (t *Tree) SetMSI(product string, status int, code int64) {
	base := msiBase + product
	t.Set(base+"/Status", "int", strconv.Itoa(status))
	t.Set(base+"/LastError", "int", strconv.FormatInt(code, 10))
	t.Set(base+"/LastErrorDesc", "", "")
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
