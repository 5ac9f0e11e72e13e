package payee_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/payee"
)

type desk struct {
	*pgtest.Database
	*Service
	who distributor.ID
}

func open(t *testing.T) *desk {
	t.Helper()
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Database: pgtest.Open(t), Service: New(box)}
	d.do(t, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.New(d.DB).Enlist(ctx, tx, distributor.Enlistment{Name: "wang", Grade: "normal"})
		d.who = m.ID
		return err
	})
	return d
}

func (d *desk) do(t testing.TB, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := d.Within(t.Context(), d.A, fn); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) identify(t testing.TB, as Identity) (p Payee, err error) {
	t.Helper()
	err = d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
		p, err = d.Identify(ctx, tx, d.who, as, "test")
		return err
	})
	return p, err
}

func (d *desk) payTo(t testing.TB, e Entry) (p Payee, err error) {
	t.Helper()
	err = d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error {
		p, err = d.PayTo(ctx, tx, d.who, e, "test")
		return err
	})
	return p, err
}

func (d *desk) mayBeSent(t testing.TB, account int) (err error) {
	t.Helper()
	d.do(t, func(ctx context.Context, tx *pg.Tx) error { err = MayBeSent(ctx, tx, d.who, account); return nil })
	return err
}

var (
	zhang = Identity{Kind: Individual, Name: "张三丰", Number: "11010519491231002X", Phone: "13800138000"}
	card  = Entry{Channel: BankCard, Number: "6222021234567890128", Bank: "工商银行"}
)

func TestResidentID(t *testing.T) {
	t.Parallel()
	for number, ok := range map[string]bool{
		"11010519491231002X": true,  // the standard's own example
		"440524188001010014": false, // the other: born in 1880, who is not paid any more
		"110105194912310021": false, // wrong check character
		"11010519490231002X": false, // no 31 February
		"11010519491231002x": false, // cleaned before
		"1101051949123100":   false,
		"":                   false,
	} {
		if _, got := ResidentID(number); got != ok {
			t.Errorf("%q: %v", number, got)
		}
	}
}

// One wrong digit, or two neighbours swapped, is always found.
func TestResidentID_FindsEverySlip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		number := makeID(rapid.IntRange(100000, 999999).Draw(r, "region"), time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 20000).Draw(r, "day")), rapid.IntRange(0, 999).Draw(r, "seq"))
		if _, ok := ResidentID(number); !ok {
			r.Fatalf("%s is refused", number)
		}
		at, digit := rapid.IntRange(0, 16).Draw(r, "at"), rapid.IntRange(0, 9).Draw(r, "digit")
		slip := number[:at] + fmt.Sprint(digit) + number[at+1:]
		if _, ok := ResidentID(slip); ok && slip != number {
			r.Fatalf("%s is taken for %s", slip, number)
		}
		swap := number[:at] + number[at+1:at+2] + number[at:at+1] + number[at+2:]
		if _, ok := ResidentID(swap); ok && swap != number {
			r.Fatalf("%s is taken for %s", swap, number)
		}
	})
}

// makeID computes the check character as the standard writes it down.
func makeID(region int, born time.Time, seq int) string {
	body := fmt.Sprintf("%06d%s%03d", region, born.Format("20060102"), seq)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += int(body[i]-'0') * w
	}
	return body + string("10X98765432"[sum%11])
}

func TestCreditCode(t *testing.T) {
	t.Parallel()
	for code, ok := range map[string]bool{
		"91350100M000100Y43": true, // the standard's own example
		"91110000600037341L": true,
		"91350100M000100Y44": false,
		"91350100M000100I43": false, // no I in the alphabet
		"9135":               false,
	} {
		if CreditCode(code) != ok {
			t.Errorf("%q: %v", code, !ok)
		}
	}
}

