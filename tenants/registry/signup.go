package registry

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// SignUp is what a new store's owner says.
type SignUp struct {
	Slug, Name, Currency, TimeZone, Industry string

	OwnerName, Login, Password string

	TestClockAt *time.Time // nil: real time
}

func (in SignUp) checked() (SignUp, error) {
	in.Name, in.OwnerName = strings.TrimSpace(in.Name), strings.TrimSpace(in.OwnerName)
	if err := CheckSlug(in.Slug); err != nil {
		return in, err
	}
	if in.Name == "" {
		return in, errNameEmpty
	}
	if in.OwnerName == "" {
		return in, errNameEmpty.At("owner.name")
	}
	if !currencyForm.MatchString(in.Currency) {
		return in, errCurrency.With("currency", in.Currency)
	}
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "" || in.TimeZone == "Local" {
		return in, errTimeZone.With("time_zone", in.TimeZone)
	}
	var err error
	if in.Login, err = normalLogin(in.Login); err != nil {
		return in, fault.Of(err).At("owner.login")
	}
	if err := checkPassword(in.Password); err != nil {
		return in, fault.Of(err).At("owner.password")
	}
	return in, nil
}

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// SignUp makes a store with its owner, and every slice's first rows, in one
// transaction, and logs the owner in.
//
// An owner who lost the answer asks again with the same slug, login and
// password and is logged in to the store that was made.
func (s *Service) SignUp(ctx context.Context, in SignUp, address string) (Session, error) {
	in, err := in.checked()
	if err != nil {
		return Session{}, err
	}
	if in.TestClockAt != nil && !s.clock.Enabled {
		return Session{}, errClockOff.At("test_clock_at")
	}
	if _, err := s.BySlug(ctx, in.Slug); err == nil {
		return s.signUpAgain(ctx, in, address)
	}
	person, err := s.account(ctx, in.Login, in.Password, in.OwnerName, address)
	if err != nil {
		return Session{}, err
	}
	store, err := s.makeStore(ctx, in, person)
	if pg.Violates(err, "registry_store_slug_key") { // somebody was faster
		return s.signUpAgain(ctx, in, address)
	}
	if err != nil {
		return Session{}, err
	}
	return s.open(ctx, store, RealmMerchant, person, RoleOwner)
}

func (s *Service) signUpAgain(ctx context.Context, in SignUp, address string) (Session, error) {
	session, err := s.LogIn(ctx, in.Slug, in.Login, in.Password, address)
	switch f := fault.Of(err); {
	case err == nil && session.Role == RoleOwner && session.Store.Name == in.Name:
		return session, nil
	case err != nil && f.Kind != fault.Unauthorized && f.Kind != fault.NotFound:
		return Session{}, err
	}
	return Session{}, errSlugTaken.With("slug", in.Slug)
}

// makeStore writes the platform's row and the store's rows together.
func (s *Service) makeStore(ctx context.Context, in SignUp, owner Person) (Store, error) {
	now := clock.Real()
	store := Store{
		ID: tenancy.New(now), Slug: in.Slug, Name: in.Name, Currency: in.Currency, TimeZone: in.TimeZone,
		Industry: in.Industry, Plan: "trial", State: "open", Brand: defaultBrand(in.Name), CreatedAt: now,
	}
	var testNow *time.Time
	if in.TestClockAt != nil {
		at := in.TestClockAt.UTC().Truncate(time.Microsecond)
		testNow, store.CreatedAt = &at, at
		// The clock cannot read the row before it is committed.
		ctx = context.WithValue(ctx, bornKey{}, born{store.ID, at})
	}
	err := s.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		if err := asPlatform(ctx, tx, func() error { return insertStore(ctx, tx, store, testNow) }); err != nil {
			return err
		}
		if err := insertStaff(ctx, tx, owner.ID, RoleOwner); err != nil {
			return err
		}
		for _, hook := range s.config.OnSignUp {
			if err := hook(ctx, tx, store); err != nil {
				return err
			}
		}
		return Note(ctx, tx, "staff:"+owner.ID.String(), "store.sign_up", store.ID.String(), map[string]string{"slug": store.Slug})
	})
	s.forget(store)
	return store, err
}

// AddStaff gives a person a role in the store without an invitation, and an
// account if the login is new. The role of one who has one is changed.
func (s *Service) AddStaff(ctx context.Context, actor string, tenant tenancy.ID, login, password, name, role, address string) (Person, error) {
	if err := checkRole(role); err != nil {
		return Person{}, err
	}
	person, err := s.account(ctx, login, password, name, address)
	if err != nil {
		return Person{}, err
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := insertStaff(ctx, tx, person.ID, role); err != nil {
			return err
		}
		return Note(ctx, tx, actor, "staff.role", person.ID.String(), map[string]string{"role": role})
	})
	s.sessions.clear()
	return person, err
}
