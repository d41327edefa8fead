package oobe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// proofHeader carries what a PC knows an answer by: base64 of HMAC-SHA-256 over
// the hash it sent, a zero byte and the body, keyed with the nonce that only its
// TPM could open. An answer that was kept and is given again, to this PC or to
// another, has it wrong.
const proofHeader = "Taxiway-Proof"

// vouched is the answer to a PC that proved itself.
type vouched struct {
	answer any
	hash   string
	nonce  []byte
}

func (v vouched) write(w http.ResponseWriter) {
	if body, err := json.Marshal(v.answer); err == nil { // else write tells
		mac := hmac.New(sha256.New, v.nonce)
		mac.Write([]byte(v.hash))
		mac.Write([]byte{0})
		mac.Write(body)
		w.Header().Set(proofHeader, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	write(w, http.StatusOK, v.answer)
}
