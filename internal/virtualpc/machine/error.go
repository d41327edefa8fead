package machine

import (
	"errors"
	"fmt"
	"io/fs"
)

// The codes of Error. They are stable: programs and translations key on them.
const (
	CodeExists   = "PCExists"           // there is a PC on the disk already
	CodeMissing  = "PCMissing"          // there is none
	CodeDamaged  = "PCDamaged"          // a file on the disk cannot be understood
	CodeNoFile   = "FileMissing"        // there is no such file on the disk
	CodeFull     = "DiskFull"           // no room for a file
	CodeDisk     = "DiskFailed"         // the disk cannot read or write a file
	CodeInUse    = "PCInUse"            // another process drives the PC
	CodeName     = "InvalidName"        // a name that a PC, a file or a key cannot have
	CodeModel    = "UnknownModel"       // no such model
	CodeWindows  = "UnknownWindows"     // no such release of Windows, language or keyboard
	CodePart     = "UnknownPart"        // no such part, or the PC has none
	CodeHardware = "ImpossibleHardware" // parts that no hardware hash can describe
	CodeNoTPM    = "NoTPM"              // the PC has no TPM
	CodeTPM      = "TPMFailed"          // the TPM cannot decrypt it: it was meant for another one
	CodeNoKey    = "KeyMissing"         // no key of this name
	CodeKeyLost  = "KeyLost"            // the key was in a TPM that is no longer there
	CodeValue    = "InvalidValue"       // the registry cannot hold it
)

// Error says what is wrong with a PC, its disk or what was asked of it.
type Error struct {
	Code    string // stable, one of the Code constants
	File    string // the file's name on the PC's disk, "" if none is to blame
	Message string // for people; holds no secret
	Remedy  string // the next action
	Err     error  // the cause, may be nil
}

// Error joins code, message and cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether err has an Error with this code in its chain.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}

// damaged is a file that is there and makes no sense.
func damaged(file string, cause error) error {
	return &Error{
		Code: CodeDamaged, File: file, Err: cause, Message: fmt.Sprintf("The PC's file %s is damaged: %v.", file, cause),
		Remedy: "Put the file back from a copy of the PC's folder, or remove the PC and create it again.",
	}
}

// failed puts an error of a disk into the one shape, once; one that is about a
// missing file stays fs.ErrNotExist to errors.Is.
func failed(doing, file string, cause error) error {
	if _, ours := errors.AsType[*Error](cause); ours || cause == nil {
		return cause
	}
	e := &Error{
		Code: CodeDisk, File: file, Err: cause, Message: fmt.Sprintf("The PC's disk cannot %s %s.", doing, file),
		Remedy: "Look at the permissions and the health of the disk that holds the PC's folder.",
	}
	switch {
	case errors.Is(cause, fs.ErrNotExist):
		e.Code, e.Message, e.Remedy = CodeNoFile, "The PC's disk has no file "+file+".", "Look for the file in a copy of the PC's folder."
	case isFull(cause):
		return full(file, cause)
	}
	return e
}

func full(file string, cause error) error {
	return &Error{
		Code: CodeFull, File: file, Err: cause, Message: fmt.Sprintf("The PC's disk is full: there is no room for %s, which stays as it was.", file),
		Remedy: "Make room on the disk and go on: nothing was lost.",
	}
}
