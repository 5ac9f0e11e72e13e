package customer

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

const columns = `id, coalesce(external_id, '') as external_id, person_id, distributor_id, name, first_source, registered_at`

// Registration is somebody who buys for the first time, or once more.
type Registration struct {
	ExternalID string               // the merchant's own id
	PersonID   distributor.PersonID // or the account
	Name       string
	Source     Source
}

// Register finds the buyer or makes one; at least one of the ids must be
// there, else [ErrNobody]. Two at once make one buyer. Somebody whom the store
// knows as a distributor by the same id is linked from the start.
func Register(ctx context.Context, tx *pg.Tx, r Registration) (Buyer, error) {
	if r.ExternalID == "" && r.PersonID.IsZero() {
		return Buyer{}, ErrNobody
	}
	known, err := find(ctx, tx, r)
	if !errors.Is(err, ErrUnknown) {
		return known, err
	}
	also, err := asDistributor(ctx, tx, r)
	if err != nil {
		return Buyer{}, err
	}
	_, err = tx.Exec(ctx, `
		insert into customer_buyer (tenant_id, id, external_id, person_id, distributor_id, name, first_source, registered_at)
		values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8)
		on conflict do nothing`,
		tx.Tenant(), id.New[kind](tx.Now()), r.ExternalID, r.PersonID, also, r.Name, r.Source, tx.Now())
	if err != nil {
		return Buyer{}, err
	}
	return find(ctx, tx, r) // ours, or of whoever registered the same person first
}

// AskByExternal asks who of some buyers, by the merchant's own ids, is known.
func AskByExternal(tx *pg.Tx, ids []string) func(context.Context) (map[string]Buyer, error) {
	asked := pg.Ask[Buyer](tx, `
		select `+columns+` from customer_buyer where tenant_id = $1 and external_id = any($2::text[])`, tx.Tenant(), ids)
	return func(ctx context.Context) (map[string]Buyer, error) {
		rows, err := asked.All(ctx)
		known := make(map[string]Buyer, len(rows))
		for _, b := range rows {
			known[b.ExternalID] = b
		}
		return known, err
	}
}

// RegisterAll is [Register] of many newcomers by the merchant's own ids, each
// named once. members are the distributors whom the store knows by the same
// ids. The buyers come by external id.
func RegisterAll(ctx context.Context, tx *pg.Tx, list []Registration, members map[string]distributor.ID) (map[string]Buyer, error) {
	n := len(list)
	ids, externals, names := make([]ID, n), make([]string, n), make([]string, n)
	also, sources := make([]distributor.ID, n), make([]Source, n)
	for i, r := range list {
		ids[i], externals[i], names[i], also[i], sources[i] = id.New[kind](tx.Now()), r.ExternalID, r.Name, members[r.ExternalID], r.Source
	}
	rows, err := pg.Collect[Buyer](ctx, tx, `
		insert into customer_buyer (tenant_id, id, external_id, distributor_id, name, first_source, registered_at)
		select $1, x.id, x.external,
		       case when not exists (select 1 from customer_buyer b where b.tenant_id = $1 and b.distributor_id = x.also) then x.also end,
		       x.name, x.source, $7
		  from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::json[]) as x(id, external, also, name, source)
		 order by x.external
		on conflict do nothing
		returning `+columns, tx.Tenant(), ids, externals, also, names, sources, tx.Now())
	if err != nil {
		return nil, fmt.Errorf("customer: register: %w", err)
	}
	made := make(map[string]Buyer, n)
	if len(rows) < n { // some others were faster
		if made, err = AskByExternal(tx, externals)(ctx); err != nil {
			return nil, err
		}
	}
	for _, b := range rows {
		b.New = true
		made[b.ExternalID] = b
	}
	return made, nil
}

func find(ctx context.Context, tx *pg.Tx, r Registration) (Buyer, error) {
	if r.ExternalID != "" {
		b, err := ByExternal(ctx, tx, r.ExternalID)
		if !errors.Is(err, ErrUnknown) || r.PersonID.IsZero() {
			return b, err
		}
	}
	return ByPerson(ctx, tx, r.PersonID)
}

