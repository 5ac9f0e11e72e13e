package settlement_test

import (
	"context"
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/settlement"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// closePeriods closes what is over and holds every statement against the
// journal.
func closePeriods(t *testing.T, s *storetest.Stores) {
	t.Helper()
	if _, err := s.Settlement.Close(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	checked(t, s)
}

func checked(t *testing.T, s *storetest.Stores) {
	t.Helper()
	found, err := s.Settlement.Check(t.Context(), s.A)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

func periods(t *testing.T, s *storetest.Stores) (list []settlement.Period) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		list, err = settlement.Periods(ctx, tx, 0, 1000)
		return err
	})
	slices.Reverse(list)
	return list
}

// move posts movements on somebody's balance, as a later slice does.
func move(s *storetest.Stores, t *testing.T, who distributor.ID, movements func(ledger.Balance) []ledger.Movement) {
	t.Helper()
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
		if err != nil {
			return err
		}
		for _, m := range movements(book.Balance(ledger.Party(who))) {
			if err := book.Move(m); err != nil {
				return err
			}
		}
		return book.Post(ctx)
	})
}

// A statement says what a period has moved, begins where the one before ends,
// and each of its lines can be read.
func TestStatement_SaysWhatAPeriodHasMoved(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	a := ledger.Party(team["a"])
	at(t, s, day(3, 3, 12, 0, 0))
	received(t, s, "O1", team["a"], 10000)
	at(t, s, day(3, 20, 0, 0, 0)) // matured
	o := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{30000}})
	at(t, s, day(3, 31, 23, 59, 59))
	closePeriods(t, s)
	if n := len(periods(t, s)); n != 0 {
		t.Fatalf("%d periods before the end of the first", n)
	}
	at(t, s, day(4, 1, 0, 0, 0))
	s.Refund(t, s.A, o, "R1", 30000, "") // of April
	s.Work(t, s.A)
	closePeriods(t, s)
	closePeriods(t, s) // again: nothing

	list := periods(t, s)
	if len(list) != 1 || list[0].Key() != "2026-03-01" || list[0].Statements != 2 || !list[0].ToAt.Equal(day(4, 1, 0, 0, 0)) {
		t.Fatalf("%+v", list)
	}
	at(t, s, day(5, 2, 0, 0, 0))
	closePeriods(t, s)
	if list = periods(t, s); len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		march, err := settlement.StatementOf(ctx, tx, 1, a)
		if err != nil {
			return err
		}
		if march.Sums["hold_commission"] != 4000 || march.Sums["mature"] != 1000 || march.Closing.Money.Held != 3000 || march.Closing.Money.Available != 1000 || march.Opening != (settlement.Accounts{}) {
			t.Errorf("%+v", march)
		}
		april, err := settlement.StatementOf(ctx, tx, 2, a)
		if err != nil {
			return err
		}
		if april.Opening != march.Closing || april.Sums["reverse_held"] != 3000 || april.Closing.Money.Held != 0 {
			t.Errorf("%+v", april)
		}
		lines, err := settlement.Lines(ctx, tx, 1, a, 0, 2)
		if err != nil {
			return err
		}
		more, err := settlement.Lines(ctx, tx, 1, a, lines[len(lines)-1].Number, 100)
		if err != nil {
			return err
		}
		if lines = append(lines, more...); len(lines) != march.Lines || lines[0].Kind != "hold_commission" || lines[0].Amount != 1000 {
			t.Errorf("%+v", lines)
		}
		history, err := settlement.History(ctx, tx, a, 0, 10)
		if len(history) != 2 || history[0].Nth != 2 {
			t.Errorf("%+v", history)
		}
		return err
	})
	s.MustBalance(t)
}

// life is a store in which anything happens, also at the seams of periods.
type life struct {
	*storetest.Stores
	t      *testing.T
	r      *rand.Rand
	team   map[string]distributor.ID
	orders []order.ID
}

func (l *life) someone() distributor.ID { return l.team[[]string{"a", "b", "c"}[l.r.Intn(3)]] }

