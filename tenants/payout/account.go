package payout

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type accountKind struct{}

func (accountKind) Prefix() string { return "pya" }

// AccountID is a payout account's id, "pya_…".
type AccountID = id.Of[accountKind]

// ParseAccountID reads "pya_…".
func ParseAccountID(s string) (AccountID, error) { return id.Parse[accountKind](s) }

// Account is what a merchant pays out of. Its secrets are sealed and never
// shown again.
type Account struct {
	ID         AccountID         `db:"id"`
	Method     withdrawal.Method `db:"method"`
	Name       string            `db:"name"`
	Active     bool              `db:"active"`
	Auto       bool              `db:"auto"`      // approved withdrawals are sent without another click
	Limit      int64             `db:"limit_per"` // of one transfer, 0 for none: above it a person looks
	Settings   Settings          `db:"settings"`
	Simulated  bool              `db:"simulated"`
	ShortSince *time.Time        `db:"short_since"`
	Revision   int               `db:"revision"`
	ChangedAt  time.Time         `db:"changed_at"`
}

// Settings are the fields of an account by name.
type Settings map[string]string

// Field is one of a method's settings, as a form shows it.
type Field struct {
	Name     string
	Zh, En   string
	Secret   bool
	Required bool
	Long     bool // several lines: a key
}

// Kind is a way to pay out: what it needs to know, and how to begin.
type Kind struct {
	Method withdrawal.Method
	Fields []Field
	// Open makes the provider of an account from its settings, secrets among
	// them. It calls nobody.
	Open func(s Settings) (Provider, error)
	// Batched transfers are not sent one by one: a person takes a file of them.
	Batched bool
	Cancels bool // its transfers can be called back
}

// hookName is the secret setting that is ours: the account's hook.
const hookName = "hook"

// Keep makes or changes an account. A secret left empty stays as it was; the
// settings must open a provider. Of a method one account is active: the others
// are set aside, and what they have begun they end.
func (s *Service) Keep(ctx context.Context, tx *pg.Tx, a Account, given Settings) (Account, error) {
	kind, known := s.kinds[a.Method]
	if !known {
		return a, ErrMethod.With("method", a.Method)
	}
	secrets := Settings{hookName: secret.Token()}
	if !a.ID.IsZero() {
		old, err := getAccount(ctx, tx, a.ID)
		if err != nil {
			return a, err
		}
		if old.Method != a.Method {
			return a, ErrMethod.With("method", a.Method)
		}
		if secrets, err = s.secrets(tx, old); err != nil {
			return a, err
		}
		a.Revision, a.Simulated = old.Revision, old.Simulated
	} else {
		a.ID = id.New[accountKind](tx.Now())
	}
	a.Settings = Settings{}
	for _, f := range kind.Fields {
		value := strings.TrimSpace(given[f.Name])
		switch {
		case !f.Secret:
			a.Settings[f.Name] = value
		case value != "":
			secrets[f.Name] = value
		}
		if f.Required && a.Settings[f.Name]+secrets[f.Name] == "" {
			return a, ErrAccountIncomplete.At("settings." + f.Name)
		}
	}
	a.Revision++
	a.ChangedAt = tx.Now()
	if _, err := kind.Open(a.together(secrets)); err != nil {
		return a, err
	}
	sealed, err := s.seal(tx, a.ID, secrets)
	if err != nil {
		return a, err
	}
	if a.Active {
		if err := setAside(ctx, tx, a.Method, a.ID); err != nil {
			return a, err
		}
	}
	return a, putAccount(ctx, tx, a, sealed, secret.HashToken(secrets[hookName]))
}

// together is all that a provider is opened with. Whether it is a simulator is
// ours to say, never a setting's.
func (a Account) together(secrets Settings) Settings {
	all := Settings{}
	for k, v := range a.Settings {
		all[k] = v
	}
	for k, v := range secrets {
		all[k] = v
	}
	delete(all, hookName)
	all[SimulatedName] = strconv.FormatBool(a.Simulated)
	return all
}

// SimulatedName is the setting by which a kind learns that an account's
// provider is pretended.
const SimulatedName = "simulated"

func sealedFor(tx *pg.Tx, what string, of string) string {
	return fmt.Sprintf("payout_%s:%s:%s", what, tx.Tenant(), of)
}

func (s *Service) seal(tx *pg.Tx, a AccountID, secrets Settings) ([]byte, error) {
	plain, err := json.Marshal(secrets)
	if err != nil {
		return nil, err
	}
	return s.box.Seal(plain, sealedFor(tx, "account", a.UUID()))
}

func (s *Service) secrets(tx *pg.Tx, a accountRow) (Settings, error) {
	plain, err := s.box.Open(a.Sealed, sealedFor(tx, "account", a.ID.UUID()))
	if err != nil {
		return nil, fmt.Errorf("payout: account %s: %w", a.ID, err)
	}
	secrets := Settings{}
	return secrets, json.Unmarshal(plain, &secrets)
}

// HasSecrets names the secret settings that an account has.
func (s *Service) HasSecrets(ctx context.Context, tx *pg.Tx, which AccountID) ([]string, error) {
	a, err := getAccount(ctx, tx, which)
	if err != nil {
		return nil, err
	}
	secrets, err := s.secrets(tx, a)
	var names []string
	for name := range secrets {
		if name != hookName {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names, err
}

// desk is an account with its provider at hand.
type desk struct {
	Account
	provider Provider
	hook     string
	batched  bool
}

// opened keeps providers, which hold connections and keys, by account and revision.
type opened struct {
	revision int
	provider Provider
}

// desk opens the provider of an account; the same one until its settings change.
func (s *Service) desk(tx *pg.Tx, a accountRow) (desk, error) {
	secrets, err := s.secrets(tx, a)
	if err != nil {
		return desk{}, err
	}
	kind, known := s.kinds[a.Method]
	if !known {
		return desk{}, ErrMethod.With("method", a.Method)
	}
	d := desk{Account: a.Account, hook: "/hooks/" + tx.Tenant().String() + "/" + secrets[hookName], batched: kind.Batched}
	key := tx.Tenant().String() + a.ID.String()
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, there := s.open[key]; there && o.revision == a.Revision {
		d.provider = o.provider
		return d, nil
	}
	if d.provider, err = kind.Open(a.together(secrets)); err != nil {
		return d, err
	}
	s.open[key] = opened{a.Revision, d.provider}
	return d, nil
}
