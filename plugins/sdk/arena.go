package strategy

import (
	"slices"
	"strconv"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// slab hands out values of T from pieces allocated together: the messages of
// an answer are made, sent and forgotten together, so they may as well be
// allocated so. A piece is twice as large as the one before, up to slabSize.
type slab[T any] struct {
	free []T
	size int
}

const slabSize = 64

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.size = min(max(2*s.size, 4), slabSize)
		s.free = make([]T, s.size)
	}
	v := &s.free[0]
	s.free = s.free[1:]
	return v
}

// arena holds the messages of one batch's answer. Its orders share most of
// their reasons, so a reason just given is given again.
type arena struct {
	wires    slab[strategyv1.Award]
	whys     slab[strategyv1.Why]
	args     slab[strategyv1.Arg]
	declined slab[strategyv1.Declined]
	paid     slab[paidDecision]
	nothing  slab[nothingDecision]
	lists    []*strategyv1.Award // room for the awards of orders to come
	percents map[money.Rate]string
	recent   [16]*strategyv1.Why
	given    int
}

// paidDecision is a decision with all that it is made of.
type paidDecision struct {
	decision strategyv1.Decision
	outcome  strategyv1.Decision_Paid
	paid     strategyv1.Paid
}

// nothingDecision is one that pays nobody.
type nothingDecision struct {
	decision strategyv1.Decision
	outcome  strategyv1.Decision_NoCommission
	nothing  strategyv1.NoCommission
}

// list is an empty list with room for n awards.
func (a *arena) list(n int) []*strategyv1.Award {
	if len(a.lists) < n {
		a.lists = make([]*strategyv1.Award, max(n, a.paid.size))
	}
	list := a.lists[:0:n]
	a.lists = a.lists[n:]
	return list
}

// pair is an argument's name and value.
type pair [2]string

// why is a reason, shared with whoever of the batch has the same.
func (a *arena) why(key string, args ...any) *strategyv1.Why {
	paired(key, args)
	var few [8]pair
	pairs := few[:0]
	for i := 0; i < len(args); i += 2 {
		pairs = append(pairs, pair{plain(args[i]), a.plain(args[i+1])})
	}
	for _, w := range a.recent[:min(a.given, len(a.recent))] {
		if w.Key == key && slices.EqualFunc(w.Args, pairs, func(a *strategyv1.Arg, p pair) bool { return a.Value == p[1] && a.Name == p[0] }) {
			return w
		}
	}
	w := a.whys.next()
	w.Key = key
	for _, p := range pairs {
		arg := a.args.next()
		arg.Name, arg.Value = p[0], p[1]
		w.Args = append(w.Args, arg)
	}
	a.recent[a.given%len(a.recent)] = w
	a.given++
	return w
}

// plain is the package's plain, which remembers the batch's few rates.
func (a *arena) plain(v any) string {
	r, ok := v.(money.Rate)
	if !ok {
		return plain(v)
	}
	s, known := a.percents[r]
	if !known {
		if s = r.Percent(); a.percents == nil {
			a.percents = map[money.Rate]string{}
		}
		a.percents[r] = s
	}
	return s
}

// plain writes an argument without regard to language: a rate as a percentage,
// everything else as Go prints it.
func plain(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case money.Rate:
		return v.Percent()
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return printed(v)
}
