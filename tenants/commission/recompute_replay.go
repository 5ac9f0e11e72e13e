package commission

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// replayRemainders asks again what was asked after refunds, with questions made
// anew from the stored one, and holds answers and grants against what is kept.
func (s *Service) replayRemainders(ctx context.Context, list []Recorded, out []Replayed) error {
	type place struct{ at, nth int }
	groups, places := map[askedUnder][]remainder{}, map[askedUnder][]place{}
	for i, r := range list {
		w := r.work()
		for _, n := range slices.Sorted(maps.Keys(r.again)) {
			k := askedUnder{r.Revision.Revision, r.again[n].artifact, string(canonical(r.Request.GetRules()))}
			groups[k] = append(groups[k], remainder{w, n, r.Refunds})
			places[k] = append(places[k], place{i, n})
		}
	}
	for k, asked := range groups {
		answers, err := s.askRemainders(ctx, k.artifact, asked)
		if err != nil {
			return fmt.Errorf("commission: replay: %w", err)
		}
		for i, p := range places[k] {
			was := list[p.at].again[p.nth]
			differs := func(was, now string) {
				out[p.at].Differs = append(out[p.at].Differs, Difference{"remainder", fmt.Sprintf("after %d refunds: %s", p.nth, was), now})
			}
			if len(answers[i]) != 1 {
				differs("one answer", fmt.Sprint(len(answers[i])))
				continue
			}
			if err := compareRemainder(asked[i], was, answers[i][0], differs); err != nil {
				return err
			}
		}
	}
	return nil
}

func compareRemainder(r remainder, was *recomputation, answer *strategyv1.Decision, differs func(was, now string)) error {
	alone := known(answer)
	alone.Order = 0
	if a, b := canonical(was.answer), canonical(alone); !bytes.Equal(a, b) {
		differs(saySum(was.answer), saySum(alone))
	}
	if !knownGuard(was.guard) {
		differs(fmt.Sprint("guard ", was.guard), fmt.Sprint("guard ", guardVersion))
		return nil
	}
	judged := *r.w
	judged.blocked = nil
	now, ok := judged.sound(remaining(r.w.order, r.refunds, r.n), was.guard, answer)
	if !ok {
		differs("sound", judged.blocked.code+": "+judged.blocked.note)
		return nil
	}
	before, err := was.grants.MarshalJSON()
	if err != nil {
		return err
	}
	after, err := now.MarshalJSON()
	if err == nil && !bytes.Equal(before, after) {
		differs(string(before), string(after))
	}
	return err
}
