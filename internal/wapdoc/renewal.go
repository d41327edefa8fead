package wapdoc

// Renewal is what a PC learns when its certificate was renewed: the new one,
// and which account it is for ("Certificate Renewal"). All else stays as it is.
type Renewal struct {
	Client     []byte // DER of the new certificate
	Store      Store  // the same as at enrolment
	ProviderID string // the same as at enrolment
}

func (n *Renewal) check() error {
	var c checking
	c.certificate("CertificateStore/My", n.Client)
	c.store(n.Store)
	c.providerID(pathApplication+"/PROVIDER-ID", n.ProviderID)
	return c.err
}

// Document writes the renewal as Microsoft's sample has it: the
// PrivateKeyContainer stands inside the certificate here.
func (n *Renewal) Document() (*Document, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	certificate := encoded(n.Client)
	certificate.Children = []Characteristic{group("PrivateKeyContainer")}
	return &Document{[]Characteristic{
		group("CertificateStore", group("My", group(string(n.Store), certificate))),
		group(pathApplication).with(text("PROVIDER-ID", n.ProviderID)),
	}}, nil
}

// ReadRenewal takes a renewal out of its document. A root certificate may be
// there too; a PC that is enrolled has it already, so it is skipped.
func ReadRenewal(d *Document) (*Renewal, error) {
	r := reading{top: d.Characteristics}
	r.onlyTop("CertificateStore", "APPLICATION")
	var n Renewal
	n.Store, n.Client = r.own()
	n.ProviderID = r.value(r.one(d.Characteristics, pathApplication, ""), "PROVIDER-ID")
	if r.err != nil {
		return nil, r.err
	}
	if err := n.check(); err != nil {
		return nil, err
	}
	return &n, nil
}
