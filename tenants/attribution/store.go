package attribution

import (
	"context"
	"time"

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

// lockBuyers makes whoever touches, orders, pays or joins as one of these
// buyers wait. A buyer without a record is not in the answer.
func lockBuyers(tx *pg.Tx, buyers []customer.ID) *pg.Answer[lockedBuyer] {
	return pg.Ask[lockedBuyer](tx, `
		select buyer_id, touches, first_paid_at from attribution_buyer
		 where tenant_id = $1 and buyer_id = any($2::uuid[]) order by buyer_id for update`, tx.Tenant(), buyers)
}

// openRecords gives buyers a record, unless they have one.
func openRecords(tx *pg.Tx, buyers []customer.ID) {
	if len(buyers) > 0 {
		tx.Later("attribution: open records", `
			insert into attribution_buyer (tenant_id, buyer_id) select $1, b from unnest($2::uuid[]) b order by b
			on conflict (tenant_id, buyer_id) do nothing`, tx.Tenant(), buyers)
	}
}

type lockedBuyer struct {
	BuyerID customer.ID
	record
}

// latestBinds reads of each buyer the open bind, else the one that ended last.
func latestBinds(tx *pg.Tx, buyers []customer.ID) *pg.Answer[Bind] {
	return pg.Ask[Bind](tx, `
		select b.* from unnest($2::uuid[]) as x(buyer) cross join lateral (
		  select `+bindColumns+` from attribution_bind where tenant_id = $1 and buyer_id = x.buyer
		   order by ended_at is null desc, bound_at desc, id desc limit 1) b`, tx.Tenant(), buyers)
}

// touchesAfter reads the buyers' touches that may still win, after those that
// have had their say, and the very last one for its reason.
func touchesAfter(ctx context.Context, tx *pg.Tx, buyers []customer.ID, after, last []int) ([]TouchRecord, error) {
	if len(buyers) == 0 {
		return nil, nil
	}
	return pg.Collect[TouchRecord](ctx, tx, `
		select `+touchColumns+` from unnest($2::uuid[], $3::int[], $4::int[]) as x(buyer, after, last)
		  join attribution_touch t on t.tenant_id = $1 and t.buyer_id = x.buyer and t.nth > x.after
		                          and (t.verdict in ('waits', 'challenges') or t.nth = x.last)
		 order by t.buyer_id, t.nth`, tx.Tenant(), buyers, after, last)
}

// insertTouches writes touches; their numbers are the next of their buyers.
func insertTouches(tx *pg.Tx, list []TouchRecord) {
	if len(list) == 0 {
		return
	}
	n := len(list)
	ids, buyers, nths, owners := make([]TouchID, n), make([]customer.ID, n), make([]int, n), make([]distributor.ID, n)
	kinds, channels, materials := make([]string, n), make([]string, n), make([]string, n)
	campaigns, verdicts, ats := make([]string, n), make([]string, n), make([]time.Time, n)
	for i, t := range list {
		ids[i], buyers[i], nths[i], owners[i], kinds[i] = t.ID, t.Buyer, t.Nth, t.Distributor, "link"
		if t.Coupon {
			kinds[i] = "coupon"
		}
		channels[i], materials[i], campaigns[i], verdicts[i], ats[i] = t.Channel, t.Material, t.Campaign, string(t.Verdict), t.At
	}
	tx.Later("attribution: touches", `
		insert into attribution_touch (tenant_id, id, buyer_id, nth, distributor_id, kind, channel, material, campaign, verdict, at)
		select $1, * from unnest($2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])`,
		tx.Tenant(), ids, buyers, nths, owners, kinds, channels, materials, campaigns, verdicts, ats)
}

func insertBinds(tx *pg.Tx, list []Bind) {
	if len(list) == 0 {
		return
	}
	n := len(list)
	buyers, holders, causes, bound := make([]customer.ID, n), make([]distributor.ID, n), make([]string, n), make([]time.Time, n)
	for i, b := range list {
		buyers[i], holders[i], causes[i], bound[i] = b.Buyer, b.Distributor, string(b.Cause), b.BoundAt
	}
	t := termsOf(list)
	tx.Later("attribution: binds", `
		insert into attribution_bind (tenant_id, id, buyer_id, distributor_id, cause, bound_at,
		                              protected_until, valid_until, touches, honoured, ended_at, ended_cause)
		select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[],
		                         $7::timestamptz[], $8::timestamptz[], $9::int[], $10::bool[], $11::timestamptz[], $12::text[])`,
		tx.Tenant(), t.ids, buyers, holders, causes, bound, t.protected, t.valid, t.touches, t.honoured, t.ended, t.causes)
}

// updateBinds moves the ends of open binds, says which touches have had their
// say, and closes what has ended.
func updateBinds(tx *pg.Tx, list []Bind) {
	if len(list) == 0 {
		return
	}
	t := termsOf(list)
	tx.Later("attribution: binds", `
		update attribution_bind b
		   set protected_until = x.protected, valid_until = x.valid, touches = x.touches, honoured = x.honoured, ended_at = x.ended, ended_cause = x.cause
		  from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::int[], $6::bool[], $7::timestamptz[], $8::text[])
		       as x(id, protected, valid, touches, honoured, ended, cause)
		 where b.tenant_id = $1 and b.id = x.id and b.ended_at is null`,
		tx.Tenant(), t.ids, t.protected, t.valid, t.touches, t.honoured, t.ended, t.causes)
}

// terms are what may change of binds, column by column.
type terms struct {
	ids              []BindID
	protected, valid []time.Time
	touches          []int
	honoured         []bool
	ended            []*time.Time
	causes           []string
}

func termsOf(list []Bind) (t terms) {
	for _, b := range list {
		t.ids, t.protected, t.valid = append(t.ids, b.ID), append(t.protected, b.ProtectedUntil), append(t.valid, b.ValidUntil)
		t.touches, t.honoured = append(t.touches, b.Touches), append(t.honoured, b.Honoured)
		t.ended, t.causes = append(t.ended, b.EndedAt), append(t.causes, string(b.EndedCause))
	}
	return t
}

// records are what is to be kept of buyers, column by column.
type records struct {
	buyers  []customer.ID
	touches []int
	paid    []*time.Time
}

func (l *records) add(who customer.ID, r record) {
	l.buyers, l.touches, l.paid = append(l.buyers, who), append(l.touches, r.Touches), append(l.paid, r.FirstPaidAt)
}

func (l records) insert(tx *pg.Tx) {
	if len(l.buyers) == 0 {
		return
	}
	tx.Later("attribution: first records", `
		insert into attribution_buyer (tenant_id, buyer_id, touches, first_paid_at) select $1, * from unnest($2::uuid[], $3::int[], $4::timestamptz[])`,
		tx.Tenant(), l.buyers, l.touches, l.paid)
}

func (l records) update(tx *pg.Tx) {
	if len(l.buyers) == 0 {
		return
	}
	tx.Later("attribution: records", `
		update attribution_buyer b set touches = x.touches, first_paid_at = x.paid
		  from unnest($2::uuid[], $3::int[], $4::timestamptz[]) as x(buyer, touches, paid)
		 where b.tenant_id = $1 and b.buyer_id = x.buyer`, tx.Tenant(), l.buyers, l.touches, l.paid)
}

// release frees everybody whom a distributor holds.
func release(ctx context.Context, tx *pg.Tx, holder distributor.ID, why Ended) error {
	_, err := tx.Exec(ctx, `
		update attribution_bind set ended_at = $3, ended_cause = $4
		 where tenant_id = $1 and distributor_id = $2 and ended_at is null`,
		tx.Tenant(), holder, tx.Now(), string(why))
	return err
}
