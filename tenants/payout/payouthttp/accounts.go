package payouthttp

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Field is one setting of a method, as a form shows it.
type Field struct {
	Name     string `json:"name"`
	Zh       string `json:"zh"`
	En       string `json:"en"`
	Secret   bool   `json:"secret"`
	Required bool   `json:"required"`
	Long     bool   `json:"long"`
}

// Method is a way to pay out.
type Method struct {
	Method  withdrawal.Method `json:"method"`
	Batched bool              `json:"batched" doc:"By files that a person carries"`
	Bills   bool              `json:"bills" doc:"Its bill can be fetched"`
	Fields  []Field           `json:"fields"`
}

func (h *handlers) methods(context.Context, *struct{}) (*struct {
	Body struct {
		Items     []Method `json:"items"`
		Simulated bool     `json:"simulated" doc:"Accounts may be a simulator's here"`
	}
}, error) {
	out := &struct {
		Body struct {
			Items     []Method `json:"items"`
			Simulated bool     `json:"simulated" doc:"Accounts may be a simulator's here"`
		}
	}{}
	out.Body.Simulated = h.cfg.Simulate != nil
	out.Body.Items = []Method{}
	for _, k := range h.svc.Kinds {
		m := Method{Method: k.Method, Batched: k.Batched, Bills: !k.Batched, Fields: []Field{}}
		for _, f := range k.Fields {
			m.Fields = append(m.Fields, Field(f))
		}
		out.Body.Items = append(out.Body.Items, m)
	}
	return out, nil
}

type accountList struct {
	Body struct {
		Items []PayoutAccount `json:"items"`
	}
}

func (h *handlers) accounts(ctx context.Context, _ *struct{}) (*accountList, error) {
	out := &accountList{}
	out.Body.Items = []PayoutAccount{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		s, err := h.shaper(ctx, tx)
		if err != nil {
			return err
		}
		all, err := payout.Accounts(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range all {
			secrets, err := h.svc.HasSecrets(ctx, tx, a.ID)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, s.account(a, secrets))
		}
		return nil
	})
	return out, err
}

// AccountChange is an account as somebody enters it.
type AccountChange struct {
	Method   string            `json:"method" enum:"bank_file,alipay,wechat"`
	Name     string            `json:"name" minLength:"1" maxLength:"60"`
	Active   bool              `json:"active"`
	Auto     bool              `json:"auto"`
	Limit    int64             `json:"limit" minimum:"0" maximum:"9007199254740991" doc:"Of one transfer, in minor units; 0 is none"`
	Settings map[string]string `json:"settings" doc:"Fields of the method by name, secrets among them"`
}

var errNotSimulated = fault.New(fault.Conflict, "payout.not_simulated",
	"这里没有模拟支付", "there is no simulator here")

// simulate adds an account that pays with nothing.
func (h *handlers) simulate(ctx context.Context, _ *struct{}) (*struct{ Body PayoutAccount }, error) {
	if h.cfg.Simulate == nil {
		return nil, errNotSimulated
	}
	settings, err := h.cfg.Simulate(ctx)
	if err != nil {
		return nil, err
	}
	return h.keep(ctx, payout.Account{Method: withdrawal.WeChat, Name: "模拟微信支付", Active: true, Auto: true, Simulated: true}, settings, "payout.account.simulate")
}

func (in AccountChange) account() payout.Account {
	return payout.Account{Method: withdrawal.Method(in.Method), Name: in.Name, Active: in.Active, Auto: in.Auto, Limit: in.Limit}
}

func (h *handlers) keep(ctx context.Context, a payout.Account, settings payout.Settings, action string) (*struct{ Body PayoutAccount }, error) {
	out := &struct{ Body PayoutAccount }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		a, err := h.svc.Keep(ctx, tx, a, settings)
		if err != nil {
			return err
		}
		if err := note(ctx, tx, action, a.ID.String(), map[string]any{"method": a.Method, "name": a.Name, "active": a.Active, "revision": a.Revision}); err != nil {
			return err
		}
		s, err := h.shaper(ctx, tx)
		if err != nil {
			return err
		}
		secrets, err := h.svc.HasSecrets(ctx, tx, a.ID)
		out.Body = s.account(a, secrets)
		return err
	})
	return out, err
}

func (h *handlers) createAccount(ctx context.Context, in *struct{ Body AccountChange }) (*struct{ Body PayoutAccount }, error) {
	return h.keep(ctx, in.Body.account(), in.Body.Settings, "payout.account.create")
}

// OneAccount names an account.
type OneAccount struct {
	ID string `path:"id" maxLength:"60"`
}

