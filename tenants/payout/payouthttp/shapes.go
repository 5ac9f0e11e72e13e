package payouthttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// PayoutPerson is whom a payout goes to.
type PayoutPerson struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Payout is one transfer.
type Payout struct {
	ID           payout.ID         `json:"id"`
	WithdrawalID withdrawal.ID     `json:"withdrawal_id"`
	Distributor  PayoutPerson      `json:"distributor"`
	AccountID    payout.AccountID  `json:"account_id"`
	AccountName  string            `json:"account_name"`
	Simulated    bool              `json:"simulated" doc:"The provider is a simulator: no money moves"`
	Method       withdrawal.Method `json:"method" enum:"manual,bank_file,alipay,wechat"`
	Number       string            `json:"number" doc:"What the provider knows it by"`
	ProviderID   string            `json:"provider_id"`
	Amount       money.Amount      `json:"amount"`
	State        payout.State      `json:"state" enum:"queued,sending,waiting_for_user,paid,failed,cancelled,void"`
	Standing     payout.Standing   `json:"standing" doc:"The provider's last word"`
	Code         string            `json:"code"`
	Words        string            `json:"words"`
	Trouble      payout.Trouble    `json:"trouble" doc:"Why a person should look"`
	TroubleAt    *time.Time        `json:"trouble_at"`
	Submits      int               `json:"submits" doc:"How often the same bytes were sent"`
	BatchID      *payout.BatchID   `json:"batch_id"`
	CancelWanted bool              `json:"cancel_wanted"`
	May          []string          `json:"may" doc:"What staff may do now: look, cancel, give_back, paid"`
	CreatedAt    time.Time         `json:"created_at"`
	SentAt       *time.Time        `json:"sent_at"`
	EndedAt      *time.Time        `json:"ended_at"`
}

// PayoutStep is one line of a payout's history.
type PayoutStep struct {
	At       time.Time       `json:"at"`
	Source   string          `json:"source" doc:"submit, query, cancel, notice, prepare, system, or who of the staff"`
	Standing payout.Standing `json:"standing"`
	State    payout.State    `json:"state"`
	Code     string          `json:"code"`
	Words    string          `json:"words"`
}

// PayoutDetail is a payout with its history.
type PayoutDetail struct {
	Payout
	Steps []PayoutStep `json:"steps"`
}

// PayoutAccount is what a store pays out of.
type PayoutAccount struct {
	ID         payout.AccountID  `json:"id"`
	Method     withdrawal.Method `json:"method" enum:"manual,bank_file,alipay,wechat"`
	Name       string            `json:"name"`
	Active     bool              `json:"active"`
	Auto       bool              `json:"auto" doc:"Approved withdrawals are sent without another click"`
	Limit      money.Amount      `json:"limit" doc:"Of one transfer; 0 is none"`
	Settings   map[string]string `json:"settings"`
	Secrets    []string          `json:"secrets" doc:"Which secrets are set; none is ever shown"`
	Simulated  bool              `json:"simulated"`
	ShortSince *time.Time        `json:"short_since" doc:"Since when it has too little to pay"`
	ChangedAt  time.Time         `json:"changed_at"`
}

// Difference is a number about which two books disagree.
type Difference struct {
	ID         payout.DifferenceID `json:"id"`
	RunID      payout.RunID        `json:"run_id"`
	AccountID  payout.AccountID    `json:"account_id"`
	Kind       string              `json:"kind" enum:"missing,extra,different"`
	Number     string              `json:"number"`
	PayoutID   *payout.ID          `json:"payout_id"`
	Ours       money.Amount        `json:"ours"`
	OursState  payout.State        `json:"ours_state"`
	Theirs     money.Amount        `json:"theirs"`
	TheirsRows int                 `json:"theirs_rows"`
	TheirsAt   *time.Time          `json:"theirs_at"`
	Forgotten  bool                `json:"forgotten" doc:"A number of our own making that we do not know: the database was restored"`
	FoundAt    time.Time           `json:"found_at"`
	Resolution string              `json:"resolution" enum:",explained,agreed"`
	Reason     string              `json:"reason"`
	ResolvedBy string              `json:"resolved_by"`
	ResolvedAt *time.Time          `json:"resolved_at"`
}

