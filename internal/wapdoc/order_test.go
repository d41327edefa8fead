package wapdoc_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/wapdoc"
)

// outline walks a document with the standard library's token reader alone and
// names what it meets: types with their level, and parms with their datatype.
func outline(t *testing.T, document []byte) []string {
	t.Helper()
	var lines []string
	level := ""
	dec := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space != "" {
				t.Errorf("%s has the namespace %q", token.Name.Local, token.Name.Space)
			}
			words := []string{level + token.Name.Local}
			for _, a := range token.Attr {
				if a.Name.Local != "value" {
					words = append(words, a.Value)
				}
			}
			lines = append(lines, strings.Join(words, " "))
			level += "-"
		case xml.EndElement:
			level = level[1:]
		}
	}
}

func TestPartsAndSettingsStandInTheSpecifiedOrder(t *testing.T) {
	t.Parallel()
	e := enrolment()
	e.Intermediate, e.Store, e.DeviceName = nil, wapdoc.StoreUser, ""
	d, err := e.Document()
	if err != nil {
		t.Fatal(err)
	}
	out, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"wap-provisioningdoc 1.1",
		"-characteristic CertificateStore",
		"--characteristic Root",
		"---characteristic System",
		"----characteristic 90D80B0214715C2117F1DB310CC56F1E87DC4775",
		"-----parm EncodedCertificate",
		"--characteristic My",
		"---characteristic User",
		"----characteristic 292B56FA4117860DAC1E211CF6F42AB9FE72A61E",
		"-----parm EncodedCertificate",
		"----characteristic PrivateKeyContainer",
		"---characteristic WSTEP",
		"----characteristic Renew",
		"-----parm ROBOSupport boolean",
		"-----parm RenewPeriod integer",
		"-----parm RetryInterval integer",
		"-characteristic APPLICATION",
		"--parm APPID",
		"--parm PROVIDER-ID",
		"--parm NAME",
		"--parm ADDR",
		"--parm CONNRETRYFREQ",
		"--parm INITIALBACKOFFTIME",
		"--parm MAXBACKOFFTIME",
		"--parm BACKCOMPATRETRYDISABLED",
		"--parm DEFAULTENCODING",
		"--characteristic APPAUTH",
		"---parm AAUTHLEVEL",
		"---parm AAUTHTYPE",
		"---parm AAUTHSECRET",
		"---parm AAUTHDATA",
		"--characteristic APPAUTH",
		"---parm AAUTHLEVEL",
		"---parm AAUTHTYPE",
		"---parm AAUTHNAME",
		"---parm AAUTHSECRET",
		"---parm AAUTHDATA",
		"-characteristic DMClient",
		"--characteristic Provider",
		"---characteristic taxiway",
		"----parm UPN string",
		"----parm EntDMID string",
		"----characteristic Poll",
		"-----parm NumberOfFirstRetries integer",
		"-----parm IntervalForFirstSetOfRetries integer",
		"-----parm NumberOfSecondRetries integer",
		"-----parm IntervalForSecondSetOfRetries integer",
		"-----parm NumberOfRemainingScheduledRetries integer",
		"-----parm IntervalForRemainingScheduledRetries integer",
		"-----parm PollOnLogin boolean",
		"-----parm AllUsersPollOnFirstLogin boolean",
	}
	if diff := cmp.Diff(want, outline(t, out)); diff != "" {
		t.Errorf("outline (-want +got):\n%s", diff)
	}
}
