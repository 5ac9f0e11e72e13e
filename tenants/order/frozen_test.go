package order

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func anyLine(t *rapid.T) Line {
	word := rapid.OneOf(rapid.SampledFrom([]string{"", "1", "2", "TEA-1", "TEA-2", "tea/green", "龙井 250 克"}), rapid.StringN(0, 12, -1))
	amount := rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64())
	l := Line{
		ID: word.Draw(t, "id"), SKU: word.Draw(t, "sku"), Title: word.Draw(t, "title"), Category: word.Draw(t, "category"),
		Qty: amount.Draw(t, "qty"), UnitPrice: amount.Draw(t, "price"), Discount: amount.Draw(t, "discount"), Cost: rapid.Int64Range(-1, 3).Draw(t, "cost"),
		Distribution: rapid.SampledFrom([]Distribution{Unsaid, Distributed, NotDistributed}).Draw(t, "distribution"),
	}
	l.Net = rapid.OneOf(rapid.Just(l.Qty*l.UnitPrice-l.Discount), amount).Draw(t, "net")
	return l
}

func TestFrozen(t *testing.T) {
	t.Parallel()
	member := func(b byte) distributor.ID { return distributor.ID{15: b} }
	chain := attribution.Chain{Seller: member(1), Reason: attribution.BehindTaken, Bind: attribution.BindID{1}, Touch: attribution.TouchID{2},
		Since: time.UnixMicro(1772330400000001).UTC(), Self: member(9),
		Members: []attribution.ChainMember{{ID: member(1), Grade: "senior", State: distributor.Active, Level: 1}, {ID: member(2), State: distributor.Frozen, Level: 2}}}
	posts := Posts{{Role: "lead", ID: member(3), Grade: "g", State: distributor.Active}}

	t.Run("WhateverTheLinesSayComesBack", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			o := Order{Chain: chain, Posts: posts, Lines: rapid.SliceOf(rapid.Custom(anyLine)).Draw(t, "lines")}
			var back Order
			if err := back.thaw(o.freeze()); err != nil {
				t.Fatal(err)
			}
			if len(o.Lines) == 0 {
				o.Lines = back.Lines
			}
			if !reflect.DeepEqual(back, o) {
				t.Fatalf("%+v came back as %+v", o, back)
			}
		})
	})
	t.Run("AFurtherLineOfTheSameShelfIsAFewBytes", func(t *testing.T) {
		lines := Lines{{ID: "1", SKU: "NAIL-0001", Category: "nails/polish", Qty: 1, UnitPrice: 4900, Net: 4900, Cost: -1}}
		short := len(Order{Lines: lines}.freeze())
		lines = append(lines, Line{ID: "2", SKU: "NAIL-0002", Category: "nails/polish", Qty: 3, UnitPrice: 5100, Net: 15300, Cost: -1})
		if more := len(Order{Lines: lines}.freeze()) - short; more > 8 {
			t.Fatalf("%d bytes", more)
		}
	})
	t.Run("WhatWasKeptBeforeIsTheSameOrder", func(t *testing.T) {
		var o Order
		err := o.thawJSON(
			[]byte(`[["1","TEA","茶","tea/green",2,5000,0,10000,2500],["x","CUP","","",1,100,30,70,-1,2]]`),
			[]byte(`[1,"bound","bnd_01000000000000000000000000","",1772330400000000,"",[["dst_01000000000000000000000000","g","active",1]]]`),
			[]byte(`[["lead","dst_01000000000000000000000000","g","active"]]`))
		if err != nil {
			t.Fatal(err)
		}
		var now Order
		if err := now.thaw(o.freeze()); err != nil || !reflect.DeepEqual(now, o) {
			t.Fatalf("%+v is %+v now, %v", o, now, err)
		}
		if o.Lines[0].Title != "茶" || o.Lines[1].Distribution != NotDistributed || o.Chain.Seller.IsZero() || o.Posts[0].Role != "lead" {
			t.Fatalf("%+v", o)
		}
	})
	t.Run("AnotherVersionOrAPartIsRefused", func(t *testing.T) {
		b := Order{Chain: chain, Posts: posts, Lines: Lines{{ID: "1", SKU: "TEA"}}}.freeze()
		for _, wrong := range [][]byte{nil, {}, {2}, b[:len(b)-1], append(b[:len(b):len(b)], 0)} {
			if new(Order).thaw(wrong) == nil {
				t.Errorf("%x was read", wrong)
			}
		}
	})
	t.Run("TheFingerprintOfARequestStaysJSON", func(t *testing.T) {
		const said = `[["1","TEA","","",1,100,0,0,-1],["2","CUP","","",1,100,0,0,-1,2]]`
		var lines Lines
		if err := json.Unmarshal([]byte(said), &lines); err != nil {
			t.Fatal(err)
		}
		if b, err := json.Marshal(lines); err != nil || string(b) != said {
			t.Fatalf("%s, %v", b, err)
		}
	})
}
