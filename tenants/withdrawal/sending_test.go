package withdrawal_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

type step func(context.Context, *pg.Tx, Withdrawal) (Withdrawal, error)

// verbs are all there are on a withdrawal, by one person.
func (s *shop) verbs() map[string]step {
	const by = "staff:1"
	return map[string]step{
		"approve": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Approve(ctx, tx, w.ID, by)
		},
		"reject": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Reject(ctx, tx, w.ID, "no", by)
		},
		"recall": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Recall(ctx, tx, w.ID, w.Distributor, by)
		},
		"send": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Send(ctx, tx, w.ID, by)
		},
		"await": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.AwaitUser(ctx, tx, w.ID, by)
		},
		"complete": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Complete(ctx, tx, w.ID, "V", by)
		},
		"pay": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Pay(ctx, tx, w.ID, "V", by)
		},
		"fail": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Fail(ctx, tx, w.ID, "no card", by)
		},
		"cancel": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.Cancel(ctx, tx, w.ID, "late", by)
		},
		"person": func(ctx context.Context, tx *pg.Tx, w Withdrawal) (Withdrawal, error) {
			return s.NeedsPerson(ctx, tx, w.ID, "500", by)
		},
	}
}

func (s *shop) say(verb string, w Withdrawal) (after Withdrawal, err error) {
	err = s.within(func(ctx context.Context, tx *pg.Tx) error {
		after, err = s.verbs()[verb](ctx, tx, w)
		return err
	})
	return after, err
}

// ways lead from requested to each state.
var ways = map[State]string{
	Requested: "", Approved: "approve", Sending: "approve send", Waiting: "approve send await", InDoubt: "approve send person",
	Paid: "approve send complete", Failed: "approve send fail", Cancelled: "approve send cancel", Rejected: "reject",
}

// Every verb in every state: where it leads, "=" for no change without an
// error, "!" for withdrawal.wrong_state.
const table = `
             approve  reject   recall    send    await            complete pay   fail   cancel    person
requested    approved rejected cancelled !       !                !        !     !      !         !
approved     =        rejected cancelled sending !                !        paid  !      !         !
sending      !        !        !         =       waiting_for_user paid     paid  failed cancelled manual
waiting      !        !        !         =       =                paid     !     failed cancelled manual
manual       !        !        !         =       waiting_for_user paid     !     failed cancelled =
paid         !        !        !         =       =                =        =     !      !         =
failed       !        !        !         !       =                !        !     =      =         =
cancelled    !        !        =         !       =                !        !     =      =         =
rejected     !        =        !         !       !                !        !     !      !         !
`

func TestStates_EachVerbInEach(t *testing.T) {
	t.Parallel()
	s := open(t)
	lines := strings.Split(strings.TrimSpace(table), "\n")
	verbs := strings.Fields(lines[0])
	if len(lines)-1 != len(ways) || len(verbs) != len(s.verbs()) {
		t.Fatal("the table is not whole")
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		from := State(cells[0])
		if from == "waiting" {
			from = Waiting
		}
		for i, verb := range verbs {
			want := cells[i+1]
			t.Run(fmt.Sprintf("%s/%s", from, verb), func(t *testing.T) {
				who := s.member(1000)
				w := s.mustRequest(who, 1000)
				for _, v := range strings.Fields(ways[from]) {
					_, err := s.say(v, w)
					s.must(err)
				}
				steps := s.db.Int(t, `select count(*) from withdrawal_event where withdrawal_id = $1`, w.ID)
				for range 2 { // saying it again is harmless
					after, err := s.say(verb, w)
					switch want {
					case "!":
						wants(t, err, "withdrawal.wrong_state", "from", string(from))
					case "=":
						if err != nil || after.State != from {
							t.Fatalf("%s, %v", after.State, err)
						}
					default:
						if err != nil || after.State != State(want) {
							t.Fatalf("%s, %v", after.State, err)
						}
					}
				}
				moved := int64(0)
				if want != "!" && want != "=" {
					moved = 1
				}
				if verb == "pay" && from == Approved {
					moved = 2 // it is sent first
				}
				if n := s.db.Int(t, `select count(*) from withdrawal_event where withdrawal_id = $1`, w.ID); n != steps+moved {
					t.Errorf("%d steps were written down, want %d", n-steps, moved)
				}
				b := s.balance(who)
				got := [3]int64{b.Available, b.Reserved, b.Paid}
				state := from
				if moved > 0 {
					state = State(want)
				}
				if got != purseOf(state) {
					t.Errorf("%s has %v, want %v", state, got, purseOf(state))
				}
			})
		}
	}
}

// purseOf is available, reserved and paid of 10.00 asked for.
func purseOf(s State) [3]int64 {
	switch s {
	case Paid:
		return [3]int64{0, 0, 1000}
	case Failed, Cancelled, Rejected, Returned:
		return [3]int64{1000, 0, 0}
	}
	return [3]int64{0, 1000, 0}
}

