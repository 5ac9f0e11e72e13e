package distributor

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Reach is how many earning members of one line anybody may ask for: three
// levels, and the buyer who is a distributor and does not count as one.
const Reach = 4

// firstLook is how many ancestors are read at once; hardly any line has so
// many members in a row who may not earn.
const firstLook = 8

// ChainOf reads, for each seller, the seller and the ancestors above, nearest
// first, up to the [Reach]th who may earn; those who may not stand among them.
// A seller the store does not know is absent.
func ChainOf(ctx context.Context, tx *pg.Tx, sellers []ID) (map[ID][]Link, error) {
	return AskChainOf(tx, sellers)(ctx)
}

// AskChainOf is [ChainOf] for whoever does not wait for the answer yet.
func AskChainOf(tx *pg.Tx, sellers []ID) func(context.Context) (map[ID][]Link, error) {
	look := askChains(tx, sellers, firstLook)
	return func(ctx context.Context) (map[ID][]Link, error) {
		chains := make(map[ID][]Link, len(sellers))
		short, err := look(ctx, chains)
		if err != nil || len(short) == 0 {
			return chains, err
		}
		_, err = askChains(tx, short, 1<<20)(ctx, chains)
		return chains, err
	}
}

// askChains looks up to `depth` ancestors high; the answer names the sellers
// whose line goes on above without having given enough earners.
func askChains(tx *pg.Tx, sellers []ID, depth int) func(context.Context, map[ID][]Link) (short []ID, err error) {
	asked := pg.Ask[seen](tx, `
		select s.id as seller, cardinality(s.ancestors) as height, m.id, m.grade, m.state
		  from distributor_member s
		  cross join unnest(s.id || s.ancestors[1:$3]) with ordinality p (id, nth)
		  join distributor_member m on m.tenant_id = $1 and m.id = p.id
		 where s.tenant_id = $1 and s.id = any($2::uuid[])
		 order by s.id, p.nth`, tx.Tenant(), ids(sellers), depth)
	return func(ctx context.Context, into map[ID][]Link) ([]ID, error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, err
		}
		return linked(rows, sellers, depth, into), nil
	}
}

// seen is one member of the line above a seller.
type seen struct {
	Seller ID     `db:"seller"`
	Height int    `db:"height"`
	ID     ID     `db:"id"`
	Grade  string `db:"grade"`
	State  State  `db:"state"`
}

func linked(rows []seen, sellers []ID, depth int, into map[ID][]Link) (short []ID) {
	earners, height := map[ID]int{}, map[ID]int{}
	for _, s := range sellers {
		delete(into, s)
	}
	for _, r := range rows {
		height[r.Seller] = r.Height
		if earners[r.Seller] == Reach {
			continue
		}
		into[r.Seller] = append(into[r.Seller], Link{r.ID, r.Grade, r.State})
		if r.State.MayEarn() {
			earners[r.Seller]++
		}
	}
	for seller, h := range height {
		if h > depth && earners[seller] < Reach {
			short = append(short, seller)
		}
	}
	return short
}

// States reads where each of them stands now; unknown ones are absent.
func States(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]State, error) {
	return factOf[State](ctx, tx, "state", who)
}

// Graded is a member as the close of a period, or a grading, sees them.
type Graded struct {
	ID       ID        `db:"id"`
	Grade    string    `db:"grade"`
	JoinedAt time.Time `db:"joined_at"`
	GradedAt time.Time `db:"graded_at"` // since when they have the grade
}

// InBusiness reads everybody who is active or frozen, by id.
func InBusiness(ctx context.Context, tx *pg.Tx) ([]Graded, error) { return InBusinessOf(ctx, tx, nil) }

// InBusinessOf reads those of the given members who are active or frozen, by
// id; nil is everybody.
func InBusinessOf(ctx context.Context, tx *pg.Tx, who []ID) ([]Graded, error) {
	return pg.Collect[Graded](ctx, tx, `
		select id, grade, coalesce(joined_at, applied_at) as joined_at, coalesce(graded_at, joined_at, applied_at) as graded_at
		  from distributor_member
		 where tenant_id = $1 and state in ('active', 'frozen') and ($2::uuid[] is null or id = any($2)) order by id`, tx.Tenant(), who)
}

// Lines reads the ancestors of members, nearest first, the whole way up.
func Lines(ctx context.Context, tx *pg.Tx, who []ID) (map[ID][]ID, error) {
	return factOf[[]ID](ctx, tx, "ancestors", who)
}

// Below reads everybody who stands below a member, at any depth.
func Below(ctx context.Context, tx *pg.Tx, who []ID) ([]ID, error) {
	return pg.Column[ID](ctx, tx, `
		select distinct descendant_id from distributor_closure
		 where tenant_id = $1 and ancestor_id = any($2::uuid[]) and depth > 0`, tx.Tenant(), ids(who))
}

// Recruits counts, by upline, those who joined right below within a time, which
// is half-open. Only the given uplines are counted; nil counts all.
func Recruits(ctx context.Context, tx *pg.Tx, from, to time.Time, only []ID) (map[ID]int64, error) {
	rows, err := pg.Collect[struct {
		Upline ID    `db:"upline_id"`
		Joined int64 `db:"joined"`
	}](ctx, tx, `
		select upline_id, count(*) as joined from distributor_member
		 where tenant_id = $1 and upline_id is not null and joined_at >= $2 and joined_at < $3 and ($4::uuid[] is null or upline_id = any($4))
		 group by upline_id`, tx.Tenant(), from, to, only)
	counts := make(map[ID]int64, len(rows))
	for _, r := range rows {
		counts[r.Upline] = r.Joined
	}
	return counts, err
}

// Size is how many stand below a member.
type Size struct{ Direct, Team int32 }

// Sizes counts those below each of the members; nobody below is absent.
func Sizes(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]Size, error) {
	rows, err := pg.Collect[struct {
		ID     ID    `db:"ancestor_id"`
		Direct int32 `db:"direct"`
		Team   int32 `db:"team"`
	}](ctx, tx, `
		select ancestor_id, count(*) filter (where depth = 1)::int as direct, count(*)::int as team from distributor_closure
		 where tenant_id = $1 and ancestor_id = any($2::uuid[]) and depth > 0 group by ancestor_id`, tx.Tenant(), ids(who))
	sizes := make(map[ID]Size, len(rows))
	for _, r := range rows {
		sizes[r.ID] = Size{r.Direct, r.Team}
	}
	return sizes, err
}

// Names reads what each of them is called; unknown ones are absent.
func Names(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]string, error) {
	return factOf[string](ctx, tx, "name", who)
}

func factOf[T any](ctx context.Context, tx *pg.Tx, column string, who []ID) (map[ID]T, error) {
	rows, err := pg.Collect[struct {
		ID   ID `db:"id"`
		Fact T  `db:"fact"`
	}](ctx, tx, `select id, `+column+` as fact from distributor_member where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), ids(who))
	facts := make(map[ID]T, len(rows))
	for _, r := range rows {
		facts[r.ID] = r.Fact
	}
	return facts, err
}

// LockGraded reads those of the members who are active or frozen and keeps
// others from changing them until the transaction ends.
func LockGraded(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]Graded, error) {
	rows, err := pg.Collect[Graded](ctx, tx, `
		select id, grade, coalesce(joined_at, applied_at) as joined_at, coalesce(graded_at, joined_at, applied_at) as graded_at
		  from distributor_member
		 where tenant_id = $1 and state in ('active', 'frozen') and id = any($2::uuid[]) order by id for no key update`, tx.Tenant(), ids(who))
	found := make(map[ID]Graded, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, err
}
