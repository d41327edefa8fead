package servertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
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

// download is DownloadInstall: it fetches the file, compares its hash and
// installs it at once, with the outcome that Install says.
func (d *MDMDevice) download(item syncml.Item) int {
	var job msiJob
	if item.Format != "xml" || xml.Unmarshal([]byte(item.Data.Text), &job) != nil || len(job.Product.URLs) == 0 {
		return syncml.StatusBadRequest
	}
	base := strings.TrimSuffix(item.Target, "/DownloadInstall")
	if !strings.EqualFold(nodeName(base), "Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/"+job.ID) {
		return syncml.StatusBadRequest
	}
	tree := d.Device
	if strings.HasPrefix(item.Target, "./User/") {
		tree = d.user(d.SignedIn)
	}
	status, code := MSIDownloadFailed, int64(0x80070002)
	if hash, err := d.fetch(job.Product.URLs[0]); err == nil && strings.EqualFold(hash, job.Product.FileHash) {
		status, code = MSIInstalled, 0
		if d.Install != nil {
			status, code = d.Install(job.ID)
		}
		d.Effects["Install "+job.ID]++
	}
	d.setMSI(tree, base, job.Product.Version, status, code)
	return syncml.StatusOK
}

func (d *MDMDevice) setMSI(tree *MDMTree, base, version string, status int, code int64) {
	tree.Set(base+"/Status", "int", strconv.Itoa(status))
	tree.Set(base+"/LastError", "int", strconv.FormatInt(code, 10))
	tree.Set(base+"/LastErrorDesc", "", "")
	tree.Set(base+"/Version", "", version)
}

// SetMSI changes what the PC says of an MSI, as its installation goes on.
func (d *MDMDevice) SetMSI(product string, status int, code int64) {
	base := "./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/" + product
	version, _ := d.Device.Value(base + "/Version")
	d.setMSI(d.Device, base, version, status, code)
}

// fetch downloads a file as the installer does, without the PC's certificate.
func (d *MDMDevice) fetch(address string) (hash string, err error) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("make request: %w", err)
	}
	resp, err := d.process.HTTP.Do(r)
	if err != nil {
		return "", fmt.Errorf("download: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	sum := sha256.New()
	if _, err := io.Copy(sum, resp.Body); err != nil || resp.StatusCode != http.StatusOK || resp.ContentLength < 0 {
		return "", fmt.Errorf("download %s: %s %w", address, resp.Status, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
