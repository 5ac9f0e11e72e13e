package ledger_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/tenants/ledger"
)

// Every row of every journal reads through these numbers: they are added to at
// the end and never changed.
func TestCodes_AreForEver(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`hold_commission reverse_held reverse_available reverse_into_debt book_period_award book_bonus book_deduction
		deduct_into_debt mature net_debt reserve return_reserved pay_out withhold_tax keep_fee earn_points reverse_points`)
	if !slices.Equal(ledger.KindNames, want) {
		t.Errorf("kinds are %q", ledger.KindNames)
	}
	if !slices.Equal(ledger.AssetNames, []ledger.Asset{"money", "points"}) {
		t.Errorf("assets are %q", ledger.AssetNames)
	}
	if !slices.Equal(ledger.AccountNames, []ledger.Account{"expense", "adjustment", "fees", "tax", "held", "available", "reserved", "debt", "paid"}) {
		t.Errorf("accounts are %q", ledger.AccountNames)
	}
	for _, kind := range ledger.Kinds() {
		if !slices.Contains(ledger.KindNames, kind) {
			t.Errorf("%s has no number", kind)
		}
	}
	for _, a := range ledger.Accounts {
		if !slices.Contains(ledger.AccountNames, a) {
			t.Errorf("%s has no number", a)
		}
	}
}

// What is sealed is made of names, so a journal that was written with names
// keeps every hash when it is brought to numbers.
func TestCodes_AJournalWrittenWithNamesKeepsItsHashes(t *testing.T) {
	t.Parallel()
	k := tampered(t)
	before := k.read(0, 100)
	raw, err := os.ReadFile("../../migrations/00156_ledger_movement_codes.sql")
	if err != nil {
		t.Fatal(err)
	}
	up, down, _ := strings.Cut(string(raw), "-- +goose Down")
	k.Owner(t, down)
	if n := k.Int(t, `select count(*) from ledger_movement where kind = 'hold_commission' and asset = 'money' and source = 'expense' and target = 'held'`); n == 0 {
		t.Fatal("there is no movement with names")
	}
	k.Owner(t, up)
	k.mustBeWhole()
	if after := k.read(0, 100); !slices.Equal(after, before) {
		t.Errorf("the journal reads %v, was %v", after, before)
	}
}
