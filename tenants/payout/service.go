package payout

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Config is what the slice is handed.
type Config struct {
	Box         *secret.Box
	Withdrawals *withdrawal.Service
	Payees      *payee.Service
	Kinds       []Kind
	// Money is the store's currency, and its name as payees read it.
	Money func(context.Context, *pg.Tx) (currency, store string, err error)
	// Address is where providers reach us, such as https://pay.example.com; ""
	// is nowhere, so they are asked instead.
	Address string
	// Marks remembers outside of the database how many transfers were sent;
	// nil: a restore shows by the operator's word and by the bill alone.
	Marks Marks
	// Alarm is told, after the commit, that a person should look.
	Alarm func(tenancy.ID, Transfer)
	Log   *slog.Logger
	// AtOnce bounds the calls of one store that are in the air; 8 when zero.
	AtOnce int
}

// Marks keeps one number per store where a restore of the database does not
// reach.
type Marks interface {
	Raise(ctx context.Context, tenant tenancy.ID, sent int64) error
	Read(ctx context.Context, tenant tenancy.ID) (sent int64, err error)
}

// Service carries the verbs.
type Service struct {
	Config
	db    *pg.DB
	box   *secret.Box
	kinds map[withdrawal.Method]Kind

	mu    sync.Mutex
	open  map[string]opened
	asked map[tenancy.ID]time.Time // when the mark was last read
}

// New makes the service.
func New(db *pg.DB, cfg Config) *Service {
	if cfg.Alarm == nil {
		cfg.Alarm = func(tenancy.ID, Transfer) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.AtOnce == 0 {
		cfg.AtOnce = 8
	}
	s := &Service{Config: cfg, db: db, box: cfg.Box, kinds: map[withdrawal.Method]Kind{}, open: map[string]opened{}, asked: map[tenancy.ID]time.Time{}}
	for _, k := range cfg.Kinds {
		s.kinds[k.Method] = k
	}
	return s
}

// system is who acts when nobody does.
const system = "system"

// Enlist makes an approved withdrawal's transfer. It does nothing when
// its method is paid by hand or has no account yet, and is harmless when
// repeated.
func (s *Service) Enlist(ctx context.Context, tx *pg.Tx, w withdrawal.Withdrawal) error {
	if w.State != withdrawal.Approved || w.Net <= 0 {
		return nil
	}
	a, err := activeAccount(ctx, tx, w.Method)
	if errors.Is(err, ErrNoAccount) {
		return nil
	}
	if err != nil {
		return err
	}
	there, err := Of(ctx, tx, w.ID)
	if err != nil || there != nil {
		return err
	}
	t := Transfer{ID: id.New[transferKind](tx.Now()), Withdrawal: w.ID, Distributor: w.Distributor, Account: a.ID, Method: w.Method, Number: Number(w.ID),
		Amount: w.Net, State: Queued, CreatedAt: tx.Now(), ChangedAt: tx.Now()}
	if err := insertTransfer(ctx, tx, t); err != nil {
		return err
	}
	if a.Auto && !s.kinds[a.Method].Batched {
		return lookAt(ctx, tx, t.ID, tx.Now())
	}
	return nil
}

// EnlistApproved does so for everything approved that has no transfer yet, as
// after an account was added, and starts what waits for a click.
func (s *Service) EnlistApproved(ctx context.Context, tx *pg.Tx, method withdrawal.Method) (started int, err error) {
	if _, err := activeAccount(ctx, tx, method); err != nil {
		return 0, err
	}
	f := withdrawal.Filter{States: []withdrawal.State{withdrawal.Approved}, Method: method, Limit: 500}
	for {
		page, err := withdrawal.List(ctx, tx, f)
		if err != nil {
			return 0, err
		}
		for _, w := range page {
			if err := s.Enlist(ctx, tx, w); err != nil {
				return 0, err
			}
		}
		if len(page) < f.Limit {
			break
		}
		f.After = page[len(page)-1].ID
	}
	if s.kinds[method].Batched {
		return 0, nil
	}
	return startQueued(ctx, tx, method, tx.Now())
}

// Run looks at what is due in a store until nothing is. It returns how many
// looks it took.
func (s *Service) Run(ctx context.Context, tenant tenancy.ID) (looks int, err error) {
	s.watchForRestore(ctx, tenant)
	for {
		due, err := s.takeDue(ctx, tenant)
		if err != nil || len(due) == 0 {
			return looks, err
		}
		looks += len(due)
		var all sync.WaitGroup
		slots := make(chan struct{}, s.AtOnce)
		var mu sync.Mutex
		for _, which := range due {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				if e := s.Look(ctx, tenant, which); e != nil {
					mu.Lock()
					defer mu.Unlock()
					err = errors.Join(err, fmt.Errorf("%s: %w", which, e))
				}
			})
		}
		all.Wait()
		if err != nil || ctx.Err() != nil {
			return looks, errors.Join(err, ctx.Err())
		}
	}
}

