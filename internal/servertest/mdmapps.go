package servertest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"

	"taxiway/internal/syncml"
	"taxiway/internal/virtualpc/wire"
)

// The Status values of an MSI (EnterpriseDesktopAppManagement CSP).
const (
	MSIDownloadFailed = wire.MSIDownloadFailed
	MSIInstalling     = wire.MSIInstalling
	MSIInstallFailed  = wire.MSIInstallFailed
	MSIInstalled      = wire.MSIInstalled
)

// download is DownloadInstall: it fetches the file, compares its hash and
// installs it at once, with the outcome that Install says.
func (d *MDMDevice) download(item syncml.Item) int {
	job, ok := wire.ReadMSIJob(&item)
	if !ok {
		return syncml.StatusBadRequest
	}
	tree := d.Device
	if job.User {
		tree = d.user(d.SignedIn)
	}
	status, code := MSIDownloadFailed, int64(0x80070002)
	if hash, err := d.fetch(job.URLs[0]); err == nil && strings.EqualFold(hash, job.FileHash) {
		status, code = MSIInstalled, 0
		if d.Install != nil {
			status, code = d.Install(job.Product)
		}
		d.Effects["Install "+job.Product]++
	}
	tree.Set("./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/"+job.Product+"/Version", "", job.Version)
	tree.SetMSI(job.Product, status, code)
	return syncml.StatusOK
}

// SetMSI changes what the PC says of an MSI, as its installation goes on.
func (d *MDMDevice) SetMSI(product string, status int, code int64) {
	d.Device.SetMSI(product, status, code)
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
