package registry

import (
	"context"
	"errors"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
)

// normalLogin makes one spelling of a phone number or an address.
func normalLogin(login string) (string, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if isPhone(login) {
		login = strings.NewReplacer(" ", "", "-", "").Replace(login)
	}
	if n := utf8.RuneCountInString(login); n < 3 || n > 100 || strings.ContainsFunc(login, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "", errLoginForm
	}
	return login, nil
}

func isPhone(s string) bool { return strings.Trim(s, "+0123456789 -") == "" }

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < 8 || n > 128 {
		return errPasswordForm
	}
	return nil
}

// personRow is an account as the database keeps it.
type personRow struct {
	ID           PersonID `db:"id"`
	Name         string   `db:"name"`
	PasswordHash string   `db:"password_hash"`
}

func (r personRow) person() Person { return Person{ID: r.ID, Name: r.Name} }

// prove finds the account whose login and password these are, else login.wrong
// or login.too_many. It takes as long for nobody as for somebody, and holds no
// connection while it compares.
func (s *Service) prove(ctx context.Context, login, password, address string) (Person, error) {
	login, err := normalLogin(login)
	if err != nil {
		return Person{}, errLoginWrong
	}
	index := s.config.Box.Index("login", login)
	try := attemptOf(index, address)
	if wait := s.guesses.admit(ctx, try); wait > 0 {
		return Person{}, errLoginSlow.With("seconds", int64(math.Ceil(wait.Seconds())))
	}
	row, err := s.personByLogin(ctx, index)
	if err != nil {
		return Person{}, err
	}
	right, err := s.config.Passwords.Verify(ctx, password, row.PasswordHash)
	if err != nil {
		return Person{}, err
	}
	if !right {
		return Person{}, errLoginWrong
	}
	s.guesses.succeed(ctx, try)
	return row.person(), nil
}

// personByLogin is a zero row for nobody.
func (s *Service) personByLogin(ctx context.Context, index []byte) (row personRow, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		row, err = readPerson(ctx, tx, index)
		return err
	})
	if errors.Is(err, pg.ErrNoRows) {
		return personRow{}, nil
	}
	return row, err
}

// account finds the account of a login, whose password must be right, or makes
// one. A human being has one account for all stores.
func (s *Service) account(ctx context.Context, login, password, name, address string) (Person, error) {
	login, err := normalLogin(login)
	if err != nil {
		return Person{}, err
	}
	if err := checkPassword(password); err != nil {
		return Person{}, err
	}
	index := s.config.Box.Index("login", login)
	existing, err := s.personByLogin(ctx, index)
	if err != nil {
		return Person{}, err
	}
	if !existing.ID.IsZero() {
		return s.prove(ctx, login, password, address)
	}
	hash, err := s.config.Passwords.Hash(ctx, password)
	if err != nil {
		return Person{}, err
	}
	now := clock.Real()
	person := Person{ID: id.New[personKind](now), Name: strings.TrimSpace(name)}
	sealed, err := s.config.Box.Seal([]byte(login), "registry_person.login:"+person.ID.UUID())
	if err != nil {
		return Person{}, err
	}
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return insertPerson(ctx, tx, person, index, sealed, hash, now)
	})
	if pg.Violates(err, "registry_person_login_hash_key") { // made meanwhile: by them, or it is not theirs
		return s.prove(ctx, login, password, address)
	}
	return person, err
}
