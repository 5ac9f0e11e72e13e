package registry

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Session is somebody who has proved who they are.
type Session struct {
	Token  string // only where it was just made
	Store  Store
	Realm  Realm
	Person Person
	Role   string // of staff; in the shop "distributor" or "buyer"
	Buyer  *Buyer // in the shop
	Key    KeyID  // of a shop's system; Person is then none
	Name   string // of the key or the person

	expires time.Time
}

// The roles outside of staff.
const (
	RoleBuyer       = "buyer"
	RoleDistributor = "distributor"
	RoleKey         = "key"
	RoleOperator    = "operator"
)

// LogIn opens a session of staff in the console. Whatever is wrong, the store,
// the login, the password, or that they do not work there, is login.wrong.
func (s *Service) LogIn(ctx context.Context, slug, login, password, address string) (Session, error) {
	store, err := s.BySlug(ctx, slug)
	if err != nil && !errors.Is(err, errStoreUnknown) {
		return Session{}, err
	}
	person, err := s.prove(ctx, login, password, address)
	if err != nil {
		return Session{}, err
	}
	if store.ID.IsZero() {
		return Session{}, errLoginWrong
	}
	var role string
	err = s.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		role, err = staffRole(ctx, tx, person.ID)
		return err
	})
	if errors.Is(err, pg.ErrNoRows) {
		return Session{}, errLoginWrong
	}
	if err != nil {
		return Session{}, err
	}
	return s.open(ctx, store, RealmMerchant, person, role)
}

// Enter opens a session in a shop. With register, a login that is new becomes
// an account and the person a buyer of the store; without, both must be.
func (s *Service) Enter(ctx context.Context, tenant tenancy.ID, in Entrance, address string) (Session, error) {
	store, err := s.ByID(ctx, tenant)
	if err != nil {
		return Session{}, err
	}
	prove := s.prove
	if in.Register {
		prove = func(ctx context.Context, login, password, address string) (Person, error) {
			return s.account(ctx, login, password, in.Name, address)
		}
	}
	person, err := prove(ctx, in.Login, in.Password, address)
	if err != nil {
		return Session{}, err
	}
	var buyer *Buyer
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if buyer, err = s.config.Buyers.Of(ctx, tx, person.ID); err != nil || buyer != nil {
			return err
		}
		if !in.Register {
			return errLoginWrong
		}
		name := in.Name
		if name == "" {
			name = person.Name
		}
		buyer, err = s.config.Buyers.Register(ctx, tx, person.ID, name, in.Code)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	session, err := s.open(ctx, store, RealmStore, person, shopRole(buyer))
	session.Buyer = buyer
	return session, err
}

// Entrance is what somebody says at a shop's door.
type Entrance struct {
	Login, Password string
	Register        bool
	Name            string // of a new buyer
	Code            string // of the distributor whose link they came by
}

func shopRole(b *Buyer) string {
	if b != nil && b.Distributor.sells() {
		return RoleDistributor
	}
	return RoleBuyer
}

// open writes the session down and clears away the person's old ones. Sessions
// live in real time.
func (s *Service) open(ctx context.Context, store Store, realm Realm, person Person, role string) (Session, error) {
	now := clock.Real()
	session := Session{
		Token: "fs_" + hexOf(store.ID) + "_" + secret.Token(),
		Store: store, Realm: realm, Person: person, Role: role, Name: person.Name, expires: now.Add(SessionLife),
	}
	err := s.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		return insertSession(ctx, tx, session, secret.HashToken(session.Token), now)
	})
	return session, err
}

// LogOut ends a session at once, here; elsewhere within a second.
func (s *Service) LogOut(ctx context.Context, tenant tenancy.ID, token string) error {
	hash := secret.HashToken(token)
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error { return deleteSession(ctx, tx, hash) })
	s.sessions.drop(string(hash))
	return err
}

// SessionOf is the session of a token in a realm, else session.unknown: the
// same for one that never was, is over, or is another realm's.
func (s *Service) SessionOf(ctx context.Context, token string, realm Realm) (Session, error) {
	tenant, ok := tenantIn(token, "fs")
	if !ok {
		return Session{}, errSessionGone
	}
	hash := secret.HashToken(token)
	session, err := s.sessions.get(string(hash), func() (Session, error) { return s.readSession(ctx, tenant, hash) })
	if err != nil {
		return Session{}, err
	}
	if session.Realm != realm || !clock.Real().Before(session.expires) {
		return Session{}, errSessionGone
	}
	return session, nil
}

func (s *Service) readSession(ctx context.Context, tenant tenancy.ID, hash []byte) (Session, error) {
	store, err := s.ByID(ctx, tenant)
	if errors.Is(err, errStoreUnknown) {
		return Session{}, errSessionGone
	}
	if err != nil {
		return Session{}, err
	}
	session := Session{Store: store}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		row, err := readSession(ctx, tx, hash)
		if err != nil {
			return err
		}
		session.Realm, session.Person = row.Realm, Person{row.PersonID, row.Name}
		session.Name, session.expires = row.Name, row.ExpiresAt
		if row.Realm == RealmMerchant {
			session.Role, err = staffRole(ctx, tx, row.PersonID)
			return err
		}
		session.Buyer, err = s.config.Buyers.Of(ctx, tx, row.PersonID)
		session.Role = shopRole(session.Buyer)
		return err
	})
	if errors.Is(err, pg.ErrNoRows) { // no session, or no longer on the staff
		return Session{}, errSessionGone
	}
	return session, err
}

// ForgetSessions makes the next request of every session read who its person
// is: called when somebody has become a distributor.
func (s *Service) ForgetSessions() { s.sessions.clear() }

// KeyOf is the session of an API key.
func (s *Service) KeyOf(ctx context.Context, token string) (Session, error) {
	tenant, ok := tenantIn(token, "fk")
	if !ok {
		return Session{}, errSessionGone
	}
	hash := secret.HashToken(token)
	return s.sessions.get(string(hash), func() (Session, error) { return s.readKey(ctx, tenant, hash) })
}

func (s *Service) readKey(ctx context.Context, tenant tenancy.ID, hash []byte) (Session, error) {
	store, err := s.ByID(ctx, tenant)
	if errors.Is(err, errStoreUnknown) {
		return Session{}, errSessionGone
	}
	if err != nil {
		return Session{}, err
	}
	session := Session{Store: store, Role: RoleKey}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		session.Key, session.Name, err = readKey(ctx, tx, hash)
		return err
	})
	if errors.Is(err, pg.ErrNoRows) {
		return Session{}, errSessionGone
	}
	return session, err
}

// IsOperator compares with the operator's token.
func (s *Service) IsOperator(token string) bool {
	want := s.config.OperatorToken
	return want != "" && subtle.ConstantTimeCompare(secret.HashToken(token), secret.HashToken(want)) == 1
}

// SessionUnknown is the fault of a token that opens nothing.
func SessionUnknown() error { return errSessionGone }

// Tokens carry their store in clear, so that finding it costs no query and
// their hash can stand behind its wall: fs_<store>_<secret>.
func tenantIn(token, prefix string) (tenancy.ID, bool) {
	parts := strings.SplitN(token, "_", 3)
	if len(parts) != 3 || parts[0] != prefix || len(parts[1]) != 32 || parts[2] == "" {
		return tenancy.ID{}, false
	}
	tenant, err := tenancyFromHex(parts[1])
	return tenant, err == nil && !tenant.IsZero()
}
