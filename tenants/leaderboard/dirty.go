package leaderboard

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Dirty says that a member's sums of a day have changed.
type Dirty struct {
	Member distributor.ID
	Day    performance.Date
}

// DirtyOf is what changes of the sums leave behind.
func DirtyOf(changes []performance.Change) []Dirty {
	list := make([]Dirty, len(changes))
	for i, c := range changes {
		list[i] = Dirty{c.Member, c.Day}
	}
	return list
}

// Mark tells the flusher, in the transaction that changed the sums.
func Mark(tx *pg.Tx, list []Dirty) {
	if len(list) == 0 {
		return
	}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Dirty) int { return cmp.Or(slices.Compare(a.Member[:], b.Member[:]), a.Day.Compare(b.Day)) })
	members, days := split(slices.Compact(sorted))
	tx.Later("leaderboard: mark", `
		insert into leaderboard_dirty as d (tenant_id, member_id, day, noted)
		select $1, m, day, 1 from unnest($2::uuid[], $3::date[]) as x (m, day)
		on conflict (tenant_id, member_id, day) do update set noted = d.noted + 1`, tx.Tenant(), members, days)
}

type dirtyRow struct {
	Member distributor.ID
	Day    performance.Date
	Noted  int64
}

func readDirty(tx *pg.Tx, limit int) *pg.Answer[dirtyRow] {
	return pg.Ask[dirtyRow](tx, `
		select member_id as member, day, noted from leaderboard_dirty where tenant_id = $1 order by member_id, day limit $2`, tx.Tenant(), limit)
}

// forget deletes what has been dealt with. A row that was marked again since it
// was read, or is being marked, stays for the next round: nobody waits here.
func forget(tx *pg.Tx, rows []dirtyRow) {
	list, noted := make([]Dirty, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		list[i], noted[i] = Dirty{r.Member, r.Day}, r.Noted
	}
	members, days := split(list)
	tx.Later("leaderboard: forget", `
		delete from leaderboard_dirty d
		 using (select x.member_id, x.day from leaderboard_dirty x
		          join unnest($2::uuid[], $3::date[], $4::bigint[]) as r (m, day, noted)
		            on x.member_id = r.m and x.day = r.day and x.noted = r.noted
		         where x.tenant_id = $1 for update of x skip locked) done
		 where d.tenant_id = $1 and d.member_id = done.member_id and d.day = done.day`, tx.Tenant(), members, days, noted)
}

// isDirty reports which members have changes from one day to another that no
// flush has seen.
func isDirty(ctx context.Context, tx *pg.Tx, from, to performance.Date) (map[distributor.ID]bool, error) {
	members, err := pg.Column[distributor.ID](ctx, tx, `
		select distinct member_id from leaderboard_dirty where tenant_id = $1 and day between $2 and $3`, tx.Tenant(), from, to)
	dirty := make(map[distributor.ID]bool, len(members))
	for _, m := range members {
		dirty[m] = true
	}
	return dirty, err
}

// storesWithWork is the platform's sweep.
func storesWithWork(ctx context.Context, db *pg.DB) (stores []tenancy.ID, err error) {
	err = db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		stores, err = pg.Column[tenancy.ID](ctx, tx, `select distinct tenant_id from leaderboard_dirty`)
		return err
	})
	return stores, err
}

// lockBoards makes this transaction the only writer of the store's boards.
func lockBoards(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('leaderboard ' || $1, 0))`, tx.Tenant().UUID())
	return err
}

func tryLockBoards(tx *pg.Tx) *pg.Answer[bool] {
	return pg.AskColumn[bool](tx, `select pg_try_advisory_xact_lock(hashtextextended('leaderboard ' || $1, 0))`, tx.Tenant().UUID())
}

func split(list []Dirty) (members []distributor.ID, days []performance.Date) {
	members, days = make([]distributor.ID, len(list)), make([]performance.Date, len(list))
	for i, d := range list {
		members[i], days[i] = d.Member, d.Day
	}
	return members, days
}
