package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// asPlatform runs fn as the platform's role inside a store's transaction: the
// platform's own tables are not the product's to write, and a store must not
// exist without its first rows.
func asPlatform(ctx context.Context, tx *pg.Tx, fn func() error) error {
	if _, err := tx.Exec(ctx, "set local role fenli_platform"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err // the transaction is over, and the role with it
	}
	_, err := tx.Exec(ctx, "set local role none")
	return err
}

type storeRow struct {
	ID        tenancy.ID      `db:"id"`
	Slug      string          `db:"slug"`
	Name      string          `db:"name"`
	Currency  string          `db:"currency"`
	TimeZone  string          `db:"time_zone"`
	Industry  string          `db:"industry"`
	Plan      string          `db:"plan"`
	State     string          `db:"state"`
	Brand     json.RawMessage `db:"brand"`
	CreatedAt time.Time       `db:"created_at"`
}

func (r storeRow) store() (Store, error) {
	s := Store{ID: r.ID, Slug: r.Slug, Name: r.Name, Currency: r.Currency, TimeZone: r.TimeZone, Industry: r.Industry,
		Plan: r.Plan, State: r.State, Brand: defaultBrand(r.Name), CreatedAt: r.CreatedAt.UTC()}
	if err := json.Unmarshal(r.Brand, &s.Brand); err != nil {
		return s, fmt.Errorf("registry: brand of %s: %w", r.ID, err)
	}
	return s, nil
}

const storeColumns = `select s.id, s.slug, s.name, s.currency, s.time_zone, s.industry, s.plan, s.state, s.brand, s.created_at from registry_store s `

func oneStore(ctx context.Context, tx *pg.Tx, where string, arg any) (Store, error) {
	row, err := pg.CollectOne[storeRow](ctx, tx, storeColumns+where, arg)
	if errors.Is(err, pg.ErrNoRows) {
		return Store{}, errStoreUnknown
	}
	if err != nil {
		return Store{}, err
	}
	return row.store()
}

func storeByID(ctx context.Context, tx *pg.Tx, tenant tenancy.ID) (Store, error) {
	return oneStore(ctx, tx, `where s.id = $1`, tenant)
}

func storeBySlug(ctx context.Context, tx *pg.Tx, slug string) (Store, error) {
	return oneStore(ctx, tx, `where s.slug = $1`, slug)
}

func storeByHost(ctx context.Context, tx *pg.Tx, host string) (Store, error) {
	return oneStore(ctx, tx, `join registry_host h on h.store_id = s.id where h.host = $1`, host)
}

func listStores(ctx context.Context, tx *pg.Tx, before tenancy.ID, limit int) ([]Store, error) {
	rows, err := pg.Collect[storeRow](ctx, tx, storeColumns+`where $1::uuid is null or s.id < $1 order by s.id desc limit $2`, before, limit)
	if err != nil {
		return nil, err
	}
	stores := make([]Store, len(rows))
	for i, r := range rows {
		if stores[i], err = r.store(); err != nil {
			return nil, err
		}
	}
	return stores, nil
}

func insertStore(ctx context.Context, tx *pg.Tx, s Store, testNow *time.Time) error {
	brand, err := json.Marshal(s.Brand)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into registry_store (id, slug, name, currency, time_zone, industry, plan, state, brand, test_now, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.ID, s.Slug, s.Name, s.Currency, s.TimeZone, s.Industry, s.Plan, s.State, brand, testNow, s.CreatedAt)
	return err
}

func updateBrand(ctx context.Context, tx *pg.Tx, tenant tenancy.ID, b Brand) error {
	brand, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update registry_store set brand = $2 where id = $1`, tenant, brand)
	return err
}

func insertHost(ctx context.Context, tx *pg.Tx, tenant tenancy.ID, host string) error {
	_, err := tx.Exec(ctx, `insert into registry_host (host, store_id) values ($1, $2)`, host, tenant)
	if pg.Violates(err, "registry_host_pkey") {
		return errHostUsed.With("host", host)
	}
	return err
}

func readPerson(ctx context.Context, tx *pg.Tx, loginHash []byte) (personRow, error) {
	return pg.CollectOne[personRow](ctx, tx, `select id, name, password_hash from registry_person where login_hash = $1`, loginHash)
}

func insertPerson(ctx context.Context, tx *pg.Tx, p Person, loginHash, sealed []byte, passwordHash string, at time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into registry_person (id, login_hash, login_sealed, name, password_hash, created_at)
		values ($1, $2, $3, $4, $5, $6)`, p.ID, loginHash, sealed, p.Name, passwordHash, at)
	return err
}

