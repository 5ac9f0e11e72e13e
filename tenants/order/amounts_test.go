package order

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/soak"
)

func nets(lines Lines) (list []int64) {
	for _, l := range lines {
		list = append(list, l.Net)
	}
	return list
}

func TestPrice(t *testing.T) {
	line := func(qty, price, discount int64) Line { return Line{Qty: qty, UnitPrice: price, Discount: discount} }

	t.Run("SpreadsADiscountByLargestRemainder_TheEarlierLineFirst", func(t *testing.T) {
		priced, err := price(Lines{line(1, 1000, 0), line(1, 1000, 0), line(1, 1000, 0)}, 100)
		if got := nets(priced); err != nil || got[0] != 966 || got[1] != 967 || got[2] != 967 {
			t.Fatalf("%v, %v", got, err)
		}
	})
	t.Run("WeighsALineByWhatItsOwnDiscountLeft", func(t *testing.T) {
		priced, err := price(Lines{line(2, 1000, 1000), line(1, 1000, 0)}, 1000)
		if got := nets(priced); err != nil || got[0] != 500 || got[1] != 500 {
			t.Fatalf("%v, %v", got, err)
		}
	})
	refused := map[string]struct {
		lines    Lines
		discount int64
		code     string
		field    string
	}{
		"NoQuantity":            {Lines{line(0, 1, 0)}, 0, "order.quantity", "lines[0].qty"},
		"ANegativePrice":        {Lines{line(1, 1, 0), line(1, -1, 0)}, 0, "order.negative_amount", "lines[1].unit_price"},
		"MoreDiscountThanPrice": {Lines{line(1, 100, 101)}, 0, "order.discount_above_price", "lines[0].discount"},
		"MoreDiscountThanGoods": {Lines{line(1, 100, 0)}, 101, "order.discount_above_price", "discount"},
		"MoreThanJSONKeeps":     {Lines{line(1<<30, 1<<30, 0)}, 0, "order.amount_too_large", "lines[0].unit_price"},
	}
	for name, c := range refused {
		t.Run("Refuses"+name, func(t *testing.T) {
			_, err := price(c.lines, c.discount)
			if f := fault.Of(err); f.Code != c.code || f.Field != c.field {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// Whatever the lines and the discount, the parts sum exactly and no line is
// paid less than nothing.
func TestPrice_PartsSumExactly(t *testing.T) {
	soak.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) Line {
			l := Line{Qty: rapid.Int64Range(1, 100).Draw(r, "qty"), UnitPrice: rapid.Int64Range(0, 1_000_000).Draw(r, "price")}
			l.Discount = rapid.Int64Range(0, l.Qty*l.UnitPrice).Draw(r, "discount")
			return l
		}), 1, 20).Draw(r, "lines")
		var goods int64
		for _, l := range lines {
			goods += l.Qty*l.UnitPrice - l.Discount
		}
		discount := rapid.Int64Range(0, goods).Draw(r, "order discount")
		priced, err := price(lines, discount)
		if err != nil || priced.goods() != goods-discount {
			r.Fatalf("%v: %d, want %d", err, priced.goods(), goods-discount)
		}
		for _, l := range priced {
			if l.Net < 0 || l.Qty*l.UnitPrice-l.Discount != l.Net {
				r.Fatalf("%+v", l)
			}
		}
	})
}

// Any refunds that sum to the whole leave every line at zero.
func TestSpread_ManyRefundsEndAtZero(t *testing.T) {
	soak.Check(t, func(r *rapid.T) {
		left := rapid.SliceOfN(rapid.Int64Range(0, 1_000_000), 1, 10).Draw(r, "left")
		var total int64
		for _, n := range left {
			total += n
		}
		for total > 0 {
			amount := rapid.Int64Range(1, total).Draw(r, "amount")
			parts, err := spread(amount, "", nil, left)
			if err != nil {
				r.Fatal(err)
			}
			var sum int64
			for i, p := range parts {
				sum += p
				if left[i] -= p; left[i] < 0 {
					r.Fatalf("line %d is at %d", i, left[i])
				}
			}
			if sum != amount {
				r.Fatalf("%d were spread, not %d", sum, amount)
			}
			total -= amount
		}
		if _, err := spread(1, "", nil, left); fault.Of(err).Code != "order.refund_above_paid" {
			r.Fatalf("got %v", err)
		}
	})
}

func TestLines(t *testing.T) {
	t.Run("ComeBackAsTheyWerePacked", func(t *testing.T) {
		want := Lines{{ID: "1", SKU: "X", Title: "茶", Category: "a/b", Qty: 2, UnitPrice: 3, Discount: 1, Net: 5, Cost: -1}, {ID: "2", Cost: 7}}
		packed, err := want.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var got Lines
		if err := got.UnmarshalJSON(packed); err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Fatalf("%+v, %v", got, err)
		}
	})
}
