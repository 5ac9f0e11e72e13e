package program

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

type canaryKind struct{}

func (canaryKind) Prefix() string { return "cnr" }

// CanaryID is a canary's id.
type CanaryID = id.Of[canaryKind]

// ParseCanaryID reads "cnr_…"; what is no canary's id is no canary.
func ParseCanaryID(s string) (CanaryID, error) {
	c, err := id.Parse[canaryKind](s)
	if err != nil {
		return CanaryID{}, ErrNoCanary.Because(err)
	}
	return c, nil
}

// CanaryState is how far a canary has come.
type CanaryState string

const (
	CanaryRunning  CanaryState = "running"
	CanaryPaused   CanaryState = "paused"   // new orders are placed as everybody's
	CanaryStopped  CanaryState = "stopped"  // for ever
	CanaryPromoted CanaryState = "promoted" // everybody has it
)

// Canary is a candidate that a share of the teams tries first: 小范围试用. A
// team is everybody under one root of the tree. Which teams try depends on the
// canary and the root alone, and a greater share takes in all teams of a
// smaller one. An order keeps the revision that it was placed under.
type Canary struct {
	ID        CanaryID
	Revision  int // the candidate
	State     CanaryState
	Share     int // per cent of teams
	Bounds    Bounds
	Reason    string // why it was stopped
	Author    string
	StartedAt time.Time
	EndedAt   time.Time // zero: not yet
}

// Bounds stop a canary by themselves.
type Bounds struct {
	MaxPayout money.Rate // commission of what was paid; 0: no bound
	MaxFailed int        // orders that wait for a decision; 0: no bound
	MinOrders int        // decided, before the payout is judged
}

// Takes reports whether the team under a root tries the candidate.
func (c Canary) Takes(root interface{ UUID() string }) bool {
	sum := sha256.Sum256([]byte(c.ID.UUID() + root.UUID()))
	return int(binary.BigEndian.Uint64(sum[:8])%100) < c.Share
}

var (
	// ErrNoCanary is the answer for what is no canary of the store.
	ErrNoCanary   = fault.New(fault.NotFound, "canary.unknown", "没有这次小范围试用", "there is no such small-scale try")
	errCanaryOpen = fault.New(fault.Conflict, "canary.open", "已有一个小范围试用在进行，请先结束它", "another small-scale try is not over yet")
	errCanaryOver = fault.New(fault.Conflict, "canary.over", "这次小范围试用已经结束", "the small-scale try is over")
	errShare      = fault.New(fault.Invalid, "canary.share", "试用比例须在 1% 到 100% 之间", "the share of teams is 1 to 100 per cent")
	errShrink     = fault.New(fault.Invalid, "canary.share_smaller", "试用比例只能增加；要缩小请先停止", "the share can only grow; stop it to make it smaller")
)

// StartCanary checks a draft and lets a share of the teams place their orders
// under it from now on.
func (s *Service) StartCanary(ctx context.Context, tenant tenancy.ID, d Draft, share int, b Bounds) (Canary, error) {
	if share < 1 || share > 100 {
		return Canary{}, errShare.At("share")
	}
	artifact, err := s.Check(ctx, tenant, d)
	if err != nil {
		return Canary{}, err
	}
	var c Canary
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		made, err := s.write(ctx, tx, d, artifact, never)
		if err != nil {
			return err
		}
		c = Canary{ID: id.New[canaryKind](tx.Now()), Revision: made.Revision, State: CanaryRunning, Share: share, Bounds: b, Author: d.Author, StartedAt: tx.Now()}
		c.Bounds.MinOrders = max(b.MinOrders, 1)
		return insertCanary(ctx, tx, c)
	})
	return c, err
}

// RampCanary lets more teams try, or goes on after a pause. The share only grows: a
// team that has tried the candidate goes on with it until everything stops.
func RampCanary(ctx context.Context, tx *pg.Tx, which CanaryID, share int) (Canary, error) {
	return changeCanary(ctx, tx, which, func(c *Canary) error {
		switch {
		case share > 100:
			return errShare.At("share")
		case share < c.Share:
			return errShrink.At("share")
		}
		c.Share, c.State = share, CanaryRunning
		return nil
	})
}

// PauseCanary places new orders as everybody's until the canary goes on.
func PauseCanary(ctx context.Context, tx *pg.Tx, which CanaryID) (Canary, error) {
	return changeCanary(ctx, tx, which, func(c *Canary) error { c.State = CanaryPaused; return nil })
}

// StopCanary ends a canary. New orders are placed as everybody's; those that were
// placed under the candidate keep it.
func StopCanary(ctx context.Context, tx *pg.Tx, which CanaryID, reason string) (Canary, error) {
	return changeCanary(ctx, tx, which, func(c *Canary) error {
		c.State, c.Reason, c.EndedAt = CanaryStopped, reason, tx.Now()
		return nil
	})
}

