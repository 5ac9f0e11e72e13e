package payee

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Service carries the verbs that seal and open.
type Service struct{ box *secret.Box }

// New makes the service.
func New(box *secret.Box) *Service { return &Service{box} }

// Identify enters who somebody is. The same again changes nothing; another
// number, name or phone pauses what would be sent to them.
func (s *Service) Identify(ctx context.Context, tx *pg.Tx, who distributor.ID, as Identity, by string) (Payee, error) {
	as = as.clean()
	if err := as.check(tx.Now()); err != nil {
		return Payee{}, err
	}
	if _, err := distributor.Get(ctx, tx, who); err != nil {
		return Payee{}, err
	}
	r, err := lockRecord(ctx, tx, who)
	if err != nil {
		return Payee{}, err
	}
	if r.Profile > 0 {
		before, err := s.identity(ctx, tx, who, r.Profile)
		if err != nil {
			return Payee{}, err
		}
		if before == as {
			return Current(ctx, tx, who)
		}
		r.pause(tx.Now())
	}
	r.Profile++
	sealed, err := s.seal(as, purpose(tx, who, "profile", r.Profile))
	if err != nil {
		return Payee{}, err
	}
	err = insertProfile(ctx, tx, who, sealedProfile{Profile{Revision: r.Profile, Kind: as.Kind, Name: as.shownName(), Number: as.shownNumber(), Phone: as.shownPhone(),
		Taxpayer: s.taxpayer(tx, as.Number), At: tx.Now(), By: by}, sealed})
	if err != nil {
		return Payee{}, err
	}
	if err := saveRecord(ctx, tx, who, r); err != nil {
		return Payee{}, err
	}
	return Current(ctx, tx, who)
}

// PayTo enters the account somebody is paid on. The same again changes
// nothing. Another account of the kind pauses everything; a kind beside others
// is paused alone; the first account of all may be used at once.
func (s *Service) PayTo(ctx context.Context, tx *pg.Tx, who distributor.ID, e Entry, by string) (Payee, error) {
	r, err := lockRecord(ctx, tx, who)
	if err != nil {
		return Payee{}, err
	}
	if r.Profile == 0 {
		return Payee{}, ErrNoIdentity
	}
	profile, err := readProfile(ctx, tx, who, r.Profile)
	if err != nil {
		return Payee{}, err
	}
	e = e.clean()
	if err := e.check(profile.Kind); err != nil {
		return Payee{}, err
	}
	there, err := accountsInForce(ctx, tx, who)
	if err != nil {
		return Payee{}, err
	}
	usable := tx.Now()
	if len(there) > 0 {
		usable = usable.Add(Pause)
	}
	for _, a := range there {
		if a.Channel != e.Channel {
			continue
		}
		before, err := s.entry(a, purpose(tx, who, "account", a.Revision))
		if err != nil {
			return Payee{}, err
		}
		if before == e {
			return Current(ctx, tx, who)
		}
		r.pause(tx.Now())
	}
	r.Account++
	sealed, err := s.seal(e, purpose(tx, who, "account", r.Account))
	if err != nil {
		return Payee{}, err
	}
	err = insertAccount(ctx, tx, who, sealedAccount{Account{Revision: r.Account, Channel: e.Channel, Shown: e.shown(), Bank: e.Bank, UsableAt: usable, At: tx.Now(), By: by}, sealed})
	if err != nil {
		return Payee{}, err
	}
	if err := saveRecord(ctx, tx, who, r); err != nil {
		return Payee{}, err
	}
	return Current(ctx, tx, who)
}

func (r *record) pause(now time.Time) {
	until := now.Add(Pause)
	r.PausedUntil = &until
}

// Reveal opens what money is sent to, in the moment of sending. An account of
// revision 0 is none: paying by hand needs none.
func (s *Service) Reveal(ctx context.Context, tx *pg.Tx, who distributor.ID, profile, account int) (d Destination, err error) {
	if d.Identity, err = s.identity(ctx, tx, who, profile); err != nil || account == 0 {
		return d, err
	}
	a, err := readAccount(ctx, tx, who, account)
	if err != nil {
		return d, err
	}
	d.Account, err = s.entry(a, purpose(tx, who, "account", account))
	return d, err
}

func (s *Service) identity(ctx context.Context, tx *pg.Tx, who distributor.ID, revision int) (i Identity, err error) {
	p, err := readProfile(ctx, tx, who, revision)
	if err != nil {
		return i, err
	}
	return i, s.open(p.Sealed, purpose(tx, who, "profile", revision), &i)
}

func (s *Service) entry(a sealedAccount, purpose string) (e Entry, err error) {
	err = s.open(a.Sealed, purpose, &e)
	return e, err
}

