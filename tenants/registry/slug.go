package registry

import (
	"strings"
)

// reserved are addresses that people would take for the platform's.
var reserved = map[string]bool{}

func init() {
	for _, s := range strings.Fields(`about account admin api app apps assets auth billing blog cdn console dashboard demo dev
		docs download fenli ftp h5 help home hooks img imap login mail manage merchant metrics mini mobile mx news ns ns1 ns2
		open operator pay platform pop root shop smtp static status store support system test www`) {
		reserved[s] = true
	}
}

// CheckSlug refuses an address that cannot be a label of a host name, or that
// is the platform's own.
func CheckSlug(slug string) error {
	if len(slug) < 3 || len(slug) > 63 || slug[0] == '-' || slug[len(slug)-1] == '-' || strings.Contains(slug, "--") {
		return errSlugForm
	}
	for _, r := range slug {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return errSlugForm
		}
	}
	if reserved[slug] {
		return errSlugReserved.With("slug", slug)
	}
	return nil
}

// checkHost takes a name with a dot, in small letters and without a port.
func checkHost(host string) error {
	if len(host) > 253 || !strings.Contains(host, ".") || strings.ToLower(host) != host {
		return errHostForm.With("host", host)
	}
	for _, label := range strings.Split(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || label[0] == '-' {
			return errHostForm.With("host", host)
		}
	}
	return nil
}

// bareHost is a Host header without its port.
func bareHost(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}
