package distributor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
)

type world struct {
	*pgtest.Database
	svc *distributor.Service
}

func open(t *testing.T) world {
	db := pgtest.Open(t)
	w := world{db, distributor.New(db.DB)}
	for _, store := range []tenancy.ID{db.A, db.B} {
		w.in(t, store, distributor.OnSignUp)
	}
	return w
}

func (w world) in(t *testing.T, store tenancy.ID, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := w.Within(t.Context(), store, fn); err != nil {
		t.Fatal(err)
	}
}

// enlist adds a member to store A, as external id and name.
func (w world) enlist(t *testing.T, name string, upline distributor.ID) (m distributor.Member) {
	t.Helper()
	w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		m, err = w.svc.Enlist(ctx, tx, distributor.Enlistment{ExternalID: name, Name: name, Grade: "normal", Upline: upline})
		return err
	})
	return m
}

func wants(t *testing.T, err error, want *fault.Error, field string) {
	t.Helper()
	var got *fault.Error
	if !errors.As(err, &got) || !errors.Is(err, want) || got.Field != field {
		t.Fatalf("got %v, want %s at %q", err, want.Code, field)
	}
}

func TestEnlist(t *testing.T) {
	t.Parallel()
	w := open(t)
	top := w.enlist(t, "top", distributor.ID{})
	mid := w.enlist(t, "mid", top.ID)

	t.Run("StandsBelowTheWholeLine", func(t *testing.T) {
		low := w.enlist(t, "low", mid.ID)
		if want := []distributor.ID{mid.ID, top.ID}; !slices.Equal(low.Ancestors, want) {
			t.Fatalf("ancestors %v, want %v", low.Ancestors, want)
		}
		if low.State != distributor.Active || low.JoinedAt == nil || len(low.Code) != 8 {
			t.Fatalf("%+v", low)
		}
	})
	t.Run("ReadsBackWhatWasWritten", func(t *testing.T) {
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			for name, read := range map[string]func() (distributor.Member, error){
				"id":       func() (distributor.Member, error) { return distributor.Get(ctx, tx, mid.ID) },
				"code":     func() (distributor.Member, error) { return distributor.ByCode(ctx, tx, mid.Code) },
				"typed":    func() (distributor.Member, error) { return distributor.ByCode(ctx, tx, strings.ToLower(mid.Code)) },
				"external": func() (distributor.Member, error) { return distributor.ByExternal(ctx, tx, "mid") },
			} {
				got, err := read()
				if err != nil || got.ID != mid.ID || got.UplineID != top.ID || got.Name != "mid" || !got.AppliedAt.Equal(pgtest.Start) {
					t.Errorf("by %s: %+v, %v", name, got, err)
				}
			}
			return nil
		})
	})
	t.Run("RefusesWhatIsTakenOrMissing", func(t *testing.T) {
		for _, c := range []struct {
			e     distributor.Enlistment
			want  *fault.Error
			field string
		}{
			{distributor.Enlistment{Name: "x", Grade: "g", ExternalID: "mid"}, distributor.ErrExternalIDTaken, "external_id"},
			{distributor.Enlistment{Name: "x", Grade: "g", Code: mid.Code}, distributor.ErrCodeTaken, "code"},
			{distributor.Enlistment{Name: "x", Grade: "g", Code: "a b c"}, distributor.ErrBadCode, "code"},
			{distributor.Enlistment{Grade: "g"}, distributor.ErrNameMissing, "name"},
			{distributor.Enlistment{Name: "x"}, distributor.ErrGradeMissing, "grade"},
			{distributor.Enlistment{Name: "x", Grade: "g", State: "happy"}, distributor.ErrUnknownState, "state"},
			{distributor.Enlistment{Name: "x", Grade: "g", Upline: distributor.ID{1}}, distributor.ErrUnknownUpline, "upline_id"},
		} {
			err := w.Within(t.Context(), w.A, func(ctx context.Context, tx *pg.Tx) error { _, err := w.svc.Enlist(ctx, tx, c.e); return err })
			wants(t, err, c.want, c.field)
		}
	})
	t.Run("AnotherStoreKnowsNobody", func(t *testing.T) {
		err := w.Within(t.Context(), w.B, func(ctx context.Context, tx *pg.Tx) error { _, err := distributor.Get(ctx, tx, mid.ID); return err })
		wants(t, err, distributor.ErrUnknown, "")
		err = w.Within(t.Context(), w.B, func(ctx context.Context, tx *pg.Tx) error {
			_, err := w.svc.Enlist(ctx, tx, distributor.Enlistment{Name: "x", Grade: "g", Upline: mid.ID})
			return err
		})
		wants(t, err, distributor.ErrUnknownUpline, "upline_id")
	})
}

