package commission

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type periodRow struct {
	Period   string
	ID       periodID
	FromAt   time.Time
	ToAt     time.Time
	State    PeriodState
	Reason   string
	Note     string
	Revision int
	Artifact string
	Paid     int64
	Settled  int64
	Request  []byte
	Answer   []byte
	ClosedAt time.Time

	CarriedPaid    int64
	CarriedSettled int64
}

const periodColumns = "period, id, from_at, to_at, state, reason, note, revision, artifact, paid, settled, request, answer, closed_at, carried_paid, carried_settled"

// row is the close as it is written down.
func (c *closing) row(now time.Time) periodRow {
	r := periodRow{Period: c.key, FromAt: c.from, ToAt: c.to, State: PeriodClosed, Revision: c.revision.Revision,
		Paid: c.request.GetSales().GetPaid(), Settled: c.request.GetSales().GetSettled(), ClosedAt: now,
		CarriedPaid: c.carried.GetPaid(), CarriedSettled: c.carried.GetSettled()}
	if !c.asks {
		r.Reason = codePeriodNothing
		return r
	}
	r.Artifact = c.revision.Artifact
	asked := proto.CloneOf(c.request)
	asked.Config = nil // the revision has it
	r.Request = pack(asked)
	if c.answer != nil {
		r.Answer = pack(c.answer)
	}
	if c.broken != nil {
		r.State, r.Reason, r.Note = PeriodHeld, c.broken.code, c.broken.note
	}
	return r
}

func isClosed(ctx context.Context, tx *pg.Tx, key string) (closed bool, err error) {
	err = tx.QueryRow(ctx, `
		select exists (select 1 from commission_period where tenant_id = $1 and period = $2 and state = 'closed')`, tx.Tenant(), key).Scan(&closed)
	if err != nil {
		return false, fmt.Errorf("commission: is the period closed: %w", err)
	}
	return closed, nil
}

// savePeriod writes a close down, over an earlier one that was held, and tells
// the row its id.
func savePeriod(ctx context.Context, tx *pg.Tx, r *periodRow) error {
	err := tx.QueryRow(ctx, `
		insert into commission_period (tenant_id, `+periodColumns+`)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		on conflict (tenant_id, period) do update
		   set state = excluded.state, reason = excluded.reason, note = excluded.note, revision = excluded.revision, artifact = excluded.artifact,
		       paid = excluded.paid, settled = excluded.settled, request = excluded.request, answer = excluded.answer, closed_at = excluded.closed_at,
		       carried_paid = excluded.carried_paid, carried_settled = excluded.carried_settled
		 where commission_period.state = 'held'
		returning id`,
		tx.Tenant(), r.Period, newPeriodID(tx), r.FromAt, r.ToAt, string(r.State), r.Reason, r.Note, r.Revision, r.Artifact,
		r.Paid, r.Settled, r.Request, r.Answer, r.ClosedAt, r.CarriedPaid, r.CarriedSettled).Scan(&r.ID)
	if err != nil {
		return fmt.Errorf("commission: save a period: %w", err)
	}
	return nil
}

func insertPeriodAwards(ctx context.Context, tx *pg.Tx, key string, list []payment) error {
	payees, amounts := make([]distributor.ID, len(list)), make([]int64, len(list))
	used, over := make([]*int64, len(list)), make([]int64, len(list))
	for i, p := range list {
		payees[i], amounts[i], used[i], over[i] = p.Payee, p.Amount, p.Used, p.Over
	}
	_, err := tx.Exec(ctx, `
		insert into commission_period_award (tenant_id, period, payee, amount, used, over)
		select $1, $2, p, a, u, o from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[]) as x(p, a, u, o)`,
		tx.Tenant(), key, payees, amounts, used, over)
	if err != nil {
		return fmt.Errorf("commission: save period awards: %w", err)
	}
	return nil
}

func readPeriod(ctx context.Context, tx *pg.Tx, key string) (row periodRow, found bool, err error) {
	rows, err := pg.Collect[periodRow](ctx, tx, `
		select `+periodColumns+` from commission_period where tenant_id = $1 and period = $2`, tx.Tenant(), key)
	if err != nil {
		return row, false, fmt.Errorf("commission: read a period: %w", err)
	}
	if len(rows) == 0 {
		return row, false, nil
	}
	return rows[0], true, nil
}

// listPeriods reads them newest first, below a key ("" for all).
func listPeriods(ctx context.Context, tx *pg.Tx, below string, limit int) ([]periodRow, error) {
	rows, err := pg.Collect[periodRow](ctx, tx, `
		select `+periodColumns+` from commission_period
		 where tenant_id = $1 and ($2 = '' or period < $2) order by period desc limit $3`, tx.Tenant(), below, limit)
	if err != nil {
		return nil, fmt.Errorf("commission: list periods: %w", err)
	}
	return rows, nil
}

// periodAwards reads what was booked, by period and payee.
func periodAwards(ctx context.Context, tx *pg.Tx, keys []string) (map[string]map[distributor.ID]payment, error) {
	rows, err := pg.Collect[struct {
		Period string
		payment
	}](ctx, tx, `select period, payee, amount, used, over from commission_period_award where tenant_id = $1 and period = any($2::text[])`, tx.Tenant(), keys)
	if err != nil {
		return nil, fmt.Errorf("commission: read period awards: %w", err)
	}
	all := map[string]map[distributor.ID]payment{}
	for _, r := range rows {
		if all[r.Period] == nil {
			all[r.Period] = map[distributor.ID]payment{}
		}
		all[r.Period][r.Payee] = r.payment
	}
	return all, nil
}

// said unpacks the question and the answer; both are empty when nobody was
// asked.
func (r periodRow) said() (*strategyv1.ClosePeriodRequest, *strategyv1.ClosePeriodResponse, error) {
	q, a := new(strategyv1.ClosePeriodRequest), new(strategyv1.ClosePeriodResponse)
	for packed, into := range map[*[]byte]proto.Message{&r.Request: q, &r.Answer: a} {
		if len(*packed) == 0 {
			continue
		}
		if err := unpack(*packed, into); err != nil {
			return nil, nil, fmt.Errorf("commission: period %s: %w", r.Period, err)
		}
	}
	return q, a, nil
}
