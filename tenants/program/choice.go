package program

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

// Offer is a strategy as a store may choose it.
type Offer struct {
	Artifact            // what its id means now: the newest version that may be chosen, else the store's own
	Versions  []Offered // all that are installed, the newest first
	InForce   *Artifact // the version that the store uses, nil for none
	Upgrade   *Artifact // a newer version than that, nil for none
	Withdrawn error     // why the store's version must be left at its next change, nil while it may stay
}

// Offered is one version of an offer.
type Offered struct {
	Artifact
	BuiltIn bool
	Refused error // why it may not be chosen, nil when it may
}

// Offers lists the strategies that the transaction's store may choose from,
// and its own. In a transaction of the platform's it lists what any store may.
func (s *Service) Offers(ctx context.Context, tx *pg.Tx) ([]Offer, error) {
	uses, err := s.uses(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := s.offered(ctx, tx, "", uses)
	if err != nil {
		return nil, err
	}
	var offers []Offer
	for _, versions := range byStrategy(all) {
		o := Offer{Versions: versions}
		for _, v := range versions {
			if v.SHA256 == uses {
				o.InForce, o.Withdrawn = &v.Artifact, v.Refused
			}
		}
		best := slices.IndexFunc(versions, func(v Offered) bool { return v.Refused == nil })
		switch {
		case best >= 0:
			o.Artifact = versions[best].Artifact
		case o.InForce != nil:
			o.Artifact = *o.InForce
		default:
			continue // nothing of it is for this store
		}
		if o.InForce != nil && best >= 0 && newestFirst(versions[best].Artifact, *o.InForce) < 0 {
			o.Upgrade = &versions[best].Artifact
		}
		offers = append(offers, o)
	}
	return offers, nil
}

// Artifacts lists what each strategy's id means to the transaction's store.
func (s *Service) Artifacts(ctx context.Context, tx *pg.Tx) ([]Artifact, error) {
	offers, err := s.Offers(ctx, tx)
	all := make([]Artifact, len(offers))
	for i, o := range offers {
		all[i] = o.Artifact
	}
	return all, err
}

// choose finds the artifact that a store means by a strategy's id, the newest
// it may have, or by the hash of one, and refuses what it may not choose.
func (s *Service) choose(ctx context.Context, tx *pg.Tx, name string) (Artifact, error) {
	uses, err := s.uses(ctx, tx)
	if err != nil {
		return Artifact{}, err
	}
	versions, err := s.offered(ctx, tx, name, uses)
	if err != nil {
		return Artifact{}, err
	}
	if name == "" || len(versions) == 0 {
		return Artifact{}, errUnknown.With("strategy", name).At("strategy")
	}
	for _, v := range versions {
		if v.Refused == nil {
			return v.Artifact, nil
		}
	}
	return Artifact{}, versions[0].Refused
}

// uses is the hash of the artifact in force, "" for none.
func (s *Service) uses(ctx context.Context, tx *pg.Tx) (string, error) {
	if tx.Tenant().IsZero() {
		return "", nil
	}
	r, err := s.InForce(ctx, tx, tx.Now())
	if errors.Is(err, errNone) {
		return "", nil
	}
	return r.Artifact, err
}

// offered reads versions, the newest of each strategy first, with the
// platform's word about each.
func (s *Service) offered(ctx context.Context, tx *pg.Tx, name, uses string) ([]Offered, error) {
	found, err := installed(ctx, tx, name)
	if err != nil {
		return nil, err
	}
	standings, err := marketplace.Standings(ctx, tx)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Artifact) int {
		return cmp.Or(strings.Compare(a.Strategy, b.Strategy), newestFirst(a, b))
	})
	all := make([]Offered, len(found))
	for i, a := range found {
		standing, reviewed := standings[a.SHA256]
		if !reviewed {
			standing = marketplace.BuiltIn
		}
		all[i] = Offered{a, !reviewed, standing.MayChoose(a.SHA256 == uses)}
	}
	return all, nil
}

func byStrategy(all []Offered) (groups [][]Offered) {
	for i, v := range all {
		if i == 0 || v.Strategy != all[i-1].Strategy {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], v)
	}
	return groups
}

// newestFirst orders versions of one strategy. Changed bytes in development
// ("1.0.0-dev.…") came after the version they changed, and of those the order
// of arrival decides, which sorting keeps.
func newestFirst(a, b Artifact) int {
	for i := range 3 {
		if c := cmp.Compare(number(b.Version, i), number(a.Version, i)); c != 0 {
			return c
		}
	}
	return cmp.Compare(stage(b.Version), stage(a.Version))
}

// number is a part of a version's core: 2 is the patch.
func number(version string, part int) int {
	core, _, _ := strings.Cut(version, "-")
	if parts := strings.Split(core, "."); part < len(parts) {
		n, _ := strconv.Atoi(parts[part]) // what is no number counts as 0
		return n
	}
	return 0
}

// stage puts "1.0.0-rc.1" before "1.0.0" before "1.0.0-dev.…".
func stage(version string) int {
	_, pre, has := strings.Cut(version, "-")
	switch {
	case !has:
		return 1
	case strings.HasPrefix(pre, "dev."):
		return 2
	}
	return 0
}

// SameStrategy reports whether a name, an id or a hash, is a version of the
// strategy: from one version to the next a configuration stays.
func (s *Service) SameStrategy(ctx context.Context, tenant tenantID, name, strategy string) (same bool, err error) {
	if name == strategy {
		return true, nil
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		found, err := installed(ctx, tx, name)
		same = len(found) > 0 && found[0].Strategy == strategy
		return err
	})
	return same, err
}