// Promote puts the candidate in force for everybody, as a revision of its own.
func (s *Service) Promote(ctx context.Context, tx *pg.Tx, which CanaryID, actor string) (c Canary, made Revision, err error) {
	c, err = changeCanary(ctx, tx, which, func(c *Canary) error {
		c.State, c.EndedAt = CanaryPromoted, tx.Now()
		return nil
	})
	if err != nil {
		return c, made, err
	}
	if made, err = s.Revision(ctx, tx, c.Revision); err != nil {
		return c, made, err
	}
	last, err := lastRevision(ctx, tx)
	if err != nil {
		return c, made, err
	}
	made.Revision, made.EffectiveAt, made.CreatedAt, made.Author, made.Consent = last+1, tx.Now(), tx.Now(), actor, nil
	if err := insertRevision(ctx, tx, made); err != nil {
		return c, made, err
	}
	return c, made, s.revised(ctx, tx)
}

func changeCanary(ctx context.Context, tx *pg.Tx, which CanaryID, change func(*Canary) error) (Canary, error) {
	c, err := readCanary(ctx, tx, `id = $2 for update`, which)
	switch {
	case err != nil:
		return c, err
	case c.State == CanaryStopped || c.State == CanaryPromoted:
		return c, errCanaryOver
	}
	if err := change(&c); err != nil {
		return c, err
	}
	var ended *time.Time
	if !c.EndedAt.IsZero() {
		ended = &c.EndedAt
	}
	_, err = tx.Exec(ctx, `update program_canary set state = $3, share = $4, reason = $5, ended_at = $6 where tenant_id = $1 and id = $2`,
		tx.Tenant(), c.ID, c.State, c.Share, c.Reason, ended)
	if err != nil {
		return c, fmt.Errorf("program: canary: %w", err)
	}
	return c, nil
}

// Trying is the canary that takes new orders now; nil when none does.
func Trying(ctx context.Context, tx *pg.Tx) (*Canary, error) {
	return AskTrying(tx)(ctx)
}

// AskTrying is [Trying] for whoever does not wait for the answer yet.
func AskTrying(tx *pg.Tx) func(context.Context) (*Canary, error) {
	asked := pg.Ask[canaryRow](tx, `select `+canaryColumns+` from program_canary where tenant_id = $1 and state = $2`, tx.Tenant(), CanaryRunning)
	return func(ctx context.Context) (*Canary, error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("program: canary: %w", err)
		}
		if len(rows) == 0 {
			return nil, nil
		}
		c := rows[0].canary() // a store has one at most
		return &c, nil
	}
}

// GetCanary reads one. [ErrNoCanary] when the store does not have it.
func GetCanary(ctx context.Context, tx *pg.Tx, which CanaryID) (Canary, error) {
	return readCanary(ctx, tx, `id = $2`, which)
}

// Canaries lists them, the newest first.
func Canaries(ctx context.Context, tx *pg.Tx, limit int) ([]Canary, error) {
	rows, err := pg.Collect[canaryRow](ctx, tx, `
		select `+canaryColumns+` from program_canary where tenant_id = $1 order by started_at desc, id desc limit $2`, tx.Tenant(), limit)
	if err != nil {
		return nil, fmt.Errorf("program: canaries: %w", err)
	}
	all := make([]Canary, len(rows))
	for i, r := range rows {
		all[i] = r.canary()
	}
	return all, nil
}

// StoresTrying is the sweep: stores with a canary that is not over.
func StoresTrying(ctx context.Context, tx *pg.Tx, _ time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `select tenant_id from program_canary where state in ('running', 'paused')`)
	if err != nil {
		return nil, fmt.Errorf("program: sweep: %w", err)
	}
	return stores, nil
}

type canaryRow struct {
	ID        CanaryID
	Revision  int
	State     CanaryState
	Share     int
	MaxPayout int64
	MaxFailed int
	MinOrders int
	Reason    string
	Author    string
	StartedAt time.Time
	EndedAt   *time.Time
}

const canaryColumns = "id, revision, state, share, max_payout, max_failed, min_orders, reason, author, started_at, ended_at"

func (r canaryRow) canary() Canary {
	c := Canary{ID: r.ID, Revision: r.Revision, State: r.State, Share: r.Share, Bounds: Bounds{money.Rate(r.MaxPayout), r.MaxFailed, r.MinOrders},
		Reason: r.Reason, Author: r.Author, StartedAt: r.StartedAt.UTC()}
	if r.EndedAt != nil {
		c.EndedAt = r.EndedAt.UTC()
	}
	return c
}

func readCanary(ctx context.Context, tx *pg.Tx, where string, arg any) (Canary, error) {
	r, err := pg.CollectOne[canaryRow](ctx, tx, `select `+canaryColumns+` from program_canary where tenant_id = $1 and `+where, tx.Tenant(), arg)
	if errors.Is(err, pg.ErrNoRows) {
		return Canary{}, ErrNoCanary
	}
	if err != nil {
		return Canary{}, fmt.Errorf("program: canary: %w", err)
	}
	return r.canary(), nil
}

func insertCanary(ctx context.Context, tx *pg.Tx, c Canary) error {
	_, err := tx.Exec(ctx, `
		insert into program_canary (tenant_id, id, revision, state, share, max_payout, max_failed, min_orders, author, started_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.Tenant(), c.ID, c.Revision, c.State, c.Share, int64(c.Bounds.MaxPayout), c.Bounds.MaxFailed, c.Bounds.MinOrders, c.Author, c.StartedAt)
	if pg.Violates(err, "program_canary_open") {
		return errCanaryOpen
	}
	if err != nil {
		return fmt.Errorf("program: canary: %w", err)
	}
	return nil
}
