package settlementhttp

import (
	"context"
	"strconv"
	"strings"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/settlement"
)

type periodsPage struct{ Body httpapi.Page[Period] }

func (h *handlers) periods(ctx context.Context, in *struct{ httpapi.PageQuery }) (*periodsPage, error) {
	below, err := number(in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &periodsPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		found, err := settlement.Periods(ctx, tx, int(below), in.Limit+1)
		cut := httpapi.PageOf(found, in.Limit, func(p settlement.Period) []string { return []string{strconv.Itoa(p.Nth)} })
		out.Body = httpapi.MapPage(cut, s.period)
		return err
	})
	return out, err
}

type nowAnswer struct{ Body Now }

func (h *handlers) now(ctx context.Context, _ *struct{}) (*nowAnswer, error) {
	out := &nowAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		o, err := h.Settlement.Open(ctx, tx)
		if err != nil {
			return err
		}
		out.Body = Now{Method: o.Method, Since: s.accounts(o.Since), Stands: s.accounts(o.Stands)}
		if o.Begun {
			span := s.span(o.FromAt.In(s.zone).Format("2006-01-02"), o.Kind, o.FromAt, o.ToAt)
			out.Body.Open = &span
		}
		if m := o.Making; m != nil {
			out.Body.Making = &Making{s.span(m.Key(), m.Kind, m.FromAt, m.ToAt), m.Done - m.After, m.Last - m.After, m.Statements}
		}
		return nil
	})
	return out, err
}

// Closed names a closed period.
type Closed struct {
	Period string `path:"period" maxLength:"10" doc:"Its first day" example:"2026-03-01"`
}

type periodAnswer struct{ Body PeriodDetail }

func (h *handlers) period(ctx context.Context, in *Closed) (*periodAnswer, error) {
	out := &periodAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		p, err := settlement.PeriodOf(ctx, tx, in.Period)
		out.Body = PeriodDetail{s.period(p), s.sums(p.Sums), s.accounts(p.Opening), s.accounts(p.Closing)}
		return err
	})
	return out, err
}

type statementsPage struct{ Body httpapi.Page[Statement] }

// searchMost is how many people a search by name may find.
const searchMost = 200

func (h *handlers) list(ctx context.Context, in *struct {
	Closed
	httpapi.PageQuery
	Q string `query:"q" maxLength:"60" doc:"A part of the distributor's name, code or external id"`
}) (*statementsPage, error) {
	var after ledger.Party
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	if parts != nil && after.UnmarshalText([]byte(parts[0])) != nil {
		return nil, httpapi.BadCursor()
	}
	out := &statementsPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		p, err := settlement.PeriodOf(ctx, tx, in.Period)
		if err != nil {
			return err
		}
		found, err := h.find(ctx, tx, p, strings.TrimSpace(in.Q), after, in.Limit+1)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, in.Limit, func(x settlement.Statement) []string { return []string{x.Party.String()} })
		who := make([]distributor.ID, len(cut.Items))
		for i, x := range cut.Items {
			who[i] = distributor.ID(x.Party)
		}
		names, err := distributor.Names(ctx, tx, who)
		out.Body = httpapi.MapPage(cut, func(x settlement.Statement) Statement { return s.statement(p, x, names[distributor.ID(x.Party)]) })
		return err
	})
	return out, err
}

func (h *handlers) find(ctx context.Context, tx *pg.Tx, p settlement.Period, q string, after ledger.Party, limit int) ([]settlement.Statement, error) {
	if q == "" {
		return settlement.Statements(ctx, tx, p.Nth, after, limit)
	}
	people, err := distributor.List(ctx, tx, distributor.Filter{Query: q, Limit: searchMost})
	if err != nil {
		return nil, err
	}
	var who []ledger.Party
	for _, m := range people {
		if x := ledger.Party(m.ID); after.IsZero() || string(x[:]) > string(after[:]) {
			who = append(who, x)
		}
	}
	found, err := settlement.StatementsOf(ctx, tx, p.Nth, who)
	return found[:min(len(found), limit)], err
}

