package payer

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Found makes an entity and lets the store pay by it from now on.
func Found(ctx context.Context, tx *pg.Tx, name, taxID string, d Dated, by string) (Payer, error) {
	name, taxID = strings.TrimSpace(name), strings.ToUpper(strings.TrimSpace(taxID))
	switch n := utf8.RuneCountInString(name); {
	case n < 2 || n > 100:
		return Payer{}, ErrName
	case !payee.CreditCode(taxID):
		return Payer{}, ErrTaxID
	case !d.Method.known():
		return Payer{}, ErrMethod.With("method", d.Method)
	}
	p := Payer{ID: id.New[kind](tx.Now()), Name: name, TaxID: taxID}
	if err := enter(ctx, tx, p.ID); err != nil {
		return Payer{}, err
	}
	if err := insertEntity(ctx, tx, p); err != nil {
		return Payer{}, err
	}
	d.From, d.At, d.By = d.From.MonthStart(), tx.Now(), by
	if err := saveMethod(ctx, tx, p.ID, d); err != nil {
		return Payer{}, err
	}
	if err := link(ctx, tx, p.ID, by); err != nil {
		return Payer{}, err
	}
	return Get(ctx, tx, p.ID)
}

// codeLives is how long another store may take to join.
const codeLives = 7 * 24 * time.Hour

// Invite makes a code by which one other store may pay by this store's entity,
// once and for a week. An earlier code dies.
func Invite(ctx context.Context, tx *pg.Tx) (code string, until time.Time, err error) {
	p, err := Current(ctx, tx)
	if err != nil {
		return "", until, err
	}
	word := secret.Token()
	until = tx.Now().Add(codeLives)
	return "fp_" + hex.EncodeToString(p.ID[:]) + "_" + word, until, saveCode(ctx, tx, p.ID, secret.HashToken(word), &until)
}

// Join lets the store pay by the entity whose code it holds.
func Join(ctx context.Context, tx *pg.Tx, code, by string) (Payer, error) {
	which, word, ok := readCode(strings.TrimSpace(code))
	if !ok {
		return Payer{}, ErrCode
	}
	if err := enter(ctx, tx, which); err != nil {
		return Payer{}, err
	}
	c, err := lockCode(ctx, tx, which)
	if err != nil {
		return Payer{}, err
	}
	if c.Until == nil || !tx.Now().Before(*c.Until) || subtle.ConstantTimeCompare(c.Hash, secret.HashToken(word)) != 1 {
		return Payer{}, ErrCode
	}
	if err := saveCode(ctx, tx, which, nil, nil); err != nil {
		return Payer{}, err
	}
	if err := link(ctx, tx, which, by); err != nil {
		return Payer{}, err
	}
	return Get(ctx, tx, which)
}

func readCode(s string) (which ID, word string, ok bool) {
	rest, ok := strings.CutPrefix(s, "fp_")
	if !ok {
		return which, "", false
	}
	head, word, ok := strings.Cut(rest, "_")
	raw, err := hex.DecodeString(head)
	if !ok || err != nil || len(raw) != len(which) {
		return which, "", false
	}
	copy(which[:], raw)
	return which, word, true
}

// Withhold changes how the store's entity withholds from a month on, this one
// or later, in every store that pays by it.
func Withhold(ctx context.Context, tx *pg.Tx, d Dated, today performance.Date, by string) (Payer, error) {
	d.From = d.From.MonthStart()
	switch {
	case !d.Method.known():
		return Payer{}, ErrMethod.With("method", d.Method)
	case d.From.Compare(today.MonthStart()) < 0:
		return Payer{}, ErrMonth
	}
	p, err := Current(ctx, tx)
	if err != nil {
		return Payer{}, err
	}
	d.At, d.By = tx.Now(), by
	if err := saveMethod(ctx, tx, p.ID, d); err != nil {
		return Payer{}, err
	}
	return Get(ctx, tx, p.ID)
}

// Current is by whom the store pays now; [ErrNone] when nobody was set.
func Current(ctx context.Context, tx *pg.Tx) (Payer, error) {
	which, err := linked(ctx, tx)
	if err != nil {
		return Payer{}, err
	}
	return Get(ctx, tx, which)
}

// Get reads an entity that this store is or was linked with; of any other it
// is for whoever holds its id from a row of this store.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Payer, error) {
	if err := enter(ctx, tx, which); err != nil {
		return Payer{}, err
	}
	return readEntity(ctx, tx, which)
}

// Taxed reads what the entity has paid a person in the year up to a month.
// When the sums are about to change, lock makes the next one wait.
func Taxed(ctx context.Context, tx *pg.Tx, which ID, taxpayer []byte, month performance.Date, lock bool) ([]Income, error) {
	if err := enter(ctx, tx, which); err != nil {
		return nil, err
	}
	if lock {
		if err := openIncome(ctx, tx, which, taxpayer, month.MonthStart()); err != nil {
			return nil, err
		}
	}
	return incomes(ctx, tx, which, taxpayer, performance.Date{Year: month.Year, Month: 1, Day: 1}, month.MonthStart(), lock)
}

// Add counts a payment into the entity's sums; one that came back is below
// zero.
func Add(ctx context.Context, tx *pg.Tx, which ID, taxpayer []byte, i Income) error {
	if err := enter(ctx, tx, which); err != nil {
		return err
	}
	i.Month = i.Month.MonthStart()
	if err := openIncome(ctx, tx, which, taxpayer, i.Month); err != nil {
		return err
	}
	return addIncome(ctx, tx, which, taxpayer, i)
}

// Year is what the store's entity has paid and withheld in each month of a
// year, all people and stores together, with how many people.
func Year(ctx context.Context, tx *pg.Tx, which ID, year int) ([]MonthSum, error) {
	if err := enter(ctx, tx, which); err != nil {
		return nil, err
	}
	sums, err := monthSums(ctx, tx, which, year)
	slices.SortFunc(sums, func(a, b MonthSum) int { return a.Month.Compare(b.Month) })
	return sums, err
}
