package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// The numbers of WinINet (wininet.h) as HRESULTs: what Windows shows when no
// answer came.
const (
	resultTimeout   = "0x80072ee2" // ERROR_INTERNET_TIMEOUT
	resultName      = "0x80072ee7" // ERROR_INTERNET_NAME_NOT_RESOLVED
	resultConnect   = "0x80072efd" // ERROR_INTERNET_CANNOT_CONNECT
	resultAborted   = "0x80072efe" // ERROR_INTERNET_CONNECTION_ABORTED
	resultReset     = "0x80072eff" // ERROR_INTERNET_CONNECTION_RESET
	resultDate      = "0x80072f05" // ERROR_INTERNET_SEC_CERT_DATE_INVALID
	resultHost      = "0x80072f06" // ERROR_INTERNET_SEC_CERT_CN_INVALID
	resultAuthority = "0x80072f0d" // ERROR_INTERNET_INVALID_CA
	resultSecure    = "0x80072f8f" // ERROR_INTERNET_SECURE_FAILURE
)

// lost is a request that got no answer.
func lost(ctx context.Context, step Step, err error) *Problem {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // its text holds the address, and that may hold a signature
	}
	if ctx.Err() != nil {
		return cancelled(step, ctx.Err())
	}
	code, message, next, temporary := resultAborted, "The connection to the server ended before it answered.", nextNetwork, true
	var timeout net.Error
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		code, message, temporary = resultAuthority, "The server shows a certificate of an authority that this PC does not trust.", false
		next = "Check that the PC was given the server's root certificate, and that nothing between them opens the connection."
	case errors.As(err, &host):
		code, message, temporary, next = resultHost, "The server shows a certificate of another name than the one that was asked for.", false, nextServer
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		code, message, temporary = resultDate, "The server's certificate is not valid at the time of this PC's clock.", false
		next = "Set the PC's clock, or renew the server's certificate."
	case isTLS(err):
		code, message, temporary, next = resultSecure, "No secure connection to the server could be made.", false, nextServer
	case errors.As(err, new(*net.DNSError)):
		code, message = resultName, "The server's name could not be found."
	case errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded):
		code, message = resultTimeout, "The server did not answer in time."
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		code, message = resultReset, "The connection to the server was reset."
	case isDial(err):
		code, message = resultConnect, "No connection to the server could be made."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
	}
	return &Problem{Code: code, Step: step, Message: message, Next: next, Temporary: temporary, Cause: err}
}

func isTLS(err error) bool {
	var alert tls.AlertError
	return errors.As(err, new(*tls.CertificateVerificationError)) || errors.As(err, new(x509.CertificateInvalidError)) ||
		errors.As(err, new(tls.RecordHeaderError)) || errors.As(err, &alert) || errors.Is(err, http.ErrSchemeMismatch) || strings.Contains(err.Error(), "tls: ")
}

func isDial(err error) bool {
	e, ok := errors.AsType[*net.OpError](err)
	return ok && e.Op == "dial"
}

// refusedHTTP is an answer with a status that the step does not have, in the
// numbers of urlmon.h (HTTP_E_STATUS_…): 0x8019 and the status.
func refusedHTTP(step Step, a *answer) *Problem {
	said := http.StatusText(a.status)
	if a.kind() == "text/plain" {
		said, _, _ = strings.Cut(string(a.body[:min(len(a.body), 300)]), "\n")
	}
	next := nextServer
	if a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError {
		next = nextAgain
	}
	return &Problem{
		Code: fmt.Sprintf("0x8019%04x", a.status), Step: step, Status: a.status, Next: next,
		Message: fmt.Sprintf("The server answered with status %d: %s", a.status, strings.TrimSpace(said)),
	}
}