// whose is a distributor of the store, and their name.
func whose(ctx context.Context, tx *pg.Tx, text string) (ledger.Party, string, error) {
	which, err := distributor.ParseID(text)
	if err != nil {
		return ledger.Party{}, "", distributor.ErrUnknown.Because(err)
	}
	m, err := distributor.Get(ctx, tx, which)
	return ledger.Party(m.ID), m.Name, err
}

// mine is the distributor who asks.
func mine(ctx context.Context, tx *pg.Tx) (ledger.Party, string, error) {
	var which distributor.ID
	if d := httpapi.CallerOf(ctx).Distributor; d == "" || which.Scan(d) != nil {
		return ledger.Party{}, "", distributor.ErrUnknown
	}
	m, err := distributor.Get(ctx, tx, which)
	return ledger.Party(m.ID), m.Name, err
}

// owner finds out whose statement is asked for.
type owner func(ctx context.Context, tx *pg.Tx) (ledger.Party, string, error)

func of(id string) owner {
	return func(ctx context.Context, tx *pg.Tx) (ledger.Party, string, error) { return whose(ctx, tx, id) }
}

// One names a distributor and a period.
type One struct {
	ID     string `path:"id" maxLength:"60"`
	Period string `query:"period" maxLength:"10" doc:"The first day of a closed period; left out: of the newest" example:"2026-03-01"`
}

func (h *handlers) history(ctx context.Context, in *struct {
	httpapi.PageQuery
	ID string `path:"id" maxLength:"60"`
}) (*statementsPage, error) {
	return h.historyOf(ctx, in.PageQuery, of(in.ID))
}

func (h *handlers) ownHistory(ctx context.Context, in *struct{ httpapi.PageQuery }) (*statementsPage, error) {
	return h.historyOf(ctx, in.PageQuery, mine)
}

func (h *handlers) historyOf(ctx context.Context, q httpapi.PageQuery, who owner) (*statementsPage, error) {
	below, err := number(q.Cursor)
	if err != nil {
		return nil, err
	}
	out := &statementsPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		party, name, err := who(ctx, tx)
		if err != nil {
			return err
		}
		found, err := settlement.History(ctx, tx, party, int(below), q.Limit+1)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(x settlement.Statement) []string { return []string{strconv.Itoa(x.Nth)} })
		nths := make([]int, len(cut.Items))
		for i, x := range cut.Items {
			nths[i] = x.Nth
		}
		periods, err := settlement.PeriodsOf(ctx, tx, nths)
		out.Body = httpapi.MapPage(cut, func(x settlement.Statement) Statement { return s.statement(periods[x.Nth], x, name) })
		return err
	})
	return out, err
}

type statementAnswer struct{ Body Statement }

func (h *handlers) read(ctx context.Context, in *One) (*statementAnswer, error) {
	return h.statement(ctx, in.Period, of(in.ID))
}

func (h *handlers) ownRead(ctx context.Context, in *Closed) (*statementAnswer, error) {
	return h.statement(ctx, in.Period, mine)
}

func (h *handlers) statement(ctx context.Context, key string, who owner) (*statementAnswer, error) {
	out := &statementAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		at, err := h.whole(ctx, tx, key, who)
		out.Body = s.statement(at.period, at.Statement, at.name)
		return err
	})
	return out, err
}

// whole is a statement with its period and its owner's name.
type whole struct {
	settlement.Statement
	period settlement.Period
	name   string
}

func (h *handlers) whole(ctx context.Context, tx *pg.Tx, key string, who owner) (w whole, err error) {
	party, name, err := who(ctx, tx) // whoever is not the store's is unknown, whatever the period
	if err != nil {
		return w, err
	}
	w.name = name
	if w.period, err = settlement.PeriodOf(ctx, tx, key); err != nil {
		return w, err
	}
	w.Statement, err = settlement.StatementOf(ctx, tx, w.period.Nth, party)
	return w, err
}

type linesPage struct{ Body httpapi.Page[Line] }

func (h *handlers) lines(ctx context.Context, in *struct {
	One
	httpapi.PageQuery
}) (*linesPage, error) {
	return h.linesOf(ctx, in.PageQuery, in.Period, of(in.ID))
}

