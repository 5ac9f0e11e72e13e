// Package settlement moves the store's mark: what has matured becomes
// available, and what is owed is netted in the same posting.
//
// A cut-off costs one movement per payee, however many awards it settles: an
// award is settled when it matures at or before the mark, and no row says so.
package settlement

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/program"
)

// Service holds the verbs.
type Service struct {
	db       *pg.DB
	journal  *ledger.Journal
	programs *program.Service
	stores   Stores

	StepMost int // entries of a period made in one transaction
}

// Stores tells a store's currency and in whose days it lives.
type Stores interface {
	Money(ctx context.Context, tx *pg.Tx) (currency string, zone *time.Location, err error)
}

// New builds the service.
func New(db *pg.DB, journal *ledger.Journal, programs *program.Service, stores Stores) *Service {
	return &Service{db: db, journal: journal, programs: programs, stores: stores, StepMost: stepMost}
}

// calendar is when the store's periods close.
func (s *Service) calendar(ctx context.Context, tx *pg.Tx) (program.Calendar, error) {
	_, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return program.Calendar{}, err
	}
	return s.programs.Calendar(ctx, tx, zone)
}

// Mature settles everything that has matured by the store's now, or by the
// close of its last period where that is the store's method. It returns how
// many payees were credited.
func (s *Service) Mature(ctx context.Context, tenant tenancy.ID) (payees int, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		mark, err := commission.TakeMark(ctx, tx)
		if err != nil {
			return err
		}
		calendar, err := s.calendar(ctx, tx)
		if err != nil {
			return err
		}
		upTo := calendar.CutOff(tx.Now())
		if next := calendar.NextLook(tx.Now()); next.After(tx.Now()) {
			if err := commission.RestMark(ctx, tx, next); err != nil {
				return err
			}
		}
		if err := commission.HoldFrozen(ctx, tx, mark, upTo); err != nil {
			return err
		}
		matured, err := commission.MaturedBetween(ctx, tx, mark, upTo)
		if err != nil || len(matured) == 0 {
			return err // the mark stays: an award may still mature in between
		}
		payees = len(matured)
		if err := post(ctx, tx, matured); err != nil {
			return err
		}
		return commission.MoveMark(ctx, tx, upTo)
	})
	return payees, err
}

func post(ctx context.Context, tx *pg.Tx, matured []commission.Matured) error {
	parties := make([]ledger.Party, len(matured))
	for i, m := range matured {
		parties[i] = ledger.Party(m.Payee)
	}
	book, err := ledger.Open(ctx, tx, parties, ledger.Money, ledger.Points)
	if err != nil {
		return err
	}
	for _, m := range matured {
		if err := settle(book, ledger.Party(m.Payee), m); err != nil {
			return fmt.Errorf("settlement: %s: %w", m.Payee, err)
		}
	}
	return book.Post(ctx)
}

func settle(book *ledger.Book, payee ledger.Party, m commission.Matured) error {
	if err := book.Move(ledger.Mature{Payee: payee, Amount: m.Money}); err != nil {
		return err
	}
	if err := book.Move(ledger.EarnPoints{Payee: payee, Amount: m.Points}); err != nil {
		return err
	}
	b := book.Balance(payee)
	return book.Move(ledger.NetDebt{Payee: payee, Amount: min(b.Owed(), b.Available)})
}
