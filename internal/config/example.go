package config

import _ "embed" // for the documented file

// Example is config.example.toml: every key with its default, its environment
// name and what it is for. The file at the root of the repository is the same.
//
//go:embed config.example.toml
var Example string
