package attribution

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
)

// RulesOf reads the store's rules as they are now.
type RulesOf func(ctx context.Context, tx *pg.Tx) (Rules, error)

// Buyers lets registry know who a person is in a shop: somebody who registers
// through a distributor's link has touched it.
func Buyers(rules RulesOf) registry.Buyers {
	return registry.Buyers{
		Of: buyerOf,
		Register: func(ctx context.Context, tx *pg.Tx, person registry.PersonID, name, code string) (*registry.Buyer, error) {
			b, err := customer.Register(ctx, tx, customer.Registration{PersonID: distributor.PersonID(person), Name: name, Source: customer.Source{Code: code}})
			if err != nil {
				return nil, err
			}
			if code != "" {
				r, err := rules(ctx, tx)
				if err != nil {
					return nil, err
				}
				if _, _, err := TouchByCode(ctx, tx, b.ID, code, Source{Channel: "registration"}, r); err != nil {
					return nil, err
				}
			}
			return buyerOf(ctx, tx, person)
		},
	}
}

func buyerOf(ctx context.Context, tx *pg.Tx, person registry.PersonID) (*registry.Buyer, error) {
	b, err := customer.ByPerson(ctx, tx, distributor.PersonID(person))
	if errors.Is(err, customer.ErrUnknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	buyer := &registry.Buyer{ID: b.ID.UUID(), Name: b.Name}
	if b.DistributorID.IsZero() {
		return buyer, nil
	}
	m, err := distributor.Get(ctx, tx, b.DistributorID)
	if err != nil {
		return nil, err
	}
	buyer.Distributor = &registry.Distributor{ID: m.ID.UUID(), Name: m.Name, Code: m.Code, State: string(m.State), Grade: m.Grade}
	return buyer, nil
}
