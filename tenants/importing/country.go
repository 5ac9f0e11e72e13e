package importing

import (
	"strings"
	"time"
	_ "time/tzdata" // a history of London must not depend on the machine's zone files
)

const londonZone = "Europe/London"

var london = func() *time.Location {
	l, err := time.LoadLocation(londonZone)
	if err != nil {
		panic(err) // it is embedded
	}
	return l
}()

// zones are where a country's store keeps its days; one with several zones
// keeps its capital's or its largest city's. Anything else is in London.
var zones = map[string]string{
	"australia": "Australia/Sydney", "austria": "Europe/Vienna", "bahrain": "Asia/Bahrain", "belgium": "Europe/Brussels",
	"brazil": "America/Sao_Paulo", "canada": "America/Toronto", "channel-islands": "Europe/London", "cyprus": "Asia/Nicosia",
	"czech-republic": "Europe/Prague", "denmark": "Europe/Copenhagen", "eire": "Europe/Dublin", "finland": "Europe/Helsinki",
	"france": "Europe/Paris", "germany": "Europe/Berlin", "greece": "Europe/Athens", "hong-kong": "Asia/Hong_Kong",
	"iceland": "Atlantic/Reykjavik", "israel": "Asia/Jerusalem", "italy": "Europe/Rome", "japan": "Asia/Tokyo",
	"lebanon": "Asia/Beirut", "lithuania": "Europe/Vilnius", "malta": "Europe/Malta", "netherlands": "Europe/Amsterdam",
	"norway": "Europe/Oslo", "poland": "Europe/Warsaw", "portugal": "Europe/Lisbon", "rsa": "Africa/Johannesburg",
	"saudi-arabia": "Asia/Riyadh", "singapore": "Asia/Singapore", "spain": "Europe/Madrid", "sweden": "Europe/Stockholm",
	"switzerland": "Europe/Zurich", "united-arab-emirates": "Asia/Dubai", "usa": "America/New_York",
}

func zoneOf(country string) string {
	if zone, known := zones[country]; known {
		return zone
	}
	return londonZone
}

// slugOf is a name as part of an address: "Channel Islands" is
// channel-islands. Two names with one slug are one store.
func slugOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

const (
	maxPrefix = 20
	maxSlug   = 32 // as registry has it
)

// storeSlug is the address of a country's store.
func storeSlug(prefix, country string) string {
	slug := prefix + "-" + country
	if len(slug) > maxSlug {
		slug = strings.TrimRight(slug[:maxSlug], "-")
	}
	return slug
}
