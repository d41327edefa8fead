package hwhash_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/hwhash"
)

// hashOf is the hash of a machine that differs from others in all that counts.
func hashOf(t testing.TB, serial string, change ...func(*hwhash.Hardware)) string {
	t.Helper()
	hw := goldenHardware()
	hw.SystemSerial = serial
	hw.SMBIOSUUID = fmt.Sprintf("%x-0000-4000-8000-00000000%04x", 0xa0000000+len(serial), sum(serial))
	copy(hw.EKModulus[1:200], serial)
	for _, c := range change {
		c(&hw)
	}
	text, err := hwhash.Mint(hw, goldenTime)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sum(s string) (n uint16) {
	for _, b := range []byte(s) {
		n = n*31 + uint16(b)
	}
	return n
}

// cut removes the zeros at a hash's end down to n bytes, and the padding.
func cut(text string, n int) string {
	b, _ := base64.StdEncoding.DecodeString(text)
	return base64.RawStdEncoding.EncodeToString(b[:n])
}

func utf16Bytes(s string, high int, mark bool) []byte {
	if mark {
		s = "\ufeff" + s
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		pair := []byte{byte(u), byte(u)}
		pair[high], pair[1-high] = byte(u>>8), byte(u)
		b = append(b, pair...)
	}
	return b
}

const header = "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag,Assigned User\r\n"

// csvCase is one file. In it, $A to $C are hashes of machines A to C.
type csvCase struct {
	name string
	file string
	rows string // line:serial[/tag[/user]], joined by blanks
	bad  string // line:column:code[:number], joined by blanks
	fail string // what the file's error must say
}

func runCSV(t *testing.T, mode hwhash.Mode, tests []csvCase) {
	t.Helper()
	a := hashOf(t, "A")
	values := strings.NewReplacer(
		"$A2", hashOf(t, "A", func(h *hwhash.Hardware) { h.OSBuild.Build = 22631; h.SystemSerial = "A" }), "$A", a,
		"$B", hashOf(t, "B"), "$C", hashOf(t, "C"), "$UNPADDED", cut(a, 1600),
		"$NOSERIAL", hashOf(t, ""), "$NOMAKER", hashOf(t, "N", func(h *hwhash.Hardware) { h.SystemManufacturer = "" }),
		"$WRAPPED", a[:76]+" "+a[76:], "$DAMAGED", a[:100]+"x"+a[101:], "$LONGTAG", strings.Repeat("ü", 513), "$TAG", strings.Repeat("ü", 512),
	)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			checkCSV(t, []byte(values.Replace(tt.file)), mode, tt)
		})
	}
}

func checkCSV(t *testing.T, file []byte, mode hwhash.Mode, want csvCase) {
	t.Helper()
	rows, bad, err := hwhash.ReadCSV(file, mode)
	var gotRows, gotBad []string
	for _, r := range rows {
		s := fmt.Sprintf("%d:%s/%s/%s", r.Line, r.SerialNumber, r.GroupTag, r.AssignedUser)
		gotRows = append(gotRows, strings.TrimRight(s, "/"))
		if h, err := hwhash.Parse(r.HardwareHash); err != nil || !strings.EqualFold(h.SystemSerial, r.SerialNumber) || h.Text() != r.HardwareHash {
			t.Errorf("line %d: the row's hash is not usable as it stands: %v", r.Line, err)
		}
	}
	for _, b := range bad {
		s := fmt.Sprintf("%d:%d:%s", b.Line, b.Column, b.Code)
		if b.ErrorCode != 0 {
			s += fmt.Sprintf(":%d", b.ErrorCode)
		}
		gotBad = append(gotBad, s)
		if b.Reason == "" || b.Remedy == "" || len(b.Error()) > 400 {
			t.Errorf("line %d: reason %q, remedy %q", b.Line, b.Reason, b.Remedy)
		}
	}
	if diff := cmp.Diff(want.rows, strings.Join(gotRows, " ")); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.bad, strings.Join(gotBad, " ")); diff != "" {
		t.Errorf("bad (-want +got):\n%s%v", diff, bad)
	}
	switch {
	case want.fail == "" && err != nil:
		t.Errorf("error %v", err)
	case want.fail != "":
		if e := hashError(t, err); !strings.Contains(e.Message, want.fail) || len(e.Message) > 400 {
			t.Errorf("error %q, want it to say %q", e.Message, want.fail)
		}
	}
}

