package payouthttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

var errBadID = fault.New(fault.Invalid, "request.bad_id", "{id} 不是有效的编号", "{id} is not an id of that kind")

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func actor(ctx context.Context) string { return httpapi.CallerOf(ctx).Actor }

type page struct{ Body httpapi.Page[Payout] }

func (h *handlers) list(ctx context.Context, in *struct {
	httpapi.PageQuery
	State         string `query:"state" enum:"queued,sending,waiting_for_user,paid,failed,cancelled,void"`
	Method        string `query:"method" enum:"manual,bank_file,alipay,wechat"`
	DistributorID string `query:"distributor_id" maxLength:"60"`
	Troubled      bool   `query:"troubled" doc:"Only those a person should look at"`
	Number        string `query:"number" maxLength:"64"`
}) (*page, error) {
	f := payout.Filter{State: payout.State(in.State), Method: withdrawal.Method(in.Method), Troubled: in.Troubled, Number: in.Number, Limit: in.Limit + 1}
	if f.Distributor.UnmarshalText([]byte(in.DistributorID)) != nil {
		return nil, errBadID.With("id", in.DistributorID).At("distributor_id")
	}
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && f.After.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &page{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := payout.List(ctx, tx, f)
		if err != nil {
			return err
		}
		who := make([]distributor.ID, len(found))
		for i, t := range found {
			who[i] = t.Distributor
		}
		s, err := h.shaper(ctx, tx, who...)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, in.Limit, func(t payout.Transfer) []string { return []string{t.ID.String()} })
		out.Body = httpapi.MapPage(cut, func(t payout.Transfer) Payout { return s.payout(t, h.svc.May(t)) })
		return nil
	})
	return out, err
}

// Standing is how many payouts stand at one place.
type Standing struct {
	State  payout.State `json:"state"`
	Count  int          `json:"count"`
	Amount money.Amount `json:"amount"`
}

// Overview is the state of the desk.
type Overview struct {
	Hold        Hold            `json:"hold"`
	Standings   []Standing      `json:"standings"`
	Troubled    int             `json:"troubled"`
	Differences int             `json:"differences" doc:"Open ones"`
	Short       []PayoutAccount `json:"short" doc:"Accounts that have too little"`
	Simulated   bool            `json:"simulated" doc:"An account is a simulator's"`
}

func (h *handlers) overview(ctx context.Context, _ *struct{}) (*struct{ Body Overview }, error) {
	out := &struct{ Body Overview }{Overview{Standings: []Standing{}, Short: []PayoutAccount{}}}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		s, err := h.shaper(ctx, tx)
		if err != nil {
			return err
		}
		d, err := payout.DeskOf(ctx, tx)
		if err != nil {
			return err
		}
		figures, troubled, err := payout.Standings(ctx, tx)
		if err != nil {
			return err
		}
		for _, f := range figures {
			out.Body.Standings = append(out.Body.Standings, Standing{f.State, f.Count, s.money(f.Amount)})
		}
		out.Body.Hold, out.Body.Troubled = holdOf(d), troubled
		for _, a := range s.accounts {
			if a.ShortSince != nil {
				out.Body.Short = append(out.Body.Short, s.account(a, nil))
			}
			out.Body.Simulated = out.Body.Simulated || a.Simulated
		}
		out.Body.Differences, err = payout.OpenDifferences(ctx, tx)
		return err
	})
	return out, err
}

// One names a payout.
type One struct {
	ID string `path:"id" maxLength:"60"`
}

func (in One) id() (payout.ID, error) {
	which, err := payout.ParseID(in.ID)
	if err != nil {
		return which, payout.ErrUnknown.Because(err)
	}
	return which, nil
}

type detail struct{ Body PayoutDetail }

// show does something with a payout and answers with what it is afterwards.
func (h *handlers) show(ctx context.Context, in One, action string, do func(context.Context, payout.ID) error) (*detail, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	if do != nil {
		if err := do(ctx, which); err != nil {
			return nil, err
		}
	}
	out := &detail{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		t, err := payout.Get(ctx, tx, which)
		if err != nil {
			return err
		}
		if action != "" {
			if err := note(ctx, tx, action, which.String(), map[string]any{"state": t.State, "number": t.Number}); err != nil {
				return err
			}
		}
		out.Body, err = h.detail(ctx, tx, t)
		return err
	})
	return out, err
}

func note(ctx context.Context, tx *pg.Tx, action, subject string, what map[string]any) error {
	return registry.Note(ctx, tx, actor(ctx), action, subject, what)
}

func (h *handlers) detail(ctx context.Context, tx *pg.Tx, t payout.Transfer) (PayoutDetail, error) {
	s, err := h.shaper(ctx, tx, t.Distributor)
	if err != nil {
		return PayoutDetail{}, err
	}
	steps, err := payout.History(ctx, tx, t.ID)
	d := PayoutDetail{s.payout(t, h.svc.May(t)), []PayoutStep{}}
	for _, st := range steps {
		d.Steps = append(d.Steps, PayoutStep{st.At.UTC(), st.Source, st.Standing, st.State, st.Code, st.Words})
	}
	return d, err
}

func (h *handlers) read(ctx context.Context, in *One) (*detail, error) {
	return h.show(ctx, *in, "", nil)
}

