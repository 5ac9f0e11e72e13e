package disputehttp

import (
	"context"
	"strings"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/dispute"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/registry"
)

var errBadID = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")

type page struct{ Body httpapi.Page[Dispute] }

func (h *handlers) list(ctx context.Context, in *struct {
	httpapi.PageQuery
	State         string `query:"state" enum:"open,answered,closed"`
	DistributorID string `query:"distributor_id" maxLength:"60"`
	OrderID       string `query:"order_id" maxLength:"60"`
}) (*page, error) {
	f := dispute.Filter{State: dispute.State(in.State)}
	if f.Distributor.UnmarshalText([]byte(in.DistributorID)) != nil {
		return nil, errBadID.With("id", in.DistributorID).At("distributor_id")
	}
	if f.Order.UnmarshalText([]byte(in.OrderID)) != nil {
		return nil, errBadID.With("id", in.OrderID).At("order_id")
	}
	return h.page(ctx, in.PageQuery, f)
}

func (h *handlers) own(ctx context.Context, in *struct {
	httpapi.PageQuery
	OrderID string `query:"order_id" maxLength:"60"`
}) (*page, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	f := dispute.Filter{Distributor: who}
	if f.Order.UnmarshalText([]byte(in.OrderID)) != nil {
		return nil, errBadID.With("id", in.OrderID).At("order_id")
	}
	return h.page(ctx, in.PageQuery, f)
}

func (h *handlers) page(ctx context.Context, q httpapi.PageQuery, f dispute.Filter) (*page, error) {
	parts, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && f.After.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	f.Limit = q.Limit + 1
	out := &page{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := dispute.List(ctx, tx, f)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(d dispute.Dispute) []string { return []string{d.ID.String()} })
		shapes, err := shapes(ctx, tx, cut.Items)
		out.Body = httpapi.Page[Dispute]{Items: shapes, NextCursor: cut.NextCursor}
		return err
	})
	return out, err
}

// One names a dispute.
type One struct {
	ID string `path:"id" maxLength:"60"`
}

func (in One) id() (dispute.ID, error) {
	which, err := dispute.ParseID(in.ID)
	if err != nil {
		return which, dispute.ErrUnknown.Because(err)
	}
	return which, nil
}

type answer struct{ Body Detail }

func (h *handlers) read(ctx context.Context, in *One) (*answer, error) {
	return h.show(ctx, *in, true, dispute.Get)
}

func (h *handlers) readOwn(ctx context.Context, in *One) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, *in, false, func(ctx context.Context, tx *pg.Tx, which dispute.ID) (dispute.Dispute, error) {
		return dispute.Of(ctx, tx, which, who)
	})
}

// show does something with a dispute and answers with what it is afterwards.
func (h *handlers) show(ctx context.Context, in One, toStaff bool, do func(context.Context, *pg.Tx, dispute.ID) (dispute.Dispute, error)) (*answer, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := do(ctx, tx, which)
		if err != nil {
			return err
		}
		out.Body, err = detail(ctx, tx, d, toStaff)
		return err
	})
	return out, err
}

func detail(ctx context.Context, tx *pg.Tx, d dispute.Dispute, toStaff bool) (Detail, error) {
	said, err := dispute.History(ctx, tx, d.ID)
	if err != nil {
		return Detail{}, err
	}
	shaped, err := shapes(ctx, tx, []dispute.Dispute{d})
	if err != nil {
		return Detail{}, err
	}
	return Detail{shaped[0], entries(said, toStaff)}, nil
}

// Words are what somebody says.
type Words struct {
	Text string `json:"text" minLength:"1" maxLength:"2000"`
}

func (w Words) text() string { return strings.TrimSpace(w.Text) }

func (h *handlers) open(ctx context.Context, in *struct {
	Body struct {
		Words
		OrderID string `json:"order_id,omitempty" maxLength:"60" doc:"An order of mine"`
		Claimed string `json:"claimed,omitempty" maxLength:"100" doc:"Or the number of an order that should have been mine"`
	}
}) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	about := dispute.Subject{Claimed: strings.TrimSpace(in.Body.Claimed)}
	if in.Body.OrderID != "" {
		if about.Order, err = order.ParseID(in.Body.OrderID); err != nil {
			return nil, err
		}
	}
	out := &answer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		d, err := dispute.Begin(ctx, tx, who, about, in.Body.text())
		if err != nil {
			return err
		}
		out.Body, err = detail(ctx, tx, d, false)
		return err
	})
	return out, err
}