func TestStrictReadsExactlyWhatMicrosoftAccepts(t *testing.T) {
	t.Parallel()
	runCSV(t, hwhash.Strict, []csvCase{
		{name: "five columns", file: header + "A,,$A,Sales,a@contoso.com\r\nB,,$B,,\r\n", rows: "2:A/Sales/a@contoso.com 3:B"},
		{name: "three columns", file: "Device Serial Number,Windows Product ID,Hardware Hash\nA,,$A\n", rows: "2:A"},
		{name: "four columns", file: "Device Serial Number,Windows Product ID,Hardware Hash,Group Tag\nA,,$A,Sales", rows: "2:A/Sales"},
		{name: "assigned user without group tag", file: "Device Serial Number,Windows Product ID,Hardware Hash,Assigned User\nA,,$A,a@contoso.com", rows: "2:A//a@contoso.com"},
		{name: "short line keeps optional cells empty", file: header + "A,,$A\n", rows: "2:A"},
		{name: "product id of the machine", file: header + "A,3312345678901,$A\n", rows: "2:A"},
		{name: "ANSI text", file: header + "A,,$A,B\xfcro \x80\n", rows: "2:A/Büro €"},
		{name: "empty lines", file: header + "\r\nA,,$A\r\n\r\n", rows: "3:A"},
		{name: "no rows", file: header},

		{name: "header in another case", file: "device serial number,Windows Product ID,Hardware Hash\nA,,$A", fail: `Line 1, column 1 must be named "Device Serial Number"`},
		{name: "header in another order", file: "Device Serial Number,Hardware Hash,Windows Product ID\nA,$A,", fail: `Line 1, column 2 must be named "Windows Product ID"`},
		{name: "header without hash", file: "Device Serial Number,Windows Product ID\nA,", fail: `Line 1 lacks the column "Hardware Hash"`},
		{name: "further column", file: "Device Serial Number,Windows Product ID,Hardware Hash,Manufacturer name,Device model\n", fail: "column 4 must be named"},
		{name: "sixth column", file: strings.TrimSpace(header) + ",Notes\n", fail: `further column, "Notes"`},
		{name: "semicolons", file: strings.ReplaceAll(header, ",", ";") + "A;;$A", fail: "Line 1, column 1"},
		{name: "quoted header", file: `"Device Serial Number","Windows Product ID","Hardware Hash"`, fail: "quotation mark"},
		{name: "byte order mark", file: "\xef\xbb\xbf" + header + "A,,$A", fail: "Line 1 begins with a byte order mark"},
		{name: "no header", file: "A,,$A\n", fail: "Found:"},
		{name: "empty file", file: "", fail: "Line 1 should have the column names"},

		{name: "quotes", file: header + "\"A\",,$A\nB,,$B\n", rows: "3:B", bad: "2:1:QuoteNotAllowed"},
		{name: "comma in a value", file: header + "A,,$A,Sales,a@contoso.com,x\nB,,$B,,,\n", bad: "2:6:ExtraColumn 3:6:ExtraColumn"},
		{name: "too few cells", file: header + "A,$A\n", bad: "2:0:MissingColumn"},
		{name: "blank after a value", file: header + "A ,,$A\nB,,$B,\xa0Sales\n", bad: "2:1:SurroundingBlanks 3:4:SurroundingBlanks"},
		{name: "missing serial", file: header + ",,$A\n", bad: "2:1:MissingSerialNumber"},
		{name: "missing hash", file: header + "A,,\n", bad: "2:3:InvalidZtdHardwareHash:802"},
		{name: "missing all", file: header + ",,\n,,,Sales,\n", bad: "2:1:MissingZtdSerialNumberAndProductKey:803 3:1:MissingZtdSerialNumberAndProductKey:803"},
		{name: "unpadded hash", file: header + "A,,$UNPADDED\n", bad: "2:3:InvalidZtdHardwareHash:802"},
		{name: "blank in the hash", file: header + "A,,$WRAPPED\n", bad: "2:3:InvalidZtdHardwareHash:802"},
		{name: "serial of another machine", file: header + "A,,$B\nB,,$B\n", rows: "3:B", bad: "2:1:SerialNumberMismatch:908"},
		{name: "same machine twice", file: header + "A,,$A\na,,$A2\nB,,$B\n", rows: "2:A 4:B", bad: "3:3:ZtdDeviceDuplicated"},
	})
}

