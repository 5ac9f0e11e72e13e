package ledger_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/tenants/ledger"
)

func sha(s string) string { h := sha256.Sum256([]byte(s)); return string(h[:]) }

// Each of these is something that somebody with the owner's password could do
// at night. A balance that was "corrected" with it does not help them.
var tampering = []struct {
	name, sql string
	entry     int64  // the first bad entry
	says      string // of one of the findings
}{
	{"a changed amount", `update ledger_movement set amount = amount + 1 where id = %d`, 5, "is not what was sealed"},
	{"a changed payee", `update ledger_movement set party = gen_random_uuid() where id = %d`, 5, "is not what was sealed"},
	{"a changed time", `update ledger_movement set recorded_at = recorded_at + interval '1 microsecond' where id = %d`, 5, "is not what was sealed"},
	{"a removed row", `delete from ledger_movement where id = %d`, 5, "is gone"},
	{"an inserted row", `insert into ledger_movement (tenant_id, month, kind, party, asset, source, target, amount, recorded_at)
		select tenant_id, month, kind, party, asset, source, target, amount, recorded_at from ledger_movement where id = %d`, 0, "was never posted"},
	{"two rows swapped", `update ledger_movement m set amount = o.amount, party = o.party, ref = o.ref from ledger_movement o
		where m.id in (%[1]d, %[1]d + 1) and o.id in (%[1]d, %[1]d + 1) and m.id <> o.id`, 5, "is not what was sealed"},
	{"a changed hash of a seal", `update ledger_seal set hash = sha256(hash) where first = 3 and %d > 0`, 6, "is not theirs"},
	{"a changed list of a seal", `update ledger_seal set entries = substr(entries, 1, octet_length(entries) - 1) where first = 3 and %d > 0`, 3, "has been changed"},
	{"a removed seal", `delete from ledger_seal where first = 3 and %d > 0`, 3, "begins at 7"},
	{"a changed head", `update ledger_head set hash = sha256(hash) where number = 2 and %d > 0`, 2, "something up to here was rewritten"},
	{"a changed balance", `update ledger_balance set held = held + 1, expense = expense - 1 where %d > 0`, 0, "the balance says"},
}

// tampered is a journal of ten entries in three seals, on as many days.
func tampered(t *testing.T) *kept {
	k := keep(t)
	nth := int64(0)
	for _, n := range []int{2, 4, 4} {
		var ms []ledger.Movement
		for range n {
			nth++
			ms = append(ms, ledger.HoldCommission{Payee: somebody(), Amount: 100 * nth})
		}
		k.post(ms...)
		k.seal()
		k.Clock.Advance(24 * time.Hour)
	}
	return k
}

func TestVerify_FindsWhatTheOwnerDid(t *testing.T) {
	t.Parallel()
	for _, c := range tampering {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := tampered(t)
			k.mustBeWhole()
			if n := k.Owner(t, fmt.Sprintf(c.sql, k.read(4, 1)[0].ID)); n == 0 {
				t.Fatal("nothing was changed")
			}
			r := k.verify(ledger.Audit{})
			if len(r.Findings) == 0 || r.Findings[0].Entry != c.entry {
				t.Fatalf("the first bad entry is %d; found %q", c.entry, r.Findings)
			}
			if !strings.Contains(fmt.Sprint(r.Findings), c.says) {
				t.Errorf("found %q", r.Findings)
			}
			quick, err := k.journal.Quick(t.Context(), k.A)
			if err != nil || len(quick) == 0 && c.name != "a changed balance" {
				t.Errorf("a quick look found %q, %v", quick, err)
			}
		})
	}
}

// Whoever has the password and reads this code can write the whole chain
// anew. The head that an auditor took home is what stands against them.
func TestVerify_AKeptHeadFindsAChainWrittenAnew(t *testing.T) {
	t.Parallel()
	k := tampered(t)
	heads := k.heads("", 10)
	k.Owner(t, `update ledger_movement set amount = amount + 1 where id = $1`, k.read(4, 1)[0].ID)
	k.Owner(t, `update ledger_balance b set held = m.held, expense = -m.held from (select party, sum(amount) as held from ledger_movement group by party) m where m.party = b.party and b.asset = 'money'`)
	k.Owner(t, `insert into ledger_unsealed (tenant_id, month, ids) select tenant_id, month, array_agg(id order by id) from ledger_movement group by 1, 2`)
	k.Owner(t, `truncate ledger_seal, ledger_head`)
	k.seal()
	if r := k.mustBeWhole(); r.Entries != 10 { // this is what it looks like from within
		t.Fatalf("%+v", r)
	}
	r := k.verify(ledger.Audit{Kept: heads})
	if len(r.Findings) != 2 || r.Findings[0].Entry != 6 || !strings.Contains(r.Findings[0].What, "2026-03-02") {
		t.Errorf("found %q", r.Findings)
	}

	k.Owner(t, `delete from ledger_movement where id = (select max(id) from ledger_movement)`)
	k.Owner(t, `truncate ledger_seal, ledger_head, ledger_unsealed`)
	k.Owner(t, `insert into ledger_unsealed (tenant_id, month, ids) select tenant_id, month, array_agg(id order by id) from ledger_movement group by 1, 2`)
	k.seal()
	r = k.verify(ledger.Audit{Kept: heads})
	if s := fmt.Sprint(r.Findings); !strings.Contains(s, "of entry 10, which cannot be found") {
		t.Errorf("found %q", r.Findings)
	}
}

func TestVerify_NamesWhatIsNoMovement(t *testing.T) {
	t.Parallel()
	k := keep(t)
	k.post(ledger.HoldCommission{Payee: somebody(), Amount: 100})
	k.Owner(t, `update ledger_movement set target = 6`) // available // before it was sealed
	k.seal()
	if r := k.verify(ledger.Audit{}); len(r.Findings) == 0 || !strings.Contains(r.Findings[0].String(), "entry 1: movement") {
		t.Errorf("found %q", r.Findings)
	}
}
