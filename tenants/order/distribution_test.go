package order_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func TestLines_Packed(t *testing.T) {
	t.Parallel()
	for _, packed := range []string{
		`[["1","S","","",1,100,0,100,-1]]`, // older than the word
		`[["1","S","","",1,100,0,100,-1,1]]`,
		`[["1","S","","",1,100,0,100,-1,2]]`,
	} {
		var lines order.Lines
		if err := json.Unmarshal([]byte(packed), &lines); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(lines); err != nil || string(again) != packed {
			t.Errorf("%s became %s, %v", packed, again, err)
		}
	}
}

// Whether a line pays is the shop's word, else the catalogue's, else yes.
func TestDistribution(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	var buyer customer.ID
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		for code, distributed := range map[string]bool{"TEA": true, "GIFT": false} {
			if _, err := catalog.Create(ctx, tx, catalog.Draft{Title: code, Distributed: distributed, SKUs: []catalog.SKU{{Code: code, Price: 100, Stock: 9}}}); err != nil {
				return err
			}
		}
		b, err := customer.Register(ctx, tx, customer.Registration{ExternalID: "lin"})
		buyer = b.ID
		return err
	})
	pays := func(o order.Order) (list []bool) {
		for _, l := range o.Lines {
			list = append(list, l.Distribution != order.NotDistributed)
		}
		return list
	}
	t.Run("OfAReportedOrder", func(t *testing.T) {
		for _, c := range []struct {
			sku  string
			said order.Distribution
			want bool
		}{
			{"TEA", order.Unsaid, true}, {"GIFT", order.Unsaid, false}, {"THEIRS", order.Unsaid, true},
			{"TEA", order.NotDistributed, false}, {"GIFT", order.Distributed, true}, {"THEIRS", order.NotDistributed, false},
		} {
			report := order.Report{Source: "api", ExternalID: c.sku + string(rune('0'+c.said)), Buyer: "lin",
				Lines: order.Lines{{SKU: c.sku, Qty: 1, UnitPrice: 100, Cost: -1, Distribution: c.said}}}
			for _, again := range []bool{false, true} {
				s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
					o, created, err := s.Orders.Ingest(ctx, tx, report)
					if err != nil || created == again || pays(o)[0] != c.want {
						t.Errorf("%+v: %v, created %v, pays %v", c, err, created, pays(o))
					}
					return nil
				})
			}
		}
	})
	t.Run("OfACheckout", func(t *testing.T) {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			o, err := s.Orders.Buy(ctx, tx, order.Purchase{Buyer: buyer, Lines: []catalog.Line{{SKU: "TEA", Qty: 1}, {SKU: "GIFT", Qty: 1}}})
			if got := pays(o); err != nil || !got[0] || got[1] {
				t.Errorf("%v, pays %v", err, got)
			}
			return nil
		})
	})
}
