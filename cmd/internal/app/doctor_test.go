package app

import (
	"slices"
	"strings"
	"testing"
)

// TestDoctor_AStoreWithoutAMark is one finding, and keeps no other store from
// being examined.
func TestDoctor_AStoreWithoutAMark(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	lost, well := w.openShop("lost", "a"), w.openShop("well", "b")
	for _, s := range []*shop{lost, well} {
		s.open("PUT", "/distributors/seller", object{"name": "seller"}, nil)
		s.open("POST", "/orders", reported("o-1", "b-1", "seller", 10000), nil)
		s.dealtWith("it is decided")
	}
	conn := w.ownerConn()
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "delete from commission_mark where tenant_id = $1", w.tenant("lost")); err != nil {
		t.Fatal(err)
	}
	var seen []string
	found, err := w.Doctor(t.Context(), func(slug string) { seen = append(seen, slug) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(seen, "lost") || !slices.Contains(seen, "well") {
		t.Errorf("examined %v", seen)
	}
	var ofLost, ofWell []string
	for _, f := range found {
		switch f.Store {
		case "lost":
			ofLost = append(ofLost, f.What)
		case "well":
			ofWell = append(ofWell, f.What)
		}
	}
	if len(ofLost) != 1 || !strings.Contains(ofLost[0], "no settlement mark") || len(ofWell) != 0 {
		t.Errorf("found %q of the one, %q of the other", ofLost, ofWell)
	}
}