func (l *life) live(n int) {
	switch l.r.Intn(12) {
	case 0, 1, 2:
		l.orders = append(l.orders, l.Sell(l.t, l.A, storetest.Sale{ID: fmt.Sprint("O", n), Buyer: fmt.Sprint("buyer", n%5), Via: l.someone(), Nets: []int64{int64(100 + l.r.Intn(50_000))}}))
	case 3:
		if len(l.orders) > 0 {
			l.tries(func(ctx context.Context, tx *pg.Tx) error {
				_, err := l.Orders.Refund(ctx, tx, l.orders[l.r.Intn(len(l.orders))], order.RefundRequest{ExternalID: fmt.Sprint("R", n), Amount: int64(1 + l.r.Intn(20_000))})
				return err
			})
		}
	case 4, 5:
		if len(l.orders) > 0 {
			l.tries(func(ctx context.Context, tx *pg.Tx) error {
				_, err := l.Orders.Receive(ctx, tx, l.orders[l.r.Intn(len(l.orders))], time.Time{})
				return err
			})
		}
	case 6:
		who := l.someone()
		move(l.Stores, l.t, who, func(b ledger.Balance) []ledger.Movement {
			p, pay := ledger.Party(who), b.Available/2
			return []ledger.Movement{ledger.Reserve{Payee: p, Amount: pay}, ledger.WithholdTax{Payee: p, Amount: pay / 10}, ledger.PayOut{Payee: p, Amount: pay - pay/10}}
		})
	case 7:
		who := l.someone()
		move(l.Stores, l.t, who, func(b ledger.Balance) []ledger.Movement {
			p := ledger.Party(who)
			return []ledger.Movement{ledger.BookBonus{Payee: p, Amount: 500}, ledger.NetDebt{Payee: p, Amount: min(b.Owed(), b.Available+500)}}
		})
	case 8:
		l.Propose(l.t, l.A, func(p *program.Settings) {
			p.Settlement.Method = []string{program.AfterFreeze, program.PeriodEnd}[l.r.Intn(2)]
			p.Settlement.Period = []string{program.Week, program.Month}[l.r.Intn(2)]
		})
	case 9, 10:
		l.Clock.Advance(time.Duration(l.r.Intn(60*3600)) * time.Second)
		l.Work(l.t, l.A)
	case 11:
		l.Work(l.t, l.A)
		closePeriods(l.t, l.Stores)
	}
}

// tries does what may be refused: a refund beyond what was paid, a receipt of
// what is closed.
func (l *life) tries(fn func(context.Context, *pg.Tx) error) {
	_ = l.Within(l.t.Context(), l.A, fn)
}

// Over random lives statements follow on one another, sum to the journal, and
// hold nothing that was recorded after their period.
func TestStatements_SumToTheJournalOverRandomLives(t *testing.T) {
	t.Parallel()
	for seed := range int64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			s := storetest.Open(t)
			s.Settlement.StepMost = 7
			l := &life{Stores: s, t: t, r: rand.New(rand.NewSource(seed)), team: s.Team(t, s.A, "c", "b", "a")}
			for n := range 160 {
				l.live(n)
			}
			s.Clock.Advance(62 * 24 * time.Hour)
			s.Work(t, s.A)
			closePeriods(t, s)
			list := periods(t, s)
			if len(list) < 2 {
				t.Fatalf("%d periods: nothing was lived", len(list))
			}
			l.audit(list)
			s.MustBalance(t)
		})
	}
}

// audit adds everything up by hand.
func (l *life) audit(list []settlement.Period) {
	l.Do(l.t, l.A, func(ctx context.Context, tx *pg.Tx) error {
		stood := map[ledger.Party]settlement.Accounts{}
		for _, p := range list {
			entries, err := settlement.Entries(ctx, tx, p, 0, 100_000)
			if err != nil {
				return err
			}
			sums := map[ledger.Party]settlement.Sums{}
			for _, e := range entries {
				if !e.RecordedAt.Before(p.ToAt) {
					l.t.Errorf("entry %d of %s is in the statements of %s", e.Number, e.RecordedAt, p.Key())
				}
				if sums[e.Party] == nil {
					sums[e.Party] = settlement.Sums{}
				}
				sums[e.Party][e.Kind] += e.Amount
			}
			made, err := settlement.Statements(ctx, tx, p.Nth, ledger.Party{}, 1000)
			if err != nil {
				return err
			}
			if len(made) != len(sums) || len(made) != p.Statements {
				l.t.Errorf("%s: %d statements, %d parties, it says %d", p.Key(), len(made), len(sums), p.Statements)
			}
			for _, x := range made {
				if x.Opening != stood[x.Party] {
					l.t.Errorf("%s, %s: opens with %+v, the one before closed with %+v", p.Key(), x.Party, x.Opening, stood[x.Party])
				}
				stood[x.Party] = x.Closing
				for kind, amount := range x.Sums {
					if sums[x.Party][kind] != amount {
						l.t.Errorf("%s, %s, %s: %d, the journal says %d", p.Key(), x.Party, kind, amount, sums[x.Party][kind])
					}
				}
			}
		}
		return nil
	})
}

