package host

import "sync/atomic"

type counters struct {
	started, crashed, timedOut, quarantined, malformed, calls, orders, rechecked, impure atomic.Int64
}

// Counters are totals since the host was opened, for metrics.
type Counters struct {
	Started     int64 // processes that answered their first Describe
	Crashed     int64 // incidents counted towards quarantine
	TimedOut    int64 // calls that overran and cost the process its life
	Quarantined int64
	Malformed   int64 // decisions missing, doubled or for unknown orders
	Calls       int64 // Evaluate calls that reached a plugin
	Orders      int64 // orders that were asked about
	Rechecked   int64 // answers compared with those of a fresh process
	Impure      int64 // of those, answered differently
}

// Counters reads the totals.
func (h *Host) Counters() Counters {
	c := &h.counters
	return Counters{
		Started: c.started.Load(), Crashed: c.crashed.Load(), TimedOut: c.timedOut.Load(), Quarantined: c.quarantined.Load(),
		Malformed: c.malformed.Load(), Calls: c.calls.Load(), Orders: c.orders.Load(), Rechecked: c.rechecked.Load(), Impure: c.impure.Load(),
	}
}
