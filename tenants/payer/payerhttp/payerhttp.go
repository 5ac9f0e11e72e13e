// Package payerhttp lets a store's owner say by which legal entity it pays and
// how tax is withheld, and shows what was withheld.
package payerhttp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
	"github.com/fenli-io/fenli/tenants/registry"
)

type handlers struct {
	db    *pg.DB
	money func(context.Context, *pg.Tx) (currency string, zone *time.Location, err error)
}

// Routes adds the slice's operations; money is the store's currency and zone.
func Routes(s *httpapi.Server, db *pg.DB, money func(context.Context, *pg.Tx) (string, *time.Location, error)) {
	h := &handlers{db, money}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	httpapi.Register(s, httpapi.Merchant, op("payer.read", http.MethodGet, "/payer", rbac.PayerRead, "By which legal entity the store pays, how tax is withheld, and what was withheld in each month of a year", 0), h.read)
	httpapi.Register(s, httpapi.Merchant, op("payer.found", http.MethodPost, "/payer", rbac.PayerChange, "Pay by an entity of the store's own from now on", http.StatusCreated), h.found)
	httpapi.Register(s, httpapi.Merchant, op("payer.withhold", http.MethodPut, "/payer/method", rbac.PayerChange, "Change how tax is withheld from a month on, in every store that pays by the entity", 0), h.withhold)
	httpapi.Register(s, httpapi.Merchant, op("payer.invite", http.MethodPost, "/payer/invitation", rbac.PayerChange, "A code by which one other store may pay by the same entity; it is shown once", http.StatusCreated), h.invite)
	httpapi.Register(s, httpapi.Merchant, op("payer.join", http.MethodPost, "/payer/join", rbac.PayerChange, "Pay by the entity of another store, by its code", 0), h.join)
}

// Method is a tax method from a month on.
type Method struct {
	From   string       `json:"from" doc:"2026-03" example:"2026-03"`
	Method payer.Method `json:"method" enum:"none,labour,platform"`
	By     string       `json:"by"`
	ByName string       `json:"by_name" doc:"Empty for who is not of this store's staff, or no more: an entity may be shared by stores"`
	At     time.Time    `json:"at"`
}

// Month is what the entity has paid and withheld in a month, all its stores
// together.
type Month struct {
	Month  string       `json:"month" example:"2026-03"`
	People int64        `json:"people"`
	Gross  money.Amount `json:"gross"`
	Tax    money.Amount `json:"tax"`
}

// Entity is a legal entity that pays.
type Entity struct {
	ID      payer.ID     `json:"id"`
	Name    string       `json:"name"`
	TaxID   string       `json:"tax_id"`
	Method  payer.Method `json:"method" enum:"none,labour,platform" doc:"Of this month"`
	Methods []Method     `json:"methods" doc:"By month, the first first"`
	Year    int          `json:"year"`
	Months  []Month      `json:"months" doc:"Of the year; empty months are left out"`
}

// Payer is the entity, or null while none was set: then nothing is withheld.
type Payer struct {
	Entity *Entity `json:"entity"`
}

type answer struct{ Body Payer }

func (h *handlers) read(ctx context.Context, in *struct {
	Year int `query:"year" minimum:"2000" maximum:"2200" doc:"This one when left out"`
}) (*answer, error) {
	return h.do(ctx, "", in.Year, func(ctx context.Context, tx *pg.Tx, _ performance.Date) (payer.Payer, error) {
		return payer.Current(ctx, tx)
	})
}

// do does something and answers with what stands afterwards; with an action it
// is a line of the audit log.
func (h *handlers) do(ctx context.Context, action string, year int, fn func(context.Context, *pg.Tx, performance.Date) (payer.Payer, error)) (*answer, error) {
	out := &answer{}
	err := h.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		currency, zone, err := h.money(ctx, tx)
		if err != nil {
			return err
		}
		today := performance.Day(tx.Now(), zone)
		p, err := fn(ctx, tx, today)
		if errors.Is(err, payer.ErrNone) && action == "" {
			return nil
		}
		if err != nil {
			return err
		}
		if action != "" {
			if err := registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, action, p.ID.String(), map[string]any{"methods": len(p.Methods)}); err != nil {
				return err
			}
		}
		if year == 0 {
			year = today.Year
		}
		sums, err := payer.Year(ctx, tx, p.ID, year)
		if err != nil {
			return err
		}
		actors := make([]string, len(p.Methods))
		for i, d := range p.Methods {
			actors[i] = d.By
		}
		names, err := registry.ActorNames(ctx, tx, actors)
		out.Body.Entity = shape(p, today, year, sums, currency, names)
		return err
	})
	return out, err
}

