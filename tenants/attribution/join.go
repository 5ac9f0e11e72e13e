package attribution

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// Service carries the verbs that change distributors too.
type Service struct {
	distributors *distributor.Service
}

// New makes the service and follows the distributors: whoever joins stops
// being a customer, and whoever is banned or leaves releases theirs.
func New(distributors *distributor.Service) *Service {
	distributors.Follow(follow)
	return &Service{distributors}
}

func follow(ctx context.Context, tx *pg.Tx, c distributor.Change) error {
	switch {
	case c.What == distributor.Enlisted:
		if err := linkBuyer(ctx, tx, c.After); err != nil {
			return err
		}
		if c.Activated() {
			return OnJoin(ctx, tx, c.After.ID)
		}
	case c.What == distributor.StateChanged && c.Activated():
		return OnJoin(ctx, tx, c.After.ID)
	case c.What == distributor.StateChanged && c.After.State == distributor.Banned:
		return release(ctx, tx, c.After.ID, EndedBanned)
	case c.What == distributor.StateChanged && c.After.State == distributor.Left:
		return release(ctx, tx, c.After.ID, EndedLeft)
	}
	return nil
}

// linkBuyer finds the new member among the buyers, by the same id.
func linkBuyer(ctx context.Context, tx *pg.Tx, m distributor.Member) error {
	b, err := customer.Buyer{}, error(customer.ErrUnknown)
	if m.ExternalID != "" {
		b, err = customer.ByExternal(ctx, tx, m.ExternalID)
	}
	if errors.Is(err, customer.ErrUnknown) && !m.PersonID.IsZero() {
		b, err = customer.ByPerson(ctx, tx, m.PersonID)
	}
	switch {
	case errors.Is(err, customer.ErrUnknown):
		return nil
	case err != nil:
		return err
	}
	return customer.LinkDistributor(ctx, tx, b.ID, m.ID)
}

// OnJoin ends the bind of a customer who has become a distributor; one under
// protection is honoured until protection ends.
func OnJoin(ctx context.Context, tx *pg.Tx, who distributor.ID) error {
	b, err := customer.ByDistributor(ctx, tx, who)
	if errors.Is(err, customer.ErrUnknown) {
		return nil // has never bought
	}
	if err != nil {
		return err
	}
	d, err := OpenDesk(ctx, tx, []customer.Buyer{b})
	if err != nil {
		return err
	}
	f := d.files[b.ID]
	latest := f.latest()
	if latest == nil || latest.EndedAt != nil {
		return nil
	}
	if !onJoin(tx.Now(), d.held(f).bind) {
		latest.end(tx.Now(), EndedJoined)
		d.Write()
		return nil
	}
	honoured := latest.Bind
	honoured.Honoured = true
	if honoured.ProtectedUntil.Before(honoured.ValidUntil) {
		honoured.ValidUntil = honoured.ProtectedUntil
	}
	latest.set(honoured)
	d.Write()
	return nil
}

// Application is a customer who wants to sell.
type Application struct {
	Buyer   customer.ID
	Name    string
	Code    string // the recruit link's, optional
	Grade   string // of newcomers
	Approve bool   // the store reviews nobody
	Profile json.RawMessage
}

// Join makes a customer an applicant, or a distributor at once. Above them
// stands the owner of the recruit link, else whoever holds them as a customer,
// else nobody. Somebody refused or gone may apply again;
// distributor.ErrAlreadyJoined for everybody else who has.
func (s *Service) Join(ctx context.Context, tx *pg.Tx, a Application) (distributor.Member, error) {
	b, err := customer.Get(ctx, tx, a.Buyer)
	if err != nil {
		return distributor.Member{}, err
	}
	upline, err := sponsor(ctx, tx, b, a.Code)
	if err != nil {
		return distributor.Member{}, err
	}
	if !b.DistributorID.IsZero() {
		return s.joinAgain(ctx, tx, a, b.DistributorID, upline)
	}
	state := distributor.Applied
	if a.Approve {
		state = distributor.Active
	}
	m, err := s.distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: b.ExternalID, PersonID: b.PersonID,
		Name: a.Name, Grade: a.Grade, Upline: upline, State: state, Profile: a.Profile})
	if err != nil {
		return m, err
	}
	return m, customer.LinkDistributor(ctx, tx, b.ID, m.ID)
}

func (s *Service) joinAgain(ctx context.Context, tx *pg.Tx, a Application, who, upline distributor.ID) (distributor.Member, error) {
	m, err := distributor.Get(ctx, tx, who)
	if err != nil {
		return m, err
	}
	if m.State != distributor.Rejected && m.State != distributor.Left {
		return m, distributor.ErrAlreadyJoined
	}
	if !upline.IsZero() {
		if _, err = s.distributors.Reparent(ctx, tx, who, upline); err != nil && !errors.Is(err, distributor.ErrLoop) {
			return m, err
		}
	}
	if err := s.distributors.Rename(ctx, tx, who, a.Name); err != nil {
		return m, err
	}
	m, err = s.distributors.Move(ctx, tx, who, distributor.Applied, "")
	if err != nil || !a.Approve {
		return m, err
	}
	return s.distributors.Move(ctx, tx, who, distributor.Active, "")
}

// sponsor is who stands above a newcomer.
func sponsor(ctx context.Context, tx *pg.Tx, b customer.Buyer, code string) (distributor.ID, error) {
	if code != "" {
		m, err := distributor.ByCode(ctx, tx, code)
		if err == nil && m.State.LinkWorks() && m.ID != b.DistributorID {
			return m.ID, nil
		}
		if err != nil && !errors.Is(err, distributor.ErrUnknown) {
			return distributor.ID{}, err
		}
	}
	d, err := OpenDesk(ctx, tx, []customer.Buyer{b})
	if err != nil {
		return distributor.ID{}, err
	}
	if bound := d.held(d.files[b.ID]).validBind(tx.Now()); bound != nil {
		return bound.Distributor, nil
	}
	return distributor.ID{}, nil
}
