package trialhttp

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/trial"
)

type trialAnswer struct{ Body Trial }

// ByID names a trial or a canary.
type ByID struct {
	ID string `path:"id" maxLength:"60"`
}

func (h *handlers) teller(ctx context.Context, tx *pg.Tx) (teller, error) {
	currency, err := h.Currency(ctx, tx)
	return teller{currency, httpapi.LangOf(ctx)}, err
}

// plan checks a draft that is to be tried.
func (h *handlers) plan(ctx context.Context, d programhttp.Draft) (program.Revision, error) {
	draft, err := d.Over(ctx, h.DB, h.Programs)
	if err != nil {
		return program.Revision{}, err
	}
	return h.Commission.Plan(ctx, httpapi.TenantOf(ctx), draft)
}

// started notes who has begun a trial and shows it.
func (h *handlers) started(ctx context.Context, t trial.Trial, err error) (*trialAnswer, error) {
	if err != nil {
		return nil, err
	}
	out := &trialAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		tell, err := h.teller(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = tell.trial(t, true)
		return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "trial."+string(t.Kind), t.ID.String(), nil)
	})
	return out, err
}

func (h *handlers) backtest(ctx context.Context, in *struct {
	Body struct {
		programhttp.Draft
		Title string    `json:"title,omitempty" maxLength:"200"`
		From  time.Time `json:"from" doc:"Of payment"`
		To    time.Time `json:"to" doc:"Exclusive"`
	}
}) (*trialAnswer, error) {
	plan, err := h.plan(ctx, in.Body.Draft)
	if err != nil {
		return nil, err
	}
	t, err := h.Trials.StartBacktest(ctx, httpapi.TenantOf(ctx), trial.Wish{Title: in.Body.Title, Author: author(ctx)}, plan, in.Body.From, in.Body.To)
	return h.started(ctx, t, err)
}

func (h *handlers) prove(ctx context.Context, in *struct {
	Body struct {
		Title string `json:"title,omitempty" maxLength:"200"`
		Month string `json:"month" maxLength:"20" doc:"Of payment, in store time" example:"2026-03"`
	}
}) (*trialAnswer, error) {
	t, err := h.Trials.StartProof(ctx, httpapi.TenantOf(ctx), trial.Wish{Title: in.Body.Title, Author: author(ctx)}, in.Body.Month)
	return h.started(ctx, t, err)
}

func (h *handlers) shadow(ctx context.Context, in *struct {
	Body struct {
		programhttp.Draft
		Title string `json:"title,omitempty" maxLength:"200"`
	}
}) (*trialAnswer, error) {
	plan, err := h.plan(ctx, in.Body.Draft)
	if err != nil {
		return nil, err
	}
	t, err := h.Trials.StartShadow(ctx, httpapi.TenantOf(ctx), trial.Wish{Title: in.Body.Title, Author: author(ctx)}, plan)
	return h.started(ctx, t, err)
}

type listAnswer struct{ Body httpapi.Page[Trial] }

func (h *handlers) list(ctx context.Context, in *struct {
	httpapi.PageQuery
	Kind string `query:"kind" enum:"backtest,proof,shadow"`
}) (*listAnswer, error) {
	var before trial.ID
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && before.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &listAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := trial.List(ctx, tx, trial.Kind(in.Kind), before, in.Limit+1)
		if err != nil {
			return err
		}
		tell, err := h.teller(ctx, tx)
		page := httpapi.PageOf(found, in.Limit, func(t trial.Trial) []string { return []string{t.ID.String()} })
		out.Body = httpapi.MapPage(page, func(t trial.Trial) Trial { return tell.trial(t, false) })
		return err
	})
	return out, err
}

// show reads a trial in a transaction and shows it.
func (h *handlers) show(ctx context.Context, id string, do func(context.Context, *pg.Tx, trial.ID) (trial.Trial, error)) (*trialAnswer, error) {
	which, err := trial.ParseID(id)
	if err != nil {
		return nil, err
	}
	out := &trialAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		t, err := do(ctx, tx, which)
		if err != nil {
			return err
		}
		tell, err := h.teller(ctx, tx)
		out.Body = tell.trial(t, true)
		return err
	})
	return out, err
}

func (h *handlers) read(ctx context.Context, in *ByID) (*trialAnswer, error) {
	return h.show(ctx, in.ID, trial.Get)
}

func (h *handlers) cancel(ctx context.Context, in *ByID) (*trialAnswer, error) {
	return h.show(ctx, in.ID, func(ctx context.Context, tx *pg.Tx, which trial.ID) (trial.Trial, error) {
		t, err := trial.Cancel(ctx, tx, which)
		if err != nil {
			return t, err
		}
		return t, registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "trial.cancel", which.String(), nil)
	})
}

