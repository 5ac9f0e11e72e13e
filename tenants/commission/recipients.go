package commission

import (
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

const roleInvitee = "invitee"

// recipient is somebody whom a decision about one order may name. A strategy
// names people by their position in this list, so a stranger has no name.
type recipient struct {
	id    distributor.ID
	grade string
	state distributor.State // when the order was placed
	level int               // 1 to 3; 0 for a role
	role  string            // "invitee", "team_lead", "city_partner"; "" in the chain
}

func (r recipient) mayEarn() bool { return r.state.MayEarn() }

// recipients lists the chain, the seller first, then the roles. With
// "compress" the members who may not earn are left out and the levels close
// ranks; every other rule lets the strategy see the whole chain and corrects
// the answer afterwards.
func recipients(o order.Order, s program.Settings) []recipient {
	var list []recipient
	for _, m := range o.Chain.Members {
		r := recipient{id: m.ID, grade: m.Grade, state: m.State, level: m.Level}
		if s.IneligibleUpline == "compress" {
			if !r.mayEarn() {
				continue
			}
			r.level = o.Chain.Members[0].Level + len(list)
		}
		if r.level > s.Levels {
			break
		}
		list = append(list, r)
	}
	if self := o.Chain.Self; !self.IsZero() && o.Group != "" {
		list = append(list, recipient{id: self, state: distributor.Active, role: roleInvitee})
	}
	for _, p := range o.Posts {
		if p.ID == o.Chain.Self && s.SelfPurchase != "on" {
			continue // their own purchase earns them nothing
		}
		list = append(list, recipient{id: p.ID, grade: p.Grade, state: p.State, role: p.Role})
	}
	return list
}

// chainLength is how many of the recipients stand in the chain.
func chainLength(list []recipient) int {
	n := 0
	for n < len(list) && list[n].role == "" {
		n++
	}
	return n
}
