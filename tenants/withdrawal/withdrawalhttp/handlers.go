package withdrawalhttp

import (
	"context"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payee/payeehttp"
	"github.com/fenli-io/fenli/tenants/performance"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

var (
	errForeignCurrency = fault.New(fault.Invalid, "money.foreign_currency",
		"本店使用 {currency}，不接受其他币种", "this store uses {currency} and no other currency")
	errBadID = fault.New(fault.Invalid, "request.bad_id",
		"{id} 不是有效的编号", "{id} is not an id of that kind")
	errBadDay = fault.New(fault.Invalid, "request.bad_day",
		"日期写作 2026-03-01", "a day is written 2026-03-01")
	errNotByHand = fault.New(fault.Conflict, "withdrawal.not_by_hand",
		"只有“人工打款”且正在打款的提现可以这样操作", "only of a withdrawal that is being paid by hand")
)

type answer struct{ Body Withdrawal }

type listing struct {
	httpapi.PageQuery
	State         string `query:"state" maxLength:"200" doc:"One or several, with commas: requested, approved, sending, waiting_for_user, manual, paid, failed, cancelled, rejected, returned"`
	Method        string `query:"method" maxLength:"20" doc:"manual, bank_file, alipay or wechat"`
	DistributorID string `query:"distributor_id" maxLength:"60"`
	From          string `query:"from" maxLength:"10" doc:"A day of the store: requested on it or later"`
	To            string `query:"to" maxLength:"10" doc:"A day of the store: requested on it or earlier"`
	Least         int64  `query:"least" minimum:"0" doc:"Gross, in minor units"`
	Most          int64  `query:"most" minimum:"0" doc:"Gross, in minor units"`
	Mine          bool   `query:"mine" doc:"What somebody else has approved and I have to, as the second"`
}

func (in listing) filter(zone *time.Location, me string) (f withdrawal.Filter, err error) {
	f.Method, f.Least, f.Most = withdrawal.Method(in.Method), in.Least, in.Most
	for _, s := range strings.Split(in.State, ",") {
		if s != "" {
			f.States = append(f.States, withdrawal.State(s))
		}
	}
	if f.Distributor.UnmarshalText([]byte(in.DistributorID)) != nil {
		return f, errBadID.With("id", in.DistributorID).At("distributor_id")
	}
	if in.From != "" {
		day, err := performance.ParseDate(in.From)
		if err != nil {
			return f, errBadDay.At("from").Because(err)
		}
		f.From = day.Start(zone)
	}
	if in.To != "" {
		day, err := performance.ParseDate(in.To)
		if err != nil {
			return f, errBadDay.At("to").Because(err)
		}
		f.To = day.AddDays(1).Start(zone)
	}
	if in.Mine {
		f.SecondBy = me
	}
	return f, nil
}

type page struct{ Body httpapi.Page[Withdrawal] }

func (h *handlers) list(ctx context.Context, in *listing) (*page, error) {
	return h.page(ctx, in.PageQuery, true, func(rules withdrawal.Rules) (withdrawal.Filter, error) {
		return in.filter(rules.Zone, httpapi.CallerOf(ctx).Actor)
	})
}

type ownListing struct{ httpapi.PageQuery }

func (h *handlers) own(ctx context.Context, in *ownListing) (*page, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.page(ctx, in.PageQuery, false, func(withdrawal.Rules) (withdrawal.Filter, error) { return withdrawal.Filter{Distributor: who}, nil })
}

func (h *handlers) page(ctx context.Context, q httpapi.PageQuery, toStaff bool, filter func(withdrawal.Rules) (withdrawal.Filter, error)) (*page, error) {
	after, err := httpapi.ReadCursor(q.Cursor, 1)
	if err != nil {
		return nil, err
	}
	out := &page{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rules, err := h.svc.Rules(ctx, tx)
		if err != nil {
			return err
		}
		f, err := filter(rules)
		if err != nil {
			return err
		}
		if after != nil && f.After.UnmarshalText([]byte(after[0])) != nil {
			return httpapi.BadCursor()
		}
		f.Limit = q.Limit + 1
		found, err := withdrawal.List(ctx, tx, f)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(w withdrawal.Withdrawal) []string { return []string{w.ID.String()} })
		shapes, err := h.shapes(ctx, tx, cut.Items, toStaff)
		out.Body = httpapi.Page[Withdrawal]{Items: shapes, NextCursor: cut.NextCursor}
		return err
	})
	return out, err
}