func (in OneAccount) id() (payout.AccountID, error) {
	which, err := payout.ParseAccountID(in.ID)
	if err != nil {
		return which, payout.ErrAccountUnknown.Because(err)
	}
	return which, nil
}

func (h *handlers) changeAccount(ctx context.Context, in *struct {
	OneAccount
	Body AccountChange
}) (*struct{ Body PayoutAccount }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	a := in.Body.account()
	a.ID = which
	return h.keep(ctx, a, in.Body.Settings, "payout.account.change")
}

// Batch is a file for the bank.
type Batch struct {
	ID        payout.BatchID   `json:"id"`
	AccountID payout.AccountID `json:"account_id"`
	Transfers int              `json:"transfers"`
	Total     moneyAmount      `json:"total"`
	MadeAt    string           `json:"made_at" format:"date-time"`
	MadeBy    string           `json:"made_by"`
}

func (s shaper) batch(b payout.Batch) Batch {
	return Batch{b.ID, b.Account, b.Transfers, s.money(b.Total), b.MadeAt.UTC().Format("2006-01-02T15:04:05Z"), b.MadeBy}
}

func (h *handlers) createBatch(ctx context.Context, in *struct {
	httpapi.Idempotent
	Body struct {
		Method string `json:"method" enum:"bank_file"`
	}
}) (*struct{ Body Batch }, error) {
	body, err := httpapi.Once(ctx, h.db, "payout.batch", in.IdempotencyKey, in.Body, func(ctx context.Context, tx *pg.Tx) (out Batch, err error) {
		if _, err := h.svc.EnlistApproved(ctx, tx, withdrawal.Method(in.Body.Method)); err != nil {
			return out, err
		}
		b, err := h.svc.TakeBatch(ctx, tx, withdrawal.Method(in.Body.Method), actor(ctx))
		if err != nil {
			return out, err
		}
		if err := note(ctx, tx, "payout.batch.create", b.ID.String(), map[string]any{"transfers": b.Transfers, "total": b.Total}); err != nil {
			return out, err
		}
		s, err := h.shaper(ctx, tx)
		return s.batch(b), err
	})
	return &struct{ Body Batch }{body}, err
}

func (h *handlers) batches(ctx context.Context, in *struct{ httpapi.PageQuery }) (*struct{ Body httpapi.Page[Batch] }, error) {
	var after payout.BatchID
	if err := cursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	out := &struct{ Body httpapi.Page[Batch] }{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := payout.Batches(ctx, tx, after, in.Limit+1)
		if err != nil {
			return err
		}
		s, err := h.shaper(ctx, tx)
		out.Body = httpapi.MapPage(httpapi.PageOf(found, in.Limit, func(b payout.Batch) []string { return []string{b.ID.String()} }), s.batch)
		return err
	})
	return out, err
}

func cursor(text string, into interface{ UnmarshalText([]byte) error }) error {
	parts, err := httpapi.ReadCursor(text, 1)
	if err != nil {
		return err
	}
	if parts != nil && into.UnmarshalText([]byte(parts[0])) != nil {
		return httpapi.BadCursor()
	}
	return nil
}

type file struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (h *handlers) batchFile(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*file, error) {
	which, err := payout.ParseBatchID(in.ID)
	if err != nil {
		return nil, payout.ErrBatchUnknown.Because(err)
	}
	out := &file{ContentType: "text/csv", ContentDisposition: fmt.Sprintf(`attachment; filename="%s.csv"`, which)}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		if out.Body, err = h.svc.BatchFile(ctx, tx, which); err != nil {
			return err
		}
		return note(ctx, tx, "payout.batch.file", which.String(), nil)
	})
	return out, err
}

// Upload is a file that somebody brings.
type Upload struct {
	Name string `json:"name" maxLength:"200"`
	File []byte `json:"file" doc:"In base64"`
}

// Returned is what the bank's file has changed.
type Returned struct {
	Paid    int `json:"paid"`
	Failed  int `json:"failed"`
	Unknown int `json:"unknown" doc:"Numbers that are not of this account"`
	Unclear int `json:"unclear" doc:"Neither success nor failure, or not what we expect"`
}

func (h *handlers) takeReturn(ctx context.Context, in *struct {
	OneAccount
	Body Upload
}) (*struct{ Body Returned }, error) {
	which, err := in.id()
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Returned }{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		r, err := h.svc.TakeReturn(ctx, tx, which, in.Body.File, actor(ctx))
		if err != nil {
			return err
		}
		out.Body = Returned(r)
		return note(ctx, tx, "payout.return", which.String(), map[string]any{"file": in.Body.Name, "paid": r.Paid, "failed": r.Failed})
	})
	return out, err
}
