package withdrawal_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

const company = "91350100M000100Y43"

var (
	zhang = payee.Identity{Kind: payee.Individual, Name: "张三丰", Number: "11010519491231002X", Phone: "13800138000"}
	firm  = payee.Identity{Kind: payee.Business, Name: "福州某某商贸有限公司", Number: "91110000600037341L", Phone: "13800138001", Invoice: true}
	march = performance.Date{Year: 2026, Month: 3, Day: 1}
)

// taxed is a shop that pays by a company which withholds.
func taxed(t testing.TB, m payer.Method, opts ...pg.Option) (*shop, payer.ID) {
	s := open(t, opts...)
	box, err := secret.NewBox(secret.NewKey())
	s.must(err)
	s.Payees = payee.New(box)
	var p payer.Payer
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err = payer.Found(ctx, tx, "福州示例科技有限公司", company, payer.Dated{From: march, Method: m}, "staff")
		return err
	}))
	return s, p.ID
}

func (s *shop) identify(who distributor.ID, as payee.Identity) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Payees.Identify(ctx, tx, who, as, "test")
		return err
	}))
}

func (s *shop) payTo(who distributor.ID, e payee.Entry) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Payees.PayTo(ctx, tx, who, e, "test")
		return err
	}))
}

func (s *shop) preview(ask Ask) (e Estimate) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		e, err = s.Preview(ctx, tx, ask)
		return err
	}))
	return e
}

func (s *shop) walk(w Withdrawal, verbs ...string) Withdrawal {
	s.t.Helper()
	for _, v := range verbs {
		var err error
		w, err = s.say(v, w)
		s.must(err)
	}
	return w
}

// sums is what the company has paid and withheld in 2026.
func (s *shop) sums(by payer.ID) (sums []payer.MonthSum) {
	s.t.Helper()
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		sums, err = payer.Year(ctx, tx, by, 2026)
		return err
	}))
	return sums
}

func TestTax_IsShownBeforeAskedForAndPaidByTheSameFigures(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	s.rules.FeePPM = 10_000
	wang := s.member(1_000_000)
	s.identify(wang, zhang)
	e := s.preview(Ask{Distributor: wang, Amount: 500_000})
	want := Quote{Gross: 500_000, Tax: 80_000, Fee: 5_000, Net: 415_000}
	if e.Quote != want || e.Refusal != nil || e.Basis.Percent != 20 || e.Basis.Taxable != 400_000 {
		t.Fatalf("%+v", e)
	}
	first := s.mustRequest(wang, 500_000)
	if first.Quote != want {
		t.Fatalf("%+v", first.Quote)
	}
	// 9,000.00 together: 7,200 × 20 % = 1,440.00, of which 800.00 are asked for already.
	e = s.preview(Ask{Distributor: wang, Amount: 400_000})
	second := s.mustRequest(wang, 400_000)
	if e.Quote != second.Quote || second.Tax != 64_000 || second.Basis.Before != 500_000 {
		t.Fatalf("%+v %+v", e.Quote, second.Quote)
	}
	s.walk(first, "approve", "send", "complete")
	s.walk(second, "approve", "send", "complete")
	if b := s.balance(wang); b.Tax != 144_000 || b.Fees != 9_000 || b.Paid != 747_000 || b.Available != 100_000 {
		t.Errorf("%+v", b)
	}
	if sums := s.sums(by); len(sums) != 1 || sums[0] != (payer.MonthSum{Month: march, People: 1, Gross: 900_000, Tax: 144_000}) {
		t.Errorf("%+v", sums)
	}
}

func TestTax_OfABusinessIsItsOwn(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	wang := s.member(1_000_000)
	s.identify(wang, firm)
	w := s.walk(s.mustRequest(wang, 1_000_000), "approve", "send", "complete")
	if w.Tax != 0 || len(s.sums(by)) != 0 {
		t.Errorf("%+v %+v", w.Quote, s.sums(by))
	}
}

// One person who has joined twice is one taxpayer; two people are two.
func TestTax_OfOnePersonWithTwoMembershipsIsSummed(t *testing.T) {
	t.Parallel()
	s, _ := taxed(t, payer.Labour)
	one, again, other := s.member(80_000), s.member(80_000), s.member(80_000)
	s.identify(one, zhang)
	s.identify(again, zhang)
	s.walk(s.mustRequest(one, 80_000), "approve", "send")
	if w := s.mustRequest(again, 80_000); w.Tax != 16_000 {
		t.Errorf("the second of one person pays %d, want (1,600 − 800) × 20 %%", w.Tax)
	}
	if w := s.mustRequest(other, 80_000); w.Tax != 0 {
		t.Errorf("somebody else pays %d", w.Tax)
	}
}

// Two stores that pay by one company pay a person together.
func TestTax_IsSummedOverTheStoresOfACompany(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	var code string
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) { code, _, err = payer.Invite(ctx, tx); return err }))
	there := &shop{t: t, db: s.db, people: s.people, Service: s.Service, tenant: s.db.B}
	s.must(there.within(func(ctx context.Context, tx *pg.Tx) error { _, err := payer.Join(ctx, tx, code, "staff"); return err }))
	here, elsewhere := s.member(80_000), there.member(80_000)
	s.identify(here, zhang)
	there.identify(elsewhere, zhang)
	s.walk(s.mustRequest(here, 80_000), "approve", "send", "complete")
	w := there.mustRequest(elsewhere, 80_000)
	if w.Tax != 16_000 {
		t.Fatalf("the other store withholds %d, want 160.00", w.Tax)
	}
	there.walk(w, "approve", "send", "complete")
	if sums := s.sums(by); len(sums) != 1 || sums[0] != (payer.MonthSum{Month: march, People: 1, Gross: 160_000, Tax: 16_000}) {
		t.Errorf("%+v", sums)
	}
}

