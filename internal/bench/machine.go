package bench

import (
	"bufio"
	"os"
	"runtime"
	"strings"
)

// Machine says where figures were measured.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"` // logical processors that this process may use
	OS     string `json:"os"`
	Kernel string `json:"kernel,omitempty"`
	Arch   string `json:"arch"`
	Go     string `json:"go"`
}

func thisMachine() Machine {
	m := Machine{Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version()}
	m.CPU = firstValue("/proc/cpuinfo", "model name", ":")
	if m.CPU == "" {
		m.CPU = os.Getenv("PROCESSOR_IDENTIFIER") // Windows sets it
	}
	if m.CPU == "" {
		m.CPU = "unknown " + runtime.GOARCH
	}
	if name := strings.Trim(firstValue("/etc/os-release", "PRETTY_NAME", "="), `"`); name != "" {
		m.OS += " (" + name + ")"
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(release))
	}
	return m
}

// firstValue reads the first line "key separator value" of a system file; ""
// when there is none.
func firstValue(path, key, separator string) string {
	f, err := os.Open(path) //nolint:gosec // two constant paths
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // only read
	for s := bufio.NewScanner(f); s.Scan(); {
		name, value, ok := strings.Cut(s.Text(), separator)
		if ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
