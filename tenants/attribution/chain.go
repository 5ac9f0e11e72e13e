package attribution

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pack"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Chain is who stands behind an order, frozen when it is placed.
type Chain struct {
	Seller  distributor.ID // the first of Members; zero when nobody stands behind
	Members []ChainMember  // seller first
	Reason  Reason
	Bind    BindID         // the bind that decided, if one did
	Touch   TouchID        // the touch that decided, if one did
	Since   time.Time      // when that bind or touch was made
	Self    distributor.ID // the buyer as a distributor: the invitee of a group-buy
}

// ChainMember is one position. Those who may not earn stay where they stand:
// what becomes of their share is the programme's rule. Positions past the
// third level are there for that rule alone (compressing reaches them).
type ChainMember struct {
	ID    distributor.ID
	Grade string
	State distributor.State
	Level int // by position: 1 is the seller; 2 for the first of a self-purchase that keeps level 2's rate
}

// Pack writes the chain into an order's record. Whoever changes the form
// changes the record's version, and [UnpackChain] stays: orders are kept for
// ever.
func (c Chain) Pack(w *pack.Writer) {
	w.Text(string(c.Reason))
	w.ID(c.Bind)
	w.ID(c.Touch)
	w.Time(c.Since)
	w.ID(c.Self)
	w.Count(len(c.Members))
	var before ChainMember
	for _, m := range c.Members {
		w.ID(m.ID)
		w.After(before.Grade, m.Grade)
		w.After(string(before.State), string(m.State))
		w.Int(int64(m.Level))
		before = m
	}
}

// UnpackChain reads what Pack wrote.
func UnpackChain(r *pack.Reader) Chain {
	c := Chain{Reason: Reason(r.Text()), Bind: r.ID(), Touch: r.ID(), Since: r.Time(), Self: r.ID()}
	var before ChainMember
	for range r.Count() {
		m := ChainMember{ID: r.ID(), Grade: r.After(before.Grade), State: distributor.State(r.After(string(before.State))), Level: int(r.Int())}
		c.Members = append(c.Members, m)
		before = m
	}
	return c.withSeller()
}

// UnmarshalJSON reads the form in which chains were kept before:
//
//	[1, reason, bind, touch, since in µs, self, [[member, grade, state, level], …]]
func (c *Chain) UnmarshalJSON(b []byte) error {
	var version int
	if err := unpack(b, &version); err != nil {
		return fmt.Errorf("attribution: chain: %w", err)
	}
	if version != 1 {
		return fmt.Errorf("attribution: a chain of version %d", version)
	}
	var r Chain
	var since int64
	var members []json.RawMessage
	if err := unpack(b, &version, &r.Reason, &r.Bind, &r.Touch, &since, &r.Self, &members); err != nil {
		return fmt.Errorf("attribution: chain: %w", err)
	}
	if since != 0 {
		r.Since = time.UnixMicro(since).UTC()
	}
	for _, raw := range members {
		var m ChainMember
		if err := unpack(raw, &m.ID, &m.Grade, &m.State, &m.Level); err != nil {
			return fmt.Errorf("attribution: chain member: %w", err)
		}
		r.Members = append(r.Members, m)
	}
	*c = r.withSeller()
	return nil
}

func (c Chain) withSeller() Chain {
	if len(c.Members) > 0 {
		c.Seller = c.Members[0].ID
	}
	return c
}

// unpack reads the leading elements of an array.
func unpack(b []byte, into ...any) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) < len(into) {
		return fmt.Errorf("%d elements, want %d", len(parts), len(into))
	}
	for i, target := range into {
		if err := json.Unmarshal(parts[i], target); err != nil {
			return err
		}
	}
	return nil
}

// levelCap is the host's: nobody above the third level is ever paid, so no
// more than three earning members are frozen.
const levelCap = 3

// members numbers a line from its first paid position and stops behind the
// third who may earn.
func members(line []distributor.Link, skip, first int) (list []ChainMember) {
	earners := 0
	for i := skip; i < len(line) && earners < levelCap; i++ {
		l := line[i]
		list = append(list, ChainMember{l.ID, l.Grade, l.State, first + i - skip})
		if l.State.MayEarn() {
			earners++
		}
	}
	return list
}
