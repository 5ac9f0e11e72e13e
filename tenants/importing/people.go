package importing

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// The file knows no referrals. What follows is invented, and depends on
// nothing but the file, so that every run invents the same:
//
//   - A customer's first order comes through the link of a distributor of the
//     store, drawn by hash among those there are by then; all their later
//     orders come through the same link.
//   - After their first order about one customer in five, drawn by hash, joins
//     as a distributor, below the one whose link they came by: an earlier
//     customer of the same store. The first customer of a store always joins,
//     at the top, so that every store has somebody who sells.
//   - Who has joined buys through their own chain from then on.
//
// Nothing bounds the depth of the tree but the data.

// sellersIn is how many customers there are to one who joins.
const sellersIn = 5

// member is a customer who joined.
type member struct {
	customer string
	joined   time.Time
}

// invent writes into the sales of a store who stands behind each. The members
// come in the order in which they joined.
func invent(country string, steps []step) (members []member) {
	via := map[string]string{} // customer → whose link; "" for nobody's
	joined := map[string]bool{}
	for i := range steps {
		s := &steps[i]
		if s.Kind != sale || joined[s.Customer] {
			continue
		}
		sponsor, known := via[s.Customer]
		if !known && len(members) > 0 {
			sponsor = members[draw(country, s.Customer, "link")%uint64(len(members))].customer
		}
		via[s.Customer] = sponsor
		s.Via = sponsor
		if !known && (len(members) == 0 || draw(country, s.Customer, "sells")%sellersIn == 0) {
			s.Joins, joined[s.Customer] = true, true
			members = append(members, member{s.Customer, s.At})
		}
	}
	return members
}

// draw is an even number that the customer has for a purpose, for ever.
func draw(country, customer, purpose string) uint64 {
	sum := sha256.Sum256([]byte(country + "\x00" + customer + "\x00" + purpose))
	return binary.BigEndian.Uint64(sum[:])
}
