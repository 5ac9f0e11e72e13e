package payeehttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/registry"
)

// Profile is who somebody is, masked.
type Profile struct {
	Revision int        `json:"revision"`
	Kind     payee.Kind `json:"kind" enum:"individual,business"`
	Name     string     `json:"name" doc:"张*; a business's in full"`
	Number   string     `json:"number" doc:"Masked: resident id or credit code"`
	Phone    string     `json:"phone" doc:"Masked"`
	At       time.Time  `json:"at"`
}

// Account is where somebody is paid, masked.
type Account struct {
	Revision int           `json:"revision"`
	Channel  payee.Channel `json:"channel" enum:"bank_card,alipay,wechat"`
	Shown    string        `json:"shown" doc:"The last four digits of a card; both ends of the rest"`
	Bank     string        `json:"bank"`
	UsableAt time.Time     `json:"usable_at" doc:"Nothing is sent to it before"`
	At       time.Time     `json:"at"`
}

// Payee is what stands now.
type Payee struct {
	Profile     *Profile   `json:"profile" doc:"Null: nothing entered yet"`
	Accounts    []Account  `json:"accounts"`
	PausedUntil *time.Time `json:"paused_until" doc:"Nothing is sent before: something has just changed"`
}

// Detail is what stands now and every revision before.
type Detail struct {
	Payee
	Profiles []Profile `json:"profiles" doc:"Every revision, the newest first"`
	History  []Account `json:"account_history" doc:"Every revision of every account, the newest first"`
}

// ProfileShape is a revision as it may be shown.
func ProfileShape(p payee.Profile) Profile {
	return Profile{p.Revision, p.Kind, p.Name, p.Number, p.Phone, p.At.UTC()}
}

// AccountShape is a revision as it may be shown.
func AccountShape(a payee.Account) Account {
	return Account{a.Revision, a.Channel, a.Shown, a.Bank, a.UsableAt.UTC(), a.At.UTC()}
}

// Shape is a payee as it may be shown.
func Shape(p payee.Payee) Payee {
	out := Payee{Accounts: []Account{}, PausedUntil: p.PausedUntil}
	if p.Profile != nil {
		shown := ProfileShape(*p.Profile)
		out.Profile = &shown
	}
	for _, a := range p.Accounts {
		out.Accounts = append(out.Accounts, AccountShape(a))
	}
	return out
}

type detailed struct{ Body Detail }

func (h *handlers) read(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*detailed, error) {
	who, err := distributor.ParseID(in.ID)
	if err != nil {
		return nil, distributor.ErrUnknown.Because(err)
	}
	out := &detailed{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := distributor.Get(ctx, tx, who); err != nil {
			return err
		}
		now, err := payee.Current(ctx, tx, who)
		if err != nil {
			return err
		}
		profiles, accounts, err := payee.History(ctx, tx, who)
		out.Body = Detail{Payee: Shape(now), Profiles: []Profile{}, History: []Account{}}
		for _, p := range profiles {
			out.Body.Profiles = append(out.Body.Profiles, ProfileShape(p))
		}
		for _, a := range accounts {
			out.Body.History = append(out.Body.History, AccountShape(a))
		}
		return err
	})
	return out, err
}

type answer struct{ Body Payee }

func (h *handlers) own(ctx context.Context, _ *struct{}) (*answer, error) {
	return h.change(ctx, payee.Current)
}

// Identity is who somebody is, in clear: it is sealed at once.
type Identity struct {
	Kind    payee.Kind `json:"kind" enum:"individual,business"`
	Name    string     `json:"name" maxLength:"100" doc:"The real name, or the business's"`
	Number  string     `json:"number" maxLength:"40" doc:"Resident id, or unified social credit code"`
	Phone   string     `json:"phone" maxLength:"30"`
	Invoice bool       `json:"invoice,omitempty" doc:"A business: it gives an invoice for what it is paid"`
}

func (h *handlers) identify(ctx context.Context, in *struct{ Body Identity }) (*answer, error) {
	return h.change(ctx, func(ctx context.Context, tx *pg.Tx, who distributor.ID) (payee.Payee, error) {
		return h.svc.Identify(ctx, tx, who, payee.Identity(in.Body), httpapi.CallerOf(ctx).Actor)
	})
}

func (h *handlers) payTo(ctx context.Context, in *struct {
	Channel string `path:"channel" maxLength:"20" doc:"bank_card, alipay or wechat"`
	Body    struct {
		Number string `json:"number" maxLength:"100" doc:"Card number, Alipay login or WeChat openid"`
		Bank   string `json:"bank,omitempty" maxLength:"100" doc:"Of a card"`
	}
}) (*answer, error) {
	return h.change(ctx, func(ctx context.Context, tx *pg.Tx, who distributor.ID) (payee.Payee, error) {
		e := payee.Entry{Channel: payee.Channel(in.Channel), Number: in.Body.Number, Bank: in.Body.Bank}
		return h.svc.PayTo(ctx, tx, who, e, httpapi.CallerOf(ctx).Actor)
	})
}

// change does something as the distributor who asks.
func (h *handlers) change(ctx context.Context, do func(context.Context, *pg.Tx, distributor.ID) (payee.Payee, error)) (*answer, error) {
	who, err := caller(ctx)
	if err != nil {
		return nil, err
	}
	out := &answer{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		p, err := do(ctx, tx, who)
		out.Body = Shape(p)
		return err
	})
	return out, err
}

// Synced is a payee as the shop knows it. What is left out stays.
type Synced struct {
	Identity *Identity `json:"identity,omitempty"`
	Accounts []struct {
		Channel payee.Channel `json:"channel" enum:"bank_card,alipay,wechat"`
		Number  string        `json:"number" maxLength:"100"`
		Bank    string        `json:"bank,omitempty" maxLength:"100"`
	} `json:"accounts,omitempty" maxItems:"3"`
}

func (h *handlers) sync(ctx context.Context, in *struct {
	ExternalID string `path:"external_id" maxLength:"128"`
	Body       Synced
}) (*answer, error) {
	out := &answer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		m, err := distributor.ByExternal(ctx, tx, in.ExternalID)
		if err != nil {
			return err
		}
		by := httpapi.CallerOf(ctx).Actor
		if in.Body.Identity != nil {
			if _, err := h.svc.Identify(ctx, tx, m.ID, payee.Identity(*in.Body.Identity), by); err != nil {
				return err
			}
		}
		for _, a := range in.Body.Accounts {
			if _, err := h.svc.PayTo(ctx, tx, m.ID, payee.Entry(a), by); err != nil {
				return err
			}
		}
		now, err := payee.Current(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		out.Body = Shape(now)
		return registry.Note(ctx, tx, by, "payee.sync", m.ID.String(), map[string]any{"accounts": len(in.Body.Accounts)})
	})
	return out, err
}

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
