package distributor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func (w world) reparent(ctx context.Context, who, upline distributor.ID) error {
	return w.Within(ctx, w.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := w.svc.Reparent(ctx, tx, who, upline)
		return err
	})
}

func TestReparent(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.enlist(t, "a", distributor.ID{})
	b := w.enlist(t, "b", a.ID)
	c := w.enlist(t, "c", b.ID)
	d := w.enlist(t, "d", c.ID)
	other := w.enlist(t, "other", distributor.ID{})

	t.Run("RefusesALoopAtAnyDepth", func(t *testing.T) {
		for _, below := range []distributor.Member{a, b, c, d} {
			wants(t, w.reparent(t.Context(), a.ID, below.ID), distributor.ErrLoop, "upline_id")
		}
		w.mustAgree(t)
	})
	t.Run("TakesEverybodyBelowAlong", func(t *testing.T) {
		if err := w.reparent(t.Context(), b.ID, other.ID); err != nil {
			t.Fatal(err)
		}
		w.in(t, w.A, func(ctx context.Context, tx *pg.Tx) error {
			got, err := distributor.Get(ctx, tx, d.ID)
			if want := []distributor.ID{c.ID, b.ID, other.ID}; !slices.Equal(got.Ancestors, want) {
				t.Errorf("ancestors %v, want %v", got.Ancestors, want)
			}
			return err
		})
		w.mustAgree(t)
	})
	t.Run("ToTheTop", func(t *testing.T) {
		if err := w.reparent(t.Context(), c.ID, distributor.ID{}); err != nil {
			t.Fatal(err)
		}
		w.mustAgree(t)
	})
	t.Run("AnUnknownUplineChangesNothing", func(t *testing.T) {
		wants(t, w.reparent(t.Context(), c.ID, distributor.ID{7}), distributor.ErrUnknownUpline, "upline_id")
	})
}

