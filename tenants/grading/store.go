package grading

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
)

type dueRow struct {
	DueAt    time.Time
	RetryAt  time.Time
	Attempts int
	Reason   string
	Note     string
}

func readDue(ctx context.Context, tx *pg.Tx, lock string) (due dueRow, found bool, err error) {
	rows, err := pg.Collect[dueRow](ctx, tx, `select due_at, retry_at, attempts, reason, note from grading_store where tenant_id = $1 `+lock, tx.Tenant())
	if err != nil {
		return due, false, fmt.Errorf("grading: when due: %w", err)
	}
	if len(rows) == 0 {
		return due, false, nil
	}
	due = rows[0]
	due.DueAt = due.DueAt.UTC()
	return due, true, nil
}

// moveDue makes the store due at another day's end, unless somebody else has
// moved it.
func moveDue(ctx context.Context, tx *pg.Tx, from, to time.Time) error {
	_, err := tx.Exec(ctx, `
		update grading_store set due_at = $3, retry_at = default, attempts = 0, reason = '', note = ''
		 where tenant_id = $1 and due_at = $2`, tx.Tenant(), from, to)
	if err != nil {
		return fmt.Errorf("grading: move due: %w", err)
	}
	return nil
}

func holdDay(ctx context.Context, tx *pg.Tx, why *violation, retry time.Time) error {
	_, err := tx.Exec(ctx, `
		update grading_store set retry_at = $2, attempts = attempts + 1, reason = $3, note = $4 where tenant_id = $1`,
		tx.Tenant(), retry, why.code, why.note)
	if err != nil {
		return fmt.Errorf("grading: hold a day: %w", err)
	}
	return nil
}

// StoresDue is the sweep: stores whose day is over at the given real time.
func StoresDue(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `select tenant_id from grading_store where due_at <= $1 and retry_at <= $1`, now)
	if err != nil {
		return nil, fmt.Errorf("grading: sweep: %w", err)
	}
	return stores, nil
}

func insertRun(ctx context.Context, tx *pg.Tx, q *question, r Run) error {
	_, err := tx.Exec(ctx, `
		insert into grading_run (tenant_id, day, revision, artifact, members, promoted, demoted, failed, ran_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.Tenant(), r.Day, q.revision.Revision, q.revision.Artifact, r.Members, r.Promoted, r.Demoted, r.Failed, r.At)
	if err != nil {
		return fmt.Errorf("grading: write a run down: %w", err)
	}
	return nil
}

func lastRun(ctx context.Context, tx *pg.Tx) (*Run, error) {
	rows, err := pg.Collect[struct {
		Day                                performance.Date
		Members, Promoted, Demoted, Failed int
		RanAt                              time.Time
	}](ctx, tx, `select day, members, promoted, demoted, failed, ran_at from grading_run where tenant_id = $1 order by day desc limit 1`, tx.Tenant())
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	return &Run{r.Day, r.Members, r.Promoted, r.Demoted, r.Failed, r.RanAt.UTC()}, nil
}

type changeRow struct {
	ID        ChangeID
	MemberID  distributor.ID
	Day       performance.Date
	FromGrade string
	ToGrade   string
	Promoted  bool
	Decision  []byte
	Revision  int
	Artifact  string
	ChangedAt time.Time
}

func newChange(tx *pg.Tx, q *question, m distributor.Graded, d *strategyv1.TierDecision, up bool) changeRow {
	packed, err := proto.MarshalOptions{Deterministic: true}.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("grading: a decision does not marshal: %v", err)) // it has come over the wire
	}
	return changeRow{id.New[changeKind](tx.Now()), m.ID, dayOf(q.at, q.zone), m.Grade, d.GetChange().GetTo(), up, packed,
		q.revision.Revision, q.revision.Artifact, tx.Now()}
}

func insertChanges(ctx context.Context, tx *pg.Tx, list []changeRow) error {
	if len(list) == 0 {
		return nil
	}
	n := len(list)
	ids, members, from, to := make([]ChangeID, n), make([]distributor.ID, n), make([]string, n), make([]string, n)
	up, packed := make([]bool, n), make([][]byte, n)
	for i, c := range list {
		ids[i], members[i], from[i], to[i], up[i], packed[i] = c.ID, c.MemberID, c.FromGrade, c.ToGrade, c.Promoted, c.Decision
	}
	_, err := tx.Exec(ctx, `
		insert into grading_change (tenant_id, id, member_id, day, from_grade, to_grade, promoted, decision, revision, artifact, changed_at)
		select $1, i, m, $2, f, t, p, d, $3, $4, $5
		  from unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::boolean[], $11::bytea[]) as x(i, m, f, t, p, d)`,
		tx.Tenant(), list[0].Day, list[0].Revision, list[0].Artifact, list[0].ChangedAt, ids, members, from, to, up, packed)
	if err != nil {
		return fmt.Errorf("grading: write changes down: %w", err)
	}
	return nil
}

func listChanges(ctx context.Context, tx *pg.Tx, who distributor.ID, before ChangeID, limit int) ([]changeRow, error) {
	rows, err := pg.Collect[changeRow](ctx, tx, `
		select id, member_id, day, from_grade, to_grade, promoted, decision, revision, artifact, changed_at from grading_change
		 where tenant_id = $1 and ($2::uuid is null or member_id = $2) and ($3::uuid is null or id < $3)
		 order by id desc limit $4`, tx.Tenant(), who, before, limit)
	if err != nil {
		return nil, fmt.Errorf("grading: list changes: %w", err)
	}
	return rows, nil
}
