package leaderboard

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Service reads and writes the boards of all stores.
type Service struct {
	db     *pg.DB
	boards boards
	zone   func(context.Context, tenancy.ID) (*time.Location, error)
}

// New makes the service; zone is the time zone of a store.
func New(db *pg.DB, client *redis.Client, zone func(context.Context, tenancy.ID) (*time.Location, error)) *Service {
	return &Service{db: db, boards: boards{client}, zone: zone}
}

// Ranking is a board, or the part of it around a member.
type Ranking struct {
	Board
	Places []Place
}

// Top reads the first places. A zero day is the store's today.
func (s *Service) Top(ctx context.Context, tenant tenancy.ID, m Metric, p Period, day performance.Date, limit int) (Ranking, error) {
	b, err := s.board(ctx, tenant, m, p, day)
	if err != nil {
		return Ranking{}, err
	}
	top, err := s.fromBoard(ctx, tenant, b, func() ([]Place, error) {
		scores, err := s.boards.window(ctx, tenant, b, 0, limit-1)
		return places(scores, 1), err
	})
	if err != nil {
		all, err := s.fromSums(ctx, tenant, b)
		return Ranking{b, places(all[:min(limit, len(all))], 1)}, err
	}
	return Ranking{b, top}, nil
}

// Rank reads a member's place with some neighbours above and below, the member
// among them. A member who is not on the board has no places.
func (s *Service) Rank(ctx context.Context, tenant tenancy.ID, m Metric, p Period, day performance.Date, member distributor.ID, neighbours int) (Ranking, error) {
	b, err := s.board(ctx, tenant, m, p, day)
	if err != nil {
		return Ranking{}, err
	}
	around, err := s.fromBoard(ctx, tenant, b, func() ([]Place, error) { return s.boards.around(ctx, tenant, b, member, neighbours) })
	if err != nil {
		all, err := s.fromSums(ctx, tenant, b)
		return Ranking{b, aroundIn(all, member, neighbours)}, err
	}
	return Ranking{b, around}, nil
}

func aroundIn(all []score, member distributor.ID, neighbours int) []Place {
	at := slices.IndexFunc(all, func(sc score) bool { return sc.member == member })
	if at < 0 {
		return nil
	}
	first := max(0, at-neighbours)
	return places(all[first:min(at+neighbours+1, len(all))], first+1)
}

// fromBoard reads a board and builds it first when it is missing. Any error
// means that Redis cannot answer.
func (s *Service) fromBoard(ctx context.Context, tenant tenancy.ID, b Board, read func() ([]Place, error)) ([]Place, error) {
	found, err := read()
	if !errors.Is(err, errNotBuilt) {
		return found, err
	}
	if err := s.ensure(ctx, tenant, b); err != nil {
		return nil, err
	}
	return read()
}

// fromSums is the answer while Redis is away, and what boards are checked
// against.
func (s *Service) fromSums(ctx context.Context, tenant tenancy.ID, b Board) (all []score, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		all, err = sorted(ctx, tx, b)
		return err
	})
	return all, err
}

func sorted(ctx context.Context, tx *pg.Tx, b Board) ([]score, error) {
	standings, err := performance.Standings(ctx, tx, b.From, b.To)
	if err != nil {
		return nil, err
	}
	all := scoresOf(b.Metric, standings)
	slices.SortFunc(all, ahead)
	return all, nil
}

func (s *Service) board(ctx context.Context, tenant tenancy.ID, m Metric, p Period, day performance.Date) (b Board, err error) {
	if day.IsZero() {
		if day, err = s.today(ctx, tenant); err != nil {
			return b, err
		}
	}
	return BoardOf(m, p, day)
}

func (s *Service) today(ctx context.Context, tenant tenancy.ID) (performance.Date, error) {
	zone, err := s.zone(ctx, tenant)
	if err != nil {
		return performance.Date{}, err
	}
	now, err := s.db.Clock().Now(ctx, tenant)
	return performance.Day(now, zone), err
}
