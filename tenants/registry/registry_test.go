package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

const here = "192.0.2.1"

// open builds the slice on a database of its own.
func open(t *testing.T, hooks ...SignUpHook) (*Service, *pgtest.Database) {
	t.Helper()
	db := pgtest.Open(t, pg.MaxConns(8))
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return New(db.DB, Config{Box: box, Passwords: secret.NewPasswords(2), Clock: &Clock{}, BaseDomain: "shop.test", OnSignUp: hooks, Buyers: someBuyers()}), db
}

// someBuyers stands for slice customer, which comes later.
func someBuyers() Buyers {
	var mu sync.Mutex
	kept := map[string]*Buyer{}
	key := func(tx *pg.Tx, p PersonID) string { return tx.Tenant().UUID() + p.UUID() }
	return Buyers{
		Of: func(_ context.Context, tx *pg.Tx, p PersonID) (*Buyer, error) {
			mu.Lock()
			defer mu.Unlock()
			return kept[key(tx, p)], nil
		},
		Register: func(_ context.Context, tx *pg.Tx, p PersonID, name, _ string) (*Buyer, error) {
			mu.Lock()
			defer mu.Unlock()
			b := &Buyer{ID: p.UUID(), Name: name}
			kept[key(tx, p)] = b
			return b, nil
		},
	}
}

