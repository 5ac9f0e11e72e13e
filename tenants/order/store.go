package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type row struct {
	ID         ID
	Month      time.Time
	Source     string
	ExternalID string
	BodyHash   []byte
	BuyerID    customer.ID
	SellerID   distributor.ID
	Channel    string
	Revision   int
	Goods      int64
	Freight    int64
	Refunded   int64
	Frozen     []byte // see Order.freeze
	Lines      []byte // these three of orders from before it
	Chain      []byte
	Posts      []byte
	Region     string
	State      State
	GroupState string
	Seq        int64
	PlacedAt   time.Time
	PaidAt     *time.Time
	ShippedAt  *time.Time
	ReceivedAt *time.Time
	ClosedAt   *time.Time
}

const columns = `id, month, source, external_id, body_hash, buyer_id, seller_id, channel, revision, goods, freight, refunded,
	frozen, lines, chain, posts, region, state, coalesce(group_state, '') as group_state,
	coalesce(n.seq, 0) as seq,
	placed_at, paid_at, shipped_at, received_at, closed_at`

func (r row) order() (Order, error) {
	o := Order{
		ID: r.ID, Month: r.Month, Source: r.Source, ExternalID: r.ExternalID, Buyer: r.BuyerID, Seller: r.SellerID,
		Channel: r.Channel, Revision: r.Revision, Goods: r.Goods, Freight: r.Freight, Refunded: r.Refunded,
		Region: r.Region, State: r.State, Group: GroupState(r.GroupState), Seq: r.Seq, PlacedAt: r.PlacedAt,
		PaidAt: instant(r.PaidAt), ShippedAt: instant(r.ShippedAt), ReceivedAt: instant(r.ReceivedAt), ClosedAt: instant(r.ClosedAt),
		bodyHash: r.BodyHash,
	}
	if r.Frozen == nil {
		return o, o.thawJSON(r.Lines, r.Chain, r.Posts)
	}
	return o, o.thaw(r.Frozen)
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func query(ctx context.Context, tx *pg.Tx, tail string, args ...any) ([]Order, error) {
	return ordersOf(pg.Collect[row](ctx, tx, selected+tail, append([]any{tx.Tenant()}, args...)...))
}

const (
	numbered = ` from order_record o left join order_number n on n.tenant_id = $1 and n.order_id = o.id where o.tenant_id = $1 `
	selected = `select ` + columns + numbered
)

func ordersOf(rows []row, err error) ([]Order, error) {
	if err != nil {
		return nil, fmt.Errorf("order: read: %w", err)
	}
	all := make([]Order, len(rows))
	for i, r := range rows {
		if all[i], err = r.order(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func one(orders []Order, err error) (Order, error) {
	switch {
	case err != nil:
		return Order{}, err
	case len(orders) == 0:
		return Order{}, errUnknown
	}
	return orders[0], nil
}

// Get reads one order.
func Get(ctx context.Context, tx *pg.Tx, o ID) (Order, error) {
	return one(query(ctx, tx, `and id = $2`, o))
}

// ByExternal reads an order by where it came from.
func ByExternal(ctx context.Context, tx *pg.Tx, source, externalID string) (Order, error) {
	return one(query(ctx, tx, `and source = $2 and external_id = $3`, source, externalID))
}

// askByExternals asks for the orders of names, place by place. Asked for one by
// one they are found in the index of names; as "any of these" a plan for every
// size of a batch takes another one and reads the store's latest orders.
func askByExternals(tx *pg.Tx, sources, externalIDs []string) *pg.Answer[row] {
	return pg.Ask[row](tx, `
		select found.* from unnest($2::text[], $3::text[]) as x(source, external_id)
		 cross join lateral (`+selected+`and o.source = x.source and o.external_id = x.external_id limit 1) found`, tx.Tenant(), sources, externalIDs)
}

// Load reads orders, in the order of their ids.
func Load(ctx context.Context, tx *pg.Tx, orders []ID) ([]Order, error) {
	return query(ctx, tx, `and id = any($2::uuid[]) order by id`, orders)
}

// Lock reads orders and keeps others from changing them until the transaction
// ends. All transactions lock in the order of ids.
func Lock(ctx context.Context, tx *pg.Tx, orders []ID) ([]Order, error) {
	return query(ctx, tx, `and id = any($2::uuid[]) order by id for update of o`, orders)
}

// Changeable is what may have become different of an order since it was read.
type Changeable struct {
	ID         ID
	State      State
	Group      GroupState
	Refunded   int64
	PaidAt     *time.Time
	ShippedAt  *time.Time
	ReceivedAt *time.Time
	ClosedAt   *time.Time
}

// LockStates is [Lock] for whoever has read the orders already: what never
// changes is not read again, nor the number, which only the lane gives. Nobody
// waits before the answer is wanted.
func LockStates(tx *pg.Tx, orders []ID) func(context.Context) (map[ID]Changeable, error) {
	asked := pg.Ask[Changeable](tx, `
		select id, state, coalesce(group_state, '') as "group", refunded, paid_at, shipped_at, received_at, closed_at
		  from order_record where tenant_id = $1 and id = any($2::uuid[]) order by id for update`, tx.Tenant(), orders)
	return func(ctx context.Context) (map[ID]Changeable, error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("order: lock: %w", err)
		}
		all := make(map[ID]Changeable, len(rows))
		for _, r := range rows {
			all[r.ID] = r
		}
		return all, nil
	}
}

// In is the order as it has become.
func (o Order) In(c Changeable) Order {
	o.State, o.Group, o.Refunded = c.State, c.Group, c.Refunded
	o.PaidAt, o.ShippedAt, o.ReceivedAt, o.ClosedAt = instant(c.PaidAt), instant(c.ShippedAt), instant(c.ReceivedAt), instant(c.ClosedAt)
	return o
}

func lockOne(ctx context.Context, tx *pg.Tx, o ID) (Order, error) {
	return one(query(ctx, tx, `and id = $2 for update of o`, o))
}

var errRaced = errors.New("order: placed by another request at the same instant")

// insertAll stores new orders. errRaced when one of them is there already.
func insertAll(ctx context.Context, tx *pg.Tx, list []Order) error {
	stored, err := tx.Exec(ctx, insertOrders+` on conflict do nothing`, insertArgs(tx, list)...)
	if err != nil {
		return fmt.Errorf("order: insert: %w", err)
	}
	if stored < int64(len(list)) {
		return errRaced
	}
	return nil
}

// insertLater is insertAll for whoever does not wait: when an order is there
// already the transaction fails, and [Raced] says so of its error.
func insertLater(tx *pg.Tx, list []Order) {
	tx.Later("order: insert", insertOrders, insertArgs(tx, list)...)
}

const insertOrders = `
		insert into order_record (tenant_id, recorded_at, id, month, source, external_id, body_hash, buyer_id, seller_id, channel, revision,
		                          goods, freight, frozen, state, group_state, placed_at, paid_at, region)
		select $1, $2, id, month, source, external_id, hash, buyer, seller, channel, revision,
		       goods, freight, frozen, state, nullif(grp, ''), placed, paid, region
		  from unnest($3::uuid[], $4::date[], $5::text[], $6::text[], $7::bytea[], $8::uuid[], $9::uuid[], $10::text[], $11::int[],
		              $12::bigint[], $13::bigint[], $14::bytea[], $15::text[], $16::text[], $17::timestamptz[], $18::timestamptz[], $19::text[])
		       as x(id, month, source, external_id, hash, buyer, seller, channel, revision, goods, freight, frozen, state, grp, placed, paid, region)`

func insertArgs(tx *pg.Tx, list []Order) []any {
	n := len(list)
	ids, months, sources, externals, hashes := make([]ID, n), make([]time.Time, n), make([]string, n), make([]string, n), make([][]byte, n)
	buyers, sellers, channels, revisions := make([]customer.ID, n), make([]distributor.ID, n), make([]string, n), make([]int, n)
	goods, freights, frozen := make([]int64, n), make([]int64, n), make([][]byte, n)
	states, groups, placed, paid, regions := make([]string, n), make([]string, n), make([]time.Time, n), make([]*time.Time, n), make([]string, n)
	for i, o := range list {
		ids[i], months[i], sources[i], externals[i], hashes[i] = o.ID, o.Month, o.Source, o.ExternalID, o.bodyHash[:hashKept]
		buyers[i], sellers[i], channels[i], revisions[i] = o.Buyer, o.Seller, o.Channel, o.Revision
		goods[i], freights[i], frozen[i], regions[i] = o.Goods, o.Freight, o.freeze(), o.Region
		states[i], groups[i], placed[i], paid[i] = string(o.state()), string(o.Group), o.PlacedAt, nullable(o.PaidAt)
	}
	return []any{tx.Tenant(), tx.Now(), ids, months, sources, externals, hashes, buyers, sellers, channels, revisions,
		goods, freights, frozen, states, groups, placed, paid, regions}
}

// save writes what may change of a locked order.
func save(ctx context.Context, tx *pg.Tx, o Order) error {
	_, err := tx.Exec(ctx, `
		update order_record
		   set state = $3, group_state = nullif($4, ''), refunded = $5, paid_at = $6, shipped_at = $7, received_at = $8, closed_at = $9
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), o.ID, o.state(), string(o.Group), o.Refunded,
		nullable(o.PaidAt), nullable(o.ShippedAt), nullable(o.ReceivedAt), nullable(o.ClosedAt))
	if err != nil {
		return fmt.Errorf("order: save: %w", err)
	}
	return nil
}

// Number writes the seq that the lane has given to orders. It has a thin row of
// its own: an order's is large, and would be written once more.
func Number(tx *pg.Tx, orders []ID, seqs []int64) {
	if len(orders) == 0 {
		return
	}
	tx.Later("order: number", `
		insert into order_number (tenant_id, order_id, seq) select $1, * from unnest($2::uuid[], $3::bigint[])`, tx.Tenant(), orders, seqs)
}

// EarlierPaid tells, place by place, whether the buyer has an order with a
// smaller seq than the given one: then that one is not their first.
func EarlierPaid(ctx context.Context, tx *pg.Tx, buyers []customer.ID, below []int64) ([]bool, error) {
	rows, err := pg.Collect[struct{ Earlier bool }](ctx, tx, `
		select exists (select 1 from order_record o join order_number n on n.tenant_id = $1 and n.order_id = o.id
		                where o.tenant_id = $1 and o.buyer_id = x.buyer and n.seq < x.seq) as earlier
		  from unnest($2::uuid[], $3::bigint[]) with ordinality as x(buyer, seq, nth) order by x.nth`, tx.Tenant(), buyers, below)
	if err != nil {
		return nil, fmt.Errorf("order: earlier orders: %w", err)
	}
	found := make([]bool, len(rows))
	for i, r := range rows {
		found[i] = r.Earlier
	}
	return found, nil
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	State  State
	Seller distributor.ID
	Buyer  customer.ID
	Query  string // external id
}

// List pages through orders, newest first, before the given position (zero for
// the first page). Ids sort by the instant of placing, so the whole store is
// listed by them; what one person bought or sold has an index by that instant.
func List(ctx context.Context, tx *pg.Tx, f Filter, before time.Time, beforeID ID, limit int) ([]Order, error) {
	if before.IsZero() {
		before = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if f.Seller.IsZero() && f.Buyer.IsZero() {
		if beforeID.IsZero() {
			beforeID = id.First[kind](before)
		}
		return query(ctx, tx, `
			and ($2 = '' or state = $2) and ($3 = '' or external_id = $3) and id < $4 order by id desc limit $5`,
			string(f.State), f.Query, beforeID, limit)
	}
	var last any = beforeID
	if beforeID.IsZero() {
		last = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	}
	return query(ctx, tx, `
		and ($2 = '' or state = $2) and ($3::uuid is null or seller_id = $3) and ($4::uuid is null or buyer_id = $4)
		and ($5 = '' or external_id = $5)
		and (placed_at, id) < ($6, $7::uuid)
		order by placed_at desc, id desc limit $8`, string(f.State), f.Seller, f.Buyer, f.Query, before, last, limit)
}

// Page walks all orders in the order of their ids, after the given one.
func Page(ctx context.Context, tx *pg.Tx, after ID, limit int) ([]Order, error) {
	return query(ctx, tx, `and ($2::uuid is null or id > $2) order by id limit $3`, after, limit)
}

// SoldQuery asks what a seller has sold before a point in the store's order of
// money, of what was paid within [From, To).
type SoldQuery struct {
	Seller   distributor.ID
	Seq      int64
	From, To time.Time
}

// Sold is paid less refunded, and how many orders. A refund counts against its
// order when it came before the same point.
type Sold struct {
	Net    int64
	Orders int64
}

// SoldBefore answers queries in their order.
func SoldBefore(ctx context.Context, tx *pg.Tx, queries []SoldQuery) ([]Sold, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	n := len(queries)
	sellers, seqs := make([]distributor.ID, n), make([]int64, n)
	from, to := make([]time.Time, n), make([]time.Time, n)
	for i, q := range queries {
		sellers[i], seqs[i], from[i], to[i] = q.Seller, q.Seq, q.From, q.To
	}
	sold, err := pg.Collect[Sold](ctx, tx, `
		select coalesce(s.net, 0)::bigint as net, coalesce(s.orders, 0)::bigint as orders
		  from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::timestamptz[]) with ordinality as q(seller, seq, since, until, nth)
		  left join lateral (
		    select sum(o.goods - coalesce(r.back, 0)) as net, count(*) as orders
		      from order_record o
		      join order_number n on n.tenant_id = $1 and n.order_id = o.id and n.seq < q.seq
		      left join lateral (select sum(f.amount) as back from order_refund f
		                          where o.refunded > 0 and f.tenant_id = $1 and f.order_id = o.id and f.seq < q.seq) r on true
		     where o.tenant_id = $1 and o.seller_id = q.seller and o.paid_at >= q.since and o.paid_at < q.until
		  ) s on true
		 order by q.nth`, tx.Tenant(), sellers, seqs, from, to)
	if err != nil {
		return nil, fmt.Errorf("order: sold before: %w", err)
	}
	return sold, nil
}