func shape(p payer.Payer, today performance.Date, year int, sums []payer.MonthSum, currency string, names map[string]string) *Entity {
	e := &Entity{ID: p.ID, Name: p.Name, TaxID: p.TaxID, Method: p.In(today).Method, Methods: []Method{}, Year: year, Months: []Month{}}
	for _, d := range p.Methods {
		e.Methods = append(e.Methods, Method{monthText(d.From), d.Method, d.By, names[d.By], d.At.UTC()})
	}
	for _, s := range sums {
		e.Months = append(e.Months, Month{monthText(s.Month), s.People, money.Amount{Minor: s.Gross, Currency: currency}, money.Amount{Minor: s.Tax, Currency: currency}})
	}
	return e
}

func monthText(d performance.Date) string { return fmt.Sprintf("%04d-%02d", d.Year, d.Month) }

var (
	monthForm = regexp.MustCompile(`^2[0-9]{3}-(0[1-9]|1[0-2])$`)
	errMonth  = fault.New(fault.Invalid, "payer.month_form", "月份写作 2026-03", "a month is written 2026-03").At("from")
)

// method reads a dated method; an empty month is this one. Tax is withheld in
// yuan alone.
func (h *handlers) method(ctx context.Context, tx *pg.Tx, m payer.Method, from string, today performance.Date) (payer.Dated, error) {
	d := payer.Dated{Method: m, From: today.MonthStart()}
	currency, _, err := h.money(ctx, tx)
	if err != nil {
		return d, err
	}
	if currency != "CNY" && m != payer.None {
		return d, payer.ErrCurrency
	}
	if from == "" {
		return d, nil
	}
	if !monthForm.MatchString(from) {
		return d, errMonth
	}
	d.From, err = performance.ParseDate(from + "-01")
	return d, err
}

func (h *handlers) found(ctx context.Context, in *struct {
	Body struct {
		Name   string       `json:"name" maxLength:"100" doc:"The full name, as registered"`
		TaxID  string       `json:"tax_id" maxLength:"40" doc:"Unified social credit code"`
		Method payer.Method `json:"method" enum:"none,labour,platform" doc:"Of this month on. Ask an adviser"`
	}
}) (*answer, error) {
	return h.do(ctx, "payer.found", 0, func(ctx context.Context, tx *pg.Tx, today performance.Date) (payer.Payer, error) {
		d, err := h.method(ctx, tx, in.Body.Method, "", today)
		if err != nil {
			return payer.Payer{}, err
		}
		return payer.Found(ctx, tx, in.Body.Name, in.Body.TaxID, d, httpapi.CallerOf(ctx).Actor)
	})
}

func (h *handlers) withhold(ctx context.Context, in *struct {
	Body struct {
		Method payer.Method `json:"method" enum:"none,labour,platform"`
		From   string       `json:"from" maxLength:"7" doc:"A month, this one or later: 2026-03"`
	}
}) (*answer, error) {
	return h.do(ctx, "payer.withhold", 0, func(ctx context.Context, tx *pg.Tx, today performance.Date) (payer.Payer, error) {
		d, err := h.method(ctx, tx, in.Body.Method, in.Body.From, today)
		if err != nil {
			return payer.Payer{}, err
		}
		return payer.Withhold(ctx, tx, d, today, httpapi.CallerOf(ctx).Actor)
	})
}

// Invitation is a code, shown once.
type Invitation struct {
	Code  string    `json:"code"`
	Until time.Time `json:"until"`
}

func (h *handlers) invite(ctx context.Context, _ *struct{}) (*struct{ Body Invitation }, error) {
	out := &struct{ Body Invitation }{}
	err := h.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err := payer.Current(ctx, tx)
		if err != nil {
			return err
		}
		if out.Body.Code, out.Body.Until, err = payer.Invite(ctx, tx); err != nil {
			return err
		}
		return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "payer.invite", p.ID.String(), map[string]any{"until": out.Body.Until})
	})
	return out, err
}

func (h *handlers) join(ctx context.Context, in *struct {
	Body struct {
		Code string `json:"code" maxLength:"200"`
	}
}) (*answer, error) {
	return h.do(ctx, "payer.join", 0, func(ctx context.Context, tx *pg.Tx, _ performance.Date) (payer.Payer, error) {
		return payer.Join(ctx, tx, in.Body.Code, httpapi.CallerOf(ctx).Actor)
	})
}
