package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lines makes the events of one package from short forms.
func lines(forms ...string) string {
	var b strings.Builder
	for _, form := range forms {
		action, rest, _ := strings.Cut(form, " ")
		name, output, _ := strings.Cut(rest, " | ")
		b.WriteString(`{"Action":"` + action + `","Package":"p"`)
		if name != "" {
			b.WriteString(`,"Test":"` + name + `"`)
		}
		if output != "" {
			b.WriteString(`,"Output":"` + output + `\n"`)
		}
		b.WriteString(`,"Elapsed":0.25}` + "\n")
	}
	return b.String()
}

func TestSummaryOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		args   []string
		in     string
		code   int
		want   []string // must stand in the output
		absent []string
		last   string
	}{
		{
			name: "all is well",
			in: lines("run TestA", "output TestA | noise", "pass TestA", "run TestB", "run TestB/one", "pass TestB/one", "pass TestB",
				"output  | -test.shuffle 1234", "pass"),
			code: 0,
			want: []string{"ok    p: 0.2s, 3 tests, shuffle 1234\n", "slowest 2 tests\n", "    0.25s p TestB/one\n", "sqlite: 0 tests ran\npostgres: 0 tests ran\n"},
			// Output of tests that passed, and parents among the slow ones.
			absent: []string{"noise", "p TestB\n"},
			last:   "3 passed, 0 failed, 0 skipped",
		},
		{
			name: "a failure is shown with its output, its parent only when it has words of its own",
			in: lines("run TestA", "run TestA/x", "output TestA/x | === RUN   TestA/x", "output TestA/x |     a_test.go:7: got 1, want 2", "fail TestA/x",
				"output TestA | --- FAIL: TestA (0.25s)", "fail TestA", "output  | -test.shuffle 99", "output  | FAIL", "fail"),
			code:   1,
			want:   []string{"FAIL p TestA/x: 0.25s (again in this order: go test -shuffle=99 p)\n        a_test.go:7: got 1, want 2\n"},
			absent: []string{"=== RUN", "FAIL p TestA:", "--- FAIL"},
			last:   "0 passed, 2 failed, 0 skipped",
		},
		{
			name: "a skipped test fails",
			in:   lines("run TestA", "pass TestA", "run TestB", "output TestB |     b_test.go:3: no database", "skip TestB", "pass"),
			code: 1,
			want: []string{"SKIP p TestB: a skipped test hides something\n        b_test.go:3: no database\n"},
			last: "1 passed, 0 failed, 1 skipped",
		},
		{
			name: "a package without tests is no skipped test",
			in:   lines("run TestA", "pass TestA", "pass") + `{"Action":"skip","Package":"q","Elapsed":0}` + "\n",
			code: 0,
			want: []string{"-     q: no test files\n"},
			last: "1 passed, 0 failed, 0 skipped",
		},
		{
			name: "a package that does not build is a failure with the compiler's words",
			in: `{"ImportPath":"p [p.test]","Action":"build-output","Output":"p/a.go:3:1: undefined: x\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p [p.test]"}
`,
			code: 1,
			want: []string{"FAIL p: 0.00s\n    p/a.go:3:1: undefined: x\n"},
			last: "0 passed, 1 failed, 0 skipped",
		},
		{
			name: "a test that never ended is a failure",
			in:   lines("run TestA", "output TestA | panic: boom", "fail"),
			code: 1,
			want: []string{"FAIL p TestA: did not end\n    panic: boom\n"},
			last: "0 passed, 1 failed, 0 skipped",
		},
		{
			name: "a stream that breaks off is a failure even when all tests passed",
			in:   lines("run TestA", "pass TestA", "output  | half a word"),
			code: 1,
			want: []string{"FAIL p: did not end\n    half a word\n"},
			last: "1 passed, 1 failed, 0 skipped",
		},
		{
			name: "a failure stays when the same test passes later",
			in:   lines("run TestA", "fail TestA", "run TestA", "pass TestA", "fail"),
			code: 1,
			last: "0 passed, 1 failed, 0 skipped",
		},
		{
			name: "no test at all",
			in:   "",
			code: 1,
			want: []string{"no test ran at all\n"},
			last: "0 passed, 0 failed, 0 skipped",
		},
		{
			name: "the same tests on both databases",
			args: []string{"-databases"},
			in: lines("run TestS", "run TestS/sqlite", "run TestS/sqlite/devices", "pass TestS/sqlite/devices", "pass TestS/sqlite",
				"run TestS/postgres", "run TestS/postgres/devices", "pass TestS/postgres/devices", "pass TestS/postgres", "pass TestS", "pass"),
			code: 0,
			want: []string{"sqlite: 2 tests ran\npostgres: 2 tests ran\n"},
			last: "5 passed, 0 failed, 0 skipped",
		},
		{
			name: "different tests on the databases",
			in: lines("run TestS", "run TestS/sqlite", "run TestS/sqlite/a", "pass TestS/sqlite/a", "pass TestS/sqlite",
				"run TestS/postgres", "run TestS/postgres/b", "pass TestS/postgres/b", "pass TestS/postgres", "pass TestS", "pass"),
			code: 1,
			want: []string{"FAIL ran on sqlite only: p TestS/*/a\nFAIL ran on postgres only: p TestS/*/b\n"},
			last: "5 passed, 0 failed, 0 skipped",
		},
		{
			name: "a word that only contains a database's name names none",
			in:   lines("run TestS", "run TestS/sqlite_file", "pass TestS/sqlite_file", "pass TestS", "pass"),
			code: 0,
			want: []string{"sqlite: 0 tests ran\n"},
			last: "2 passed, 0 failed, 0 skipped",
		},
		{
			name: "databases demanded and none there",
			args: []string{"-databases"},
			in:   lines("run TestA", "pass TestA", "pass"),
			code: 1,
			want: []string{"FAIL no test ran on sqlite\n", "FAIL no test ran on postgres\n"},
			last: "1 passed, 0 failed, 0 skipped",
		},
		{
			name: "other lines are passed through",
			in:   "go: cannot find module\n" + lines("run TestA", "pass TestA", "pass"),
			code: 0,
			want: []string{"go: cannot find module\n"},
			last: "1 passed, 0 failed, 0 skipped",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out, errs strings.Builder
			code := run(tt.args, strings.NewReader(tt.in), &out, &errs)
			if code != tt.code || errs.String() != "" {
				t.Errorf("exit code %d, want %d; standard error %q", code, tt.code, errs.String())
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the output lacks %q", want)
				}
			}
			for _, absent := range tt.absent {
				if strings.Contains(out.String(), absent) {
					t.Errorf("the output has %q", absent)
				}
			}
			if !strings.HasSuffix(out.String(), "\n"+tt.last+"\n") {
				t.Errorf("the last line is not %q", tt.last)
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
}

func TestOnlyTenSlowTestsAreNamed(t *testing.T) {
	t.Parallel()
	var in strings.Builder
	for name := range strings.SplitSeq("A B C D E F G H I J K L", " ") {
		in.WriteString(lines("run Test"+name, "pass Test"+name))
	}
	var out strings.Builder
	run(nil, strings.NewReader(in.String()+lines("pass")), &out, &out)
	if !strings.Contains(out.String(), "slowest 10 tests\n") || strings.Contains(out.String(), "TestK") {
		t.Errorf("want ten tests:\n%s", out.String())
	}
}

func TestFilesAreReadAndAMissingOneIsNamed(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "events.json")
	if err := os.WriteFile(name, []byte(lines("run TestA", "pass TestA", "pass")), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	if code := run([]string{name}, nil, &out, &errs); code != 0 || !strings.HasSuffix(out.String(), "\n1 passed, 0 failed, 0 skipped\n") {
		t.Errorf("exit code %d, output:\n%s%s", code, out.String(), errs.String())
	}
	if code := run([]string{name + ".none"}, nil, &out, &errs); code != 2 || !strings.Contains(errs.String(), "events.json.none") {
		t.Errorf("exit code %d and %q, want 2 and the file named", code, errs.String())
	}
}
