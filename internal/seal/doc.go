// Package seal makes texts that this server gives away and reads again: nobody
// else can read or make one. They are not stored; every process that has the
// key opens them.
package seal
