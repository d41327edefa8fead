// Package config is everything a taxiway process can be told from outside.
//
// One struct per part, read in this order, the later wins:
//
//	defaults      Default(), one function
//	file          TOML; unknown keys are refused with line and nearest known key
//	environment   TAXIWAY_<PART>_<KEY>, for example TAXIWAY_LISTEN_PEOPLE
//	flags         handed in by the command line as key and text
//
//	config.go     the parts and their defaults
//	keys.go       the table of all keys, made from the struct tags
//	load.go       file, environment and flags on top of the defaults
//	file.go       the TOML file, with the line of every key
//	validate.go   all faults at once, each with key, value and what to do
//	secret.go     values that print as stars
//	example.go    config.example.toml, the documented file, embedded
//
// The master key that seals keys and secrets in the database is not a key of
// the file: it is given as TAXIWAY_MASTER_KEY or kept in DATA/master.key.
// Package server opens what is named here; nothing here touches a listener, a
// database or the data directory.
package config