// pastDays is how far back the sums of what has ended go.
const pastDays = 30

func (h *handlers) sums(ctx context.Context, _ *struct{}) (*struct{ Body []Sum }, error) {
	out := &struct{ Body []Sum }{Body: []Sum{}}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rules, err := h.svc.Rules(ctx, tx)
		if err != nil {
			return err
		}
		sums, err := withdrawal.Sums(ctx, tx, tx.Now().AddDate(0, 0, -pastDays))
		for _, s := range sums {
			out.Body = append(out.Body, Sum{s.State, s.Count, quoteOf(withdrawal.Quote{Gross: s.Gross, Tax: s.Tax, Fee: s.Fee, Net: s.Net}, rules.Currency)})
		}
		return err
	})
	return out, err
}

// One names a withdrawal, or a person or forfeit where the path says so.
type One struct {
	ID string `path:"id" maxLength:"60"`
}

func (in One) id() (withdrawal.ID, error) {
	which, err := withdrawal.ParseID(in.ID)
	if err != nil {
		return which, withdrawal.ErrUnknown.Because(err)
	}
	return which, nil
}

type detailed struct{ Body Detail }

func (h *handlers) read(ctx context.Context, in *One) (*detailed, error) {
	return h.detail(ctx, *in, true, withdrawal.Get)
}

func (h *handlers) readOwn(ctx context.Context, in *One) (*detailed, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	return h.detail(ctx, *in, false, func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		w, err := withdrawal.Get(ctx, tx, which)
		if err == nil && w.Distributor != who {
			err = withdrawal.ErrUnknown
		}
		return w, err
	})
}

type verb func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error)

func (h *handlers) approve(ctx context.Context, in *One) (*answer, error) {
	return h.decide(ctx, *in, "withdrawal.approve", h.approval(ctx))
}

func (h *handlers) approval(ctx context.Context) verb {
	return func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		return h.svc.Approve(ctx, tx, which, httpapi.CallerOf(ctx).Actor)
	}
}

// Reasoned is one with a reason.
type Reasoned struct {
	One
	Body struct {
		Reason string `json:"reason" maxLength:"500" doc:"The owner sees it"`
	}
}

func (h *handlers) reject(ctx context.Context, in *Reasoned) (*answer, error) {
	return h.decide(ctx, in.One, "withdrawal.reject", h.rejection(in.Body.Reason))
}

func (h *handlers) rejection(reason string) verb {
	return func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		return h.svc.Reject(ctx, tx, which, reason, httpapi.CallerOf(ctx).Actor)
	}
}

// byHand refuses what a provider or a file pays: only whoever sends knows what
// became of it.
func byHand(ctx context.Context, tx *pg.Tx, which withdrawal.ID, in ...withdrawal.State) error {
	w, err := withdrawal.Get(ctx, tx, which)
	if err != nil {
		return err
	}
	for _, s := range in {
		if w.State == s && w.Method == withdrawal.Manual {
			return nil
		}
	}
	return errNotByHand
}

func (h *handlers) send(ctx context.Context, in *One) (*answer, error) {
	return h.decide(ctx, *in, "withdrawal.send", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		if err := byHand(ctx, tx, which, withdrawal.Approved, withdrawal.Sending, withdrawal.Paid); err != nil {
			return withdrawal.Withdrawal{}, err
		}
		return h.svc.Send(ctx, tx, which, httpapi.CallerOf(ctx).Actor)
	})
}

func (h *handlers) fail(ctx context.Context, in *Reasoned) (*answer, error) {
	return h.decide(ctx, in.One, "withdrawal.fail", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
		if err := byHand(ctx, tx, which, withdrawal.Sending, withdrawal.Failed); err != nil {
			return withdrawal.Withdrawal{}, err
		}
		return h.svc.Fail(ctx, tx, which, in.Body.Reason, httpapi.CallerOf(ctx).Actor)
	})
}

func (h *handlers) decide(ctx context.Context, in One, action string, do verb) (*answer, error) {
	out := &answer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		out.Body, err = h.done(ctx, tx, in, action, do)
		return err
	})
	return out, err
}

