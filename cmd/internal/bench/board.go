package bench

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/performance"
)

// measureBoard builds a board of very many members from the sums and asks it
// what people ask, beside the same questions put to a bare sorted set of as
// many members in the same Redis, turn by turn.
func measureBoard(ctx context.Context, p *place) ([]Figure, error) {
	members, asks := 100_000, 2_000
	if p.Full {
		members, asks = 1_000_000, 20_000
	}
	s, err := p.openShop(ctx, "bench-board", false)
	if err != nil {
		return nil, err
	}
	if _, err := p.owner.Exec(ctx, `
		insert into performance_day (tenant_id, member_id, day, sales, orders, sales_seq, orders_seq)
		select $1, ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, date '2026-01-15', 100 + (i * 7919::bigint) % 10000000, 1 + i % 50, i, i
		  from generate_series(1, $2::int) i`, s.id, members); err != nil {
		return nil, err
	}
	b, closeBoards, err := p.boards(ctx, s)
	if err != nil {
		return nil, err
	}
	defer closeBoards()
	begun := time.Now()
	if _, err := b.top(ctx); err != nil {
		return nil, err
	}
	build := time.Since(begun)
	if err := p.fillBare(ctx, members); err != nil {
		return nil, err
	}
	figures, err := p.askBoards(ctx, b, members, asks)
	if err != nil {
		return nil, err
	}
	figures = append([]Figure{figure(fmt.Sprintf("build a board of %d from the sums", members), build.Seconds(), "s")}, figures...)
	if err := p.rdb.Del(ctx, bareSet).Err(); err != nil {
		return nil, err
	}
	return figures, p.forget(ctx, s.slug)
}

const bareSet = "bench:bare"

// board is one large board of the product.
type board struct {
	svc    *leaderboard.Service
	tenant tenancy.ID
	day    performance.Date
}

func (p *place) boards(ctx context.Context, s *shop) (b board, closeAll func(), err error) {
	if err = b.tenant.Scan(s.id); err != nil {
		return b, nil, err
	}
	db, err := pg.Open(ctx, p.databaseURL(), clock.System{})
	if err != nil {
		return b, nil, err
	}
	rdb, err := redis.Open(ctx, p.servers.RedisURL)
	if err != nil {
		db.Close()
		return b, nil, err
	}
	b.day = performance.Date{Year: 2026, Month: 1, Day: 15}
	b.svc = leaderboard.New(db, rdb, func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
	return b, func() { _ = rdb.Close(); db.Close() }, nil
}

func (b board) top(ctx context.Context) (leaderboard.Ranking, error) {
	return b.svc.Top(ctx, b.tenant, leaderboard.Sales, leaderboard.Month, b.day, 100)
}

func (b board) rank(ctx context.Context, who distributor.ID) (leaderboard.Ranking, error) {
	return b.svc.Rank(ctx, b.tenant, leaderboard.Sales, leaderboard.Month, b.day, who, 0)
}

func memberName(i int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012x", i) }

func (p *place) fillBare(ctx context.Context, members int) error {
	const at = 1000
	for from := 1; from <= members; from += at {
		list := make([]goredis.Z, 0, at)
		for i := from; i < min(from+at, members+1); i++ {
			list = append(list, goredis.Z{Score: float64(100 + (i*7919)%10000000), Member: memberName(i)})
		}
		if err := p.rdb.ZAdd(ctx, bareSet, list...).Err(); err != nil {
			return err
		}
	}
	return nil
}

// askBoards asks for ranks and tops in turn.
func (p *place) askBoards(ctx context.Context, b board, members, asks int) ([]Figure, error) {
	draw := rand.New(rand.NewSource(1))
	var ours, bare []time.Duration
	for range asks {
		i := 1 + draw.Intn(members)
		var who distributor.ID
		if err := who.Scan(memberName(i)); err != nil {
			return nil, err
		}
		begun := time.Now()
		got, err := b.rank(ctx, who)
		if err != nil || len(got.Places) != 1 {
			return nil, fmt.Errorf("the rank of member %d: %d places, %w", i, len(got.Places), err)
		}
		ours = append(ours, time.Since(begun))
		begun = time.Now()
		if err := p.rdb.ZRevRank(ctx, bareSet, memberName(i)).Err(); err != nil {
			return nil, err
		}
		bare = append(bare, time.Since(begun))
	}
	var ourTop, bareTop []time.Duration
	for range asks / 10 {
		begun := time.Now()
		got, err := b.top(ctx)
		if err != nil || len(got.Places) != 100 {
			return nil, fmt.Errorf("the first hundred: %d places, %w", len(got.Places), err)
		}
		ourTop = append(ourTop, time.Since(begun))
		begun = time.Now()
		if err := p.rdb.ZRevRangeWithScores(ctx, bareSet, 0, 99).Err(); err != nil {
			return nil, err
		}
		bareTop = append(bareTop, time.Since(begun))
	}
	return []Figure{
		figure("rank, p99", percentile(ours, 0.99), "ms").atMost(5),
		figure("rank beside bare Redis", percentile(bare, 0.5)/percentile(ours, 0.5), "×").atLeast(0.5).noting("medians; a rank asks for score and ties as well"),
		figure("first hundred beside bare Redis", percentile(bareTop, 0.5)/percentile(ourTop, 0.5), "×").atLeast(0.5).noting("medians"),
	}, nil
}

// databaseURL is the one that the product connects with.
func (p *place) databaseURL() string {
	for _, v := range p.env {
		if url, ok := strings.CutPrefix(v, "DATABASE_URL="); ok && url != "" {
			return url
		}
	}
	return ""
}