// asDistributor is the member with the same id who is no buyer yet.
func asDistributor(ctx context.Context, tx *pg.Tx, r Registration) (distributor.ID, error) {
	var m distributor.Member
	err := error(distributor.ErrUnknown)
	if r.ExternalID != "" {
		m, err = distributor.ByExternal(ctx, tx, r.ExternalID)
	}
	if errors.Is(err, distributor.ErrUnknown) && !r.PersonID.IsZero() {
		m, err = distributor.ByPerson(ctx, tx, r.PersonID)
	}
	if errors.Is(err, distributor.ErrUnknown) {
		return distributor.ID{}, nil
	}
	if err != nil {
		return distributor.ID{}, err
	}
	if _, err := ByDistributor(ctx, tx, m.ID); err == nil {
		return distributor.ID{}, nil
	} else if !errors.Is(err, ErrUnknown) {
		return distributor.ID{}, err
	}
	return m.ID, nil
}

// LinkDistributor says that a buyer and a distributor are one human being.
// Doing it again is nothing; [ErrLinked] when either belongs to another.
func LinkDistributor(ctx context.Context, tx *pg.Tx, buyer ID, who distributor.ID) error {
	n, err := tx.Exec(ctx, `
		update customer_buyer set distributor_id = $3
		 where tenant_id = $1 and id = $2 and (distributor_id is null or distributor_id = $3)`, tx.Tenant(), buyer, who)
	if pg.Violates(err, "customer_buyer_tenant_id_distributor_id_key") || err == nil && n == 0 {
		return ErrLinked
	}
	return err
}

// Get reads one buyer; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, buyer ID) (Buyer, error) {
	return one(ctx, tx, `select `+columns+` from customer_buyer where tenant_id = $1 and id = $2`, buyer)
}

// ByExternal finds a buyer by the merchant's own id.
func ByExternal(ctx context.Context, tx *pg.Tx, externalID string) (Buyer, error) {
	return one(ctx, tx, `select `+columns+` from customer_buyer where tenant_id = $1 and external_id = $2`, externalID)
}

// ByPerson finds the buyer behind an account.
func ByPerson(ctx context.Context, tx *pg.Tx, person distributor.PersonID) (Buyer, error) {
	return one(ctx, tx, `select `+columns+` from customer_buyer where tenant_id = $1 and person_id = $2`, person)
}

// ByDistributor finds a distributor as a buyer.
func ByDistributor(ctx context.Context, tx *pg.Tx, who distributor.ID) (Buyer, error) {
	return one(ctx, tx, `select `+columns+` from customer_buyer where tenant_id = $1 and distributor_id = $2`, who)
}

func one(ctx context.Context, tx *pg.Tx, sql string, key any) (Buyer, error) {
	b, err := pg.CollectOne[Buyer](ctx, tx, sql, tx.Tenant(), key)
	if errors.Is(err, pg.ErrNoRows) {
		return b, ErrUnknown
	}
	return b, err
}

// Filter chooses buyers of a list.
type Filter struct {
	Query string // part of a name or external id
	IDs   []ID   // only these, when not nil
	After ID     // the last id of the page before
	Limit int
}

// List reads a page of buyers, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Buyer, error) {
	q := tx.Select("customer_buyer", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.Query != "" {
		q.Where("strpos(lower(name), lower(?0)) > 0 or strpos(lower(coalesce(external_id, '')), lower(?0)) > 0", f.Query)
	}
	if f.IDs != nil {
		q.Where("id in (?)", bun.List(f.IDs))
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Buyer](ctx, tx, q)
}

// Names reads what each of them is called; unknown ones are absent.
func Names(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]string, error) {
	return AskNames(tx, who)(ctx)
}

// AskNames is [Names] for whoever does not wait for the answer yet.
func AskNames(tx *pg.Tx, who []ID) func(context.Context) (map[ID]string, error) {
	if len(who) == 0 {
		return func(context.Context) (map[ID]string, error) { return nil, nil }
	}
	asked := pg.Ask[struct {
		ID   ID     `db:"id"`
		Name string `db:"name"`
	}](tx, `select id, name from customer_buyer where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), who)
	return func(ctx context.Context) (map[ID]string, error) {
		rows, err := asked.All(ctx)
		names := make(map[ID]string, len(rows))
		for _, r := range rows {
			names[r.ID] = r.Name
		}
		return names, err
	}
}