func TestTolerantReadsWhatPeopleHave(t *testing.T) {
	t.Parallel()
	runCSV(t, hwhash.Tolerant, []csvCase{
		{name: "Microsoft's own form", file: header + "A,,$A,Sales,a@contoso.com\r\nB,,$B,,\r\n", rows: "2:A/Sales/a@contoso.com 3:B"},
		{name: "columns in any order and case, further ones skipped", file: "notes,HARDWARE HASH,group_tag,device serial-number\nx,$A,Sales,A\n", rows: "2:A/Sales"},
		{name: "names other tools use", file: "serialNumber,hardwareIdentifier,groupTag,assignedUserPrincipalName\nA,$A,Sales,a@contoso.com\n", rows: "2:A/Sales/a@contoso.com"},
		{name: "Microsoft's name goes before another", file: "Serial,Device Serial Number,Hash,Hardware Hash\nX,A,x,$A\n", rows: "2:A"},
		{name: "UTF-8 with mark", file: "\ufeff" + header + "A,,$A,Büro", rows: "2:A/Büro"},
		{name: "UTF-8 without mark", file: header + "A,,$A,Büro 東京", rows: "2:A/Büro 東京"},
		{name: "ANSI", file: header + "A,,$A,B\xfcro \x80", rows: "2:A/Büro €"},
		{name: "semicolons", file: strings.ReplaceAll(header, ",", ";") + "A;;$A;a,b\n", rows: "2:A/a,b"},
		{name: "tabs", file: strings.ReplaceAll(header, ",", "\t") + "A\t\t$A\t Sales \t\n\t\t$B\n", rows: "2:A/Sales 3:B"},
		{name: "quotes", file: strings.ReplaceAll(`"`+strings.TrimSpace(header)+`"`, ",", `","`) + "\n\"A\", \"\" ,\"$A\",\"Sales, \"\"North\"\"\"\n", rows: `2:A/Sales, "North"`},
		{name: "CR line ends", file: strings.ReplaceAll(header, "\r\n", "\r") + "A,,$A\rB,,$B\r\r", rows: "2:A 3:B"},
		{name: "mixed line ends", file: header + "A,,$A\rB,,$B\n\rC,,$C", rows: "2:A 3:B 5:C"},
		{name: "blank lines before and between, bare commas after", file: "\n \n" + header + "\nA,,$A\n\u00a0\n,,,,\n , ,\n", rows: "5:A"},
		{name: "blanks and invisible characters around values", file: header + " A\u200b,\t,\ufeff$A ,\u00a0Sales\u00a0,\n", rows: "2:A/Sales"},
		{name: "serial in another case", file: header + "a,,$A\n", rows: "2:a"},
		{name: "serial from the hash", file: header + ",,$A\n", rows: "2:A"},
		{name: "unpadded and wrapped hash", file: header + "A,,$UNPADDED\nA,,$WRAPPED", rows: "2:A", bad: "3:3:ZtdDeviceDuplicated"},
		{name: "apostrophe before a formula", file: header + "A,,$A,'=Sales,'x\n", rows: "2:A/=Sales/'x"},
		{name: "five-part product id", file: header + "A,00330-80000-00000-AA123,$A\n", rows: "2:A"},
		{name: "surplus empty cells", file: header + "A,,$A,,,,,\n", rows: "2:A"},
		{name: "group tag at its limit", file: header + "A,,$A,$TAG\n", rows: "2:A/" + strings.Repeat("ü", 512)},

		{name: "group tag too long", file: header + "A,,$A,$LONGTAG\nB,,$B\n", rows: "3:B", bad: "2:4:GroupTagTooLong"},
		{name: "control characters", file: header + "A,,$A,Sa\x07les\nB,,$B,a\u202eb\nC,,$C,a\tb\n", bad: "2:4:ControlCharacter 3:4:ControlCharacter 4:4:ControlCharacter"},
		{name: "a quote never closed stops at its line", file: header + "\"A,,$A\nB,,$B\n", rows: "3:B", bad: "2:1:QuoteNotClosed"},
		{name: "text after a quote", file: header + "\"A\"x,,$A\nB,,\"$B\"\n", rows: "3:B", bad: "2:1:QuoteNotClosed"},
		{name: "comma in a value", file: header + "A,,$A,Sales,a@contoso.com,x\n", bad: "2:6:ExtraColumn"},
		{name: "missing all", file: header + ",,,Sales\n", bad: "2:1:MissingZtdSerialNumberAndProductKey:803"},
		{name: "missing hash", file: header + "A,,\n,3312345678901\n", bad: "2:3:InvalidZtdHardwareHash:802 3:3:InvalidZtdHardwareHash:802"},
		{name: "damaged hash", file: header + "A,,$DAMAGED\nA,,!\nA,,T0E=\n", bad: "2:3:InvalidZtdHardwareHash:802 3:3:InvalidZtdHardwareHash:802 4:3:InvalidZtdHardwareHash:802"},
		{name: "hash without serial or manufacturer", file: header + "A,,$NOSERIAL\nN,,$NOMAKER\n", bad: "2:3:InvalidZtdHardwareHash:802 3:3:InvalidZtdHardwareHash:802"},
		{name: "serial of another machine, in any column order", file: "Hardware Hash,Device Serial Number\n$B,A\n$B,B", rows: "3:B", bad: "2:2:SerialNumberMismatch:908"},
		{name: "product key of another machine", file: header + "A,3300000000000,$A\n", bad: "2:2:ProductKeyIdMismatch:908"},
		{name: "same machine in two captures and thrice", file: header + "A,,$A\nB,,$B\nA,,$A2\nA,,$A\n", rows: "2:A 3:B", bad: "4:3:ZtdDeviceDuplicated 5:3:ZtdDeviceDuplicated"},
		{name: "a bad line does not make the next a duplicate", file: header + "X,,$A\nA,,$A\n", rows: "3:A", bad: "2:1:SerialNumberMismatch:908"},
		{name: "a line too long", file: header + strings.Repeat("x", 700000) + "\r\nB,,$B\n", rows: "3:B", bad: "2:0:LineTooLong"},
		{name: "the last line too long", file: header + strings.Repeat("x", 524288*2), bad: "2:0:LineTooLong"},

		{name: "no serial column", file: "Windows Product ID,Hardware Hash\n,$A", fail: `Line 1 lacks the column "Device Serial Number". Found: "Windows`},
		{name: "no hash column", file: "\n\nDevice Serial Number,Notes\nA,", fail: `Line 3 lacks the column "Hardware Hash"`},
		{name: "a column twice", file: "Device Serial Number,Hardware Hash,hardware hash\n", fail: `"Hardware Hash" twice`},
		{name: "no header", file: "A,,$A\n", fail: "Line 1 lacks"},
		{name: "header quote not closed", file: "\"Device Serial Number,Hardware Hash\nA,$A", fail: "not closed"},
		{name: "empty file", file: "", fail: "the file is empty"},
		{name: "only blank lines", file: "\r\n \r\n", fail: "the file is empty"},
		{name: "a spreadsheet", file: "PK\x03\x04\x14\x00\x06\x00", fail: "Line 1 lacks"},
	})
}

