package commission_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// Every decision that was ever written needs the dictionary it was written
// with: these hashes are added to and never changed.
func TestRecord_ADictionaryIsForEver(t *testing.T) {
	t.Parallel()
	want := []string{"065f189be487870ee3a18d2c20924d0f03fb7797c2772f26883c7991b92a19ce"}
	for i, d := range commission.Dictionaries {
		if h := sha256.Sum256(d); i >= len(want) || hex.EncodeToString(h[:]) != want[i] {
			t.Errorf("dictionary %d is %x", i+1, h)
		}
		if about, err := zstd.InspectDictionary(d); err != nil || about.ID() != uint32(i+1) {
			t.Errorf("dictionary %d calls itself %d: %v", i+1, about.ID(), err)
		}
	}
	if len(commission.Dictionaries) != len(want) {
		t.Errorf("there are %d dictionaries, and %d were", len(commission.Dictionaries), len(want))
	}
}

// storeInParts stores every decision as programs did that knew no records.
func storeInParts(t *testing.T, s *storetest.Stores) {
	t.Helper()
	for which, record := range records(t, s) {
		request, answer, granted, err := commission.InParts(record)
		if err != nil {
			t.Fatal(err)
		}
		s.Owner(t, `update commission_decision set record = null, request = $2, answer = $3, granted = $4 where order_id = $1`, which.UUID(), request, answer, granted)
	}
}

func records(t *testing.T, s *storetest.Stores) map[order.ID][]byte {
	t.Helper()
	all := map[order.ID][]byte{}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[struct {
			OrderID order.ID
			Record  []byte
		}](ctx, tx, `select order_id, record from commission_decision where tenant_id = $1`, tx.Tenant())
		for _, r := range rows {
			all[r.OrderID] = r.Record
		}
		return err
	})
	return all
}

// A decision reads the same however it was stored, to the byte: its question
// and its answer are asked and compared again when it is replayed.
func TestRecord_ReadsAsItWasDecided(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "c", "b", "a")
	var orders []order.ID
	sell := func(nets ...int64) {
		orders = append(orders, s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint(len(orders)), Buyer: "lin", Via: team["a"], Nets: nets}))
		s.Work(t, s.A)
	}
	sell(10_000, 5_000)
	sell(1)
	s.Propose(t, s.A, func(p *program.Settings) { p.OrderCap = 10_000 }) // 1 %: everything is cut
	s.Clock.Advance(1)
	sell(70_000, 333, 25)
	s.Propose(t, s.A, func(p *program.Settings) { p.Levels = 1 })
	s.Clock.Advance(1)
	sell(slices.Repeat([]int64{4_900}, 40)...)
	orders = append(orders, s.Sell(t, s.A, storetest.Sale{ID: "nobody's", Buyer: "wu", Nets: []int64{100}}))
	s.Work(t, s.A)

	stored := records(t, s)
	fresh := readings(t, s, orders)
	for i, r := range fresh {
		if parts := sizeInParts(t, stored[orders[i]]); len(r.request)+len(r.answer) > 0 && len(stored[orders[i]]) > parts*3/4 {
			t.Errorf("order %d takes %d B, in parts without a dictionary %d", i, len(stored[orders[i]]), parts)
		}
	}
	storeInParts(t, s)
	for i, r := range readings(t, s, orders) {
		if !bytes.Equal(r.request, fresh[i].request) || !bytes.Equal(r.answer, fresh[i].answer) || r.granted != fresh[i].granted || !r.replays {
			t.Errorf("order %d reads differently in parts: %s and %s", i, r.granted, fresh[i].granted)
		}
	}
	s.MustBalance(t)
}

func sizeInParts(t *testing.T, record []byte) int {
	t.Helper()
	request, answer, granted, err := commission.InParts(record)
	if err != nil {
		t.Fatal(err)
	}
	return len(request) + len(answer) + len(granted)
}

type reading struct {
	request, answer []byte
	granted         string
	replays         bool
}

func readings(t *testing.T, s *storetest.Stores, orders []order.ID) (list []reading) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		for _, o := range orders {
			var r reading
			var err error
			if r.request, r.answer, r.granted, err = commission.StoredBytes(ctx, tx, o); err != nil {
				return err
			}
			list = append(list, r)
		}
		return nil
	})
	for i, o := range orders {
		again, err := s.Commission.Replay(t.Context(), s.A, o)
		if err != nil || !again.Equal() {
			t.Errorf("order %d: %+v %v", i, again, err)
		}
		list[i].replays = err == nil && again.Equal()
	}
	return list
}

// What is damaged is an error and no other decision.
func TestRecord_ThatIsDamagedIsNotRead(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10_000}})
	s.Work(t, s.A)
	whole := records(t, s)[o]
	for name, bad := range map[string][]byte{
		"empty": {}, "a handle is missing": append([]byte{1}, whole[17:]...), "handles for more places": append([]byte{3}, append(make([]byte, 16), whole[1:]...)...),
		"cut in the handles": whole[:20], "cut in the frame": whole[:len(whole)-3], "of another dictionary": ofAnother(t, whole),
	} {
		s.Owner(t, `update commission_decision set record = $1`, bad)
		err := s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, _, _, err := commission.StoredBytes(ctx, tx, o)
			return err
		})
		if err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}

// ofAnother is the record as if a dictionary had written it that nobody has.
func ofAnother(t *testing.T, record []byte) []byte {
	t.Helper()
	at := 1 + 16*int(record[0])
	for i := at + 4; i < at+8; i++ {
		changed := slices.Clone(record)
		changed[i] = 99
		var h zstd.Header
		if err := h.Decode(changed[at:]); err == nil && h.DictionaryID == 99 {
			return changed
		}
	}
	t.Fatal("the frame names no dictionary")
	return nil
}
