package hwhash

// The codes of Error. They are stable: programs and translations key on them.
const (
	CodeEmpty     = "HashEmpty"     // no text at all
	CodeTooLarge  = "HashTooLarge"  // above 64 KiB
	CodeNotBase64 = "HashNotBase64" // a character that is not base64, or beyond repair
	CodeHeader    = "HashHeader"    // does not begin with OA, or an impossible length
	CodeTruncated = "HashTruncated" // ends before its own length says
	CodeTrailer   = "HashTrailer"   // no CS trailer where the header says
	CodeChecksum  = "HashChecksum"  // SHA-256 differs: changed on the way
	CodeRecord    = "HashRecord"    // a record is malformed or ambiguous
	CodeTrailing  = "HashTrailing"  // something other than zeros after the trailer
	CodeMint      = "HashMint"      // Mint cannot write this hardware
	CodeCSVHeader = "CSVHeader"     // the file has no usable header line
	CodeCSVText   = "CSVEncoding"   // the text encoding is not allowed in this mode
	CodeCSVWrite  = "CSVWrite"      // a cell cannot be written
)

// Error says what is wrong with a hash or with a whole CSV file.
type Error struct {
	Code    string // stable, one of the Code constants
	Offset  int    // where: a character of the text for CodeNotBase64, else a byte of the decoded hash; -1 if nowhere
	Message string // for people; holds no hash and no secret
	Remedy  string // the next action
}

// Error joins code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

const (
	remedyRecapture = "Collect the hardware hash again on the device and use the new value unchanged."
	remedyWhole     = "Copy the whole hash: it has 4000 characters and must not be cut or edited."
)
