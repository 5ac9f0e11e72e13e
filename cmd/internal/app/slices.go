package app

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/settlement"
	"github.com/fenli-io/fenli/tenants/trial"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// buildSlices builds every slice, in the order of tenants/README.md.
func (a *App) buildSlices(cfg Config, box *secret.Box, clk *registry.Clock) error {
	a.Registry = registry.New(a.DB, registry.Config{
		Box:           box,
		Passwords:     secret.NewPasswords(passwordsAtOnce),
		Clock:         clk,
		OperatorToken: cfg.OperatorToken,
		Redis:         a.Redis,
		BaseDomain:    cfg.BaseDomain,
		OnSignUp:      []registry.SignUpHook{a.signedUp},
		Buyers:        buyers(a.cameBy),
	})
	a.Journal = ledger.New(a.DB, a.zone)
	a.Programs = program.New(a.DB, a.Host)
	a.Distributors = distributor.New(a.DB)
	a.Distributors.Follow(func(_ context.Context, tx *pg.Tx, _ distributor.Change) error {
		tx.AfterCommit(a.Registry.ForgetSessions) // who has been approved is a distributor at their next request
		return nil
	})
	a.Attribution = attribution.New(a.Distributors)
	a.Orders = order.New(a.DB, a.Programs)
	a.Orders.Sandbox = cfg.Sandbox
	a.Orders.Doorbell = func(tenant tenancy.ID) { a.Bell.Ring(context.Background(), tenant.String()) }
	a.Boards = leaderboard.New(a.DB, a.Redis, a.zone)
	a.Commission = commission.New(a.DB, a.Programs, courteous{a.Host, &a.chances}, storeMoney{a.Registry}, clock.Real())
	a.chances.note, a.chances.given, a.chances.log = a.Commission.NoteTrouble, a.Commission.ChanceGiven, a.Log
	a.everywhere = append(a.everywhere, a.chances.tell)
	a.Trials = trial.New(a.DB, a.Commission, a.Programs, storeMoney{a.Registry})
	a.Trials.Enqueue = func(ctx context.Context, tx *pg.Tx, w trial.Work) error { return a.Jobs.Insert(ctx, tx, w) }
	a.Grading = grading.New(a.DB, a.Programs, a.Distributors, a.Commission, courteous{a.Host, &a.chances}, storeMoney{a.Registry})
	a.Settlement = settlement.New(a.DB, a.Journal, a.Programs, storeMoney{a.Registry})
	a.Programs.Revised = commission.WakeMark
	a.Adjustments = adjustment.New(storeMoney{a.Registry})
	a.Adjustments.Owing = a.settleDebts
	a.Payees = payee.New(box)
	a.Withdrawals = withdrawal.New(a.DB, a.withdrawalRules)
	a.Withdrawals.Payees = a.Payees
	a.Distributors.Follow(withdrawal.Follow)
	a.Withdrawals.Alarm = func(tenant tenancy.ID, w withdrawal.Withdrawal) {
		a.Log.Error("a withdrawal needs a person: nobody knows whether it was paid", "tenant", tenant, "withdrawal", w.ID, "reason", w.Reason)
	}
	if err := a.openPayouts(cfg, box); err != nil {
		return err
	}
	a.Clockwork = &Clockwork{db: a.DB, stores: a.Registry, orders: a.Orders, lanes: a.Commission, grading: a.Grading, settlement: a.Settlement,
		withdrawals: a.Withdrawals, payouts: a.Payouts, trials: a.Trials, boards: a.Boards, journal: a.Journal, bell: a.Bell, log: a.Log, laneTurns: laneTurns(), traces: cfg.Traces}
	a.Commission.Owing = a.Clockwork.owes
	a.background = append(a.background, a.Clockwork.Run)
	return nil
}

// settleDebts returns what has not been sent to people who have come to owe
// something by hand. Should it fail, approving and sending look again.
func (a *App) settleDebts(tenant tenancy.ID) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := a.Withdrawals.SettleDebts(ctx, tenant); err != nil {
		a.Log.ErrorContext(ctx, "adjustment: settle debts", "store", tenant.String(), "error", err.Error())
	}
}

// zone is in whose days a store lives.
func (a *App) zone(ctx context.Context, tenant tenancy.ID) (*time.Location, error) {
	store, err := a.Registry.ByID(ctx, tenant)
	return store.Location(), err
}

// signedUp gives a new store every slice's first rows.
func (a *App) signedUp(ctx context.Context, tx *pg.Tx, _ registry.Store) error {
	for _, rows := range []func(context.Context, *pg.Tx) error{
		distributor.OnSignUp, commission.OnSignUp, commission.GiveMark, a.Programs.OnSignUp, a.Grading.OnSignUp, settlement.OnSignUp,
	} {
		if err := rows(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// cameBy binds a new buyer to whoever's link they came by; a dead code is no
// reason to turn a buyer away.
func (a *App) cameBy(ctx context.Context, tx *pg.Tx, buyer customer.ID, code string) error {
	rev, err := a.Programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return err
	}
	_, _, err = attribution.TouchByCode(ctx, tx, buyer, code, attribution.Source{}, order.RulesOf(rev.Settings))
	return err
}

// withdrawalRules are those of the programme in force, in the store's money
// and time.
func (a *App) withdrawalRules(ctx context.Context, tx *pg.Tx) (withdrawal.Rules, error) {
	rev, err := a.Programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return withdrawal.Rules{}, err
	}
	store, err := a.Registry.Here(ctx, tx)
	if err != nil {
		return withdrawal.Rules{}, err
	}
	return withdrawal.RulesOf(rev.Settings.Withdrawal, store.Currency, store.Location()), nil
}

// storeMoney is the registry as commission sees it.
type storeMoney struct{ registry *registry.Service }

func (m storeMoney) Money(ctx context.Context, tx *pg.Tx) (string, *time.Location, error) {
	store, err := m.registry.Here(ctx, tx)
	return store.Currency, store.Location(), err
}