func tea(slug string) SignUp {
	return SignUp{Slug: slug, Name: "春风茶", Currency: "CNY", TimeZone: "Asia/Shanghai", OwnerName: "林", Login: "Lin@Example.com", Password: "correct horse"}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	t.Run("MakesTheStoreTheOwnerAndEverySlicesRowsAtOnce", func(t *testing.T) {
		t.Parallel()
		svc, db := open(t, func(ctx context.Context, tx *pg.Tx, store Store) error {
			return Note(ctx, tx, "system", "test.hook", store.ID.String(), nil)
		})
		session, err := svc.SignUp(t.Context(), tea("chunfeng"), here)
		if err != nil {
			t.Fatal(err)
		}
		back, err := svc.SessionOf(t.Context(), session.Token, RealmMerchant)
		if err != nil || back.Role != RoleOwner || back.Store.Slug != "chunfeng" || back.Person.Name != "林" {
			t.Fatalf("%+v %v", back, err)
		}
		if n := db.Int(t, `select count(*) from registry_audit where tenant_id = $1 and action = 'test.hook'`, session.Store.ID); n != 1 {
			t.Fatal("the hook did not run")
		}
	})
	t.Run("LeavesNoStoreBehindWhenASliceRefuses", func(t *testing.T) {
		t.Parallel()
		refuse := true
		svc, db := open(t, func(context.Context, *pg.Tx, Store) error {
			if refuse {
				return errors.New("no")
			}
			return nil
		})
		if _, err := svc.SignUp(t.Context(), tea("chunfeng"), here); err == nil {
			t.Fatal("the refusal was lost")
		}
		if n := db.Int(t, `select count(*) from registry_store where slug = 'chunfeng'`); n != 0 {
			t.Fatal("half a store")
		}
		refuse = false
		if _, err := svc.SignUp(t.Context(), tea("chunfeng"), here); err != nil {
			t.Fatalf("the second try: %v", err)
		}
	})
	t.Run("AskedAgainFindsTheStoreItMade", func(t *testing.T) {
		t.Parallel()
		svc, db := open(t)
		stores := map[tenancy.ID]bool{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 4 { // at once, and then once more
			wg.Go(func() {
				session, err := svc.SignUp(t.Context(), tea("chunfeng"), here)
				mu.Lock()
				defer mu.Unlock()
				if stores[session.Store.ID] = true; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		again, err := svc.SignUp(t.Context(), tea("chunfeng"), here)
		if stores[again.Store.ID] = true; err != nil || len(stores) != 1 {
			t.Fatal(stores, err)
		}
		if n := db.Int(t, `select count(*) from registry_person`); n != 1 {
			t.Fatalf("%d people", n)
		}
		for name, change := range map[string]func(*SignUp){
			"somebody else":    func(in *SignUp) { in.Login = "wang@example.com" },
			"another password": func(in *SignUp) { in.Password = "wrong horse" },
		} {
			in := tea("chunfeng")
			change(&in)
			if _, err := svc.SignUp(t.Context(), in, here); code(err) != "store.slug_taken" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("SaysWhatIsWrong", func(t *testing.T) {
		t.Parallel()
		svc, _ := open(t)
		for want, change := range map[string]func(*SignUp){
			"store.slug_form":     func(in *SignUp) { in.Slug = "Chun Feng" },
			"store.slug_reserved": func(in *SignUp) { in.Slug = "admin" },
			"store.currency":      func(in *SignUp) { in.Currency = "yuan" },
			"store.time_zone":     func(in *SignUp) { in.TimeZone = "Mars/Base" },
			"login.form":          func(in *SignUp) { in.Login = "l n" },
			"login.password_form": func(in *SignUp) { in.Password = "short" },
			"request.name_empty":  func(in *SignUp) { in.Name = " " },
			"clock.disabled":      func(in *SignUp) { in.TestClockAt = &time.Time{} },
		} {
			in := tea("chunfeng")
			change(&in)
			if _, err := svc.SignUp(t.Context(), in, here); code(err) != want {
				t.Errorf("want %s, got %v", want, err)
			}
		}
	})
}

func TestSlugThatWouldMisleadIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "a", "ab", "-abc", "abc-", "a--b", "xn--fiq", "ABC", "a_b", "a.b", "茶叶店", strings.Repeat("a", 64), "www", "api"} {
		if CheckSlug(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	for _, good := range []string{"abc", "tea-1", "88mai", strings.Repeat("a", 63)} {
		if err := CheckSlug(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestLogIn(t *testing.T) {
	t.Parallel()
	svc, db := open(t)
	own, err := svc.SignUp(t.Context(), tea("chunfeng"), here)
	if err != nil {
		t.Fatal(err)
	}
	other := tea("qiuyue")
	other.Login, other.Password = "+86 139-0000-0000", "another horse"
	if _, err := svc.SignUp(t.Context(), other, here); err != nil {
		t.Fatal(err)
	}

	t.Run("WhateverIsWrongSoundsTheSame", func(t *testing.T) {
		said := map[string]bool{}
		for name, in := range map[string][3]string{
			"store":    {"nowhere", "lin@example.com", "correct horse"},
			"login":    {"chunfeng", "nobody@example.com", "correct horse"},
			"password": {"chunfeng", "lin@example.com", "wrong horse"},
			"staff":    {"qiuyue", "lin@example.com", "correct horse"},
			"nonsense": {"chunfeng", "", ""},
		} {
			_, err := svc.LogIn(t.Context(), in[0], in[1], in[2], "192.0.2."+name)
			if err == nil {
				t.Fatalf("a wrong %s was taken", name)
			}
			said[err.Error()] = true
		}
		if len(said) != 1 {
			t.Fatal(said)
		}
	})
	t.Run("ALoginHasOneSpelling", func(t *testing.T) {
		for _, login := range []string{"+8613900000000", " +86 139 0000 0000 "} {
			if _, err := svc.LogIn(t.Context(), "qiuyue", login, "another horse", here); err != nil {
				t.Errorf("%q: %v", login, err)
			}
		}
	})
	t.Run("ATokenIsGoodInItsRealmOnly", func(t *testing.T) {
		if _, err := svc.SessionOf(t.Context(), own.Token, RealmStore); code(err) != "session.unknown" {
			t.Fatal(err)
		}
		if _, err := svc.KeyOf(t.Context(), own.Token); code(err) != "session.unknown" {
			t.Fatal(err)
		}
	})
	t.Run("ATokenNamedAfterAnotherStoreIsUnknown", func(t *testing.T) {
		secretPart := own.Token[strings.LastIndex(own.Token[:36], "_"):]
		for _, token := range []string{"fs_" + hexOf(db.B) + secretPart, "fs_" + strings.Repeat("0", 32) + secretPart, "fs_zz" + secretPart, "fs_", "", "x"} {
			if _, err := svc.SessionOf(t.Context(), token, RealmMerchant); code(err) != "session.unknown" {
				t.Errorf("%q: %v", token, err)
			}
		}
	})
	t.Run("EndsWhenTheyLogOutWhenItExpiresAndWhenTheyLeaveTheStaff", func(t *testing.T) {
		logIn := func() Session {
			s, err := svc.LogIn(t.Context(), "chunfeng", "lin@example.com", "correct horse", here)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		gone := func(why string, s Session) {
			svc.ForgetSessions()
			if _, err := svc.SessionOf(t.Context(), s.Token, RealmMerchant); code(err) != "session.unknown" {
				t.Errorf("%s: %v", why, err)
			}
		}
		s := logIn()
		if err := svc.LogOut(t.Context(), s.Store.ID, s.Token); err != nil {
			t.Fatal(err)
		}
		gone("logged out", s)
		s = logIn()
		db.Owner(t, `update registry_session set expires_at = now() where token_hash = $1`, secret.HashToken(s.Token))
		gone("expired", s)
		s = logIn()
		db.Owner(t, `delete from registry_staff where tenant_id = $1`, s.Store.ID)
		gone("left", s)
	})
}

func TestEnter(t *testing.T) {
	t.Parallel()
	svc, db := open(t)
	in := Entrance{Login: "13800138000", Password: "correct horse", Name: "王"}
	if _, err := svc.Enter(t.Context(), db.A, in, here); code(err) != "login.wrong" {
		t.Fatalf("a stranger entered: %v", err)
	}
	in.Register = true
	first, err := svc.Enter(t.Context(), db.A, in, here)
	if err != nil || first.Buyer.Name != "王" || first.Role != RoleBuyer {
		t.Fatalf("%+v %v", first, err)
	}
	t.Run("ABuyerOfOneStoreIsAStrangerInAnother", func(t *testing.T) {
		in := in
		in.Register = false
		if _, err := svc.Enter(t.Context(), db.B, in, here); code(err) != "login.wrong" {
			t.Fatal(err)
		}
	})
	t.Run("OnePersonMayBeABuyerInTwoStores", func(t *testing.T) {
		second, err := svc.Enter(t.Context(), db.B, in, here)
		if err != nil || second.Person.ID != first.Person.ID || second.Store.ID != db.B {
			t.Fatalf("%+v %v", second, err)
		}
	})
	t.Run("RegisteringDoesNotOpenSomebodyElsesAccount", func(t *testing.T) {
		in := in
		in.Password = "wrong horse"
		if _, err := svc.Enter(t.Context(), db.A, in, "192.0.2.7"); code(err) != "login.wrong" {
			t.Fatal(err)
		}
	})
	t.Run("ABuyerIsNoStaff", func(t *testing.T) {
		if _, err := svc.SessionOf(t.Context(), first.Token, RealmMerchant); code(err) != "session.unknown" {
			t.Fatal(err)
		}
	})
}

func TestAStolenDatabaseGivesNoLoginAndNoKey(t *testing.T) {
	t.Parallel()
	svc, db := open(t)
	session, err := svc.SignUp(t.Context(), tea("chunfeng"), here)
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := svc.CreateKey(t.Context(), "system", session.Store.ID, "erp")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"registry_person", "registry_session", "registry_api_key", "registry_audit", "registry_staff"} {
		for _, clear := range []string{"lin@example.com", "correct horse", session.Token, session.Token[36:], token, token[36:]} {
			q := fmt.Sprintf(`select count(*) from %s r where position($1 in r::text) > 0 or position(encode($1::bytea, 'hex') in r::text) > 0`, table)
			if n := db.Int(t, strings.ReplaceAll(q, "$1::bytea", "convert_to($1, 'UTF8')"), clear); n != 0 {
				t.Errorf("%s shows %.12s…", table, clear)
			}
		}
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	svc, db := open(t)
	key, token, err := svc.CreateKey(t.Context(), "system", db.A, "erp")
	if err != nil {
		t.Fatal(err)
	}
	if s, err := svc.KeyOf(t.Context(), token); err != nil || s.Key != key.ID || s.Store.ID != db.A || s.Role != RoleKey {
		t.Fatalf("%+v %v", s, err)
	}
	if err := svc.RevokeKey(t.Context(), "system", db.B, key.ID); code(err) != "key.unknown" {
		t.Fatalf("another store's key: %v", err)
	}
	if err := svc.RevokeKey(t.Context(), "system", db.A, key.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.KeyOf(t.Context(), token); code(err) != "session.unknown" {
		t.Fatal(err)
	}
	entries, err := svc.Audit(t.Context(), db.A, EntryID{}, 10)
	if err != nil || len(entries) != 2 || entries[0].Action != "key.revoke" || entries[0].Subject != key.ID.String() {
		t.Fatalf("%+v %v", entries, err)
	}
	if other, err := svc.Audit(t.Context(), db.B, EntryID{}, 10); err != nil || len(other) != 0 {
		t.Fatal("a failed revocation is in the log", other, err)
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	fresh := func() *throttle { th := newThrottle(); th.now = func() time.Time { return now }; return th }
	t.Run("TenThousandGuessesAtOneAccountReachTheHashAtMost200Times", func(t *testing.T) {
		th, reached := fresh(), 0
		for i := range 10_000 {
			if th.admit(attemptOf([]byte("lin"), fmt.Sprint("10.0.0.", i%251))) == 0 {
				reached++
			}
		}
		if reached > 200 {
			t.Fatal(reached)
		}
	})
	t.Run("OneAddressCannotTryThemAll", func(t *testing.T) {
		th, reached := fresh(), 0
		for i := range 10_000 {
			if th.admit(attemptOf([]byte(fmt.Sprint(i)), here)) == 0 {
				reached++
			}
		}
		if reached > 200 {
			t.Fatal(reached)
		}
	})
	t.Run("WaitingDoublesAndIsForgivenBySuccess", func(t *testing.T) {
		th := fresh()
		a := attemptOf([]byte("lin"), here)
		for range freePerPair {
			if th.admit(a) != 0 {
				t.Fatal("too strict")
			}
		}
		first := th.admit(a)
		now = now.Add(first)
		if th.admit(a) != 0 {
			t.Fatal("the wait did not end")
		}
		if second := th.admit(a); second <= first {
			t.Fatal(first, second)
		}
		th.succeed(a)
		if th.admit(a) != 0 {
			t.Fatal("not forgiven")
		}
	})
	t.Run("MemoryIsBounded", func(t *testing.T) {
		th := fresh()
		th.bound = 1000
		for i := range 20_000 {
			th.admit(attemptOf([]byte(fmt.Sprint(i)), fmt.Sprint(i)))
		}
		if len(th.kept) > 1003 {
			t.Fatal(len(th.kept))
		}
	})
}

func TestGuessingAPasswordIsSlowed(t *testing.T) {
	t.Parallel()
	svc, _ := open(t)
	if _, err := svc.SignUp(t.Context(), tea("chunfeng"), here); err != nil {
		t.Fatal(err)
	}
	var last error
	for range freePerPair + 1 {
		_, last = svc.LogIn(t.Context(), "chunfeng", "lin@example.com", "wrong horse", here)
	}
	if code(last) != "login.too_many" || fault.Of(last).Args()["seconds"] == "" {
		t.Fatal(last)
	}
	if _, err := svc.LogIn(t.Context(), "chunfeng", "lin@example.com", "correct horse", "198.51.100.9"); err != nil {
		t.Fatalf("the owner, elsewhere: %v", err)
	}
}

func TestBrand(t *testing.T) {
	t.Parallel()
	t.Run("TextIsReadableOnEveryColour", func(t *testing.T) {
		for rgb := 0; rgb < 1<<24; rgb += 4099 {
			colour := fmt.Sprintf("#%06x", rgb)
			_, text, err := readable(colour)
			if err != nil {
				t.Fatal(err)
			}
			ink := 0.0
			if text == "#ffffff" {
				ink = 1
			}
			if c := contrast(ink, luminance(uint8(rgb>>16), uint8(rgb>>8), uint8(rgb))); c < Contrast {
				t.Fatalf("%s on %s has %.2f", text, colour, c)
			}
		}
	})
	svc, db := open(t)
	if _, err := svc.ByHost(t.Context(), "store-a.shop.test:8080"); err != nil {
		t.Fatal(err)
	}
	saved, err := svc.SetBrand(t.Context(), "system", db.A, Brand{DisplayName: "茶", PrimaryColour: "#FFEE00", AccentColour: "#000080"})
	if err != nil || saved.PrimaryText != "#000000" || saved.AccentText != "#ffffff" {
		t.Fatalf("%+v %v", saved, err)
	}
	if store, err := svc.ByHost(t.Context(), "store-a.shop.test"); err != nil || store.Brand.PrimaryColour != "#ffee00" {
		t.Fatalf("the old brand is still shown: %+v %v", store.Brand, err)
	}
	if store, _ := svc.ByID(t.Context(), db.B); store.Brand.PrimaryColour == "#ffee00" {
		t.Fatal("another store's brand has changed")
	}
	for _, bad := range []Brand{{DisplayName: "x", PrimaryColour: "red", AccentColour: "#000000"}, {DisplayName: "x", PrimaryColour: "#00000g", AccentColour: "#000000"},
		{PrimaryColour: "#000000", AccentColour: "#000000"}, {DisplayName: "x", PrimaryColour: "#000000", AccentColour: "#000000", Logo: "javascript:alert(1)"}} {
		if _, err := svc.SetBrand(t.Context(), "system", db.A, bad); fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func TestHostNamesBelongToOneStore(t *testing.T) {
	t.Parallel()
	svc, db := open(t)
	if err := svc.AddHost(t.Context(), db.A, "tea.example.com"); err != nil {
		t.Fatal(err)
	}
	if s, err := svc.ByHost(t.Context(), "TEA.example.com:443"); err != nil || s.ID != db.A {
		t.Fatal(s, err)
	}
	if err := svc.AddHost(t.Context(), db.B, "tea.example.com"); code(err) != "store.host_taken" {
		t.Fatal(err)
	}
	for _, bad := range []string{"tea", "a b.c", ".com", "-a.com"} {
		if err := svc.AddHost(t.Context(), db.B, bad); code(err) != "store.host_form" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, unknown := range []string{"", "example.com", "nobody.shop.test", "shop.test", "[::1]:80", "127.0.0.1"} {
		if _, err := svc.ByHost(t.Context(), unknown); code(err) != "store.unknown" {
			t.Errorf("%q: %v", unknown, err)
		}
	}
}

func TestTestClock(t *testing.T) {
	t.Parallel()
	base := pgtest.Open(t)
	clk := &Clock{Enabled: true}
	db, err := pg.Open(t.Context(), base.AppURL, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	clk.Attach(db.Pool())
	box, _ := secret.NewBox(secret.NewKey())
	var bornAt time.Time
	svc := New(db, Config{Box: box, Passwords: secret.NewPasswords(2), Clock: clk, OnSignUp: []SignUpHook{
		func(_ context.Context, tx *pg.Tx, _ Store) error { bornAt = tx.Now(); return nil }}})
	in := tea("chunfeng")
	start := time.Date(2025, 1, 31, 8, 0, 0, 0, time.UTC)
	in.TestClockAt = &start
	session, err := svc.SignUp(t.Context(), in, here)
	if err != nil {
		t.Fatal(err)
	}
	store := session.Store.ID
	now := func(tenant tenancy.ID) (at time.Time) {
		if err := db.Within(t.Context(), tenant, func(_ context.Context, tx *pg.Tx) error { at = tx.Now(); return nil }); err != nil {
			t.Fatal(err)
		}
		return at
	}
	if !bornAt.Equal(start) || !now(store).Equal(start) {
		t.Fatalf("born %s, now %s, want %s", bornAt, now(store), start)
	}
	later := start.Add(40 * 24 * time.Hour)
	if err := svc.SetTestClock(t.Context(), store, &later); err != nil || !now(store).Equal(later) {
		t.Fatal(err, now(store))
	}
	if err := svc.SetTestClock(t.Context(), store, &start); code(err) != "clock.backwards" {
		t.Fatal(err)
	}
	if at := now(base.B); clock.Real().Sub(at) > time.Minute {
		t.Fatalf("another store's time is %s", at)
	}
	if err := svc.SetTestClock(t.Context(), store, nil); err != nil || clock.Real().Sub(now(store)) > time.Minute {
		t.Fatal("not back to real time", err)
	}
	if err := svc.SetTestClock(t.Context(), store, &later); code(err) != "clock.backwards" {
		t.Fatal(err)
	}
	if err := svc.SetTestClock(t.Context(), tenancy.New(start), &later); code(err) != "store.unknown" {
		t.Fatal(err)
	}
	off, _ := open(t)
	if err := off.SetTestClock(t.Context(), store, &later); code(err) != "clock.disabled" {
		t.Fatal(err)
	}
}