// Asked for in March and sent in April it is April's: the figures change with
// a line in the history, and nobody pays by hand what they have not seen.
func TestTax_BelongsToTheMonthInWhichItIsSent(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	wang := s.member(160_000)
	s.walk(s.mustRequest(wang, 80_000), "approve", "send", "complete")
	late := s.walk(s.mustRequest(wang, 80_000), "approve")
	if late.Tax != 16_000 {
		t.Fatalf("%+v", late.Quote)
	}
	s.db.Clock.Set(time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC)) // 1 April in Shanghai
	_, err := s.say("pay", late)
	wants(t, err, "withdrawal.requoted", "net", "800.00")
	late = s.walk(late, "send")
	if late.Quote != (Quote{Gross: 80_000, Net: 80_000}) || late.TaxMonth.Month != 4 {
		t.Fatalf("%+v", late)
	}
	s.walk(late, "pay")
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		way, err := History(ctx, tx, late.ID)
		if len(way) != 4 || way[2].Words != "requoted 16000 0" {
			t.Errorf("%+v", way)
		}
		return err
	}))
	if sums := s.sums(by); len(sums) != 2 || sums[0].Gross != 80_000 || sums[1].Gross != 80_000 || sums[1].Tax != 0 {
		t.Errorf("%+v", sums)
	}
}

// What came back was not paid: the next one is taxed as if it had never been.
func TestTax_OfWhatCameBackIsTakenOffTheSums(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour)
	wang := s.member(500_000)
	for _, verb := range []string{"fail", "cancel"} {
		s.walk(s.mustRequest(wang, 500_000), "approve", "send", verb)
		if sums := s.sums(by); sums[0].Gross != 0 || sums[0].Tax != 0 || sums[0].People != 0 {
			t.Errorf("%s: %+v", verb, sums)
		}
	}
	if w := s.mustRequest(wang, 80_000); w.Tax != 0 {
		t.Errorf("%+v", w.Quote)
	}
}

// Sixteen sent at once: what was withheld together is the tax of the sum.
// meeting lets whoever is about to count a payment in wait for a second one,
// for a second at most: where two may read the sums at once, both have.
type meeting struct {
	here atomic.Int32
	both chan struct{}
}

func (m *meeting) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "update payer_income") {
		if m.here.Add(1) == 2 {
			close(m.both)
		}
		select {
		case <-m.both:
		case <-time.After(time.Second):
		}
	}
	return ctx
}

func (*meeting) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestTax_SentAtOnceIsTheTaxOfTheSum(t *testing.T) {
	t.Parallel()
	s, by := taxed(t, payer.Labour, pg.Tracer(&meeting{both: make(chan struct{})}))
	var list []Withdrawal
	for range 2 { // one person, two memberships
		who := s.member(100_000)
		s.identify(who, zhang)
		list = append(list, s.walk(s.mustRequest(who, 100_000), "approve"))
	}
	var wait sync.WaitGroup
	for _, w := range list {
		wait.Go(func() {
			if _, err := s.say("send", w); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if sums := s.sums(by); sums[0].Gross != 200_000 || sums[0].Tax != 24_000 {
		t.Errorf("%+v, want 20 %% of 2,000.00 less 800.00", sums)
	}
}

// Whatever is asked for, rejected, sent and failed: gross is tax, fee and net,
// and the company's sums are those of what is on its way or paid.
func TestTax_RandomLives(t *testing.T) {
	t.Parallel()
	type taxedShop struct {
		*shop
		by payer.ID
	}
	var shops []taxedShop
	for _, m := range []payer.Method{payer.Labour, payer.Platform} {
		s, by := taxed(t, m)
		s.rules.FeePPM, s.rules.Min = 6_000, 1
		shops = append(shops, taxedShop{s, by})
	}
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.SampledFrom(shops).Draw(r, "shop")
		before := s.sums(s.by)
		who := s.member(50_000_000)
		var all []Withdrawal
		for range rapid.IntRange(1, 5).Draw(r, "steps") {
			amount := rapid.Int64Range(100, 2_000_000).Draw(r, "amount")
			e := s.preview(Ask{Distributor: who, Amount: amount})
			w, err := s.request(who, amount)
			if err != nil || w.Quote != e.Quote || w.Gross != w.Tax+w.Fee+w.Net || w.Tax < 0 || w.Net <= 0 {
				r.Fatalf("%+v %+v %v", w.Quote, e.Quote, err)
			}
			all = append(all, w)
			for _, v := range rapid.SampledFrom([][]string{{}, {"reject"}, {"approve"}, {"approve", "send"}, {"approve", "send", "complete"}, {"approve", "send", "fail"}}).Draw(r, "way") {
				if w, err = s.say(v, w); err != nil || w.Gross != w.Tax+w.Fee+w.Net {
					r.Fatal(w, err)
				}
			}
		}
		var gross, withheld int64
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			for _, w := range all {
				now, err := Get(ctx, tx, w.ID)
				if err != nil {
					return err
				}
				if now.State == Sending || now.State == Paid {
					gross, withheld = gross+now.Gross, withheld+now.Tax
				}
			}
			return nil
		}))
		if g, w := total(s.sums(s.by), before); g != gross || w != withheld {
			r.Fatalf("the company has paid %d and withheld %d, the withdrawals say %d and %d", g, w, gross, withheld)
		}
	})
}

// total is what has been added to the sums.
func total(after, before []payer.MonthSum) (gross, tax int64) {
	for _, m := range after {
		gross, tax = gross+m.Gross, tax+m.Tax
	}
	for _, m := range before {
		gross, tax = gross-m.Gross, tax-m.Tax
	}
	return gross, tax
}