func (h *handlers) ownLines(ctx context.Context, in *struct {
	Closed
	httpapi.PageQuery
}) (*linesPage, error) {
	return h.linesOf(ctx, in.PageQuery, in.Period, mine)
}

func (h *handlers) linesOf(ctx context.Context, q httpapi.PageQuery, key string, who owner) (*linesPage, error) {
	after, err := number(q.Cursor)
	if err != nil {
		return nil, err
	}
	out := &linesPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		party, _, err := who(ctx, tx)
		if err != nil {
			return err
		}
		p, err := settlement.PeriodOf(ctx, tx, key)
		if err != nil {
			return err
		}
		found, err := settlement.Lines(ctx, tx, p.Nth, party, after, q.Limit+1)
		if err != nil {
			return err
		}
		cut := httpapi.PageOf(found, q.Limit, func(l settlement.Line) []string { return []string{strconv.FormatInt(l.Number, 10)} })
		out.Body.NextCursor = cut.NextCursor
		out.Body.Items, err = h.explained(ctx, tx, s, cut.Items)
		return err
	})
	return out, err
}

func (h *handlers) explained(ctx context.Context, tx *pg.Tx, s shop, lines []settlement.Line) ([]Line, error) {
	rows, err := settlement.Rows(ctx, tx, h.Commission, lines, httpapi.LangOf(ctx))
	if err != nil {
		return nil, err
	}
	reasons, err := h.Reasons(ctx, tx, byHand(lines))
	return s.linesOf(rows, reasons), err
}

// Account is the merchant's own code for an account of the journal.
type Account struct {
	Account ledger.Account `json:"account" enum:"expense,adjustment,fees,tax,held,available,reserved,debt,paid"`
	Word    string         `json:"word,omitempty" doc:"The account as people read it; ignored when sent"`
	Code    string         `json:"code" minLength:"1" maxLength:"40"`
	Name    string         `json:"name" minLength:"1" maxLength:"80"`
}

// Accounts of vouchers.
type voucherAccounts struct {
	Body struct {
		Accounts []Account `json:"accounts" maxItems:"9"`
	}
}

func (h *handlers) accounts(ctx context.Context, _ *struct{}) (*voucherAccounts, error) {
	out := &voucherAccounts{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
		list, err := settlement.VoucherAccounts(ctx, tx)
		for _, a := range list {
			out.Body.Accounts = append(out.Body.Accounts, Account{a.Account, settlement.AccountWord(a.Account, s.chinese), a.Code, a.Name})
		}
		return err
	})
	return out, err
}

func (h *handlers) changeAccounts(ctx context.Context, in *voucherAccounts) (*voucherAccounts, error) {
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, _ shop) error {
		list := make([]settlement.VoucherAccount, len(in.Body.Accounts))
		codes := map[string]any{}
		for i, a := range in.Body.Accounts {
			list[i] = settlement.VoucherAccount{Account: a.Account, Code: a.Code, Name: a.Name}
			codes[string(a.Account)] = a.Code
		}
		if err := settlement.SetVoucherAccounts(ctx, tx, list); err != nil {
			return err
		}
		return registry.Note(ctx, tx, httpapi.CallerOf(ctx).Actor, "statement.accounts", "", codes)
	})
	if err != nil {
		return nil, err
	}
	return h.accounts(ctx, nil)
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx, shop) error) error {
	return h.DB.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		s, err := h.shop(ctx, tx)
		if err != nil {
			return err
		}
		return fn(ctx, tx, s)
	})
}

// number reads a cursor that is one number.
func number(cursor string) (int64, error) {
	parts, err := httpapi.ReadCursor(cursor, 1)
	if err != nil || parts == nil {
		return 0, err
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || n < 1 {
		return 0, httpapi.BadCursor()
	}
	return n, nil
}

var errTooLong = fault.New(fault.Invalid, "statement.pdf_too_long", "这份结算单有 {lines} 行，超过 PDF 的上限 {most} 行，请导出 CSV", "the statement has {lines} lines, more than the {most} of a PDF: export it as CSV")