// Two processes that close the same period at once make it once, whatever the
// other has just done.
func TestClose_TwoAtOnceMakeEachStatementOnce(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	busyMonths(t, s)
	other := settlement.New(s.DB, s.Journal, s.Programs, storetest.Yuan)
	other.StepMost, s.Settlement.StepMost = 5, 3
	var all sync.WaitGroup
	for _, x := range []*settlement.Service{s.Settlement, other, s.Settlement, other} {
		all.Go(func() {
			if _, err := x.Close(t.Context(), s.A); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	closePeriods(t, s)
	if n := len(periods(t, s)); n != 2 {
		t.Errorf("%d periods", n)
	}
	s.MustBalance(t)
}

func busyMonths(t *testing.T, s *storetest.Stores) {
	t.Helper()
	team := s.Team(t, s.A, "b", "a")
	for n := range 20 {
		received(t, s, fmt.Sprint("O", n), team["a"], int64(1000*(n+1)))
		at(t, s, pgtest.Start.Add(time.Duration(n+1)*70*time.Hour))
	}
	at(t, s, day(5, 1, 0, 0, 0))
}

// A process that is killed between two steps leaves what the next goes on
// with; meanwhile the check holds, and nothing half made is shown.
func TestClose_GoesOnWhereItWasKilled(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	busyMonths(t, s)
	s.Settlement.StepMost = 6
	if _, err := s.Journal.Seal(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for more := true; more; steps++ {
		restarted := settlement.New(s.DB, s.Journal, s.Programs, storetest.Yuan)
		restarted.StepMost = 6
		var err error
		if more, err = restarted.Step(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
		checked(t, s)
		var shown, making int
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			who := s.Int(t, `select count(*) from settlement_making`)
			making = int(who)
			list, err := settlement.Periods(ctx, tx, 0, 10)
			shown = len(list)
			return err
		})
		if making > 0 && shown > 1 {
			t.Error("a period is shown before it is made")
		}
	}
	if steps < 8 {
		t.Fatalf("only %d steps", steps)
	}
	if n := len(periods(t, s)); n != 2 {
		t.Errorf("%d periods", n)
	}
	s.MustBalance(t)
}

// What was recorded in March and got its number after the first entry of April
// is April's: March is closed.
func TestClose_WhatComesLateGoesIntoTheOpenPeriod(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	at(t, s, day(3, 31, 23, 59, 59))
	received(t, s, "O1", team["a"], 10000)
	if _, err := s.Journal.Seal(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	begun, commit, done := make(chan bool), make(chan bool), make(chan error)
	go func() { // a transaction of March that ends in April
		done <- s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(team["b"])})
			if err != nil {
				return err
			}
			if err := book.Move(ledger.BookBonus{Payee: ledger.Party(team["b"]), Amount: 700}); err != nil {
				return err
			}
			close(begun)
			<-commit
			return book.Post(ctx)
		})
	}()
	<-begun
	wait(t, s, day(4, 1, 0, 0, 1))
	move(s, t, team["a"], func(ledger.Balance) []ledger.Movement {
		return []ledger.Movement{ledger.BookBonus{Payee: ledger.Party(team["a"]), Amount: 300}}
	})
	closePeriods(t, s)
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	closePeriods(t, s)
	at(t, s, day(5, 1, 0, 0, 0))
	closePeriods(t, s)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		april, err := settlement.StatementOf(ctx, tx, 2, ledger.Party(team["b"]))
		if err != nil {
			return err
		}
		if april.Sums["book_bonus"] != 700 {
			t.Errorf("%+v", april)
		}
		days, err := settlement.Days(ctx, tx, 2)
		if err != nil {
			return err
		}
		for _, d := range days {
			if d.Kind == "book_bonus" && (d.Day != "2026-04-01" || d.Amount != 1000) {
				t.Errorf("late entries stand on the first day of the open period: %+v", d)
			}
		}
		return nil
	})
	s.MustBalance(t)
}

// The check finds a statement that somebody with the owner's password changed.
func TestCheck_FindsWhatTheOwnerDid(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	busyMonths(t, s)
	closePeriods(t, s)
	for name, sql := range map[string][2]string{
		"sums":    {`update settlement_statement set sums = '{"mature": 1}' where nth = 1`, "period 1, "},
		"closing": {`update settlement_statement set closing = '{}' where nth = 2`, "the balance is"},
		"days":    {`update settlement_day set amount = amount + 1 where nth = 1`, "its days to"},
		"end":     {`update settlement_period set last = last - 1 where nth = 2`, "which is not the journal's"},
		"gap":     {`update settlement_period set after = after + 1 where nth = 2`, "do not begin where"},
	} {
		t.Run(name, func(t *testing.T) {
			tables := []string{"settlement_statement", "settlement_day", "settlement_period"}
			for _, table := range tables {
				s.Owner(t, `create table kept_`+name+`_`+table+` as select * from `+table)
			}
			s.Owner(t, sql[0])
			found, err := s.Settlement.Check(t.Context(), s.A)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, sql[1]) }) {
				t.Errorf("not found: %q in %q", sql[1], found)
			}
			for _, table := range tables {
				s.Owner(t, `delete from `+table)
				s.Owner(t, `insert into `+table+` select * from kept_`+name+`_`+table)
			}
		})
	}
	checked(t, s)
}
