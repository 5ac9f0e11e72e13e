//go:build train

package commission_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/plugins/builtin/campaignboost"
	"github.com/fenli-io/fenli/plugins/builtin/compose"
	"github.com/fenli-io/fenli/plugins/builtin/differential"
	"github.com/fenli-io/fenli/plugins/builtin/matrix"
	"github.com/fenli-io/fenli/plugins/builtin/newcustomer"
	"github.com/fenli-io/fenli/plugins/builtin/teamcity"
	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// Makes the next dictionary out of what the lane decides for stores of several
// strategies, currencies and sizes of order, and says what it is worth:
//
//	go test -tags train -run TestTrain ./tenants/commission
//
// It writes dictionary/<n> when there is no such file; the program uses it once
// it stands in dictionaries (record.go), and its hash in TestDictionaries.
func TestTrain(t *testing.T) {
	var learn, judge [][]byte // of other stores at another time
	for _, world := range worlds {
		learn, judge = append(learn, world.decide(t, 1)...), append(judge, world.decide(t, 2)...)
	}
	random := rand.New(rand.NewPCG(1, 1))
	random.Shuffle(len(learn), func(i, j int) { learn[i], learn[j] = learn[j], learn[i] })
	files, err := filepath.Glob("dictionary/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	next := uint32(len(files) + 1)
	best, least := []byte(nil), judged(t, nil, judge)
	t.Logf("%d decisions; alone %d B each", len(judge), least)
	for _, size := range []int{8 << 10, 16 << 10, 32 << 10} {
		var history []byte
		for i := 0; len(history) < size && i < len(learn); i++ {
			history = append(history, learn[i]...)
		}
		made, err := zstd.BuildDict(zstd.BuildDictOptions{ID: next, Contents: learn, History: history, Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedDefault})
		if err != nil {
			t.Fatal(err)
		}
		each := judged(t, made, judge)
		t.Logf("of %d B: %d B a decision", len(made), each)
		if each < least {
			best, least = made, each
		}
	}
	if err := os.WriteFile(filepath.Join("dictionary", strconv.Itoa(int(next))), best, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("dictionary/%d: %d B, %d B a decision", next, len(best), least)
}

// judged is what a decision comes to on the average, in bytes.
func judged(t *testing.T, dictionary []byte, list [][]byte) (each int) {
	options := []zstd.EOption{zstd.WithEncoderCRC(false)}
	if dictionary != nil {
		options = append(options, zstd.WithEncoderDict(dictionary))
	}
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range list {
		each += len(w.EncodeAll(raw, nil))
	}
	return each / len(list)
}

// world is a store as there might be one.
type world struct {
	strategy strategyv1.StrategyServer
	config   string
	currency string
	change   func(*program.Settings)
}

var worlds = []world{
	{threelevel.Strategy.Server(), `{"rates": ["0.10", "0.05", "0.03"]}`, "CNY", nil},
	{threelevel.Strategy.Server(), `{"rates": ["0.12", "0.03"]}`, "USD", func(p *program.Settings) { p.Levels = 2 }},
	{matrix.Strategy.Server(), `{"default": ["0.10", "0.02"], "skus": {"SKU-1": {"rates": ["0.40"]}}}`, "CNY", nil},
	{differential.Strategy.Server(), `{"grades": {"normal": "0.05", "senior": "0.08", "partner": "0.12"}, "peer": {"rate": "0.10", "of": "peer_income", "max": 1}}`, "CNY", nil},
	{tieredsales.Strategy.Server(), `{"window": "month", "mode": "slab", "tiers": [{"from": 0, "rate": "0.10"}, {"from": 100000, "rate": "0.12"}]}`, "JPY", nil},
	{teamcity.Strategy.Server(), `{"rates": ["0.10"], "team_lead": "0.02", "city_partner": "0.03"}`, "CNY", nil},
	{campaignboost.Strategy.Server(), `{"base": ["0.10", "0.05", "0.03"], "boost": {"levels": [1], "multiplier": "1.5", "from": "2020-01-01T00:00:00+08:00", "to": "2036-01-01T00:00:00+08:00"}}`, "EUR", nil},
	{newcustomer.Strategy.Server(), `{"base": ["0.10"], "first_order": {"fixed": 500}}`, "CNY", nil},
	{compose.Strategy.Server(), `{"mode": "first", "rules": [{"name": "茶", "when": {"categories": ["tea"]}, "pay": {"rates": ["0.20"]}}, {"name": "其他", "pay": {"rates": ["0.10", "0.05"]}}]}`, "CNY", nil},
}

type purse string

func (p purse) Money(context.Context, *pg.Tx) (string, *time.Location, error) {
	return string(p), time.UTC, nil
}

// decide lets the lane decide some orders and takes out what it has stored.
func (w world) decide(t *testing.T, era int) (raw [][]byte) {
	s := storetest.Open(t)
	s.Clock.Advance(time.Duration(era) * 100 * 24 * time.Hour)
	install(t, s, fmt.Sprintf("%064x", 0x77), w.strategy, w.config, func(p *program.Settings) {
		if w.change != nil {
			w.change(p)
		}
	})
	lane := commission.New(s.DB, s.Programs, s.Strategy, purse(w.currency), pgtest.Start)
	team := s.Team(t, s.A, "d", "c", "b", "a")
	random := rand.New(rand.NewPCG(uint64(era), uint64(len(w.config))))
	for i := range 120 {
		s.Clock.Advance(time.Duration(random.IntN(3_600_000)) * time.Millisecond)
		via := team[[]string{"a", "b", "c"}[random.IntN(3)]]
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error { return w.place(ctx, tx, s, i, via, random) })
		if _, err := lane.Drain(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
	}
	var known [][]byte
	files, _ := filepath.Glob("dictionary/[0-9]*")
	slices.Sort(files)
	for _, f := range files {
		d, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		known = append(known, d)
	}
	r, err := zstd.NewReader(nil, zstd.WithDecoderDicts(known...))
	if err != nil {
		t.Fatal(err)
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		stored, err := pg.Column[[]byte](ctx, tx, `select record from commission_decision where tenant_id = $1 order by seq`, tx.Tenant())
		for _, record := range stored {
			plain, err := r.DecodeAll(record[1+16*int(record[0]):], nil) // behind the handles
			if err != nil {
				return err
			}
			raw = append(raw, plain)
		}
		return err
	})
	return raw
}

func (w world) place(ctx context.Context, tx *pg.Tx, s *storetest.Stores, i int, via distributor.ID, random *rand.Rand) error {
	name := fmt.Sprintf("b%d", random.IntN(60))
	buyer, err := customer.Register(ctx, tx, customer.Registration{ExternalID: name, Name: name})
	if err != nil {
		return err
	}
	rev, err := s.Programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return err
	}
	if _, err := attribution.Touch(ctx, tx, buyer.ID, via, attribution.Source{}, order.RulesOf(rev.Settings)); err != nil {
		return err
	}
	var lines order.Lines
	for n := range 1 + min(random.IntN(4)*random.IntN(4)*random.IntN(3), 17) {
		price := int64(100 * (1 + random.IntN(900)))
		lines = append(lines, order.Line{ID: fmt.Sprint(n + 1), SKU: fmt.Sprintf([]string{"SKU-%d", "TEA-%03d", "%08d"}[random.IntN(3)], random.IntN(99)),
			Category: []string{"tea/green", "nails/polish", "gift", "home/kitchen", ""}[random.IntN(5)], Qty: int64(1 + random.IntN(3)), UnitPrice: price, Cost: price/2 - 1})
	}
	o, _, err := s.Orders.Place(ctx, tx, order.Placement{Source: "train", ExternalID: fmt.Sprint(i), Buyer: buyer.ID,
		Channel: []string{"h5", "mini", "app", ""}[random.IntN(4)], Region: []string{"广东/深圳", "浙江/杭州", ""}[random.IntN(3)], Lines: lines})
	if err != nil {
		return err
	}
	_, err = s.Orders.Pay(ctx, tx, o.ID, time.Time{})
	return err
}