// mustAgree compares the three memories of the tree: the walk over uplines,
// the ancestor arrays and the closure. A loop never ends the walk, so it is
// cut and reported.
func (w world) mustAgree(t interface {
	Helper()
	Fatalf(string, ...any)
}) {
	t.Helper()
	type row struct {
		ID        distributor.ID   `db:"id"`
		UplineID  distributor.ID   `db:"upline_id"`
		Ancestors []distributor.ID `db:"ancestors"`
		Closure   []distributor.ID `db:"closure"`
		Depths    []int32          `db:"depths"`
	}
	err := w.Within(context.Background(), w.A, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[row](ctx, tx, `
			select m.id, m.upline_id, m.ancestors,
			       (select array_agg(c.ancestor_id order by c.depth) from distributor_closure c where c.tenant_id = $1 and c.descendant_id = m.id) as closure,
			       (select array_agg(c.depth order by c.depth) from distributor_closure c where c.tenant_id = $1 and c.descendant_id = m.id) as depths
			  from distributor_member m where m.tenant_id = $1`, tx.Tenant())
		if err != nil {
			return err
		}
		up := map[distributor.ID]distributor.ID{}
		for _, r := range rows {
			up[r.ID] = r.UplineID
		}
		for _, r := range rows {
			var walk []distributor.ID
			for at := up[r.ID]; !at.IsZero(); at = up[at] {
				if walk = append(walk, at); len(walk) > len(rows) {
					return fmt.Errorf("%s stands in a loop", r.ID)
				}
			}
			if !slices.Equal(walk, r.Ancestors) {
				return fmt.Errorf("%s: ancestors %v, the walk says %v", r.ID, r.Ancestors, walk)
			}
			if want := append([]distributor.ID{r.ID}, walk...); !slices.Equal(r.Closure, want) {
				return fmt.Errorf("%s: closure %v, the walk says %v", r.ID, r.Closure, want)
			}
			for i, d := range r.Depths {
				if int(d) != i {
					return fmt.Errorf("%s: depths %v", r.ID, r.Depths)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

// Whatever sequence of joining and moving, the three memories agree.
func TestTreeProperty(t *testing.T) {
	t.Parallel()
	w := open(t)
	soak.Check(t, func(rt *rapid.T) {
		w.fell(rt)
		var people []distributor.ID
		pick := func(label string) distributor.ID {
			i := rapid.IntRange(-1, len(people)-1).Draw(rt, label)
			if i < 0 {
				return distributor.ID{}
			}
			return people[i]
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			err := w.Within(context.Background(), w.A, func(ctx context.Context, tx *pg.Tx) error {
				if len(people) == 0 || rapid.Bool().Draw(rt, "joins") {
					m, err := w.svc.Enlist(ctx, tx, distributor.Enlistment{Name: "n", Grade: "g", Upline: pick("upline")})
					people = append(people, m.ID)
					return err
				}
				who := people[rapid.IntRange(0, len(people)-1).Draw(rt, "who")]
				_, err := w.svc.Reparent(ctx, tx, who, pick("new upline"))
				return err
			})
			if err != nil && !errors.Is(err, distributor.ErrLoop) {
				rt.Fatalf("%v", err)
			}
		}
		w.mustAgree(rt)
	})
}

// fell removes everybody from store A.
func (w world) fell(t *rapid.T) {
	err := w.Within(context.Background(), w.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `delete from distributor_closure where tenant_id = $1`, tx.Tenant())
		if err == nil {
			_, err = tx.Exec(ctx, `delete from distributor_member where tenant_id = $1`, tx.Tenant())
		}
		return err
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
}

func TestTreeAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("TwoOppositeMovesNeverMakeALoop", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		for i := range 20 {
			a, b := w.enlist(t, fmt.Sprint("a", i), distributor.ID{}), w.enlist(t, fmt.Sprint("b", i), distributor.ID{})
			errs := together(
				func() error { return w.reparent(t.Context(), a.ID, b.ID) },
				func() error { return w.reparent(t.Context(), b.ID, a.ID) })
			loops := 0
			for _, err := range errs {
				if errors.Is(err, distributor.ErrLoop) {
					loops++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if loops != 1 {
				t.Fatalf("%d of two opposite moves were refused", loops)
			}
		}
		w.mustAgree(t)
	})
	t.Run("WhoJoinsDuringAMoveStandsInTheNewLine", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		tops := []distributor.Member{w.enlist(t, "t0", distributor.ID{}), w.enlist(t, "t1", distributor.ID{})}
		moving := w.enlist(t, "moving", tops[0].ID)
		for i := range 15 {
			var work []func() error
			work = append(work, func() error { return w.reparent(t.Context(), moving.ID, tops[(i+1)%2].ID) })
			for j := range 4 {
				work = append(work, func() error {
					return w.Within(t.Context(), w.A, func(ctx context.Context, tx *pg.Tx) error {
						_, err := w.svc.Enlist(ctx, tx, distributor.Enlistment{Name: fmt.Sprint(i, j), Grade: "g", Upline: moving.ID})
						return err
					})
				})
			}
			if err := errors.Join(together(work...)...); err != nil {
				t.Fatal(err)
			}
		}
		w.mustAgree(t)
	})
	t.Run("TwoWhoFreezeAndBanLeaveOneStory", func(t *testing.T) {
		t.Parallel()
		w := open(t)
		m := w.enlist(t, "m", distributor.ID{})
		errs := together(
			func() error { _, err := w.svc.Freeze(t.Context(), w.A, m.ID, "one"); return err },
			func() error { _, err := w.svc.Freeze(t.Context(), w.A, m.ID, "two"); return err })
		if refused := errors.Join(errs...); !errors.Is(refused, distributor.ErrWrongState) || errs[0] != nil && errs[1] != nil {
			t.Fatal(errs)
		}
	})
}

// together runs the work at the same moment and returns the answers in order.
func together(work ...func() error) []error {
	errs := make([]error, len(work))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, f := range work {
		wg.Go(func() { <-start; errs[i] = f() })
	}
	close(start)
	wg.Wait()
	return errs
}