// lease is how long a look has a transfer to itself; a process that dies
// leaves it to the next one after that.
const lease = time.Minute

// dueAtOnce bounds one taking.
const dueAtOnce = 200

func (s *Service) takeDue(ctx context.Context, tenant tenancy.ID) (due []ID, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		due, err = takeDue(ctx, tx, tx.Now(), tx.Now().Add(lease), dueAtOnce)
		return err
	})
	return due, err
}

// WantCancel asks for a transfer to be called back. Whether it is, the
// provider says.
func (s *Service) WantCancel(ctx context.Context, tx *pg.Tx, which ID, by string) (Transfer, error) {
	t, err := lockTransfer(ctx, tx, which)
	if err != nil {
		return t, err
	}
	if t.State.ended() {
		return t, ErrWrongState.With("state", t.State)
	}
	if t.State == Queued {
		return s.end(ctx, tx, t, Void, withdrawal.Recalled, by)
	}
	a, err := getAccount(ctx, tx, t.Account)
	if err != nil {
		return t, err
	}
	d, err := s.desk(tx, a)
	if err != nil {
		return t, err
	}
	if _, can := d.provider.(Canceller); !can {
		return t, ErrCannotCancel
	}
	t.CancelBy, t.ChangedAt, t.Tries = by, tx.Now(), 0
	if err := saveTransfer(ctx, tx, t); err != nil {
		return t, err
	}
	if err := addStep(ctx, tx, t, by, "", "cancel"); err != nil {
		return t, err
	}
	return t, lookAt(ctx, tx, t.ID, tx.Now())
}

// PaidByHand is a person's word, with the proof, that a transfer was paid: of
// a file that the bank has taken, or of one that a person has paid another way
// after the provider refused it.
func (s *Service) PaidByHand(ctx context.Context, tx *pg.Tx, which ID, voucher, by string) (Transfer, error) {
	if voucher == "" {
		return Transfer{}, withdrawal.ErrVoucherMissing
	}
	t, err := lockTransfer(ctx, tx, which)
	if err != nil {
		return t, err
	}
	if t.State == Done && t.ProviderID == voucher {
		return t, nil
	}
	if !s.byHand(t) {
		return t, ErrWrongState.With("state", t.State)
	}
	return s.advance(ctx, tx, which, Answer{Standing: Paid, Number: t.Number, Amount: t.Amount, ProviderID: voucher, Code: "by_hand", Words: voucher}, by)
}

// byHand reports whether a person may say that a transfer was paid.
func (s *Service) byHand(t Transfer) bool {
	return !t.State.ended() && (s.kinds[t.Method].Batched && t.Batch != nil || t.Trouble == RequestWrong || t.Trouble == CannotSend && t.Submits == 0)
}

// certain reports whether the provider cannot pay a transfer any more: it was
// never sent, it was refused and is not there, or a person carries it.
func (s *Service) certain(t Transfer) bool {
	return t.Submits == 0 && t.Batch == nil || t.Standing == Refused && t.Trouble == RequestWrong || t.Batch != nil && s.kinds[t.Method].Batched
}

// May says what staff may do with a transfer now.
func (s *Service) May(t Transfer) (verbs []string) {
	if t.State.ended() {
		return nil
	}
	if t.Submits > 0 && !s.kinds[t.Method].Batched {
		verbs = append(verbs, "look")
	}
	if t.CancelBy == "" && (t.State == Queued || s.kinds[t.Method].Cancels && t.Submits > 0) {
		verbs = append(verbs, "cancel")
	}
	if t.State != Queued && s.certain(t) {
		verbs = append(verbs, "give_back")
	}
	if s.byHand(t) {
		verbs = append(verbs, "paid")
	}
	return verbs
}

// GiveBack is a person's decision to give the money back. It asks the provider
// first, and is refused while the provider may still pay.
func (s *Service) GiveBack(ctx context.Context, tenant tenancy.ID, which ID, reason, by string) (t Transfer, err error) {
	if reason == "" {
		return t, ErrReasonMissing
	}
	if err := s.Ask(ctx, tenant, which); err != nil {
		return t, err
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if t, err = lockTransfer(ctx, tx, which); err != nil || t.State == Broken || t.State == Called {
			return err
		}
		switch {
		case t.State.ended():
			return ErrWrongState.With("state", t.State)
		case !s.certain(t):
			return ErrNotCertain
		case t.State == Queued:
			t, err = s.end(ctx, tx, t, Void, reason, by)
			return err
		}
		t, err = s.advance(ctx, tx, which, Answer{Standing: Failed, Number: t.Number, Code: "given_back", Words: reason}, by)
		return err
	})
	return t, err
}