func (s *Service) seal(v any, purpose string) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("payee: %w", err)
	}
	return s.box.Seal(plain, purpose)
}

func (s *Service) open(sealed []byte, purpose string, into any) error {
	plain, err := s.box.Open(sealed, purpose)
	if err != nil {
		return fmt.Errorf("payee: %w", err)
	}
	return json.Unmarshal(plain, into)
}

// taxpayer tells two members of this store who are one person before the law,
// without telling who, and nothing across stores.
func (s *Service) taxpayer(tx *pg.Tx, number string) []byte {
	return s.box.Index("payee.taxpayer:"+tx.Tenant().String(), number)
}

// purpose ties a sealed value to its row.
func purpose(tx *pg.Tx, who distributor.ID, what string, revision int) string {
	return fmt.Sprintf("payee_%s.sealed:%s:%s:%d", what, tx.Tenant(), who.UUID(), revision)
}

// Current is what stands now; a payee who has entered nothing is empty.
func Current(ctx context.Context, tx *pg.Tx, who distributor.ID) (Payee, error) {
	p := Payee{Distributor: who}
	r, err := readRecord(ctx, tx, who)
	if err != nil || r.Profile == 0 {
		return p, err
	}
	profile, err := readProfile(ctx, tx, who, r.Profile)
	if err != nil {
		return p, err
	}
	p.Profile = &profile.Profile
	if r.PausedUntil != nil && r.PausedUntil.After(tx.Now()) {
		p.PausedUntil = r.PausedUntil
	}
	accounts, err := accountsInForce(ctx, tx, who)
	for _, a := range accounts {
		p.Accounts = append(p.Accounts, a.Account)
	}
	return p, err
}

// PausedUntil is the instant from which money may be sent to an account; nil
// when it may now. An account of revision 0 is none.
func PausedUntil(ctx context.Context, tx *pg.Tx, who distributor.ID, account int) (*time.Time, error) {
	r, err := readRecord(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	until := tx.Now()
	if r.PausedUntil != nil && r.PausedUntil.After(until) {
		until = *r.PausedUntil
	}
	if account > 0 {
		a, err := readAccount(ctx, tx, who, account)
		if err != nil {
			return nil, err
		}
		if a.UsableAt.After(until) {
			until = a.UsableAt
		}
	}
	if !until.After(tx.Now()) {
		return nil, nil
	}
	until = until.UTC()
	return &until, nil
}

// MayBeSent refuses with [ErrPaused] while something has just changed.
func MayBeSent(ctx context.Context, tx *pg.Tx, who distributor.ID, account int) error {
	until, err := PausedUntil(ctx, tx, who, account)
	if err != nil || until == nil {
		return err
	}
	return ErrPaused.With("until", until.Format(time.RFC3339))
}

// History is every revision, the newest first.
func History(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]Profile, []Account, error) {
	profiles, err := allProfiles(ctx, tx, who)
	if err != nil {
		return nil, nil, err
	}
	accounts, err := allAccounts(ctx, tx, who)
	return profiles, accounts, err
}

// Taxpayer tells two payees who are one person before the law, within a scope
// and nowhere else; and what they are. Somebody unknown is themselves.
func (s *Service) Taxpayer(ctx context.Context, tx *pg.Tx, who distributor.ID, profile int, scope string) ([]byte, Kind, error) {
	if profile == 0 {
		return who[:], Individual, nil
	}
	i, err := s.identity(ctx, tx, who, profile)
	if err != nil {
		return nil, "", err
	}
	return s.box.Index("payee.taxpayer:"+scope, i.Number), i.Kind, nil
}

// At is what a withdrawal goes to, masked; nil where it names none.
func At(ctx context.Context, tx *pg.Tx, who distributor.ID, profile, account int) (p *Profile, a *Account, err error) {
	if profile > 0 {
		row, err := readProfile(ctx, tx, who, profile)
		if err != nil {
			return nil, nil, err
		}
		p = &row.Profile
	}
	if account > 0 {
		row, err := readAccount(ctx, tx, who, account)
		if err != nil {
			return nil, nil, err
		}
		a = &row.Account
	}
	return p, a, nil
}

// Others counts the members of this store, without who, that ever were the
// same person before the law.
func Others(ctx context.Context, tx *pg.Tx, who distributor.ID, p Profile) (n int, err error) {
	err = tx.QueryRow(ctx, `
		select count(distinct distributor_id) from payee_profile where tenant_id = $1 and taxpayer = $2 and distributor_id <> $3`,
		tx.Tenant(), p.Taxpayer, who).Scan(&n)
	return n, err
}
