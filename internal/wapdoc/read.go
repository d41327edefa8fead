package wapdoc

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// Read takes an enrolment out of its document, as a PC does. It refuses what
// Windows is known to refuse: other parts at the top than the three, a
// credential without nonce, different provider ids, a certificate under another
// name, a renewal setting without datatype. Settings it does not know are
// skipped; several CertificateStore parts, as Microsoft's own sample has, count
// as one.
func Read(d *Document) (*Enrolment, error) {
	r := reading{top: d.Characteristics}
	r.onlyTop("CertificateStore", "APPLICATION", "DMClient")
	var e Enrolment
	e.Root = r.certificate(r.kids("CertificateStore", "Root", "System"), "CertificateStore/Root/System", true)
	e.Intermediate = r.certificate(r.kids("CertificateStore", "CA", "System"), "CertificateStore/CA/System", false)
	e.Store, e.Client = r.own()
	renew := r.one(r.kids("CertificateStore", "My", "WSTEP"), "Renew", "CertificateStore/My/WSTEP")
	e.Renew = Renew{
		ROBOSupport: r.boolean(renew, "ROBOSupport"),
		PeriodDays:  r.integer(renew, "RenewPeriod"),
		RetryDays:   r.integer(renew, "RetryInterval"),
	}
	application := r.one(d.Characteristics, "APPLICATION", "")
	if id := r.value(application, "APPID"); id != "w7" {
		r.fail(CodeValue, "APPLICATION/APPID", "The application is not w7.", remedyForm)
	}
	e.ProviderID = r.value(application, "PROVIDER-ID")
	e.Name = r.value(application, "NAME")
	e.Address = r.value(application, "ADDR")
	if encoding := r.value(application, "DEFAULTENCODING"); encoding != "" && encoding != encodingXML {
		r.fail(CodeValue, "APPLICATION/DEFAULTENCODING", "The encoding is not "+encodingXML+".", "Use XML.")
	}
	r.auths(application, &e)
	r.client(&e)
	if r.err != nil {
		return nil, r.err
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return &e, nil
}

// reading takes values out of a document; the first mistake stays.
type reading struct {
	checking
	top []Characteristic
}

// onlyTop refuses other parts at the top of the document.
func (r *reading) onlyTop(allowed ...string) {
	for _, c := range r.top {
		if !slices.Contains(allowed, c.Type) {
			r.fail(CodeUnexpected, join("", c.Type), "Windows refuses a document with this part.", "Leave the part out.")
		}
	}
}

// kids are all characteristics below that path.
func (r *reading) kids(path ...string) []Characteristic {
	level := r.top
	for _, step := range path {
		var below []Characteristic
		for _, c := range level {
			if c.Type == step {
				below = append(below, c.Children...)
			}
		}
		level = below
	}
	return level
}

// one is the only characteristic of that type; an empty one when it is missing.
func (r *reading) one(level []Characteristic, kind, path string) *Characteristic {
	var found *Characteristic
	for i := range level {
		if level[i].Type != kind {
			continue
		}
		if found != nil {
			r.fail(CodeDuplicate, join(path, kind), "The part stands twice.", remedyForm)
		}
		found = &level[i]
	}
	if found == nil {
		r.fail(CodeMissing, join(path, kind), "The part is missing.", remedyForm)
		return &Characteristic{Type: kind}
	}
	return found
}

// parm is the only parm of that name.
func (r *reading) parm(c *Characteristic, name string) (Parm, bool) {
	var found Parm
	has := false
	for _, p := range c.Parms {
		if p.Name != name {
			continue
		}
		if has {
			r.fail(CodeDuplicate, join(join("", c.Type), name), "The parm stands twice.", remedyForm)
		}
		found, has = p, true
	}
	return found, has
}

// value is the parm's text, "" when there is none.
func (r *reading) value(c *Characteristic, name string) string {
	p, _ := r.parm(c, name)
	return p.Value
}

// typed is the text of a parm that must be there with that datatype.
func (r *reading) typed(c *Characteristic, name, datatype string) string {
	p, has := r.parm(c, name)
	path := join(join("", c.Type), name)
	if !has {
		r.fail(CodeMissing, path, "The parm is missing.", remedyForm)
	} else if p.Datatype != datatype {
		r.fail(CodeValue, path, "The datatype is not "+datatype+".", "Write the datatype.")
	}
	return p.Value
}

func (r *reading) integer(c *Characteristic, name string) int {
	value, err := strconv.ParseInt(r.typed(c, name, "integer"), 10, 32)
	if err != nil {
		r.fail(CodeValue, join(join("", c.Type), name), "The value is no number.", "Write a whole number in decimal digits.")
	}
	return int(value)
}

func (r *reading) boolean(c *Characteristic, name string) bool {
	switch strings.ToLower(r.typed(c, name, "boolean")) {
	case "true":
		return true
	case "false":
		return false
	}
	r.fail(CodeValue, join(join("", c.Type), name), "The value is neither true nor false.", "Write true or false.")
	return false
}

// base64 is the parm's bytes.
func (r *reading) base64(c *Characteristic, name string) []byte {
	data, err := base64.StdEncoding.DecodeString(r.value(c, name))
	if err != nil {
		r.fail(CodeValue, join(join("", c.Type), name), "The value is no base64.", "Write padded base64.")
	}
	return data
}

// certificate is the one certificate of a store, checked against its name.
func (r *reading) certificate(store []Characteristic, path string, needed bool) []byte {
	var der []byte
	for i := range store {
		c := &store[i]
		if c.Type == "PrivateKeyContainer" {
			continue
		}
		if der != nil {
			r.fail(CodeDuplicate, path, "The store has more than one certificate.", "Put further certificates in place in a management session.")
		}
		der = r.base64(c, "EncodedCertificate")
		if r.err == nil && Thumbprint(der) != c.Type {
			r.fail(CodeValue, join(path, c.Type), "The name is not the certificate's SHA-1 in capital letters.", "Name the certificate by its SHA-1.")
		}
	}
	if der == nil && needed {
		r.fail(CodeMissing, path, "The certificate is missing.", remedyForm)
	}
	return der
}

// own is the PC's certificate and the store it is in. Windows wants a
// PrivateKeyContainer; Microsoft's samples have it beside the certificate at
// enrolment and inside it at renewal.
func (r *reading) own() (Store, []byte) {
	var store Store
	for _, c := range r.kids("CertificateStore", "My") {
		if c.Type != string(StoreUser) && c.Type != string(StoreSystem) {
			continue
		}
		if store != "" && store != Store(c.Type) {
			r.fail(CodeDuplicate, "CertificateStore/My", "Both stores have a certificate.", "Use one store.")
		}
		store = Store(c.Type)
	}
	path := join("CertificateStore/My", string(store))
	held := r.kids("CertificateStore", "My", string(store))
	isKey := func(c Characteristic) bool { return c.Type == "PrivateKeyContainer" }
	inside := slices.ContainsFunc(held, func(c Characteristic) bool { return slices.ContainsFunc(c.Children, isKey) })
	der := r.certificate(held, path, true)
	if !inside && !slices.ContainsFunc(held, isKey) {
		r.fail(CodeMissing, join(path, "PrivateKeyContainer"), "The part is missing.", "Write an empty PrivateKeyContainer.")
	}
	return store, der
}

// auths reads the two credentials.
func (r *reading) auths(application *Characteristic, e *Enrolment) {
	seen := map[string]bool{}
	for i := range application.Children {
		c := &application.Children[i]
		if c.Type != "APPAUTH" {
			continue
		}
		level := r.value(c, "AAUTHLEVEL")
		if seen[level] {
			r.fail(CodeDuplicate, pathApplication+"/APPAUTH", "Two credentials have one level.", "Write one CLIENT and one APPSRV.")
		}
		seen[level] = true
		auth := Auth{
			Type:   AuthType(r.value(c, "AAUTHTYPE")),
			Name:   r.value(c, "AAUTHNAME"),
			Secret: r.value(c, "AAUTHSECRET"),
			Nonce:  r.base64(c, "AAUTHDATA"),
		}
		switch level {
		case "CLIENT":
			e.ClientAuth = auth
		case "APPSRV":
			e.ServerAuth = auth
		default:
			r.fail(CodeValue, pathApplication+"/APPAUTH/AAUTHLEVEL", "The level is neither CLIENT nor APPSRV.", "Write one CLIENT and one APPSRV.")
		}
	}
}

// client reads the PC's identity and calling times.
func (r *reading) client(e *Enrolment) {
	const path = "DMClient/Provider"
	providers := r.kids("DMClient", "Provider")
	if len(providers) != 1 {
		r.fail(CodeMissing, path, "There is not exactly one provider.", remedyForm)
		return
	}
	provider := &providers[0]
	if provider.Type != e.ProviderID {
		r.fail(CodeValue, path, "The provider id is not the one of APPLICATION.", "Write the same id in both.")
	}
	e.UPN = r.value(provider, "UPN")
	e.DeviceName = r.value(provider, "EntDeviceName")
	e.EntDMID = r.value(provider, "EntDMID")
	poll := r.one(provider.Children, "Poll", path)
	set := func(count, minutes string) Retries {
		return Retries{r.integer(poll, count), r.integer(poll, minutes)}
	}
	e.Poll = Poll{
		First:                    set("NumberOfFirstRetries", "IntervalForFirstSetOfRetries"),
		Second:                   set("NumberOfSecondRetries", "IntervalForSecondSetOfRetries"),
		Remaining:                set("NumberOfRemainingScheduledRetries", "IntervalForRemainingScheduledRetries"),
		PollOnLogin:              r.boolean(poll, "PollOnLogin"),
		AllUsersPollOnFirstLogin: r.boolean(poll, "AllUsersPollOnFirstLogin"),
	}
}