func (h *handlers) of(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*detail, error) {
	which, err := withdrawal.ParseID(in.ID)
	if err != nil {
		return nil, withdrawal.ErrUnknown.Because(err)
	}
	out := &detail{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := withdrawal.Get(ctx, tx, which); err != nil {
			return err
		}
		t, err := payout.Of(ctx, tx, which)
		if err != nil {
			return err
		}
		if t == nil {
			return payout.ErrUnknown
		}
		out.Body, err = h.detail(ctx, tx, *t)
		return err
	})
	return out, err
}

func (h *handlers) start(ctx context.Context, in *struct {
	Body struct {
		Method string `json:"method" enum:"bank_file,alipay,wechat"`
	}
}) (*struct {
	Body struct {
		Started int `json:"started"`
	}
}, error) {
	out := &struct {
		Body struct {
			Started int `json:"started"`
		}
	}{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out.Body.Started, err = h.svc.EnlistApproved(ctx, tx, withdrawal.Method(in.Body.Method)); err != nil {
			return err
		}
		return note(ctx, tx, "payout.start", in.Body.Method, map[string]any{"started": out.Body.Started})
	})
	return out, err
}

func (h *handlers) look(ctx context.Context, in *One) (*detail, error) {
	return h.show(ctx, *in, "", func(ctx context.Context, which payout.ID) error {
		return h.svc.Ask(ctx, httpapi.TenantOf(ctx), which)
	})
}

func (h *handlers) cancel(ctx context.Context, in *One) (*detail, error) {
	return h.show(ctx, *in, "payout.cancel", func(ctx context.Context, which payout.ID) error {
		return h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
			_, err := h.svc.WantCancel(ctx, tx, which, actor(ctx))
			return err
		})
	})
}

// Reason is why somebody decides.
type Reason struct {
	Reason string `json:"reason" maxLength:"500"`
}

func (h *handlers) giveBack(ctx context.Context, in *struct {
	One
	Body Reason
}) (*detail, error) {
	return h.show(ctx, in.One, "payout.give_back", func(ctx context.Context, which payout.ID) error {
		_, err := h.svc.GiveBack(ctx, httpapi.TenantOf(ctx), which, in.Body.Reason, actor(ctx))
		return err
	})
}

func (h *handlers) paid(ctx context.Context, in *struct {
	One
	Body struct {
		Voucher string `json:"voucher" maxLength:"200" doc:"Proof of payment: a transfer number"`
	}
}) (*detail, error) {
	return h.show(ctx, in.One, "payout.paid", func(ctx context.Context, which payout.ID) error {
		return h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
			_, err := h.svc.PaidByHand(ctx, tx, which, in.Body.Voucher, actor(ctx))
			return err
		})
	})
}

// Confirmation is what a payee's phone needs.
type Confirmation struct {
	MchID   string `json:"mch_id"`
	AppID   string `json:"app_id"`
	Package string `json:"package"`
	Page    string `json:"page" doc:"Of a simulator: where to confirm. \"\" with WeChat itself"`
}

// OwnPayout is a payout as its payee sees it.
type OwnPayout struct {
	State     payout.State      `json:"state" enum:"queued,sending,waiting_for_user,paid,failed,cancelled,void"`
	Method    withdrawal.Method `json:"method"`
	Simulated bool              `json:"simulated"`
	Delayed   bool              `json:"delayed" doc:"The merchant's account has too little for now, or the provider is slow"`
	Confirm   *Confirmation     `json:"confirm"`
	ConfirmBy *string           `json:"confirm_by" format:"date-time" doc:"Until when it waits"`
}

func (h *handlers) own(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*struct{ Body OwnPayout }, error) {
	which, err := withdrawal.ParseID(in.ID)
	if err != nil {
		return nil, withdrawal.ErrUnknown.Because(err)
	}
	var who distributor.ID
	if d := httpapi.CallerOf(ctx).Distributor; d == "" || who.Scan(d) != nil {
		return nil, distributor.ErrUnknown
	}
	out := &struct{ Body OwnPayout }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		w, err := withdrawal.Get(ctx, tx, which)
		if err != nil {
			return err
		}
		if w.Distributor != who {
			return withdrawal.ErrUnknown
		}
		t, err := payout.Of(ctx, tx, which)
		if err != nil {
			return err
		}
		if t == nil {
			return payout.ErrUnknown
		}
		a, err := payout.GetAccount(ctx, tx, t.Account)
		out.Body = h.ownShape(*t, a)
		return err
	})
	return out, err
}

func (h *handlers) ownShape(t payout.Transfer, a payout.Account) OwnPayout {
	o := OwnPayout{State: t.State, Method: t.Method, Simulated: a.Simulated, Delayed: t.Trouble != payout.NoTrouble && t.EndedAt == nil}
	if t.State != payout.Awaiting || t.Confirm == "" {
		return o
	}
	o.Confirm = &Confirmation{MchID: a.Settings["mch_id"], AppID: a.Settings["app_id"], Package: t.Confirm}
	if a.Simulated && h.cfg.Confirm != "" {
		o.Confirm.Page = h.cfg.Confirm + "?package=" + t.Confirm
	}
	if t.WaitsSince != nil {
		by := t.WaitsSince.Add(payout.ConfirmWithin).UTC().Format("2006-01-02T15:04:05Z")
		o.ConfirmBy = &by
	}
	return o
}
