package soap_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"taxiway/internal/soap"
)

// The tables of [MS-MDE2] 2.2.10, typed by hand.
func TestEverySubcodeHasItsPrefixAndNumber(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		subcode     soap.Subcode
		wire, shown string
	}{
		{soap.SubcodeMessageFormat, "s:MessageFormat", "0x80180001"},
		{soap.SubcodeAuthentication, "s:Authentication", "0x80180002"},
		{soap.SubcodeAuthorization, "s:Authorization", "0x80180003"},
		{soap.SubcodeCertificateRequest, "s:CertificateRequest", "0x80180004"},
		{soap.SubcodeEnrollmentServer, "s:EnrollmentServer", "0x80180005"},
		{soap.SubcodeInternalServiceFault, "a:InternalServiceFault", "0x80180006"},
		{soap.SubcodeInvalidSecurity, "a:InvalidSecurity", "0x80180007"},
		{"SomethingElse", "s:SomethingElse", "0x00000000"},
	} {
		fault := &soap.Fault{Subcode: tt.subcode, Reason: "because"}
		out, err := soap.Encode(&soap.Message{Body: fault})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(out), "<s:Subcode><s:Value>"+tt.wire+"</s:Value></s:Subcode>") {
			t.Errorf("%s is written %s", tt.subcode, out)
		}
		if want := string(tt.subcode) + " " + tt.shown + ": because"; fault.Error() != want {
			t.Errorf("got %q, want %q", fault.Error(), want)
		}
	}
}

func TestEveryErrorTypeHasItsNumberAndGoesBeforeTheSubcode(t *testing.T) {
	t.Parallel()
	for errorType, want := range map[soap.ErrorType]soap.HRESULT{
		soap.DeviceCapReached:      0x80180013,
		soap.DeviceNotSupported:    0x80180014,
		soap.NotSupported:          0x80180015,
		soap.NotEligibleToRenew:    0x80180016,
		soap.InMaintenance:         0x80180017,
		soap.UserLicense:           0x80180018,
		soap.InvalidEnrollmentData: 0x80180019,
		soap.CustomServerError:     0x80180032,
		"SomethingElse":            0x80180003, // the subcode's
	} {
		fault := &soap.Fault{Subcode: soap.SubcodeAuthorization, Detail: &soap.FaultDetail{ErrorType: errorType}}
		if got := fault.HRESULT(); got != want || !strings.HasPrefix(fault.Error(), string(errorType)+" ") {
			t.Errorf("%s: %s, want %s; %v", errorType, got, want, fault)
		}
	}
}

func TestAFaultIsAnErrorThatACallerCanTakeApart(t *testing.T) {
	t.Parallel()
	m, err := decodeResponse(golden(t, "exact/fault.xml"))
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.Join(errors.New("enrolling"), m.Body.(*soap.Fault))
	var fault *soap.Fault
	if !errors.As(failed, &fault) || fault.HRESULT() != 0x80180013 || fault.Detail.TraceID == "" {
		t.Errorf("got %v", fault)
	}
}

func TestTokensAreReadHoweverTheirBase64IsWritten(t *testing.T) {
	t.Parallel()
	for n := 1; n < 70; n++ {
		data := bytes.Repeat([]byte{0xfb, 0xff, 0xbe, 0x00}, 20)[:n]
		plain := base64.StdEncoding.EncodeToString(data)
		var lines strings.Builder
		for i, r := range plain {
			if i%5 == 4 {
				lines.WriteString("\r\n\t ")
			}
			lines.WriteRune(r)
		}
		for _, content := range []string{
			plain, base64.RawStdEncoding.EncodeToString(data), base64.URLEncoding.EncodeToString(data),
			base64.RawURLEncoding.EncodeToString(data), lines.String(), " " + plain + "\n", soap.EncodeToken(data),
		} {
			if got, err := soap.DecodeToken(content); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%q: %x, %v, want %x", content, got, err, data)
			}
		}
	}
	for _, content := range []string{"", " ", "=", "A", "AAAAA", "AA=A", "AA===", "eyJh.b.c", "AA\x00A", "ÄÄÄÄ"} {
		if got, err := soap.DecodeToken(content); soapError(t, err).Subcode != soap.SubcodeInvalidSecurity || got != nil {
			t.Errorf("%q: %x", content, got)
		}
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	user := soap.UsernameToken{Username: "ada@example.com", Password: secret}
	token := soap.BinarySecurityToken{ValueType: soap.ValueTypeJWT, Content: secret}
	security := &soap.Security{UsernameToken: &user, BinarySecurityToken: &token}
	answer := &soap.SecurityTokenResponse{TokenType: soap.TokenTypeDevice, Document: []byte(secret)}
	message := &soap.Message{Header: soap.Header{Action: soap.ActionDiscover}, Security: security, Body: answer}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(handler).LogAttrs(t.Context(), slog.LevelInfo, "all", slog.Any("user", user), slog.Any("token", &token),
			slog.Any("security", security), slog.Any("answer", answer), slog.Any("message", message))
	}
	printed := fmt.Sprintf("%v %+v %s\n%s", user, token, user, &log)
	if strings.Contains(printed, secret) {
		t.Errorf("printed %s", printed)
	}
	for _, shown := range []string{"ada@example.com ***", soap.ValueTypeJWT + " ***", soap.TokenTypeDevice + " ***", soap.ActionDiscover} {
		if !strings.Contains(log.String(), shown) {
			t.Errorf("%s is not in %s", shown, &log)
		}
	}
}
