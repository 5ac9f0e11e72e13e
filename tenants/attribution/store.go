package attribution

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

const bindColumns = `id, buyer_id, distributor_id, cause, bound_at, protected_until, valid_until, touches, honoured, ended_at, ended_cause`
const touchColumns = `id, buyer_id, nth, distributor_id, kind = 'coupon' as coupon, channel, material, campaign, verdict, at`

// record is what attribution keeps of a buyer.
type record struct {
	Touches     int        `db:"touches"`
	FirstPaidAt *time.Time `db:"first_paid_at"`
}

// lockBuyer makes whoever touches, orders, pays or joins as this buyer wait.
func lockBuyer(ctx context.Context, tx *pg.Tx, buyer customer.ID) (record, error) {
	return pg.CollectOne[record](ctx, tx, `
		insert into attribution_buyer (tenant_id, buyer_id) values ($1, $2)
		on conflict (tenant_id, buyer_id) do update set touches = attribution_buyer.touches
		returning touches, first_paid_at`, tx.Tenant(), buyer)
}

func notePaid(ctx context.Context, tx *pg.Tx, buyer customer.ID, at time.Time) (record, error) {
	return pg.CollectOne[record](ctx, tx, `
		insert into attribution_buyer (tenant_id, buyer_id, first_paid_at) values ($1, $2, $3)
		on conflict (tenant_id, buyer_id) do update set first_paid_at = coalesce(attribution_buyer.first_paid_at, excluded.first_paid_at)
		returning touches, first_paid_at`, tx.Tenant(), buyer, at)
}

// addTouch writes the touch; its number is the next of the buyer.
func addTouch(ctx context.Context, tx *pg.Tx, t TouchRecord) error {
	kind := "link"
	if t.Coupon {
		kind = "coupon"
	}
	_, err := tx.Exec(ctx, `
		insert into attribution_touch (tenant_id, id, buyer_id, nth, distributor_id, kind, channel, material, campaign, verdict, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.Tenant(), t.ID, t.Buyer, t.Nth, t.Distributor, kind, t.Channel, t.Material, t.Campaign, string(t.Verdict), t.At)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update attribution_buyer set touches = $3 where tenant_id = $1 and buyer_id = $2`, tx.Tenant(), t.Buyer, t.Nth)
	return err
}

// latestBind is the open bind, else the one that ended last, else nil.
func latestBind(ctx context.Context, tx *pg.Tx, buyer customer.ID) (*Bind, error) {
	b, err := pg.CollectOne[Bind](ctx, tx, `
		select `+bindColumns+` from attribution_bind where tenant_id = $1 and buyer_id = $2
		 order by ended_at is null desc, bound_at desc, id desc limit 1`, tx.Tenant(), buyer)
	if errors.Is(err, pg.ErrNoRows) {
		return nil, nil
	}
	return &b, err
}

// touchesAfter reads the buyer's touches that may still win, after those that
// have had their say, and the very last one for its reason.
func touchesAfter(ctx context.Context, tx *pg.Tx, buyer customer.ID, nth int) ([]TouchRecord, error) {
	return pg.Collect[TouchRecord](ctx, tx, `
		select `+touchColumns+` from attribution_touch
		 where tenant_id = $1 and buyer_id = $2 and nth > $3
		   and (verdict in ('waits', 'challenges')
		        or nth = (select b.touches from attribution_buyer b where b.tenant_id = $1 and b.buyer_id = $2))
		 order by nth`,
		tx.Tenant(), buyer, nth)
}

func insertBind(ctx context.Context, tx *pg.Tx, b Bind) error {
	_, err := tx.Exec(ctx, `
		insert into attribution_bind (tenant_id, id, buyer_id, distributor_id, cause, bound_at, protected_until, valid_until, touches)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.Tenant(), b.ID, b.Buyer, b.Distributor, string(b.Cause), b.BoundAt, b.ProtectedUntil, b.ValidUntil, b.Touches)
	return err
}

// bind opens a bind after closing the one that is open, which has expired or
// is being taken.
func bind(ctx context.Context, tx *pg.Tx, r Rules, at time.Time, buyer customer.ID, by distributor.ID, why Cause, touches int, open *Bind) (Bind, error) {
	if open != nil && open.EndedAt == nil {
		cause, ended := EndedTaken, at
		if !open.validAt(at) {
			cause, ended = EndedExpired, open.ValidUntil
		}
		if err := endBind(ctx, tx, open.ID, ended, cause); err != nil {
			return Bind{}, err
		}
	}
	b := Bind{ID: id.New[bindKind](at), Buyer: buyer, Distributor: by, Cause: why, BoundAt: at,
		ProtectedUntil: r.protectedUntil(at), ValidUntil: r.validUntil(at), Touches: touches}
	return b, insertBind(ctx, tx, b)
}

func endBind(ctx context.Context, tx *pg.Tx, b BindID, at time.Time, why Ended) error {
	_, err := tx.Exec(ctx, `
		update attribution_bind set ended_at = $3, ended_cause = $4 where tenant_id = $1 and id = $2 and ended_at is null`,
		tx.Tenant(), b, at, string(why))
	return err
}

// setTerms moves the ends of a bind and says which touches have had their say.
func setTerms(ctx context.Context, tx *pg.Tx, b Bind) error {
	_, err := tx.Exec(ctx, `
		update attribution_bind set protected_until = $3, valid_until = $4, touches = $5, honoured = $6
		 where tenant_id = $1 and id = $2 and ended_at is null`,
		tx.Tenant(), b.ID, b.ProtectedUntil, b.ValidUntil, b.Touches, b.Honoured)
	return err
}

// release frees everybody whom a distributor holds.
func release(ctx context.Context, tx *pg.Tx, holder distributor.ID, why Ended) error {
	_, err := tx.Exec(ctx, `
		update attribution_bind set ended_at = $3, ended_cause = $4
		 where tenant_id = $1 and distributor_id = $2 and ended_at is null`,
		tx.Tenant(), holder, tx.Now(), string(why))
	return err
}