func TestTolerantReadsUTF16(t *testing.T) {
	t.Parallel()
	file := header + "A,,$A,Büro 東京 🛫\r\n\r\nB,,$B\r"
	file = strings.NewReplacer("$A", hashOf(t, "A"), "$B", hashOf(t, "B")).Replace(file)
	for high, order := range []string{"big-endian", "little-endian"} {
		for _, mark := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, mark %v", order, mark), func(t *testing.T) {
				t.Parallel()
				data := utf16Bytes(file, high, mark)
				checkCSV(t, data, hwhash.Tolerant, csvCase{rows: "2:A/Büro 東京 🛫 4:B"})
				checkCSV(t, append(data, utf16Bytes("C\n", high, false)[:3]...), hwhash.Tolerant, csvCase{rows: "2:A/Büro 東京 🛫 4:B", bad: "5:3:InvalidZtdHardwareHash:802"})
				checkCSV(t, data, hwhash.Strict, csvCase{fail: "UTF-16"})
			})
		}
	}
}

func TestOnlyStrictStopsAt500Rows(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString(header)
	for i := range 502 {
		serial := fmt.Sprintf("S%04d", i)
		fmt.Fprintf(&file, "%s,,%s\r\n", serial, hashOf(t, serial))
	}
	rows, bad, err := hwhash.ReadCSV([]byte(file.String()), hwhash.Strict)
	if err != nil || len(rows) != 500 || len(bad) != 2 || bad[0].Code != hwhash.RowTooMany || bad[0].Line != 502 {
		t.Errorf("strict: %d rows, bad %+v, %v", len(rows), bad, err)
	}
	rows, bad, err = hwhash.ReadCSV([]byte(file.String()), hwhash.Tolerant)
	if err != nil || len(rows) != 502 || len(bad) != 0 {
		t.Errorf("tolerant: %d rows, bad %+v, %v", len(rows), bad, err)
	}
}