// done does what staff ask for and writes it into the audit log with what
// became of it: somebody in debt is not paid, whatever was asked.
func (h *handlers) done(ctx context.Context, tx *pg.Tx, in One, action string, do verb) (Withdrawal, error) {
	which, err := in.id()
	if err != nil {
		return Withdrawal{}, err
	}
	w, err := do(ctx, tx, which)
	if err != nil {
		return Withdrawal{}, err
	}
	if err := note(ctx, tx, action, w); err != nil {
		return Withdrawal{}, err
	}
	return h.shape(ctx, tx, w, true)
}

type payment struct {
	httpapi.Idempotent
	One
	Body struct {
		Voucher string `json:"voucher" maxLength:"200" doc:"Proof of payment: a transfer number"`
	}
}

func (h *handlers) pay(ctx context.Context, in *payment) (*answer, error) {
	body, err := httpapi.Once(ctx, h.db, "withdrawal.pay", in.IdempotencyKey, []string{in.ID, in.Body.Voucher}, func(ctx context.Context, tx *pg.Tx) (Withdrawal, error) {
		return h.done(ctx, tx, in.One, "withdrawal.pay", func(ctx context.Context, tx *pg.Tx, which withdrawal.ID) (withdrawal.Withdrawal, error) {
			return h.svc.Pay(ctx, tx, which, in.Body.Voucher, httpapi.CallerOf(ctx).Actor)
		})
	})
	return &answer{body}, err
}

// Destination is what to pay to, in clear.
type Destination struct {
	Kind    payee.Kind    `json:"kind" enum:"individual,business"`
	Name    string        `json:"name"`
	Phone   string        `json:"phone"`
	Channel payee.Channel `json:"channel" enum:",bank_card,alipay,wechat"`
	Number  string        `json:"number" doc:"Of the account"`
	Bank    string        `json:"bank"`
	Net     money.Amount  `json:"net" doc:"What to transfer"`
}

func (h *handlers) reveal(ctx context.Context, in *One) (*struct{ Body Destination }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Destination }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := byHand(ctx, tx, which, withdrawal.Sending); err != nil {
			return err
		}
		w, err := withdrawal.Get(ctx, tx, which)
		if err != nil {
			return err
		}
		if w.ProfileRevision == 0 || h.svc.Payees == nil {
			return payee.ErrNoIdentity
		}
		d, err := h.svc.Payees.Reveal(ctx, tx, w.Distributor, w.ProfileRevision, w.AccountRevision)
		if err != nil {
			return err
		}
		rules, err := h.svc.Rules(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = Destination{d.Kind, d.Name, d.Phone, d.Account.Channel, d.Account.Number, d.Account.Bank, money.Amount{Minor: w.Net, Currency: rules.Currency}}
		return note(ctx, tx, "withdrawal.reveal", w)
	})
	return out, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func (h *handlers) shape(ctx context.Context, tx *pg.Tx, w withdrawal.Withdrawal, toStaff bool) (Withdrawal, error) {
	all, err := h.shapes(ctx, tx, []withdrawal.Withdrawal{w}, toStaff)
	if err != nil {
		return Withdrawal{}, err
	}
	return all[0], nil
}

func (h *handlers) shapes(ctx context.Context, tx *pg.Tx, list []withdrawal.Withdrawal, toStaff bool) ([]Withdrawal, error) {
	who := make([]distributor.ID, len(list))
	for i, w := range list {
		who[i] = w.Distributor
	}
	names, err := distributor.Names(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	rules, err := h.svc.Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	shapes := make([]Withdrawal, len(list))
	for i, w := range list {
		shapes[i] = shape(w, names[w.Distributor], rules.Currency, httpapi.LangOf(ctx), toStaff)
	}
	return shapes, nil
}

// note writes a line of the audit log.
func note(ctx context.Context, tx *pg.Tx, action string, w withdrawal.Withdrawal) error {
	return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, w.ID.String(), map[string]any{"state": w.State, "gross": w.Gross})
}

// caller is the distributor who asks.
func caller(ctx context.Context) (who distributor.ID, err error) {
	d := httpapi.CallerOf(ctx).Distributor
	if d == "" {
		return who, distributor.ErrUnknown
	}
	return who, who.Scan(d)
}

func profileShape(p *payee.Profile) *payeehttp.Profile {
	if p == nil {
		return nil
	}
	shown := payeehttp.ProfileShape(*p)
	return &shown
}

func accountShape(a *payee.Account) *payeehttp.Account {
	if a == nil {
		return nil
	}
	shown := payeehttp.AccountShape(*a)
	return &shown
}