func insertStaff(ctx context.Context, tx *pg.Tx, person PersonID, role string) error {
	_, err := tx.Exec(ctx, `
		insert into registry_staff (tenant_id, person_id, role, created_at) values ($1, $2, $3, $4)
		on conflict (tenant_id, person_id) do update set role = excluded.role`, tx.Tenant(), person, role, tx.Now())
	return err
}

func staffRole(ctx context.Context, tx *pg.Tx, person PersonID) (role string, err error) {
	err = tx.QueryRow(ctx, `select role from registry_staff where tenant_id = $1 and person_id = $2`, tx.Tenant(), person).Scan(&role)
	return role, err
}

func insertSession(ctx context.Context, tx *pg.Tx, s Session, hash []byte, now time.Time) error {
	if _, err := tx.Exec(ctx, `delete from registry_session where tenant_id = $1 and person_id = $2 and expires_at <= $3`,
		tx.Tenant(), s.Person.ID, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		insert into registry_session (tenant_id, token_hash, person_id, realm, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6)`, tx.Tenant(), hash, s.Person.ID, s.Realm, now, s.expires)
	return err
}

func deleteSession(ctx context.Context, tx *pg.Tx, hash []byte) error {
	_, err := tx.Exec(ctx, `delete from registry_session where tenant_id = $1 and token_hash = $2`, tx.Tenant(), hash)
	return err
}

type sessionRow struct {
	PersonID  PersonID  `db:"person_id"`
	Realm     Realm     `db:"realm"`
	ExpiresAt time.Time `db:"expires_at"`
	Name      string    `db:"name"`
}

func readSession(ctx context.Context, tx *pg.Tx, hash []byte) (sessionRow, error) {
	return pg.CollectOne[sessionRow](ctx, tx, `
		select s.person_id, s.realm, s.expires_at, p.name
		  from registry_session s join registry_person p on p.id = s.person_id
		 where s.tenant_id = $1 and s.token_hash = $2`, tx.Tenant(), hash)
}

func insertKey(ctx context.Context, tx *pg.Tx, k Key, hash []byte) error {
	_, err := tx.Exec(ctx, `
		insert into registry_api_key (tenant_id, id, name, secret_hash, hint, created_at)
		values ($1, $2, $3, $4, $5, $6)`, tx.Tenant(), k.ID, k.Name, hash, k.Hint, k.CreatedAt)
	return err
}

func readKey(ctx context.Context, tx *pg.Tx, hash []byte) (key KeyID, name string, err error) {
	err = tx.QueryRow(ctx, `
		select id, name from registry_api_key where tenant_id = $1 and secret_hash = $2 and revoked_at is null`,
		tx.Tenant(), hash).Scan(&key, &name)
	return key, name, err
}

type keyRow struct {
	ID        KeyID      `db:"id"`
	Name      string     `db:"name"`
	Hint      string     `db:"hint"`
	CreatedAt time.Time  `db:"created_at"`
	RevokedAt *time.Time `db:"revoked_at"`
}

func listKeys(ctx context.Context, tx *pg.Tx, before KeyID, limit int) ([]Key, error) {
	rows, err := pg.Collect[keyRow](ctx, tx, `
		select id, name, hint, created_at, revoked_at from registry_api_key
		 where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`, tx.Tenant(), before, limit)
	keys := make([]Key, len(rows))
	for i, r := range rows {
		keys[i] = Key(r)
	}
	return keys, err
}

func revokeKey(ctx context.Context, tx *pg.Tx, key KeyID, at time.Time) error {
	n, err := tx.Exec(ctx, `update registry_api_key set revoked_at = coalesce(revoked_at, $3) where tenant_id = $1 and id = $2`, tx.Tenant(), key, at)
	if err == nil && n == 0 {
		return errKeyUnknown
	}
	return err
}

type entryRow struct {
	ID      EntryID         `db:"id"`
	At      time.Time       `db:"at"`
	Actor   string          `db:"actor"`
	Action  string          `db:"action"`
	Subject string          `db:"subject"`
	Detail  json.RawMessage `db:"detail"`
}

func insertEntry(ctx context.Context, tx *pg.Tx, e Entry) error {
	_, err := tx.Exec(ctx, `
		insert into registry_audit (tenant_id, id, at, actor, action, subject, detail)
		values ($1, $2, $3, $4, $5, $6, $7)`, tx.Tenant(), e.ID, e.At, e.Actor, e.Action, e.Subject, e.Detail)
	return err
}

func listEntries(ctx context.Context, tx *pg.Tx, before EntryID, limit int) ([]Entry, error) {
	rows, err := pg.Collect[entryRow](ctx, tx, `
		select id, at, actor, action, subject, detail from registry_audit
		 where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`, tx.Tenant(), before, limit)
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i] = Entry{ID: r.ID, At: r.At, Actor: r.Actor, Action: r.Action, Subject: r.Subject, Detail: r.Detail}
	}
	return entries, err
}