func TestADuplicateNamesTheFirstLine(t *testing.T) {
	t.Parallel()
	a := hashOf(t, "A")
	_, bad, err := hwhash.ReadCSV([]byte(header+"\n\nA,,"+a+"\nA,,"+a), hwhash.Tolerant)
	if err != nil || len(bad) != 1 || bad[0].Reason != "The device is already on line 4." {
		t.Errorf("got %+v, %v", bad, err)
	}
}

func TestMachinesWhoseFirmwareSetsNothingAreDuplicatesOnlyByTheirParts(t *testing.T) {
	t.Parallel()
	unset := func(mac byte) func(*hwhash.Hardware) {
		return func(h *hwhash.Hardware) {
			h.SMBIOSUUID, h.SystemSerial, h.EKModulus = "03000200-0400-0500-0006-000700080009", "Default string", nil
			h.Adapters[0].MAC[5] = mac
		}
	}
	file := header + "Default string,," + hashOf(t, "", unset(1)) + "\nDefault string,," + hashOf(t, "", unset(2)) + "\nDefault string,," + hashOf(t, "", unset(1))
	checkCSV(t, []byte(file), hwhash.Tolerant, csvCase{rows: "2:Default string 3:Default string", bad: "4:3:ZtdDeviceDuplicated"})
}