func TestStates(t *testing.T) {
	t.Parallel()
	w := open(t)
	ctx := t.Context()
	all := []distributor.State{distributor.Applied, distributor.Rejected, distributor.Active, distributor.Frozen, distributor.Banned, distributor.Left}

	t.Run("OnlyTheseWaysAreOpen", func(t *testing.T) {
		ways := "applied→rejected applied→active rejected→applied active→frozen active→banned active→left " +
			"frozen→active frozen→banned frozen→left banned→active left→applied"
		var found []string
		for i, from := range all {
			for j, to := range all {
				var m distributor.Member
				w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) (err error) {
					m, err = w.svc.Enlist(ctx, tx, distributor.Enlistment{Name: fmt.Sprint(i, j), Grade: "g", State: from})
					return err
				})
				err := w.Within(t.Context(), w.A, func(ctx context.Context, tx *pg.Tx) error { _, err := w.svc.Move(ctx, tx, m.ID, to, "why"); return err })
				if err == nil {
					found = append(found, string(from)+"→"+string(to))
				} else {
					wants(t, err, distributor.ErrWrongState, "")
				}
			}
		}
		if got := strings.Join(found, " "); got != ways {
			t.Fatalf("open ways\n%s, want\n%s", got, ways)
		}
	})
	t.Run("NobodyIsStoppedWithoutAReason", func(t *testing.T) {
		m := w.enlist(t, "careful", distributor.ID{})
		_, err := w.svc.Freeze(ctx, w.A, m.ID, "")
		wants(t, err, distributor.ErrReasonMissing, "reason")
		_, err = w.svc.Ban(ctx, w.A, m.ID, "")
		wants(t, err, distributor.ErrReasonMissing, "reason")
		got, err := w.svc.Freeze(ctx, w.A, m.ID, "chargebacks")
		if err != nil || got.State != distributor.Frozen || got.StateReason != "chargebacks" {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("TheRejectedSeesWhyAndMayApplyAgain", func(t *testing.T) {
		var m distributor.Member
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			m, err = w.svc.Enlist(ctx, tx, distributor.Enlistment{Name: "new", Grade: "g", State: distributor.Applied})
			return err
		})
		if m.JoinedAt != nil {
			t.Fatal("an applicant has joined")
		}
		m, err := w.svc.Reject(ctx, w.A, m.ID, "no photograph")
		if err != nil || m.StateReason != "no photograph" {
			t.Fatal(m, err)
		}
		w.Clock.Advance(time.Hour)
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := w.svc.Move(ctx, tx, m.ID, distributor.Applied, "")
			return err
		})
		m, err = w.svc.Approve(ctx, w.A, m.ID)
		if err != nil || m.State != distributor.Active || m.StateReason != "" || m.JoinedAt == nil || !m.JoinedAt.After(pgtest.Start) {
			t.Fatalf("%+v, %v", m, err)
		}
	})
	t.Run("ApprovingIsForApplicants", func(t *testing.T) {
		m := w.enlist(t, "banned", distributor.ID{})
		if _, err := w.svc.Ban(ctx, w.A, m.ID, "fraud"); err != nil {
			t.Fatal(err)
		}
		_, err := w.svc.Approve(ctx, w.A, m.ID)
		wants(t, err, distributor.ErrWrongState, "")
		if _, err := w.svc.Reinstate(ctx, w.A, m.ID, "appeal upheld"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("AnotherStoreCannotMoveThem", func(t *testing.T) {
		m := w.enlist(t, "ours", distributor.ID{})
		_, err := w.svc.Ban(ctx, w.B, m.ID, "theirs")
		wants(t, err, distributor.ErrUnknown, "")
	})
}

func TestFollow(t *testing.T) {
	t.Parallel()
	w := open(t)
	var heard []distributor.Change
	refuse := false
	w.svc.Follow(func(_ context.Context, _ *pg.Tx, c distributor.Change) error {
		heard = append(heard, c)
		if refuse {
			return errors.New("no")
		}
		return nil
	})
	top, m := w.enlist(t, "top", distributor.ID{}), w.enlist(t, "m", distributor.ID{})
	w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := w.svc.SetGrade(ctx, tx, m.ID, "senior", "sold much"); err != nil {
			return err
		}
		if _, err := w.svc.SetGrade(ctx, tx, m.ID, "senior", "again"); err != nil {
			return err
		}
		_, err := w.svc.Reparent(ctx, tx, m.ID, top.ID)
		return err
	})
	t.Run("HearsEveryChangeOnce", func(t *testing.T) {
		var what []string
		for _, c := range heard {
			what = append(what, fmt.Sprint(c.What, " ", c.After.Name))
		}
		if got := strings.Join(what, ", "); got != "enlisted top, enlisted m, grade m, upline m" {
			t.Fatal(got)
		}
		if g := heard[2]; g.Before.Grade != "normal" || g.After.Grade != "senior" || g.Reason != "sold much" {
			t.Fatalf("%+v", g)
		}
	})
	t.Run("MayRefuseTheChange", func(t *testing.T) {
		refuse = true
		if _, err := w.svc.Freeze(t.Context(), w.A, m.ID, "why"); err == nil {
			t.Fatal("the change stood")
		}
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			got, err := distributor.Get(ctx, tx, m.ID)
			if got.State != distributor.Active {
				t.Errorf("state is %s", got.State)
			}
			return err
		})
	})
}