func (h *handlers) resume(ctx context.Context, in *ByID) (*trialAnswer, error) {
	return h.show(ctx, in.ID, func(ctx context.Context, tx *pg.Tx, which trial.ID) (trial.Trial, error) {
		t, err := h.Trials.Continue(ctx, tx, which)
		if err != nil {
			return t, err
		}
		return t, registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "trial.resume", which.String(), nil)
	})
}

type peopleAnswer struct{ Body httpapi.Page[Person] }

func (h *handlers) people(ctx context.Context, in *struct {
	ByID
	httpapi.PageQuery
	Side string `query:"side" enum:"more,less" default:"less" doc:"Who would get more, or less"`
}) (*peopleAnswer, error) {
	which, err := trial.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	after, err := personAfter(in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &peopleAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := trial.Get(ctx, tx, which); err != nil {
			return err
		}
		found, err := trial.People(ctx, tx, which, in.Side == "more", after, in.Limit+1)
		if err != nil {
			return err
		}
		who := make([]distributor.ID, len(found))
		for i, p := range found {
			who[i] = p.Payee
		}
		labels, err := distributor.Labels(ctx, tx, who)
		if err != nil {
			return err
		}
		tell, err := h.teller(ctx, tx)
		page := httpapi.PageOf(found, in.Limit, func(p trial.Person) []string {
			return []string{strconv.FormatInt(p.Difference, 10), p.Payee.String()}
		})
		out.Body = httpapi.MapPage(page, func(p trial.Person) Person { return tell.person(p, labels) })
		return err
	})
	return out, err
}

func personAfter(cursor string) (*trial.Person, error) {
	parts, err := httpapi.ReadCursor(cursor, 2)
	if err != nil || parts == nil {
		return nil, err
	}
	var p trial.Person
	if p.Difference, err = strconv.ParseInt(parts[0], 10, 64); err != nil || p.Payee.UnmarshalText([]byte(parts[1])) != nil {
		return nil, httpapi.BadCursor()
	}
	return &p, nil
}

type ordersAnswer struct{ Body httpapi.Page[Order] }

func (h *handlers) orders(ctx context.Context, in *struct {
	ByID
	httpapi.PageQuery
	Differing bool `query:"differing" doc:"Leave out those that give the same"`
}) (*ordersAnswer, error) {
	which, err := trial.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	after := int64(0)
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err == nil && parts != nil {
		if after, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
			err = httpapi.BadCursor()
		}
	}
	if err != nil {
		return nil, err
	}
	out := &ordersAnswer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := trial.Get(ctx, tx, which); err != nil {
			return err
		}
		found, err := trial.Orders(ctx, tx, which, in.Differing, after, in.Limit+1)
		if err != nil {
			return err
		}
		tell, err := h.teller(ctx, tx)
		page := httpapi.PageOf(found, in.Limit, func(o trial.OrderResult) []string { return []string{strconv.FormatInt(o.Seq, 10)} })
		out.Body = httpapi.MapPage(page, tell.order)
		return err
	})
	return out, err
}

type csvAnswer struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

// csvAtOnce is how many rows one read takes.
const csvAtOnce = 10_000

// csv writes amounts as decimals in the store's currency. What could not be
// decided is an empty cell, not a zero.
func (h *handlers) csv(ctx context.Context, in *struct {
	ByID
	Differing bool `query:"differing" doc:"Leave out those that give the same"`
}) (*csvAnswer, error) {
	which, err := trial.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"seq", "order_id", "goods", "was", "was_after_refunds", "would", "would_after_refunds", "difference", "code"}) // a buffer never fails
	for after := int64(-1); ; {
		var rows []trial.OrderResult
		var tell teller
		err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
			if _, err = trial.Get(ctx, tx, which); err != nil {
				return err
			}
			if rows, err = trial.Orders(ctx, tx, which, in.Differing, after, csvAtOnce); err != nil {
				return err
			}
			tell, err = h.teller(ctx, tx)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, o := range rows {
			after = o.Seq
			_ = w.Write(tell.row(o))
		}
		if len(rows) < csvAtOnce {
			break
		}
	}
	w.Flush()
	return &csvAnswer{"text/csv; charset=utf-8", `attachment; filename="` + which.String() + `.csv"`, b.Bytes()}, nil
}

func (c teller) row(o trial.OrderResult) []string {
	say := func(amount *int64) string {
		if amount == nil {
			return ""
		}
		return money.Format(*amount, c.currency)
	}
	var by *int64
	if o.Would != nil {
		d := *o.Would - o.Was
		by = &d
	}
	return []string{strconv.FormatInt(o.Seq, 10), o.OrderID.String(), say(&o.Goods), say(&o.Was), say(&o.WasStanding), say(o.Would), say(o.WouldStanding), say(by), o.Code}
}