// Run is one comparison with a bill.
type Run struct {
	ID        payout.RunID     `json:"id"`
	AccountID payout.AccountID `json:"account_id"`
	From      string           `json:"from" format:"date"`
	To        string           `json:"to" format:"date"`
	Source    string           `json:"source" doc:"provider, or the name of a file"`
	Rows      int              `json:"rows"`
	Fresh     int              `json:"fresh" doc:"Rows that had not been seen before"`
	Ours      money.Amount     `json:"ours"`
	Theirs    money.Amount     `json:"theirs"`
	Differing int              `json:"differing"`
	At        time.Time        `json:"at"`
	By        string           `json:"by"`
}

// Hold is why nothing is sent.
type Hold struct {
	Held   bool       `json:"held"`
	Why    string     `json:"why" enum:",restored,staff"`
	Words  string     `json:"words"`
	HeldAt *time.Time `json:"held_at"`
	HeldBy string     `json:"held_by"`
}

// shaper knows what several shapes need.
type shaper struct {
	currency string
	names    map[distributor.ID]string
	accounts map[payout.AccountID]payout.Account
}

func (h *handlers) shaper(ctx context.Context, tx *pg.Tx, who ...distributor.ID) (s shaper, err error) {
	if s.currency, _, err = h.svc.Money(ctx, tx); err != nil {
		return s, err
	}
	if s.names, err = distributor.Names(ctx, tx, who); err != nil {
		return s, err
	}
	all, err := payout.Accounts(ctx, tx)
	s.accounts = map[payout.AccountID]payout.Account{}
	for _, a := range all {
		s.accounts[a.ID] = a
	}
	return s, err
}

func (s shaper) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: s.currency}
}

func (s shaper) payout(t payout.Transfer, may []string) Payout {
	a := s.accounts[t.Account]
	return Payout{
		ID: t.ID, WithdrawalID: t.Withdrawal, Distributor: PayoutPerson{t.Distributor, s.names[t.Distributor]}, AccountID: t.Account, AccountName: a.Name,
		Simulated: a.Simulated, Method: t.Method, Number: t.Number, ProviderID: t.ProviderID, Amount: s.money(t.Amount), State: t.State, Standing: t.Standing,
		Code: t.Code, Words: t.Words, Trouble: t.Trouble, TroubleAt: t.TroubleAt, Submits: t.Submits, BatchID: t.Batch, CancelWanted: t.CancelBy != "",
		May: append([]string{}, may...), CreatedAt: t.CreatedAt.UTC(), SentAt: t.SentAt, EndedAt: t.EndedAt,
	}
}

func (s shaper) account(a payout.Account, secrets []string) PayoutAccount {
	settings := map[string]string{}
	for k, v := range a.Settings {
		settings[k] = v
	}
	return PayoutAccount{ID: a.ID, Method: a.Method, Name: a.Name, Active: a.Active, Auto: a.Auto, Limit: s.money(a.Limit), Settings: settings,
		Secrets: append([]string{}, secrets...), Simulated: a.Simulated, ShortSince: a.ShortSince, ChangedAt: a.ChangedAt.UTC()}
}

func (s shaper) difference(d payout.Difference) Difference {
	_, ours := payout.WithdrawalOf(d.Number)
	return Difference{ID: d.ID, RunID: d.Run, AccountID: d.Account, Kind: d.Kind, Number: d.Number, PayoutID: d.Transfer, Ours: s.money(d.Ours), OursState: d.OursState,
		Theirs: s.money(d.Theirs), TheirsRows: d.TheirsRows, TheirsAt: d.TheirsAt, Forgotten: d.Kind == payout.Extra && ours, FoundAt: d.FoundAt.UTC(),
		Resolution: d.Resolution, Reason: d.Reason, ResolvedBy: d.ResolvedBy, ResolvedAt: d.ResolvedAt}
}

func (s shaper) run(r payout.Reconciliation) Run {
	return Run{ID: r.ID, AccountID: r.Account, From: r.FromDay.Format(time.DateOnly), To: r.ToDay.Format(time.DateOnly), Source: r.Source, Rows: r.Rows, Fresh: r.Fresh,
		Ours: s.money(r.Ours), Theirs: s.money(r.Theirs), Differing: r.Differing, At: r.At.UTC(), By: r.By}
}

func holdOf(d payout.Desk) Hold { return Hold{d.Hold != "", d.Hold, d.Words, d.HeldAt, d.HeldBy} }
