package app

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/registry"
)

// touched tells attribution that a new buyer came by somebody's link.
type touched func(ctx context.Context, tx *pg.Tx, buyer customer.ID, code string) error

// buyers is slice customer as registry wants it: registry is above it and may
// not know it.
func buyers(came touched) registry.Buyers {
	return registry.Buyers{
		Of: func(ctx context.Context, tx *pg.Tx, person registry.PersonID) (*registry.Buyer, error) {
			b, err := customer.ByPerson(ctx, tx, distributor.PersonID(person))
			if errors.Is(err, customer.ErrUnknown) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			return withDistributor(ctx, tx, b)
		},
		Register: func(ctx context.Context, tx *pg.Tx, person registry.PersonID, name, code string) (*registry.Buyer, error) {
			b, err := customer.Register(ctx, tx, customer.Registration{
				PersonID: distributor.PersonID(person), Name: name, Source: customer.Source{Code: code},
			})
			if err != nil {
				return nil, err
			}
			if code != "" && came != nil {
				if err := came(ctx, tx, b.ID, code); err != nil {
					return nil, err
				}
			}
			return withDistributor(ctx, tx, b)
		},
	}
}

func withDistributor(ctx context.Context, tx *pg.Tx, b customer.Buyer) (*registry.Buyer, error) {
	who := &registry.Buyer{ID: b.ID.UUID(), Name: b.Name}
	if b.DistributorID.IsZero() {
		return who, nil
	}
	m, err := distributor.Get(ctx, tx, b.DistributorID)
	if err != nil {
		return nil, err
	}
	who.Distributor = &registry.Distributor{ID: m.ID.UUID(), Name: m.Name, Code: m.Code, State: string(m.State), Grade: m.Grade, StateReason: m.StateReason}
	return who, nil
}