func TestIdentify_Refuses(t *testing.T) {
	t.Parallel()
	d := open(t) // 1 March 2026
	with := func(change func(*Identity)) Identity { i := zhang; change(&i); return i }
	for code, i := range map[string]Identity{
		"payee.kind":        with(func(i *Identity) { i.Kind = "robot" }),
		"payee.name":        with(func(i *Identity) { i.Name = "张<b>" }),
		"payee.phone":       with(func(i *Identity) { i.Phone = "12345" }),
		"payee.resident_id": with(func(i *Identity) { i.Number = "110105194912310021" }),
		"payee.minor":       with(func(i *Identity) { i.Number = makeID(110105, time.Date(2008, 3, 2, 0, 0, 0, 0, time.UTC), 2) }),
		"payee.credit_code": with(func(i *Identity) { i.Kind, i.Invoice = Business, true }),
		"payee.invoice":     with(func(i *Identity) { i.Kind, i.Number = Business, "91350100M000100Y43" }),
	} {
		if _, err := d.identify(t, i); fault.Of(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
	if _, err := d.identify(t, with(func(i *Identity) { i.Number = makeID(110105, time.Date(2008, 3, 1, 0, 0, 0, 0, time.UTC), 2) })); err != nil {
		t.Errorf("on the eighteenth birthday: %v", err)
	}
}

func TestPayTo_Refuses(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.payTo(t, card); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("without a name: %v", err)
	}
	if _, err := d.identify(t, zhang); err != nil {
		t.Fatal(err)
	}
	for code, e := range map[string]Entry{
		"payee.channel": {Channel: "cash", Number: "1"},
		"payee.card":    {Channel: BankCard, Number: "6222021234567890129", Bank: "工商银行"},
		"payee.bank":    {Channel: BankCard, Number: card.Number},
		"payee.alipay":  {Channel: Alipay, Number: "zhang@"},
		"payee.wechat":  {Channel: WeChat, Number: "too short"},
	} {
		if _, err := d.payTo(t, e); fault.Of(err).Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestPayee_IsMaskedForEverybodyAndClearForTheOneWhoSends(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.identify(t, Identity{Kind: Individual, Name: " 张三丰 ", Number: "110105 19491231 002x", Phone: "138-0013-8000"}); err != nil {
		t.Fatal(err)
	}
	p, err := d.payTo(t, Entry{Channel: BankCard, Number: "6222 0212 3456 7890 128", Bank: "工商银行"})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := p.Account(BankCard)
	if p.Profile.Name != "张*" || p.Profile.Number != "110****2X" || p.Profile.Phone != "138****8000" || a.Shown != "0128" || a.Bank != "工商银行" {
		t.Errorf("%+v %+v", p.Profile, a)
	}
	d.do(t, func(ctx context.Context, tx *pg.Tx) error {
		to, err := d.Reveal(ctx, tx, d.who, 1, 1)
		if to.Identity != zhang || to.Account != card {
			t.Errorf("%+v", to.Name)
		}
		if text := fmt.Sprintf("%v %+v %#v %s", to, to, to, to.Identity); strings.Contains(text, "张三丰") || strings.Contains(text, "6222") {
			t.Errorf("printed: %s", text)
		}
		return err
	})
	for _, secret := range []string{"张三丰", zhang.Number, zhang.Phone, card.Number} {
		for _, table := range []string{"payee_profile", "payee_account", "payee_record"} {
			if n := d.Int(t, `select count(*) from `+table+` x where x::text like '%'||$1||'%' or x::text like '%'||encode($1::text::bytea, 'hex')||'%'`, secret); n != 0 {
				t.Errorf("%s has a secret in clear", table)
			}
		}
	}
	d.Owner(t, `update payee_profile set sealed = (select sealed from payee_account limit 1)`)
	if err := d.Within(t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) error { _, err := d.Reveal(ctx, tx, d.who, 1, 1); return err }); !errors.Is(err, secret.ErrSealed) {
		t.Errorf("a value of another row: %v", err)
	}
}

func TestChange_PausesForThreeDaysAndKeepsWhatWas(t *testing.T) {
	t.Parallel()
	d := open(t)
	must := func(p Payee, err error) Payee {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	must(d.identify(t, zhang))
	must(d.payTo(t, card))
	p := must(d.payTo(t, card)) // the same again
	if a, _ := p.Account(BankCard); a.Revision != 1 || p.PausedUntil != nil {
		t.Fatalf("%+v", p)
	}
	if err := d.mayBeSent(t, 1); err != nil {
		t.Fatalf("what was entered first waits for nothing: %v", err)
	}

	p = must(d.payTo(t, Entry{Channel: Alipay, Number: "zhang@example.com"}))
	if a, _ := p.Account(Alipay); a.Shown != "z***@example.com" || p.PausedUntil != nil {
		t.Errorf("%+v", p)
	}
	if err := d.mayBeSent(t, 2); fault.Of(err).Args()["until"] != "2026-03-04T02:00:00Z" {
		t.Errorf("another kind of account waits: %v", err)
	}
	if err := d.mayBeSent(t, 1); err != nil {
		t.Errorf("the old one does not: %v", err)
	}

	d.Clock.Advance(time.Hour)
	moved := zhang
	moved.Phone = "13900139000"
	p = must(d.identify(t, moved))
	if p.Profile.Revision != 2 || p.PausedUntil == nil || !p.PausedUntil.Equal(time.Date(2026, 3, 4, 3, 0, 0, 0, time.UTC)) {
		t.Fatalf("%+v", p)
	}
	if err := d.mayBeSent(t, 1); !errors.Is(err, ErrPaused) {
		t.Error("another phone pauses everything:", err)
	}
	d.Clock.Advance(Pause)
	if err := d.mayBeSent(t, 1); err != nil {
		t.Errorf("after 72 hours: %v", err)
	}

	other := Entry{Channel: BankCard, Number: "4111111111111111", Bank: "招商银行"}
	must(d.payTo(t, other))
	if err := d.mayBeSent(t, 1); !errors.Is(err, ErrPaused) {
		t.Error("another card pauses everything:", err)
	}
	d.do(t, func(ctx context.Context, tx *pg.Tx) error {
		old, err := d.Reveal(ctx, tx, d.who, 1, 1)
		if old.Account != card || old.Phone != zhang.Phone {
			t.Error("a revision has changed")
		}
		profiles, accounts, err2 := History(ctx, tx, d.who)
		if len(profiles) != 2 || len(accounts) != 3 {
			t.Errorf("%d profiles, %d accounts", len(profiles), len(accounts))
		}
		return errors.Join(err, err2)
	})
}

func TestTaxpayer_IsTheSameForOnePersonAndDiffersAcrossStores(t *testing.T) {
	t.Parallel()
	d := open(t)
	hash := func(tenant int) (of []byte) {
		id := d.A
		if tenant == 1 {
			id = d.B
		}
		err := d.Within(t.Context(), id, func(ctx context.Context, tx *pg.Tx) error {
			m, err := distributor.New(d.DB).Enlist(ctx, tx, distributor.Enlistment{Name: "again", Grade: "normal"})
			if err != nil {
				return err
			}
			p, err := d.Identify(ctx, tx, m.ID, zhang, "test")
			if err == nil {
				of = p.Profile.Taxpayer
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return of
	}
	first, again, elsewhere := hash(0), hash(0), hash(1)
	if string(first) != string(again) || string(first) == string(elsewhere) || len(first) < 16 {
		t.Error(first, again, elsewhere)
	}
}

func TestPayTo_SixteenAtOnceAreOneRevision(t *testing.T) {
	t.Parallel()
	d := open(t)
	if _, err := d.identify(t, zhang); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			if _, err := d.payTo(t, card); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := d.Int(t, `select count(*) from payee_account`); n != 1 {
		t.Errorf("%d revisions", n)
	}
}