func TestChainOf(t *testing.T) {
	t.Parallel()
	w := open(t)
	var line []distributor.Member // line[0] is the top of 20
	for i := range 20 {
		up := distributor.ID{}
		if i > 0 {
			up = line[i-1].ID
		}
		line = append(line, w.enlist(t, fmt.Sprint("n", i), up))
	}
	chain := func(seller distributor.ID) (names string) {
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			chains, err := distributor.ChainOf(ctx, tx, []distributor.ID{seller, line[0].ID})
			if err != nil {
				return err
			}
			if len(chains[line[0].ID]) != 1 {
				t.Errorf("the top has a chain of %d", len(chains[line[0].ID]))
			}
			for _, l := range chains[seller] {
				for _, m := range line {
					if m.ID == l.ID {
						names += m.Name + ":" + string(l.State) + " "
					}
				}
			}
			return nil
		})
		return strings.TrimSpace(names)
	}
	t.Run("NearestFirstAndNoMoreThanAnybodyMayAsk", func(t *testing.T) {
		if got := chain(line[19].ID); got != "n19:active n18:active n17:active n16:active" {
			t.Fatal(got)
		}
		if got := chain(line[1].ID); got != "n1:active n0:active" {
			t.Fatal(got)
		}
	})
	t.Run("LooksPastThoseWhoMayNotEarnHoweverMany", func(t *testing.T) {
		for i := 4; i < 19; i++ {
			if _, err := w.svc.Freeze(t.Context(), w.A, line[i].ID, "why"); err != nil {
				t.Fatal(err)
			}
		}
		got := strings.Fields(chain(line[19].ID))
		if len(got) != 19 || got[0] != "n19:active" || got[1] != "n18:frozen" || got[15] != "n4:frozen" || got[18] != "n1:active" {
			t.Fatal(got)
		}
	})
	t.Run("NamesAndStatesInBulk", func(t *testing.T) {
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			who := []distributor.ID{line[0].ID, line[5].ID, {9}}
			names, err := distributor.Names(ctx, tx, who)
			if err != nil || len(names) != 2 || names[line[5].ID] != "n5" {
				t.Error(names, err)
			}
			states, err := distributor.States(ctx, tx, who)
			if err != nil || len(states) != 2 || states[line[5].ID] != distributor.Frozen {
				t.Error(states, err)
			}
			return nil
		})
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := open(t)
	top := w.enlist(t, "Top", distributor.ID{})
	for i := range 5 {
		child := w.enlist(t, fmt.Sprint("child", i), top.ID)
		for j := range i {
			w.enlist(t, fmt.Sprint("grand", i, j), child.ID)
		}
	}
	t.Run("PagesMeetWithoutGapOrRepeat", func(t *testing.T) {
		var seen []string
		after := distributor.ID{}
		for {
			var page []distributor.Member
			w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) (err error) {
				page, err = distributor.List(ctx, tx, distributor.Filter{After: after, Limit: 4})
				return err
			})
			if len(page) == 0 {
				break
			}
			for _, m := range page {
				seen = append(seen, m.Name)
			}
			after = page[len(page)-1].ID
		}
		unique := slices.Compact(slices.Sorted(slices.Values(seen)))
		if len(seen) != 16 || len(unique) != 16 {
			t.Fatal(seen)
		}
	})
	t.Run("FindsByPartOfAName", func(t *testing.T) {
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			found, err := distributor.List(ctx, tx, distributor.Filter{Query: "tOp", State: distributor.Active, Limit: 9})
			if err != nil || len(found) != 1 || found[0].ID != top.ID {
				t.Error(found, err)
			}
			found, err = distributor.List(ctx, tx, distributor.Filter{Query: "%", Limit: 9})
			if err != nil || len(found) != 0 {
				t.Error("a pattern is no wildcard here", found, err)
			}
			return nil
		})
	})
	t.Run("TheTeamIsCountedOneLevelAtATime", func(t *testing.T) {
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			tops, err := distributor.Team(ctx, tx, distributor.ID{}, 1, distributor.ID{}, 10)
			if err != nil || len(tops) != 1 || tops[0].Children != 5 || tops[0].Team != 15 {
				t.Error(tops, err)
			}
			children, err := distributor.Team(ctx, tx, top.ID, 1, distributor.ID{}, 10)
			if err != nil || len(children) != 5 || children[4].Name != "child4" || children[4].Children != 4 {
				t.Error(children, err)
			}
			grand, err := distributor.Team(ctx, tx, top.ID, 2, distributor.ID{}, 100)
			if err != nil || len(grand) != 10 {
				t.Error(len(grand), err)
			}
			return nil
		})
	})
}
