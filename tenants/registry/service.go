package registry

import (
	"context"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Config is what the composition root hands over.
type Config struct {
	Box       *secret.Box
	Passwords *secret.Passwords
	Clock     *Clock

	// OperatorToken opens the platform audience; "" leaves it shut.
	OperatorToken string

	// BaseDomain is behind the slug in host names: "shop.example".
	BaseDomain string

	// OnSignUp runs in the transaction that makes a store: each slice puts its
	// first rows there.
	OnSignUp []SignUpHook

	// Redis counts guesses at logins for all processes; nil counts them in each.
	Redis *redis.Client

	// Buyers knows who a person is in a store's shop.
	Buyers Buyers
}

// SignUpHook makes a slice's rows of a new store.
type SignUpHook func(ctx context.Context, tx *pg.Tx, store Store) error

// Buyers is slice customer as registry sees it: registry keeps the account,
// customer keeps who that is among the store's buyers.
type Buyers struct {
	// Of finds the person in the transaction's store; nil when they are no
	// buyer there.
	Of func(ctx context.Context, tx *pg.Tx, person PersonID) (*Buyer, error)

	// Register makes the person a buyer, once. code is the distributor's whose
	// link they came by, or "".
	Register func(ctx context.Context, tx *pg.Tx, person PersonID, name, code string) (*Buyer, error)
}

// Buyer is a person in a shop. Ids are UUIDs in their 36-character form.
type Buyer struct {
	ID          string
	Name        string
	Distributor *Distributor // nil for one who never applied
}

// Distributor is a buyer who sells, or has asked to.
type Distributor struct {
	ID    string
	Name  string
	Code  string
	State string // applied, rejected, active, frozen, banned, left
	Grade string

	StateReason string // why rejected, frozen or banned
}

// sells reports whether the state gives the role; who is banned or has left
// still sees what is theirs.
func (d *Distributor) sells() bool {
	return d != nil && d.State != "applied" && d.State != "rejected"
}

// Service is the slice's verbs. It is safe for concurrent use.
type Service struct {
	db       *pg.DB
	config   Config
	clock    *Clock
	guesses  *guesses
	stores   *cache[Store]   // by "slug:…", "host:…", "id:…"
	sessions *cache[Session] // by hash of the token
}

// How old a cached answer may be: a revoked session or key is refused, in
// every process, after this long at most.
const (
	storeLife   = 5 * time.Second
	sessionLife = time.Second
)

// New builds the slice.
func New(db *pg.DB, config Config) *Service {
	return &Service{
		db: db, config: config, clock: config.Clock,
		guesses:  &guesses{here: newThrottle(), redis: config.Redis},
		stores:   newCache[Store](storeLife, 20_000),
		sessions: newCache[Session](sessionLife, 20_000),
	}
}

// ByID, BySlug and ByHost find a store; an unknown one is store.unknown.
func (s *Service) ByID(ctx context.Context, tenant tenancy.ID) (Store, error) {
	return s.find(ctx, "id:"+tenant.UUID(), func(ctx context.Context, tx *pg.Tx) (Store, error) { return storeByID(ctx, tx, tenant) })
}

// Here reads the transaction's own store without leaving it, so that a full
// pool of connections cannot wait for itself.
func (s *Service) Here(ctx context.Context, tx *pg.Tx) (Store, error) {
	return s.stores.get("id:"+tx.Tenant().UUID(), func() (Store, error) { return storeByID(ctx, tx, tx.Tenant()) })
}

func (s *Service) BySlug(ctx context.Context, slug string) (Store, error) {
	if CheckSlug(slug) != nil {
		return Store{}, errStoreUnknown
	}
	return s.find(ctx, "slug:"+slug, func(ctx context.Context, tx *pg.Tx) (Store, error) { return storeBySlug(ctx, tx, slug) })
}

func (s *Service) ByHost(ctx context.Context, host string) (Store, error) {
	host = bareHost(host)
	if slug, ok := strings.CutSuffix(host, "."+s.config.BaseDomain); ok && s.config.BaseDomain != "" {
		return s.BySlug(ctx, slug)
	}
	if checkHost(host) != nil {
		return Store{}, errStoreUnknown
	}
	return s.find(ctx, "host:"+host, func(ctx context.Context, tx *pg.Tx) (Store, error) { return storeByHost(ctx, tx, host) })
}

func (s *Service) find(ctx context.Context, key string, read func(context.Context, *pg.Tx) (Store, error)) (Store, error) {
	return s.stores.get(key, func() (store Store, err error) {
		err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
			store, err = read(ctx, tx)
			return err
		})
		return store, err
	})
}

// forget drops a store from this process's memory.
func (s *Service) forget(store Store) {
	s.stores.drop("id:"+store.ID.UUID(), "slug:"+store.Slug)
}

// Stores lists all stores, the newest first, for operators. before is the last
// of the page before.
func (s *Service) Stores(ctx context.Context, before tenancy.ID, limit int) (stores []Store, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		stores, err = listStores(ctx, tx, before, limit)
		return err
	})
	return stores, err
}

// AddHost gives a store its own host name. Whoever calls has seen proof that
// the name is the store's.
func (s *Service) AddHost(ctx context.Context, tenant tenancy.ID, host string) error {
	host = bareHost(host)
	if err := checkHost(host); err != nil {
		return err
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error { return insertHost(ctx, tx, tenant, host) })
}

// SetBrand saves how the store looks and gives back what was saved: text
// colours are chosen here.
func (s *Service) SetBrand(ctx context.Context, actor string, tenant tenancy.ID, brand Brand) (Brand, error) {
	brand, err := brand.checked()
	if err != nil {
		return brand, err
	}
	store, err := s.ByID(ctx, tenant)
	if err != nil {
		return brand, err
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := Note(ctx, tx, actor, "store.brand", tenant.String(), nil); err != nil {
			return err
		}
		return asPlatform(ctx, tx, func() error { return updateBrand(ctx, tx, tenant, brand) })
	})
	s.forget(store)
	s.dropHosts()
	return brand, err
}

// dropHosts forgets every name: a store may have several.
func (s *Service) dropHosts() { s.stores.clear() }
