package distributor

import (
	"context"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// The posts that a merchant gives. Whoever holds one may be a recipient beside
// the chain; whether they may earn is asked as of anybody.
const (
	TeamLead    = "team_lead"    // 团队长: of everybody below, and of themselves
	CityPartner = "city_partner" // 城市合伙人: of the orders that go to a region
)

// Post is who holds a post towards an order.
type Post struct {
	Role  string
	ID    ID
	Grade string
	State State
}

// Sale is what decides who holds a post towards an order; both may be absent.
type Sale struct {
	Seller ID
	Region string
}

// PostsFor reads, sale by sale, who holds a post towards it: the nearest lead
// at or above the seller, however high, and the partner of the longest matching
// region. However many sales there are, it is one statement.
func PostsFor(ctx context.Context, tx *pg.Tx, sales []Sale) ([][]Post, error) {
	var nths []int32
	var prefixes []string
	sellers, asks := make([]ID, len(sales)), false
	for i, s := range sales {
		sellers[i], asks = s.Seller, asks || !s.Seller.IsZero()
		for _, p := range prefixesOf(s.Region) {
			nths, prefixes, asks = append(nths, int32(i+1)), append(prefixes, p), true
		}
	}
	found := make([][]Post, len(sales))
	if !asks {
		return found, nil
	}
	rows, err := pg.Collect[struct {
		Nth   int
		Role  string
		ID    ID
		Grade string
		State State
	}](ctx, tx, `
		select q.nth::int as nth, 'team_lead' as role, m.id, m.grade, m.state
		  from unnest($2::uuid[]) with ordinality q (seller, nth)
		  cross join lateral (
		    select l.member_id
		      from distributor_member s
		      cross join unnest(s.id || s.ancestors) with ordinality p (id, high)
		      join distributor_lead l on l.tenant_id = $1 and l.member_id = p.id
		     where s.tenant_id = $1 and s.id = q.seller
		     order by p.high limit 1) lead
		  join distributor_member m on m.tenant_id = $1 and m.id = lead.member_id
		union all
		select p.nth, 'city_partner', m.id, m.grade, m.state
		  from (select distinct on (q.nth) q.nth, c.member_id
		          from unnest($3::int[], $4::text[]) q (nth, prefix)
		          join distributor_partner c on c.tenant_id = $1 and c.prefix = q.prefix
		         order by q.nth, length(c.prefix) desc) p
		  join distributor_member m on m.tenant_id = $1 and m.id = p.member_id
		 order by 1, 2 desc`, tx.Tenant(), sellers, nths, prefixes)
	for _, r := range rows {
		found[r.Nth-1] = append(found[r.Nth-1], Post{r.Role, r.ID, r.Grade, r.State})
	}
	return found, err
}

// AskAnyPosts asks whether anybody holds a post at all: in most stores nobody
// does, and then nobody need ask towards which order.
func AskAnyPosts(tx *pg.Tx) func(context.Context) (bool, error) {
	asked := pg.AskColumn[bool](tx, `
		select exists (select 1 from distributor_lead where tenant_id = $1) or exists (select 1 from distributor_partner where tenant_id = $1)`, tx.Tenant())
	return func(ctx context.Context) (bool, error) {
		rows, err := asked.All(ctx)
		return len(rows) == 1 && rows[0], err
	}
}

// SetLead makes an active member a team lead, or takes the post away. It counts
// for later orders.
func (s *Service) SetLead(ctx context.Context, tx *pg.Tx, who ID, lead bool) error {
	if !lead {
		if _, err := Get(ctx, tx, who); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from distributor_lead where tenant_id = $1 and member_id = $2`, tx.Tenant(), who)
		return err
	}
	if err := mustBeActive(ctx, tx, who); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into distributor_lead (tenant_id, member_id, since) values ($1, $2, $3) on conflict do nothing`, tx.Tenant(), who, tx.Now())
	return err
}

// SetPartner gives a region to an active member, in place of whoever had it; a
// zero member takes the region from its partner. It counts for later orders.
func (s *Service) SetPartner(ctx context.Context, tx *pg.Tx, region string, who ID) error {
	region = strings.Trim(strings.TrimSpace(region), "/")
	prefix := prefixOf(region)
	if prefix == "" {
		return ErrRegionMissing.At("region")
	}
	if who.IsZero() {
		_, err := tx.Exec(ctx, `delete from distributor_partner where tenant_id = $1 and prefix = $2`, tx.Tenant(), prefix)
		return err
	}
	if err := mustBeActive(ctx, tx, who); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into distributor_partner (tenant_id, prefix, region, member_id, since) values ($1, $2, $3, $4, $5)
		on conflict (tenant_id, prefix) do update set region = excluded.region, member_id = excluded.member_id, since = excluded.since`,
		tx.Tenant(), prefix, region, who, tx.Now())
	return err
}

func mustBeActive(ctx context.Context, tx *pg.Tx, who ID) error {
	m, err := Get(ctx, tx, who)
	if err == nil && !m.State.MayEarn() {
		err = ErrNotActive.With("state", m.State)
	}
	return err
}

// Partner is a region and who has it.
type Partner struct {
	Region string    `db:"region"`
	Member ID        `db:"member_id"`
	Since  time.Time `db:"since"`
}

// Partners lists the regions that have a partner; a zero member is everybody.
func Partners(ctx context.Context, tx *pg.Tx, who ID) ([]Partner, error) {
	return pg.Collect[Partner](ctx, tx, `
		select region, member_id, since from distributor_partner
		 where tenant_id = $1 and ($2::uuid is null or member_id = $2) order by prefix`, tx.Tenant(), who)
}

// Leads tells which of the members are team leads.
func Leads(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]bool, error) {
	list, err := pg.Column[ID](ctx, tx, `select member_id from distributor_lead where tenant_id = $1 and member_id = any($2::uuid[])`, tx.Tenant(), ids(who))
	leads := make(map[ID]bool, len(list))
	for _, id := range list {
		leads[id] = true
	}
	return leads, err
}

// prefixOf is what the regions of a partner's orders begin with. The six-digit
// codes of administrative divisions end in zeros where they mean everything
// below: 440300 is all of 4403.
func prefixOf(region string) string {
	if !isCode(region) {
		return region
	}
	for strings.HasSuffix(region, "00") {
		region = region[:len(region)-2]
	}
	return region
}

func isCode(region string) bool {
	if len(region) != 6 {
		return false
	}
	for _, c := range region {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// maxRegion bounds what a region may begin with.
const maxRegion = 100

// prefixesOf are all the prefixes under which a region's partner may stand:
// whole steps of a path "广东/深圳/南山", else any beginning of a code.
func prefixesOf(region string) (list []string) {
	region = strings.Trim(strings.TrimSpace(region), "/")
	path := strings.Contains(region, "/")
	letters := []rune(region)
	for i := 1; i <= min(len(letters), maxRegion); i++ {
		if i == len(letters) || !path || letters[i] == '/' {
			list = append(list, string(letters[:i]))
		}
	}
	return list
}
