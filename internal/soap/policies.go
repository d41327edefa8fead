package soap

// GetPolicies asks what a certificate request should look like ([MS-XCEP]
// 3.1.4.1.2.1). Windows leaves everything without a value but, since version
// 5.0, the TPM; the caller is in the message's Security.
type GetPolicies struct {
	LastUpdate         string
	PreferredLanguage  string
	TPMManufacturer    string
	TPMFirmwareVersion string
}

func (*GetPolicies) action() string { return ActionGetPolicies }
func (*GetPolicies) check(*reading) {}

func readGetPolicies(r *reading, n *node) Body {
	n = r.need(n, nsPolicy, "client")
	return &GetPolicies{
		LastUpdate:         r.value(n, nsPolicy, "lastUpdate"),
		PreferredLanguage:  r.value(n, nsPolicy, "preferredLanguage"),
		TPMManufacturer:    r.value(n, nsPolicy, "TPMManufacturer"),
		TPMFirmwareVersion: r.value(n, nsPolicy, "TPMFirmwareVersion"),
	}
}

func (g *GetPolicies) write(w *writer) {
	w.open("GetPolicies", "xmlns", nsPolicy)
	w.open("client")
	w.null("lastUpdate", g.LastUpdate)
	w.null("preferredLanguage", g.PreferredLanguage)
	w.optional("TPMManufacturer", g.TPMManufacturer)
	w.optional("TPMFirmwareVersion", g.TPMFirmwareVersion)
	w.close("client")
	w.null("requestFilter", "")
	w.close("GetPolicies")
}
