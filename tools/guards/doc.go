// Command guards takes away one guard after the other and shows the test that
// notices: a guard whose test still passes without it is not tested. It reads
// guards.txt beside it and changes nothing on disk.
//
//	tools/with-postgres go run -C tools ./guards [NAME…]
package main
