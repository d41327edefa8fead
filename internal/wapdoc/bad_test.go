package wapdoc_test

import (
	"fmt"
	"strings"
	"testing"

	"taxiway/internal/wapdoc"
)

func wrap(content string) string {
	return `<wap-provisioningdoc version="1.1">` + content + `</wap-provisioningdoc>`
}

func nested(levels int) string {
	return strings.Repeat(`<characteristic type="n">`, levels) + strings.Repeat(`</characteristic>`, levels)
}

func TestDocumentsAtALimitAreReadAndOneOverIsRefusedByName(t *testing.T) {
	t.Parallel()
	const one = `<characteristic type="n"/>`
	padded := func(size int) string {
		return wrap(one + strings.Repeat(" ", size-len(wrap(one))))
	}
	tests := []struct{ name, fits, over, code, says string }{
		{"bytes", padded(wapdoc.MaxBytes), padded(wapdoc.MaxBytes + 1), wapdoc.CodeTooLarge, "1048576"},
		{"depth", wrap(nested(15)), wrap(nested(16)), wapdoc.CodeTooDeep, "16"},
		{"elements", wrap(strings.Repeat(one, 1023)), wrap(strings.Repeat(one, 1024)), wapdoc.CodeTooManyElements, "1024"},
	}
	for _, tt := range tests {
		if _, err := wapdoc.Parse([]byte(tt.fits)); err != nil {
			t.Errorf("%s: at the limit: %v", tt.name, err)
		}
		_, err := wapdoc.Parse([]byte(tt.over))
		if e := wapError(t, err); e.Code != tt.code || !strings.Contains(e.Message, tt.says) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestWhatADocumentMayNotHaveIsRefusedByName(t *testing.T) {
	t.Parallel()
	const one = `<characteristic type="n">`
	for _, tt := range []struct{ name, document, code, path string }{
		{"nothing", "", wapdoc.CodeNotXML, ""},
		{"no XML", "hello", wapdoc.CodeUnexpected, ""},
		{"an end too few", `<wap-provisioningdoc version="1.1">` + one, wapdoc.CodeNotXML, "n"},
		{"another element", "<doc/>", wapdoc.CodeUnexpected, ""},
		{"a namespace", `<wap-provisioningdoc xmlns="urn:x" version="1.1"/>`, wapdoc.CodeUnexpected, ""},
		{"no version", "<wap-provisioningdoc/>", wapdoc.CodeValue, "version"},
		{"another version", `<wap-provisioningdoc version="1.0"/>`, wapdoc.CodeValue, "version"},
		{"a second document", wrap("") + wrap(""), wapdoc.CodeNotXML, ""},
		{"text", wrap(one + "x</characteristic>"), wapdoc.CodeUnexpected, "n"},
		{"text after the end", wrap("") + "x", wapdoc.CodeUnexpected, ""},
		{"a document type", "<!DOCTYPE x>" + wrap(""), wapdoc.CodeForbidden, ""},
		{"an entity", wrap(`<characteristic type="&x;"/>`), wapdoc.CodeForbidden, ""},
		{"a processing instruction", "<?x?>" + wrap(""), wapdoc.CodeForbidden, ""},
		{"a late declaration", wrap("") + `<?xml version="1.0"?>`, wapdoc.CodeForbidden, ""},
		{"an unknown element", wrap(one + "<nocharacteristic/></characteristic>"), wapdoc.CodeUnexpected, "n"},
		{"an unknown attribute", wrap(`<characteristic type="n" name="x"/>`), wapdoc.CodeUnexpected, ""},
		{"an attribute with a namespace", wrap(`<characteristic xml:type="n"/>`), wapdoc.CodeUnexpected, ""},
		{"an attribute twice", wrap(one + `<parm name="a" name="b"/></characteristic>`), wapdoc.CodeDuplicate, "n"},
		{"no type", wrap("<characteristic/>"), wapdoc.CodeMissing, ""},
		{"no name", wrap(one + `<parm value="1"/></characteristic>`), wapdoc.CodeMissing, "n"},
		{"a parm at the top", wrap(`<parm name="a"/>`), wapdoc.CodeUnexpected, "a"},
		{"a parm that holds another", wrap(one + `<parm name="a"><parm name="b"/></parm></characteristic>`), wapdoc.CodeUnexpected, "n/a"},
	} {
		d, err := wapdoc.Parse([]byte(tt.document))
		if d != nil || err == nil {
			t.Errorf("%s: was read", tt.name)
			continue
		}
		if e := wapError(t, err); e.Code != tt.code || e.Path != tt.path {
			t.Errorf("%s: got %s %q (%s), want %s %q", tt.name, e.Code, e.Path, e.Message, tt.code, tt.path)
		}
	}
}

// change replaces text that stands once in a golden.
func change(t *testing.T, name, from, to string) string {
	t.Helper()
	document := string(golden(t, name))
	if strings.Count(document, from) != 1 {
		t.Fatalf("%s has %q %d times", name, from, strings.Count(document, from))
	}
	return strings.Replace(document, from, to, 1)
}

func TestReadRefusesWhatWindowsRefuses(t *testing.T) {
	t.Parallel()
	const file = "enrolment"
	const root = `<characteristic type="90D80B0214715C2117F1DB310CC56F1E87DC4775">`
	for _, tt := range []struct{ name, document, code, path string }{
		{"a fourth part", change(t, file, `<characteristic type="APPLICATION">`, `<characteristic type="RootCATrustedCertificates"/><characteristic type="APPLICATION">`), wapdoc.CodeUnexpected, "RootCATrustedCertificates"},
		{"no client nonce", change(t, file, `<parm name="AAUTHDATA" value="Y2xpZW50LW5vbmNlLTE2Yg=="/>`, ""), wapdoc.CodeMissing, "APPLICATION/APPAUTH[CLIENT]/AAUTHDATA"},
		{"no server nonce", change(t, file, `<parm name="AAUTHDATA" value="c2VydmVyLW5vbmNlLTE2Yg=="/>`, ""), wapdoc.CodeMissing, "APPLICATION/APPAUTH[APPSRV]/AAUTHDATA"},
		{"a nonce that is no base64", change(t, file, "c2VydmVyLW5vbmNlLTE2Yg==", "***"), wapdoc.CodeValue, "APPAUTH/AAUTHDATA"},
		{"one level twice", change(t, file, `value="APPSRV"`, `value="CLIENT"`), wapdoc.CodeDuplicate, "APPLICATION/APPAUTH"},
		{"an unknown level", change(t, file, `value="APPSRV"`, `value="OTHER"`), wapdoc.CodeValue, "APPLICATION/APPAUTH/AAUTHLEVEL"},
		{"a server without digest", change(t, file, `value="DIGEST"`, `value="BASIC"`), wapdoc.CodeValue, "APPLICATION/APPAUTH[CLIENT]"},
		{"an unknown way to prove", change(t, file, `value="BASIC"`, `value="NONE"`), wapdoc.CodeValue, "APPLICATION/APPAUTH[APPSRV]/AAUTHTYPE"},
		{"no name for the PC", change(t, file, `<parm name="AAUTHNAME" value="0123456789ABCDEF0123456789ABCDEF"/>`, ""), wapdoc.CodeMissing, "APPLICATION/APPAUTH[APPSRV]/AAUTHNAME"},
		{"no secret", change(t, file, "server-secret", ""), wapdoc.CodeMissing, "APPLICATION/APPAUTH[CLIENT]/AAUTHSECRET"},
		{"different provider ids", change(t, file, `<characteristic type="taxiway">`, `<characteristic type="other">`), wapdoc.CodeValue, "DMClient/Provider"},
		{"no provider", change(t, file, `<characteristic type="Provider">`, `<characteristic type="Other">`), wapdoc.CodeMissing, "DMClient/Provider"},
		{"a provider id to escape", strings.NewReplacer(`"taxiway"`, `"MS DM Server"`).Replace(string(golden(t, file))), wapdoc.CodeValue, "APPLICATION/PROVIDER-ID"},
		{"plain http", change(t, file, "https://", "http://"), wapdoc.CodeValue, "APPLICATION/ADDR"},
		{"the binary encoding", change(t, file, "dm+xml", "dm+wbxml"), wapdoc.CodeValue, "APPLICATION/DEFAULTENCODING"},
		{"another application", change(t, file, `value="w7"`, `value="w2"`), wapdoc.CodeValue, "APPLICATION/APPID"},
		{"two addresses", change(t, file, `<parm name="NAME"`, `<parm name="ADDR" value="https://b.example.com"/><parm name="NAME"`), wapdoc.CodeDuplicate, "APPLICATION/ADDR"},
		{"two applications", change(t, file, `<characteristic type="DMClient">`, `<characteristic type="APPLICATION"/><characteristic type="DMClient">`), wapdoc.CodeDuplicate, "APPLICATION"},
		{"no key container", change(t, file, `<characteristic type="PrivateKeyContainer"/>`, ""), wapdoc.CodeMissing, "CertificateStore/My/System/PrivateKeyContainer"},
		{"a name in small letters", change(t, file, root, strings.ToLower(root)), wapdoc.CodeValue, "CertificateStore/Root/System/90d80b0214715c2117f1db310cc56f1e87dc4775"},
		{"another certificate under the name", change(t, file, "MAMCAQE=", "MAMCAQk="), wapdoc.CodeValue, "CertificateStore/Root/System/90D80B0214715C2117F1DB310CC56F1E87DC4775"},
		{"no root", change(t, file, `<characteristic type="Root">`, `<characteristic type="Rootless">`), wapdoc.CodeMissing, "CertificateStore/Root/System"},
		{"two roots", change(t, file, root, `<characteristic type="292B56FA4117860DAC1E211CF6F42AB9FE72A61E"><parm name="EncodedCertificate" value="MAMCAQM="/></characteristic>`+root), wapdoc.CodeDuplicate, "CertificateStore/Root/System"},
		{"no own certificate", change(t, file, `<characteristic type="My">`, `<characteristic type="Mine">`), wapdoc.CodeMissing, "CertificateStore/My"},
		{"both stores", change(t, file, `<characteristic type="WSTEP">`, `<characteristic type="User"/><characteristic type="WSTEP">`), wapdoc.CodeDuplicate, "CertificateStore/My"},
		{"no renewal", change(t, file, `<characteristic type="Renew">`, `<characteristic type="Other">`), wapdoc.CodeMissing, "CertificateStore/My/WSTEP/Renew"},
		{"a setting without datatype", change(t, file, `value="60" datatype="integer"`, `value="60"`), wapdoc.CodeValue, "Renew/RenewPeriod"},
		{"a number that is none", change(t, file, `value="60" datatype="integer"`, `value="x" datatype="integer"`), wapdoc.CodeValue, "Renew/RenewPeriod"},
		{"a switch that is none", change(t, file, `name="ROBOSupport" value="true"`, `name="ROBOSupport" value="1"`), wapdoc.CodeValue, "Renew/ROBOSupport"},
		{"no day to renew", change(t, file, `value="60" datatype="integer"`, `value="0" datatype="integer"`), wapdoc.CodeValue, "CertificateStore/My/WSTEP/Renew/RenewPeriod"},
		{"a count below zero", change(t, file, `value="30" datatype="integer"`, `value="-1" datatype="integer"`), wapdoc.CodeValue, "DMClient/Provider/Poll/First/retries"},
		{"no id for the PC", change(t, file, `<parm name="EntDMID" value="3b7f0f2c-7a43-4f0e-8f54-0a6c2d6c9b55" datatype="string"/>`, ""), wapdoc.CodeMissing, "DMClient/Provider/EntDMID"},
		{"no polling", change(t, file, `<characteristic type="Poll">`, `<characteristic type="Other">`), wapdoc.CodeMissing, "DMClient/Provider/Poll"},
	} {
		e, err := wapdoc.Read(parse(t, []byte(tt.document)))
		if e != nil || err == nil {
			t.Errorf("%s: was read", tt.name)
			continue
		}
		if e := wapError(t, err); e.Code != tt.code || e.Path != tt.path {
			t.Errorf("%s: got %s %q (%s), want %s %q", tt.name, e.Code, e.Path, e.Message, tt.code, tt.path)
		}
	}
}

func TestARenewalIsNoEnrolmentAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	if _, err := wapdoc.Read(parse(t, golden(t, "renewal"))); wapError(t, err).Code != wapdoc.CodeMissing {
		t.Error(err)
	}
	if _, err := wapdoc.ReadRenewal(parse(t, golden(t, "enrolment"))); wapError(t, err).Path != "DMClient" {
		t.Error(err)
	}
	for _, document := range []string{
		change(t, "renewal", "MAMCAQM=", "MAMCAQQ="),
		change(t, "renewal", `<characteristic type="PrivateKeyContainer"/>`, ""),
		change(t, "renewal", `value="taxiway"`, `value="a/b"`),
		change(t, "renewal", `<parm name="PROVIDER-ID" value="taxiway"/>`, ""),
	} {
		if n, err := wapdoc.ReadRenewal(parse(t, []byte(document))); n != nil || wapError(t, err).Path == "" {
			t.Errorf("%v from\n%s", err, document)
		}
	}
}

func TestDocumentRefusesWhatItMayNotWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path  string
		spoil func(*wapdoc.Enrolment)
	}{
		{"CertificateStore/Root", func(e *wapdoc.Enrolment) { e.Root = nil }},
		{"CertificateStore/CA", func(e *wapdoc.Enrolment) { e.Intermediate = []byte{} }},
		{"CertificateStore/CA", func(e *wapdoc.Enrolment) { e.Intermediate = []byte("-----BEGIN CERTIFICATE-----") }},
		{"CertificateStore/My", func(e *wapdoc.Enrolment) { e.Client = append(der(3), 0) }},
		{"CertificateStore/My", func(e *wapdoc.Enrolment) { e.Client = der(3)[:4] }},
		{"CertificateStore/My", func(e *wapdoc.Enrolment) { e.Client = []byte{2, 1, 1} }},
		{"CertificateStore/My", func(e *wapdoc.Enrolment) { e.Client = []byte{0x31, 3, 2, 1, 3} }},
		{"CertificateStore/My", func(e *wapdoc.Enrolment) { e.Store = "Machine" }},
		{"CertificateStore/My/WSTEP/Renew/RetryInterval", func(e *wapdoc.Enrolment) { e.Renew.RetryDays = 0 }},
		{"APPLICATION/PROVIDER-ID", func(e *wapdoc.Enrolment) { e.ProviderID = "" }},
		{"APPLICATION/PROVIDER-ID", func(e *wapdoc.Enrolment) { e.ProviderID = "a/b" }},
		{"APPLICATION/PROVIDER-ID", func(e *wapdoc.Enrolment) { e.ProviderID = "ä" }},
		{"APPLICATION/PROVIDER-ID", func(e *wapdoc.Enrolment) { e.ProviderID = "a\n" }},
		{"APPLICATION/PROVIDER-ID", func(e *wapdoc.Enrolment) { e.ProviderID = strings.Repeat("a", 65) }},
		{"APPLICATION/NAME", func(e *wapdoc.Enrolment) { e.Name = "" }},
		{"APPLICATION/ADDR", func(e *wapdoc.Enrolment) { e.Address = "/mdm" }},
		{"APPLICATION/APPAUTH[CLIENT]", func(e *wapdoc.Enrolment) { e.ClientAuth.Name = "server" }},
		{"APPLICATION/APPAUTH[CLIENT]/AAUTHDATA", func(e *wapdoc.Enrolment) { e.ClientAuth.Nonce = nil }},
		{"APPLICATION/APPAUTH[APPSRV]/AAUTHDATA", func(e *wapdoc.Enrolment) { e.ServerAuth.Nonce = nil }},
		{"DMClient/Provider/EntDMID", func(e *wapdoc.Enrolment) { e.EntDMID = "" }},
		{"DMClient/Provider/Poll/Remaining/interval", func(e *wapdoc.Enrolment) { e.Poll.Remaining.Minutes = -1 }},
	} {
		e := enrolment()
		tt.spoil(e)
		d, err := e.Document()
		if got := wapError(t, err); d != nil || got.Path != tt.path {
			t.Errorf("got %v, want it to name %s", err, tt.path)
		}
	}
	for _, n := range []*wapdoc.Renewal{
		{}, {Client: der(3), Store: wapdoc.StoreUser}, {Client: der(3), ProviderID: "taxiway"}, {Store: wapdoc.StoreUser, ProviderID: "taxiway"},
	} {
		if d, err := n.Document(); d != nil || wapError(t, err).Path == "" {
			t.Errorf("%+v: %v", n, err)
		}
	}
}

func TestEncodeRefusesWhatXMLCannotHold(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"\x00", "a\x1fb", "\xff", "\ufffe"} {
		for _, c := range []wapdoc.Characteristic{
			{Type: bad},
			{Type: "n", Parms: []wapdoc.Parm{{Name: bad}}},
			{Type: "n", Parms: []wapdoc.Parm{{Name: "a", Value: bad}}},
			{Type: "n", Parms: []wapdoc.Parm{{Name: "a", Datatype: bad}}},
			{Type: "n", Children: []wapdoc.Characteristic{{Type: bad}}},
		} {
			d := wapdoc.Document{Characteristics: []wapdoc.Characteristic{c}}
			if out, err := d.Encode(); out != nil || wapError(t, err).Code != wapdoc.CodeValue {
				t.Errorf("%q: %s, %v", fmt.Sprint(c), out, err)
			}
		}
	}
}