func TestAScanStopsWithItsReaderOrCaller(t *testing.T) {
	t.Parallel()
	file := header + "A,,x\nB,,x\nC,,x\n"
	broken := errors.New("broken pipe")
	count := 0
	count1 := func(hwhash.Row, *hwhash.RowError) error { count++; return nil }
	err := hwhash.ScanCSV(io.MultiReader(strings.NewReader(file), iotest.ErrReader(broken)), hwhash.Tolerant, count1)
	if !errors.Is(err, broken) || count != 3 {
		t.Errorf("reader's error: %v after %d lines", err, count)
	}
	count = 0
	err = hwhash.ScanCSV(strings.NewReader(file), hwhash.Tolerant, func(hwhash.Row, *hwhash.RowError) error {
		if count++; count == 2 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || count != 2 {
		t.Errorf("caller's error: %v after %d lines", err, count)
	}
}

func TestAFileReadByteByByteIsTheSame(t *testing.T) {
	t.Parallel()
	file := []byte(strings.ReplaceAll(header, "\r\n", "\r") + "A,," + hashOf(t, "A") + "\r\nB,," + hashOf(t, "B") + "\n\r,,x\r")
	rows, bad, err := hwhash.ReadCSV(file, hwhash.Tolerant)
	if err != nil {
		t.Fatal(err)
	}
	var slowRows []hwhash.Row
	var slowBad []hwhash.RowError
	err = hwhash.ScanCSV(iotest.OneByteReader(bytes.NewReader(file)), hwhash.Tolerant, func(r hwhash.Row, e *hwhash.RowError) error {
		if e != nil {
			slowBad = append(slowBad, *e)
		} else {
			slowRows = append(slowRows, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, slowRows) + cmp.Diff(bad, slowBad); diff != "" || len(rows) != 2 || len(bad) != 1 {
		t.Errorf("whole -, byte by byte +:\n%s", diff)
	}
}

func TestWrittenRowsReadBackTheSame(t *testing.T) {
	t.Parallel()
	rows := []hwhash.Row{
		{Line: 2, SerialNumber: "A", HardwareHash: hashOf(t, "A"), GroupTag: "=1+1", AssignedUser: "@a"},
		{Line: 3, SerialNumber: "B", ProductKey: "3312345678901", HardwareHash: hashOf(t, "B"), GroupTag: `a,"b"`, AssignedUser: "+b"},
		{Line: 4, SerialNumber: "-C", HardwareHash: hashOf(t, "-C"), GroupTag: "'quoted'"},
	}
	for _, partner := range []string{"", "Contoso"} {
		rows[1].Manufacturer = partner
		var b bytes.Buffer
		if err := hwhash.WriteCSV(&b, rows); err != nil {
			t.Fatal(err)
		}
		got, bad, err := hwhash.ReadCSV(b.Bytes(), hwhash.Tolerant)
		if err != nil || len(bad) != 0 {
			t.Fatalf("bad %+v, %v", bad, err)
		}
		if diff := cmp.Diff(rows, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	}
}

func TestPlainRowsAreWrittenInMicrosoftsForm(t *testing.T) {
	t.Parallel()
	a := hashOf(t, "A")
	var b bytes.Buffer
	if err := hwhash.WriteCSV(&b, []hwhash.Row{{SerialNumber: "A", HardwareHash: a, GroupTag: "Sales", AssignedUser: "a@contoso.com"}}); err != nil {
		t.Fatal(err)
	}
	if want := header + "A,," + a + ",Sales,a@contoso.com\r\n"; b.String() != want {
		t.Errorf("got %.200q", b.String())
	}
	checkCSV(t, b.Bytes(), hwhash.Strict, csvCase{rows: "2:A/Sales/a@contoso.com"})
}

func TestFormulasAreWrittenAsText(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"} {
		var b bytes.Buffer
		if err := hwhash.WriteCSV(&b, []hwhash.Row{{SerialNumber: cell}}); err != nil {
			t.Fatal(err)
		}
		if _, line, _ := strings.Cut(b.String(), "\r\n"); !strings.HasPrefix(line, "'"+cell) {
			t.Errorf("%q is written as %q", cell, line)
		}
	}
}

func TestWritingRefusesWhatNoReaderTakesAndPassesOnErrors(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{"\t=1", "a\nb", "\r", "a\u202eb"} {
		err := hwhash.WriteCSV(io.Discard, []hwhash.Row{{}, {GroupTag: cell}})
		if e := hashError(t, err); e.Code != hwhash.CodeCSVWrite || !strings.HasPrefix(e.Message, "Row 2: Group Tag ") {
			t.Errorf("%q: %v", cell, err)
		}
	}
	r, w := io.Pipe()
	_ = r.CloseWithError(io.ErrClosedPipe)
	if err := hwhash.WriteCSV(w, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}
