// Command testsummary reads the output of "go test -json", from files or from
// standard input, and says what a reader needs to know:
//
//	while it reads   one line per package: result, time, tests, shuffle seed
//	at the end       every failure with its output, the slowest ten tests,
//	                 how many tests ran on each database, and the totals
//
// Storage tests name their database as an element of the test's name, for
// example TestStore/sqlite/devices. The two databases must have run the same
// tests. The exit code is 1 when a test failed or was skipped, when the
// databases ran different tests, or when no test ran at all.
//
//	testsummary [-databases] [FILE...]
//
// With -databases it is a failure as well when either database ran no test.
//
//	read.go      events to results
//	databases.go which tests ran where
//	report.go    the text
package main
