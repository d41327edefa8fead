// Package hwhash reads, writes and compares the Windows hardware hash and the
// Autopilot CSV file that carries it.
//
// The "4K hardware hash" is no hash: it is base64 of a list of hardware facts
// that Windows collects (OA3 tool, CIM class MDM_DevDetail_Ext01). Layout:
//
//	bytes 0-1   "OA"
//	bytes 2-3   T, the length of header and records
//	bytes 4-T   records: type u8, flags u8, length u16 with these 4 bytes, payload
//	at T        "CS", u16 36, SHA-256 of bytes 0 to T
//	then        zeros, 3000 bytes in all (4000 characters)
//
// All numbers are little-endian. Two collections of one machine always differ,
// because the time is inside: hashes are compared by Compare, never as text.
//
//	file          what it has
//	hardware.go   Hardware, a machine as the hash describes it
//	hash.go       Hash, Parse's result; the endorsement key
//	parse.go      base64 with padding repair, frame, checksum, record walk
//	records.go    what each record type means
//	mint.go       Mint, the way back, for virtual PCs and tests
//	compare.go    Compare, same device or not, and what changed
//	codes.go      the import error codes (801 to 815, 908)
//	csv.go        Row, RowError, ReadCSV, ScanCSV
//	csvheader.go  the header line of the file
//	csvline.go    encodings, lines and cells
//	csvwrite.go   WriteCSV
//
// Importing devices and deciding what a change means is package autopilot's
// work. A hash identifies a machine and proves nothing: anyone can copy it.
//
// Sources: Michael Niehaus, "Reverse-engineering an Autopilot hash" (oofhours,
// 2022) for the records; Microsoft Learn, "Manually register devices with
// Windows Autopilot" for the file.
package hwhash