func (h *handlers) reply(ctx context.Context, in *struct {
	One
	Body Words
}) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, in.One, false, func(ctx context.Context, tx *pg.Tx, which dispute.ID) (dispute.Dispute, error) {
		return dispute.Reply(ctx, tx, which, who, in.Body.text())
	})
}

func (h *handlers) closeOwn(ctx context.Context, in *One) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.show(ctx, *in, false, func(ctx context.Context, tx *pg.Tx, which dispute.ID) (dispute.Dispute, error) {
		return dispute.Close(ctx, tx, which, who, "", "")
	})
}

func (h *handlers) answer(ctx context.Context, in *struct {
	One
	Body struct {
		Words
		Outcome string `json:"outcome" enum:"upheld,rejected"`
	}
}) (*answer, error) {
	return h.show(ctx, in.One, true, func(ctx context.Context, tx *pg.Tx, which dispute.ID) (dispute.Dispute, error) {
		d, err := dispute.Answer(ctx, tx, which, dispute.Outcome(in.Body.Outcome), in.Body.text(), actor(ctx))
		return noted(ctx, tx, "dispute.answer", d, err)
	})
}

func (h *handlers) close(ctx context.Context, in *struct {
	One
	Body struct {
		Text string `json:"text,omitempty" maxLength:"2000"`
	}
}) (*answer, error) {
	return h.show(ctx, in.One, true, func(ctx context.Context, tx *pg.Tx, which dispute.ID) (dispute.Dispute, error) {
		d, err := dispute.Close(ctx, tx, which, distributor.ID{}, strings.TrimSpace(in.Body.Text), actor(ctx))
		return noted(ctx, tx, "dispute.close", d, err)
	})
}

type replayed struct{ Body Replay }

// replay asks the strategy once more, outside of any transaction.
func (h *handlers) replay(ctx context.Context, in *One) (*replayed, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	var d dispute.Dispute
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		d, err = dispute.Get(ctx, tx, which)
		return err
	})
	out := &replayed{Replay{Differs: []string{}}}
	if err != nil || h.replays == nil || d.Order == nil {
		return out, err
	}
	equal, differs, err := h.replays.Replay(ctx, httpapi.TenantOf(ctx), *d.Order)
	if err != nil {
		return nil, err
	}
	out.Body = Replay{Available: true, Equal: equal, Differs: append([]string{}, differs...)}
	return out, nil
}

func shapes(ctx context.Context, tx *pg.Tx, list []dispute.Dispute) ([]Dispute, error) {
	who, which := make([]distributor.ID, len(list)), []order.ID{}
	for i, d := range list {
		who[i] = d.Distributor
		if d.Order != nil {
			which = append(which, *d.Order)
		}
	}
	names, err := distributor.Names(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	orders, err := order.Load(ctx, tx, which)
	if err != nil {
		return nil, err
	}
	externals := map[order.ID]string{}
	for _, o := range orders {
		externals[o.ID] = o.ExternalID
	}
	out := make([]Dispute, len(list))
	for i, d := range list {
		out[i] = Dispute{ID: d.ID, Distributor: Person{d.Distributor, names[d.Distributor]}, OrderID: d.Order, Claimed: d.Claimed, State: d.State,
			Outcome: d.Outcome, OpenedAt: d.OpenedAt.UTC(), ChangedAt: d.ChangedAt.UTC()}
		if d.Order != nil {
			out[i].OrderExternalID = externals[*d.Order]
		}
	}
	return out, nil
}

func noted(ctx context.Context, tx *pg.Tx, action string, d dispute.Dispute, err error) (dispute.Dispute, error) {
	if err != nil {
		return d, err
	}
	return d, registry.Note(ctx, tx, actor(ctx), action, d.ID.String(), map[string]any{"state": d.State, "outcome": d.Outcome})
}

func actor(ctx context.Context) string { return httpapi.CallerOf(ctx).Actor }

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}

// caller is the distributor who asks.
func caller(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}
