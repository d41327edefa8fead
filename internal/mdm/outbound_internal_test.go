package mdm

import (
	"errors"
	"testing"
)

func TestOnlyPublicAddressesAreConnectedTo(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"127.0.0.1:443", "127.9.9.9:443", "[::1]:443", "0.0.0.0:443", "[::]:443", "10.0.0.1:443", "172.16.0.1:443", "172.31.255.255:443", "192.168.1.1:443",
		"169.254.169.254:443", "[fe80::1%eth0]:443", "[fc00::1]:443", "[fd12:3456::1]:443", "100.64.0.1:443", "224.0.0.1:443", "[ff02::1]:443", "255.255.255.255:443",
		"[::ffff:127.0.0.1]:443", "[::ffff:10.0.0.1]:443", "[64:ff9b::7f00:1]:443", "[2002:7f00:1::]:443", "192.0.2.1:443", "198.18.0.1:443", "203.0.113.9:443", "240.0.0.1:443", "0.1.2.3:443",
	} {
		if err := publicOnly(address); !errors.Is(err, errPrivate) {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"20.190.128.1:443", "40.126.1.1:443", "[2603:1006:2000::1]:443", "172.32.0.1:443", "100.128.0.1:443"} {
		if err := publicOnly(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
	for _, address := range []string{"", "localhost:443", "127.0.0.1"} {
		if publicOnly(address) == nil {
			t.Errorf("%q is let pass", address)
		}
	}
}
