package enrollment

import "fmt"

// hresults are the errors that Windows Installer and the download report most,
// with what to do (Windows pages "MsiExec.exe and InstMsi.exe error messages",
// "System Error Codes", "Error Messages" of WinHTTP and of BITS).
var hresults = map[uint32]struct{ words, remedy string }{
	0x80070641: {"the Windows Installer service could not be reached.", "Restart the PC and try again."},
	0x80070642: {"somebody cancelled the installation.", "Give the app a command line without a user interface, such as /quiet."},
	0x80070643: {"Windows Installer reports a fatal error (1603).", "Install the package by hand with msiexec /l*v and read its log for the line before \"Return value 3\"."},
	0x80070645: {"the product is not installed on the PC (1605).", "Compare the product code of the app with that of the package."},
	0x80070652: {"another installation is in progress (1618).", "Wait for it: apps of one PC are installed one after the other, but other tools may be at it too."},
	0x80070653: {"the package could not be opened (1619).", "Upload the package again."},
	0x80070654: {"the package is not a Windows Installer package (1620).", "Upload a .msi file."},
	0x80070656: {"the installer's log file could not be opened (1622).", "Correct the log file in the command line."},
	0x80070659: {"a policy of the PC forbids the installation (1625).", "Look for AppLocker and Windows Installer policies that reach the PC."},
	0x8007065b: {"a function of the package failed (1627).", "Install the package by hand with msiexec /l*v and read its log."},
	0x80070661: {"the package is not for this kind of processor (1633).", "Upload the package for the PC's architecture."},
	0x80070666: {"another version of the product is installed already (1638).", "Remove the other version, or upload a package that upgrades it."},
	0x80070667: {"the command line is wrong (1639).", "Correct the command line; /quiet is usual."},
	0x80070669: {"the installer wants the PC restarted first (1641).", "Restart the PC."},
	0x80070bc2: {"the PC has to restart to complete it (3010).", "Restart the PC."},
	0x80070002: {"a file was not found.", "Upload the package again and see that it brings all its files."},
	0x80070003: {"a path was not found.", "See which folder the package expects."},
	0x80070005: {"access was denied.", "See whether the package has to be installed for the device instead of the user."},
	0x8007000d: {"the data is invalid.", "Upload the package again."},
	0x8007000e: {"the PC has not enough memory.", "Give the PC more memory."},
	0x80070020: {"a file is in use.", "Restart the PC and try again."},
	0x80070070: {"the disk of the PC is full.", "Free space on the PC."},
	0x80070057: {"a parameter is wrong.", "Compare the product code and the command line with the package."},
	0x800704c7: {"it was cancelled.", "Try again."},
	0x800705b4: {"it took longer than the time limit.", "Raise the time limit, or see why the PC is slow."},
	0x80072ee2: {"the download ran into a time-out.", "See that the PC reaches this server through its firewall or proxy."},
	0x80072ee7: {"the name of this server could not be resolved.", "See that the PC's name servers know this server's name."},
	0x80072efd: {"this server could not be reached.", "See that the PC reaches this server through its firewall or proxy."},
	0x80072efe: {"the connection was lost.", "See that the PC's network is stable."},
	0x80072f05: {"the certificate of this server has expired, or the PC's clock is wrong.", "Renew the certificate or set the clock."},
	0x80072f0d: {"the PC does not trust the certificate of this server.", "Use a certificate of an authority that Windows trusts."},
	0x80072f8f: {"the certificate of this server cannot be checked, often because the PC's clock is wrong.", "Set the clock of the PC."},
	0x80190193: {"this server refused the download (403).", "Assign the app again: the address of a download is good for two days."},
	0x80190194: {"this server has not got the file any more (404).", "Sync the PC: it then gets the address of the present file."},
	0x801901f4: {"this server failed (500).", "Look for the request in this server's log."},
	0x80200011: {"this server does not know ranges, or a proxy removes them.", "Let the proxy pass the Range header."},
	0x80091007: {"the file's hash is not the one that was announced.", "Upload the package again, and look for a proxy that changes downloads."},
	0x80004005: {"Windows gives no reason.", "Read the PC's event log DeviceManagement-Enterprise-Diagnostics-Provider."},
	0x8000ffff: {"Windows met something unexpected.", "Read the PC's event log DeviceManagement-Enterprise-Diagnostics-Provider."},
}

// HRESULT writes an error code as Windows shows it: 0x80070643. Codes come from
// PCs signed or unsigned.
func HRESULT(code int64) string { return fmt.Sprintf("0x%08x", uint32(code)) } //nolint:gosec // both ranges mean the same bits

// ExplainHRESULT says in words what an error code of an app means and what to do
// next. A plain Windows Installer code, 1603, is understood too.
func ExplainHRESULT(code int64) (words, remedy string) {
	c := uint32(code) //nolint:gosec // as in HRESULT
	const win32, lastPlain = 0x80070000, 0xffff
	if c > 0 && c <= lastPlain {
		c |= win32
	}
	if e, ok := hresults[c]; ok {
		return e.words, e.remedy
	}
	return "the PC reports the error " + HRESULT(code) + ".", "Look the code up, and read the PC's event log DeviceManagement-Enterprise-Diagnostics-Provider."
}
