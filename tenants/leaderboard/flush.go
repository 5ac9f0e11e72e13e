package leaderboard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
)

// round is how many dirty rows one transaction deals with.
const round = 2000

// Run sweeps until ctx ends: every second is what people expect of a board.
func (s *Service) Run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				slog.WarnContext(ctx, "leaderboard: boards lag behind", "error", err)
			}
		}
	}
}

// Sweep flushes every store whose sums have changed. A store that fails does
// not keep the others waiting.
func (s *Service) Sweep(ctx context.Context) error {
	stores, err := storesWithWork(ctx, s.db)
	for _, tenant := range stores {
		err = errors.Join(err, s.Flush(ctx, tenant))
	}
	return err
}

// Flush brings a store's boards up to its sums. When another process is at it,
// Flush leaves it the work.
func (s *Service) Flush(ctx context.Context, tenant tenancy.ID) error {
	for {
		more, err := s.flushSome(ctx, tenant)
		if err != nil {
			return fmt.Errorf("leaderboard: flush %s: %w", tenant, err)
		}
		if !more {
			return nil
		}
	}
}

// flushSome writes to Redis inside the transaction that holds the store's
// boards: whoever writes later has read later. Redis answers within its
// deadline or the rows stay for the next round.
func (s *Service) flushSome(ctx context.Context, tenant tenancy.ID) (more bool, err error) {
	err = s.db.Forgettable(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		locked, dirty := tryLockBoards(tx), readDirty(tx, round)
		mine, err := locked.All(ctx)
		if err != nil || len(mine) == 0 || !mine[0] {
			return err
		}
		rows, err := dirty.All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := s.write(ctx, tx, rows); err != nil {
			return err
		}
		more = len(rows) == round
		forget(tx, rows)
		return nil
	})
	return more, err
}

// write puts the absolute figures of dirty members onto the boards that
// somebody has looked at; the others are built when somebody does.
func (s *Service) write(ctx context.Context, tx *pg.Tx, rows []dirtyRow) error {
	touched := map[Board][]distributor.ID{}
	for _, r := range rows {
		for _, b := range boardsAround(r.Day) {
			touched[b] = append(touched[b], r.Member)
		}
	}
	list := make([]Board, 0, len(touched))
	for b := range touched {
		list = append(list, b)
	}
	built, err := s.boards.has(ctx, tx.Tenant(), list)
	if err != nil {
		return err
	}
	for window, boards := range byWindow(built) {
		members := touched[boards[0]] // the same for every metric
		standings, err := performance.StandingsOf(ctx, tx, members, window[0], window[1])
		if err != nil {
			return err
		}
		for _, b := range boards {
			if err := s.boards.update(ctx, tx.Tenant(), b, figures(b.Metric, standings)); err != nil {
				return err
			}
		}
	}
	return nil
}

func figures(m Metric, standings []performance.Standing) []score {
	list := make([]score, len(standings))
	for i, st := range standings {
		list[i] = scoreOf(m, st)
	}
	return list
}

func boardsAround(day performance.Date) (list []Board) {
	for _, p := range Periods {
		from, to := p.Window(day)
		for _, m := range Metrics {
			list = append(list, Board{m, p, from, to})
		}
	}
	return list
}

func byWindow(list []Board) map[[2]performance.Date][]Board {
	groups := map[[2]performance.Date][]Board{}
	for _, b := range list {
		w := [2]performance.Date{b.From, b.To}
		groups[w] = append(groups[w], b)
	}
	return groups
}

// ensure builds one board unless somebody else just has.
func (s *Service) ensure(ctx context.Context, tenant tenancy.ID, b Board) error {
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := lockBoards(ctx, tx); err != nil {
			return err
		}
		if built, err := s.boards.has(ctx, tenant, []Board{b}); err != nil || len(built) == 1 {
			return err
		}
		return s.build(ctx, tx, []Board{b})
	})
}

// build reads the sums of each window once.
func (s *Service) build(ctx context.Context, tx *pg.Tx, list []Board) error {
	for window, boards := range byWindow(list) {
		standings, err := performance.Standings(ctx, tx, window[0], window[1])
		if err != nil {
			return err
		}
		for _, b := range boards {
			if err := s.boards.build(ctx, tx.Tenant(), b, scoresOf(b.Metric, standings)); err != nil {
				return fmt.Errorf("leaderboard: build %s: %w", b, err)
			}
		}
	}
	return nil
}

// Rebuild builds from the sums every board that Redis holds, and those of
// today in any case.
func (s *Service) Rebuild(ctx context.Context, tenant tenancy.ID) error {
	today, err := s.today(ctx, tenant)
	if err != nil {
		return err
	}
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := lockBoards(ctx, tx); err != nil {
			return err
		}
		list, err := s.boards.onShelf(ctx, tenant)
		if err != nil {
			return err
		}
		for _, b := range boardsAround(today) {
			if !slices.Contains(list, b) {
				list = append(list, b)
			}
		}
		return s.build(ctx, tx, list)
	})
}

// Check compares every board in Redis with the sums, ties included, and
// describes what differs. Members whose change no flush has seen yet are left
// out.
func (s *Service) Check(ctx context.Context, tenant tenancy.ID) (differences []string, err error) {
	if err := s.Flush(ctx, tenant); err != nil {
		return nil, err
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := lockBoards(ctx, tx); err != nil {
			return err
		}
		list, err := s.boards.onShelf(ctx, tenant)
		if err != nil {
			return err
		}
		for _, b := range list {
			difference, err := s.compare(ctx, tx, b)
			if err != nil {
				return err
			}
			if difference != "" {
				differences = append(differences, difference)
			}
		}
		return nil
	})
	return differences, err
}

func (s *Service) compare(ctx context.Context, tx *pg.Tx, b Board) (string, error) {
	have, err := s.boards.all(ctx, tx.Tenant(), b)
	if err != nil {
		return "", err
	}
	want, err := sorted(ctx, tx, b)
	if err != nil {
		return "", err
	}
	dirty, err := isDirty(ctx, tx, b.From, b.To) // read last: whoever changed since is among them
	if err != nil {
		return "", err
	}
	unseen := func(sc score) bool { return dirty[sc.member] }
	have, want = slices.DeleteFunc(have, unseen), slices.DeleteFunc(want, unseen)
	for i := range max(len(have), len(want)) {
		if i >= len(have) || i >= len(want) || have[i] != want[i] {
			return fmt.Sprintf("board %s of %s: place %d differs from the sums (%d members on the board, %d in the sums)", b, tx.Tenant(), i+1, len(have), len(want)), nil
		}
	}
	return "", nil
}
