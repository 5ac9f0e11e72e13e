package payee

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type record struct {
	Profile     int        `db:"profile"`
	Account     int        `db:"account"`
	PausedUntil *time.Time `db:"paused_until"`
}

type sealedProfile struct {
	Profile
	Sealed []byte `db:"sealed"`
}

type sealedAccount struct {
	Account
	Sealed []byte `db:"sealed"`
}

const (
	profileColumns = `revision, kind, name, number, phone, taxpayer, at, by`
	accountColumns = `revision, kind, shown, bank, usable_at, at, by`
)

// lockRecord makes the person's row when there is none: of two changes at once
// one waits.
func lockRecord(ctx context.Context, tx *pg.Tx, who distributor.ID) (record, error) {
	_, err := tx.Exec(ctx, `
		insert into payee_record (tenant_id, distributor_id) values ($1, $2) on conflict (tenant_id, distributor_id) do nothing`, tx.Tenant(), who)
	if err != nil {
		return record{}, err
	}
	return pg.CollectOne[record](ctx, tx, `
		select profile, account, paused_until from payee_record where tenant_id = $1 and distributor_id = $2 for update`, tx.Tenant(), who)
}

func readRecord(ctx context.Context, tx *pg.Tx, who distributor.ID) (record, error) {
	r, err := pg.CollectOne[record](ctx, tx, `
		select profile, account, paused_until from payee_record where tenant_id = $1 and distributor_id = $2`, tx.Tenant(), who)
	if errors.Is(err, pg.ErrNoRows) {
		return record{}, nil
	}
	return r, err
}

func saveRecord(ctx context.Context, tx *pg.Tx, who distributor.ID, r record) error {
	_, err := tx.Exec(ctx, `
		update payee_record set profile = $3, account = $4, paused_until = $5 where tenant_id = $1 and distributor_id = $2`,
		tx.Tenant(), who, r.Profile, r.Account, r.PausedUntil)
	return err
}

func insertProfile(ctx context.Context, tx *pg.Tx, who distributor.ID, p sealedProfile) error {
	_, err := tx.Exec(ctx, `
		insert into payee_profile (tenant_id, distributor_id, revision, kind, sealed, name, number, phone, taxpayer, at, by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.Tenant(), who, p.Revision, p.Kind, p.Sealed, p.Name, p.Number, p.Phone, p.Taxpayer, p.At, p.By)
	return err
}

func insertAccount(ctx context.Context, tx *pg.Tx, who distributor.ID, a sealedAccount) error {
	_, err := tx.Exec(ctx, `
		insert into payee_account (tenant_id, distributor_id, revision, kind, sealed, shown, bank, usable_at, at, by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.Tenant(), who, a.Revision, a.Channel, a.Sealed, a.Shown, a.Bank, a.UsableAt, a.At, a.By)
	return err
}

func readProfile(ctx context.Context, tx *pg.Tx, who distributor.ID, revision int) (sealedProfile, error) {
	p, err := pg.CollectOne[sealedProfile](ctx, tx, `
		select `+profileColumns+`, sealed from payee_profile where tenant_id = $1 and distributor_id = $2 and revision = $3`, tx.Tenant(), who, revision)
	if errors.Is(err, pg.ErrNoRows) {
		return p, ErrNoIdentity
	}
	return p, err
}

func readAccount(ctx context.Context, tx *pg.Tx, who distributor.ID, revision int) (sealedAccount, error) {
	a, err := pg.CollectOne[sealedAccount](ctx, tx, `
		select `+accountColumns+`, sealed from payee_account where tenant_id = $1 and distributor_id = $2 and revision = $3`, tx.Tenant(), who, revision)
	if errors.Is(err, pg.ErrNoRows) {
		return a, ErrNoAccount
	}
	return a, err
}

// accountsInForce are the last of each kind.
func accountsInForce(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]sealedAccount, error) {
	return pg.Collect[sealedAccount](ctx, tx, `
		select distinct on (kind) `+accountColumns+`, sealed from payee_account
		 where tenant_id = $1 and distributor_id = $2 order by kind, revision desc`, tx.Tenant(), who)
}

func allProfiles(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]Profile, error) {
	return pg.Collect[Profile](ctx, tx, `
		select `+profileColumns+` from payee_profile where tenant_id = $1 and distributor_id = $2 order by revision desc limit 100`, tx.Tenant(), who)
}

func allAccounts(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]Account, error) {
	return pg.Collect[Account](ctx, tx, `
		select `+accountColumns+` from payee_account where tenant_id = $1 and distributor_id = $2 order by revision desc limit 100`, tx.Tenant(), who)
}
