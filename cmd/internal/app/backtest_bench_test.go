package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/trial"
)

// BenchmarkBacktest tries another programme, among them one that grades 224
// people on 300 days and closes their months, on 100,000 decided orders (or
// FENLI_BENCH_ORDERS) of a store, with the strategy in its own process, and
// tells the time per order:
//
//	go test ./cmd/internal/app -run - -bench Backtest -benchtime 1x
func BenchmarkBacktest(b *testing.B) {
	orders := 100_000
	if n, err := strconv.Atoi(os.Getenv("FENLI_BENCH_ORDERS")); err == nil {
		orders = n
	}
	db := pgtest.Open(b)
	dir, err := builtForBench()
	if err != nil {
		b.Fatal(err)
	}
	a, err := New(b.Context(), Config{Role: All, DatabaseURL: db.AppURL, RedisURL: redistest.URL(b), SecretKey: secret.NewKey(), OperatorToken: operator,
		BaseDomain: "shop.test", TestClock: true, Dir: b.TempDir(), Strategies: dir, Version: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.Close)
	session, err := a.Registry.SignUp(b.Context(), registry.SignUp{Slug: "bench", Name: "bench", Currency: "CNY", TimeZone: "Asia/Shanghai",
		OwnerName: "bench", Login: "bench@bench.test", Password: password, TestClockAt: &pgtest.Start}, "bench")
	if err != nil {
		b.Fatal(err)
	}
	tenant := session.Store.ID
	seedDecided(b, db.OwnerURL, tenant.UUID(), orders)
	settings := program.Defaults()
	settings.Grades = []string{"normal", "silver", "gold"}
	for name, config := range map[string]string{
		"task-badges":  `{"tasks":[{"key":"ten","what":"orders","count":10,"money":5000}],"basis":"paid","window":"month","demotion":"to_fit","grades":[{"grade":"silver","sales":100000},{"grade":"gold","sales":320000}]}`,
		"three-level":  `{"rates":["0.12","0.02"]}`,
		"tiered-sales": `{"window":"month","mode":"before_order","tiers":[{"from":0,"rate":"0.05"},{"from":2000000,"rate":"0.12"}]}`,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				plan, err := a.Commission.Plan(b.Context(), tenant, program.Draft{Settings: settings, Strategy: name, Config: json.RawMessage(config)})
				if err != nil {
					b.Fatal(err)
				}
				run, err := a.Trials.StartBacktest(b.Context(), tenant, trial.Wish{Author: "bench"}, plan, pgtest.Start.AddDate(-1, 0, 0), pgtest.Start.AddDate(1, 0, 0))
				if err != nil {
					b.Fatal(err)
				}
				var last trial.Trial
				began := time.Now()
				if _, err := a.Trials.Run(b.Context(), tenant, run.ID, 0, func(t trial.Trial) { last = t }); err != nil {
					b.Fatal(err)
				}
				took := time.Since(began)
				if last.State != trial.Done || last.Tally.Compared != orders {
					b.Fatalf("%+v", last)
				}
				if forward := len(last.Tally.Closes) > 0 && last.Tally.Grading.Promoted > 0; forward != (name == "task-badges") {
					b.Fatalf("%+v", last.Tally)
				}
				b.ReportMetric(float64(took.Microseconds())/float64(orders), "µs/order")
				b.ReportMetric(took.Seconds(), "s")
			}
		})
	}
}

func builtForBench() (string, error) {
	if dir := os.Getenv("FENLI_STRATEGIES"); dir != "" {
		return dir, nil
	}
	files, err := strategyFiles(context.Background(), "", slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("no strategies: %w", err)
	}
	for _, path := range files {
		return filepath.Dir(path), nil
	}
	return "", nil
}

// seedDecided writes orders of three lines by two hundred sellers with two
// people above each, all decided at 10 and 5 %, straight into the tables.
func seedDecided(b *testing.B, owner, tenant string, orders int) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), owner)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(b.Context())
	for i := range 13 {
		if _, err := conn.Exec(b.Context(), `select fenli_open_month($1::date)`, pgtest.Start.AddDate(0, -i, 0)); err != nil {
			b.Fatal(err)
		}
	}
	sellers, chains, members := benchChains(b)
	if _, err := conn.Exec(b.Context(), `
		insert into distributor_member (tenant_id, id, code, name, grade, state, applied_at, joined_at)
		select $1::uuid, id::uuid, id, id, 'normal', 'active', $2::timestamptz - interval '400 days', $2::timestamptz - interval '400 days' from unnest($3::text[]) id`,
		tenant, pgtest.Start, members); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(b.Context(), `
		insert into order_record (tenant_id, id, month, source, external_id, body_hash, buyer_id, seller_id, revision, goods, lines, chain, posts, state, placed_at, recorded_at, paid_at)
		select $1::uuid, id, date_trunc('month', at at time zone 'utc')::date, 'bench', 'B' || i, '', md5('buyer' || i % 20000)::uuid, ($4::uuid[])[1 + i % 200], 1, 30000 + i % 7000,
		       json_build_array(json_build_array('1', 'TEA', '茶', 'tea/green', 2, 5000, 0, 10000, 2500), json_build_array('2', 'CUP', '杯', 'cups', 1, 20000, 0, 20000, 9000),
		                        json_build_array('3', 'BOX', '盒', 'gift', 1, i % 7000, 0, i % 7000, -1)),
		       ($5::json[])[1 + i % 200], '[]', 'received', at, at, at
		  from (select i, md5('order' || i)::uuid as id, $2::timestamptz - interval '300 days' + i * (interval '300 days' / $3::int) as at
		          from generate_series(1, $3::int) i) x`, tenant, pgtest.Start, orders, sellers, chains); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(b.Context(), `
		insert into order_number select tenant_id, id, substring(external_id, 2)::bigint from order_record where tenant_id = $1::uuid`, tenant); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(b.Context(), `
		insert into commission_decision (tenant_id, month, order_id, seq, outcome, revision, artifact, guard, facts, granted, decided_at)
		select tenant_id, month, id, substring(external_id, 2)::bigint, 'paid', 1, '', 1, 1, json_build_object('g', json_build_array(json_build_array(0, 0, 1, 2000, 0), json_build_array(1, 1, 1, 1000, 0))), paid_at
		  from order_record where tenant_id = $1::uuid`, tenant); err != nil {
		b.Fatal(err)
	}
	if _, err := conn.Exec(b.Context(), `analyze`); err != nil {
		b.Fatal(err)
	}
}

func benchChains(b *testing.B) (sellers, chains, members []string) {
	b.Helper()
	at := func(i int) (d distributor.ID) {
		copy(d[:], fmt.Sprintf("%016d", i))
		return d
	}
	for i := range 200 {
		var listed []any
		for level, who := range []int{i, 200 + i/10, 300 + i/50} {
			listed = append(listed, []any{at(who), "normal", distributor.Active, level + 1})
			if !slices.Contains(members, at(who).UUID()) {
				members = append(members, at(who).UUID())
			}
		}
		chain, err := json.Marshal([]any{1, attribution.BehindBound, "", "", 0, "", listed}) // as orders kept it before
		if err != nil {
			b.Fatal(err)
		}
		sellers, chains = append(sellers, at(i).UUID()), append(chains, string(chain))
	}
	return sellers, chains, members
}