// What has been sent runs on when its owner falls into debt or is frozen; what
// comes back then pays the debt.
func TestSent_RunsOnWhateverHappensToItsOwner(t *testing.T) {
	t.Parallel()
	s := open(t)
	for verb, want := range map[string][3]int64{ // available, owed, paid
		"complete": {0, 400, 1000}, "fail": {600, 0, 0}, "cancel": {600, 0, 0},
	} {
		t.Run(verb, func(t *testing.T) {
			who := s.member(3000)
			sent, unsent := s.mustRequest(who, 1000), s.mustRequest(who, 2000)
			for _, v := range []string{"approve", "send"} {
				_, err := s.say(v, sent)
				s.must(err)
			}
			s.move(who, ledger.ReverseIntoDebt{Payee: ledger.Party(who), Amount: 2400})
			s.must(s.SettleDebts(t.Context(), s.db.A))
			if w, err := s.say("send", sent); err != nil || w.State != Sending {
				t.Fatalf("what was sent was called back: %s %v", w.State, err)
			}
			if w, err := s.say("reject", unsent); fault.Of(err).Args()["from"] != "returned" {
				t.Fatalf("what was not sent was kept: %s %v", w.State, err)
			}
			_, err := s.people.Freeze(t.Context(), s.db.A, who, "fraud")
			s.must(err)
			if _, err := s.say(verb, sent); err != nil {
				t.Fatal(err)
			}
			if b := s.balance(who); [3]int64{b.Available, b.Owed(), b.Paid} != want || b.Reserved != 0 {
				t.Errorf("%+v, want %v", b, want)
			}
		})
	}
}

func TestSend_OfSomebodyInDebtGivesEverythingUnsentBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	who := s.member(3000)
	first, second := s.mustRequest(who, 1000), s.mustRequest(who, 2000)
	for _, w := range []Withdrawal{first, second} {
		_, err := s.say("approve", w)
		s.must(err)
	}
	s.move(who, ledger.ReverseIntoDebt{Payee: ledger.Party(who), Amount: 500})
	if w, err := s.say("send", first); err != nil || w.State != Returned || w.Reason != InDebt {
		t.Fatal(w, err)
	}
	if b := s.balance(who); b.Available != 2500 || b.Reserved != 0 || b.Owed() != 0 {
		t.Fatalf("%+v", b)
	}
	_, err := s.say("send", second)
	wants(t, err, "withdrawal.wrong_state", "from", "returned")
}

func TestNeedsPerson_RaisesTheAlarmOnceAndAfterTheCommit(t *testing.T) {
	t.Parallel()
	s := open(t)
	var mu sync.Mutex
	var rung []ID
	s.Alarm = func(tenant tenancy.ID, w Withdrawal) {
		mu.Lock()
		defer mu.Unlock()
		if tenant != s.db.A {
			t.Error("another store")
		}
		rung = append(rung, w.ID)
	}
	w := s.mustRequest(s.member(1000), 1000)
	for _, v := range []string{"approve", "send"} {
		_, err := s.say(v, w)
		s.must(err)
	}
	undone := fmt.Errorf("undone")
	err := s.within(func(ctx context.Context, tx *pg.Tx) error {
		if _, err := s.NeedsPerson(ctx, tx, w.ID, "500", "payout"); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) || len(rung) != 0 {
		t.Fatal(err, rung)
	}
	for range 3 {
		_, err := s.say("person", w)
		s.must(err)
	}
	if len(rung) != 1 || rung[0] != w.ID {
		t.Fatal(rung)
	}
}

func TestSend_OneOfSixteenSendsAndAllHearOfIt(t *testing.T) {
	t.Parallel()
	s := open(t)
	w := s.mustRequest(s.member(1000), 1000)
	_, err := s.say("approve", w)
	s.must(err)
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			if after, err := s.say("send", w); err != nil || after.State != Sending {
				t.Error(after.State, err)
			}
		})
	}
	wait.Wait()
	if n := s.db.Int(t, `select count(*) from withdrawal_event where withdrawal_id = $1 and state = 'sending'`, w.ID); n != 1 {
		t.Errorf("it was sent %d times", n)
	}
}

// Recall is only of one's own, and only of what has not been sent.
func TestRecall_OfSomebodyElseIsUnknown(t *testing.T) {
	t.Parallel()
	s := open(t)
	wang, li := s.member(1000), s.member(1000)
	w := s.mustRequest(wang, 1000)
	recall := func(who distributor.ID) (after Withdrawal, err error) {
		err = s.within(func(ctx context.Context, tx *pg.Tx) error {
			after, err = s.Recall(ctx, tx, w.ID, who, "distributor")
			return err
		})
		return after, err
	}
	_, err := recall(li)
	wants(t, err, "withdrawal.unknown")
	if after, err := recall(wang); err != nil || after.State != Cancelled || after.Reason != Recalled {
		t.Fatal(after, err)
	}
}
