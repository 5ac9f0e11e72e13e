package attribution

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/fenli-io/fenli/platform/pack"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func TestChainPacked(t *testing.T) {
	t.Parallel()
	full := Chain{Seller: wang, Reason: BehindTaken, Bind: BindID{1}, Touch: TouchID{2}, Since: t0, Self: sun,
		Members: []ChainMember{{wang, "senior", distributor.Active, 1}, {zhao, "normal", distributor.Frozen, 2}}}
	for name, c := range map[string]Chain{"full": full, "nobody": {Reason: NobodyExpired}} {
		t.Run(name, func(t *testing.T) {
			var w pack.Writer
			c.Pack(&w)
			r := pack.Read(w.Bytes())
			if back := UnpackChain(r); r.End() != nil || !reflect.DeepEqual(back, c) {
				t.Fatalf("%x came back as %+v, %v", w.Bytes(), back, r.End())
			}
		})
	}
	t.Run("TheOlderFormIsReadForEver", func(t *testing.T) {
		const stored = `[1,"bound","bnd_01000000000000000000000000","",1772330400000000,"",[["dst_01000000000000000000000000","g","active",1]]]`
		var c Chain
		if err := json.Unmarshal([]byte(stored), &c); err != nil || c.Seller != wang || !c.Since.Equal(t0) {
			t.Fatalf("%+v, %v", c, err)
		}
	})
	t.Run("RefusesWhatItCannotRead", func(t *testing.T) {
		for _, s := range []string{`{}`, `[]`, `[2]`, `[1,"bound"]`, `[1,"bound","","",0,"",[["dst_zzz","g","active",1]]]`} {
			var c Chain
			if json.Unmarshal([]byte(s), &c) == nil {
				t.Errorf("%s was read as %+v", s, c)
			}
		}
	})
}
