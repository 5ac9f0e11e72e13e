package payout

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type runKind struct{}

func (runKind) Prefix() string { return "pyr" }

// RunID is a reconciliation's id, "pyr_…".
type RunID = id.Of[runKind]

type differenceKind struct{}

func (differenceKind) Prefix() string { return "pyd" }

// DifferenceID is a difference's id, "pyd_…".
type DifferenceID = id.Of[differenceKind]

// ParseDifferenceID reads "pyd_…".
func ParseDifferenceID(s string) (DifferenceID, error) { return id.Parse[differenceKind](s) }

// ParseRunID reads "pyr_…".
func ParseRunID(s string) (RunID, error) { return id.Parse[runKind](s) }

// Reconciliation is one comparison of our book with a provider's bill.
type Reconciliation struct {
	ID        RunID     `db:"id"`
	Account   AccountID `db:"account_id"`
	FromDay   time.Time `db:"from_day"`
	ToDay     time.Time `db:"to_day"`
	Source    string    `db:"source"`
	Rows      int       `db:"rows"`
	Fresh     int       `db:"fresh"`
	Ours      int64     `db:"ours"`
	Theirs    int64     `db:"theirs"`
	Differing int       `db:"differing"`
	At        time.Time `db:"at"`
	By        string    `db:"by"`
}

// Kinds of differences.
const (
	Missing   = "missing"   // we say it was paid, the bill does not know it
	Extra     = "extra"     // the bill knows a number that we do not
	Different = "different" // both know it and say different things
)

// Difference is one number about which our book and the provider's bill
// disagree. Nothing is booked by it: a person resolves it with a reason, or a
// later bill agrees.
type Difference struct {
	ID         DifferenceID `db:"id"`
	Run        RunID        `db:"run_id"`
	Account    AccountID    `db:"account_id"`
	Kind       string       `db:"kind"`
	Number     string       `db:"number"`
	Transfer   *ID          `db:"transfer_id"`
	Ours       int64        `db:"ours"`
	OursState  State        `db:"ours_state"`
	Theirs     int64        `db:"theirs"`
	TheirsRows int          `db:"theirs_rows"`
	TheirsAt   *time.Time   `db:"theirs_at"`
	FoundAt    time.Time    `db:"found_at"`
	Resolution string       `db:"resolution"`
	Reason     string       `db:"reason"`
	ResolvedBy string       `db:"resolved_by"`
	ResolvedAt *time.Time   `db:"resolved_at"`
}

// Days of a bill are the provider's: in China, whatever the store's zone.
var billZone = time.FixedZone("CST", 8*3600)

// mostDays bounds one fetching.
const mostDays = 31

// FetchBill fetches an account's bill from the provider, day by day, and
// reconciles it.
func (s *Service) FetchBill(ctx context.Context, tenant tenancy.ID, account AccountID, from, to time.Time, by string) (r Reconciliation, err error) {
	if to.Before(from) || to.Sub(from) > mostDays*24*time.Hour {
		return r, ErrDays.With("most", mostDays)
	}
	var d desk
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		a, err := getAccount(ctx, tx, account)
		if err != nil {
			return err
		}
		d, err = s.desk(tx, a)
		return err
	})
	if err != nil {
		return r, err
	}
	b, bills := d.provider.(Biller)
	if !bills {
		return r, ErrNoBill
	}
	var rows []BillRow
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		y, m, n := day.Date()
		more, err := b.Bill(ctx, time.Date(y, m, n, 12, 0, 0, 0, billZone))
		if err != nil {
			return r, err
		}
		rows = append(rows, more...)
	}
	return s.Reconcile(ctx, tenant, account, from, to, rows, "provider", by)
}

// TakeBill reconciles a bill that a person brings.
func (s *Service) TakeBill(ctx context.Context, tenant tenancy.ID, account AccountID, from, to time.Time, file []byte, name, by string) (r Reconciliation, err error) {
	var rows []BillRow
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		a, err := getAccount(ctx, tx, account)
		if err != nil {
			return err
		}
		d, err := s.desk(tx, a)
		if err != nil {
			return err
		}
		reader, reads := d.provider.(BillReader)
		if !reads {
			return ErrNoBill
		}
		rows, err = reader.ReadBill(file)
		return err
	})
	if err != nil {
		return r, err
	}
	return s.Reconcile(ctx, tenant, account, from, to, rows, name, by)
}

// Reconcile compares what a bill says of some days (both ends included) with
// our book. A row that was seen before is not counted twice.
func (s *Service) Reconcile(ctx context.Context, tenant tenancy.ID, account AccountID, from, to time.Time, rows []BillRow, source, by string) (r Reconciliation, err error) {
	if to.Before(from) {
		return r, ErrDays.With("most", mostDays)
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := lockDesk(ctx, tx); err != nil { // one at a time
			return err
		}
		r = Reconciliation{ID: id.New[runKind](tx.Now()), Account: account, FromDay: from, ToDay: to, Source: source, Rows: len(rows), At: tx.Now(), By: by}
		found, err := compare(ctx, tx, &r, rows)
		if err != nil {
			return err
		}
		strange := false
		for _, d := range found {
			if err := report(ctx, tx, d); err != nil {
				return err
			}
			strange = strange || d.Kind == Extra && looksOurs(d.Number)
		}
		if strange { // a number of our making that we have forgotten
			if _, err := s.Hold(ctx, tx, Restored, "bill", system); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

func looksOurs(number string) bool {
	_, ours := WithdrawalOf(number)
	return ours
}

// compare enters the rows and finds who disagrees: among the numbers of these
// rows, among what we say was sent in these days, and among what has been
// disagreed about before.
func compare(ctx context.Context, tx *pg.Tx, r *Reconciliation, rows []BillRow) ([]Difference, error) {
	y, m, n := r.FromDay.Date()
	begin := time.Date(y, m, n, 0, 0, 0, 0, billZone)
	y, m, n = r.ToDay.Date()
	end := time.Date(y, m, n+1, 0, 0, 0, 0, billZone)

	numbers := map[string]bool{}
	for _, row := range rows {
		numbers[row.Number] = true
		r.Theirs += row.Amount
	}
	list := make([]string, 0, len(numbers))
	for no := range numbers {
		list = append(list, no)
	}
	if err := insertRun(ctx, tx, *r); err != nil {
		return nil, err
	}
	fresh, err := insertRows(ctx, tx, r.ID, r.Account, rows)
	if err != nil {
		return nil, err
	}
	sides, err := pg.Collect[side](ctx, tx, `
		with wanted as (
		  select unnest($3::text[]) as number
		  union select number from payout_transfer where tenant_id = $1 and account_id = $2 and state = 'paid' and sent_at >= $4 and sent_at < $5
		  union select number from payout_difference where tenant_id = $1 and account_id = $2 and resolution = '')
		select w.number, t.id as transfer, coalesce(t.state, '') as state, coalesce(t.amount, 0)::bigint as amount, x.theirs as booked, t.code = 'by_hand' as by_hand,
		       coalesce(b.theirs, 0)::bigint as theirs, coalesce(b.rows, 0)::int as rows, b.at
		  from wanted w
		  left join payout_difference x on x.tenant_id = $1 and x.account_id = $2 and x.number = w.number and x.withdrawal_id is not null
		  left join payout_transfer t on t.tenant_id = $1 and t.account_id = $2 and t.number = w.number
		  left join (select number, sum(amount) as theirs, count(*) as rows, max(at) as at from payout_bill
		              where tenant_id = $1 and account_id = $2 group by number) b on b.number = w.number
		 order by w.number`, tx.Tenant(), r.Account, list, begin, end)
	if err != nil {
		return nil, err
	}
	var found []Difference
	for _, s := range sides {
		r.Ours += s.ours()
		kind := s.differs()
		if kind == "" {
			if err := agreed(ctx, tx, r.Account, s.Number); err != nil {
				return nil, err
			}
			continue
		}
		found = append(found, Difference{ID: id.New[differenceKind](tx.Now()), Run: r.ID, Account: r.Account, Kind: kind, Number: s.Number, Transfer: s.Transfer,
			Ours: s.ours(), OursState: s.State, Theirs: s.Theirs, TheirsRows: s.Rows, TheirsAt: s.At, FoundAt: tx.Now()})
	}
	r.Fresh, r.Differing = fresh, len(found)
	return found, finishRun(ctx, tx, *r)
}

// side is both books about one number.
type side struct {
	Number   string     `db:"number"`
	Transfer *ID        `db:"transfer"`
	State    State      `db:"state"`
	Amount   int64      `db:"amount"`
	ByHand   *bool      `db:"by_hand"`
	Booked   *int64     `db:"booked"` // by a person who looked at an extra number
	Theirs   int64      `db:"theirs"`
	Rows     int        `db:"rows"`
	At       *time.Time `db:"at"`
}

func (s side) ours() int64 {
	if s.Booked != nil {
		return *s.Booked
	}
	if s.State == Done {
		return s.Amount
	}
	return 0
}

// differs names the difference, "" for none.
func (s side) differs() string {
	switch {
	case s.Booked != nil && s.State == "":
		if s.Theirs != *s.Booked {
			return Different
		}
		return ""
	case s.State == "" && s.Rows > 0:
		return Extra
	case s.State == "":
		return ""
	case s.State == Done && s.Rows == 0:
		if s.ByHand != nil && *s.ByHand {
			return "" // a person paid it another way
		}
		return Missing
	case (s.State == Sending || s.State == Awaiting) && (s.Theirs == s.Amount || s.Theirs == 0):
		return "" // on its way: its money is set aside, or not yet
	case s.Theirs != s.ours():
		return Different
	}
	return ""
}

func insertRun(ctx context.Context, tx *pg.Tx, r Reconciliation) error {
	_, err := tx.Exec(ctx, `
		insert into payout_run (tenant_id, id, account_id, from_day, to_day, source, rows, fresh, ours, theirs, differing, at, by)
		values ($1, $2, $3, $4::date, $5::date, $6, $7, $8, $9, $10, $11, $12, $13)`,
		tx.Tenant(), r.ID, r.Account, r.FromDay.Format(time.DateOnly), r.ToDay.Format(time.DateOnly), r.Source, r.Rows, r.Fresh, r.Ours, r.Theirs, r.Differing, r.At, r.By)
	return err
}

func finishRun(ctx context.Context, tx *pg.Tx, r Reconciliation) error {
	_, err := tx.Exec(ctx, `update payout_run set fresh = $3, ours = $4, differing = $5 where tenant_id = $1 and id = $2`, tx.Tenant(), r.ID, r.Fresh, r.Ours, r.Differing)
	return err
}

func insertRows(ctx context.Context, tx *pg.Tx, run RunID, account AccountID, rows []BillRow) (fresh int, err error) {
	var entries, numbers, ids, kinds []string
	var amounts []int64
	var times []time.Time
	for _, r := range rows {
		entries, numbers, ids, kinds = append(entries, r.Entry), append(numbers, r.Number), append(ids, r.ProviderID), append(kinds, r.Kind)
		amounts, times = append(amounts, r.Amount), append(times, r.At)
	}
	n, err := tx.Exec(ctx, `
		insert into payout_bill (tenant_id, account_id, entry, number, provider_id, amount, kind, at, run_id)
		select $1, $2, e, n, p, a, k, t, $3 from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::timestamptz[]) as u (e, n, p, a, k, t)
		on conflict (tenant_id, account_id, entry) do nothing`,
		tx.Tenant(), account, run, entries, numbers, ids, amounts, kinds, times)
	return int(n), err
}

// report keeps a difference; one that is open already shows its newest sides.
func report(ctx context.Context, tx *pg.Tx, d Difference) error {
	_, err := tx.Exec(ctx, `
		insert into payout_difference (tenant_id, id, run_id, account_id, kind, number, transfer_id, ours, ours_state, theirs, theirs_rows, theirs_at, found_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (tenant_id, account_id, number) where resolution = '' do update
		   set run_id = excluded.run_id, kind = excluded.kind, transfer_id = excluded.transfer_id, ours = excluded.ours, ours_state = excluded.ours_state,
		       theirs = excluded.theirs, theirs_rows = excluded.theirs_rows, theirs_at = excluded.theirs_at`,
		tx.Tenant(), d.ID, d.Run, d.Account, d.Kind, d.Number, d.Transfer, d.Ours, d.OursState, d.Theirs, d.TheirsRows, d.TheirsAt, d.FoundAt)
	return err
}

func agreed(ctx context.Context, tx *pg.Tx, account AccountID, number string) error {
	_, err := tx.Exec(ctx, `
		update payout_difference set resolution = 'agreed', resolved_at = $4, resolved_by = 'system'
		 where tenant_id = $1 and account_id = $2 and number = $3 and resolution = ''`, tx.Tenant(), account, number, tx.Now())
	return err
}

const differenceColumns = `id, run_id, account_id, kind, number, transfer_id, ours, ours_state, theirs, theirs_rows, theirs_at, found_at, resolution, reason, resolved_by, resolved_at`

// Resolve closes a difference with a person's reason. It books nothing: what
// has to be booked is booked by the verbs that book, before.
func (s *Service) Resolve(ctx context.Context, tx *pg.Tx, which DifferenceID, reason, by string) (Difference, error) {
	if reason == "" {
		return Difference{}, ErrReasonMissing
	}
	d, err := pg.CollectOne[Difference](ctx, tx, `select `+differenceColumns+` from payout_difference where tenant_id = $1 and id = $2 for update`, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return d, ErrDifferenceUnknown
	}
	if err != nil {
		return d, err
	}
	if d.Resolution != "" {
		if d.Reason == reason && d.ResolvedBy == by {
			return d, nil
		}
		return d, ErrDifferenceResolved
	}
	at := tx.Now()
	d.Resolution, d.Reason, d.ResolvedBy, d.ResolvedAt = "explained", reason, by, &at
	_, err = tx.Exec(ctx, `update payout_difference set resolution = $3, reason = $4, resolved_by = $5, resolved_at = $6 where tenant_id = $1 and id = $2`,
		tx.Tenant(), which, d.Resolution, d.Reason, d.ResolvedBy, d.ResolvedAt)
	return d, err
}

// BookExtra is a person's decision about a number that the bill knows and we do
// not, as after a restore: it was paid to this distributor, so a withdrawal of
// that amount is written down as paid, with the provider's number for a
// voucher, and the difference is resolved.
func (s *Service) BookExtra(ctx context.Context, tx *pg.Tx, which DifferenceID, who distributor.ID, reason, by string) (w withdrawal.Withdrawal, err error) {
	d, err := s.Resolve(ctx, tx, which, reason, by)
	if err != nil {
		return w, err
	}
	if d.Kind != Extra || d.Theirs <= 0 {
		return w, ErrNotExtra
	}
	if w, err = s.Withdrawals.Request(ctx, tx, withdrawal.Ask{Distributor: who, Amount: d.Theirs, Paid: true}); err != nil {
		return w, err
	}
	if w.Net != d.Theirs {
		return w, ErrNotExact
	}
	if w, err = s.Withdrawals.Approve(ctx, tx, w.ID, by); err != nil {
		return w, err
	}
	if w, err = s.Withdrawals.Pay(ctx, tx, w.ID, d.Number, by); err != nil {
		return w, err
	}
	_, err = tx.Exec(ctx, `update payout_difference set withdrawal_id = $3 where tenant_id = $1 and id = $2`, tx.Tenant(), which, w.ID)
	return w, err
}

// DifferenceFilter chooses differences of a list.
type DifferenceFilter struct {
	Open  bool
	Run   RunID
	After DifferenceID
	Limit int
}

// Differences are a page, the newest first.
func Differences(ctx context.Context, tx *pg.Tx, f DifferenceFilter) ([]Difference, error) {
	q := tx.Select("payout_difference", differenceColumns).Order("id DESC").Limit(int64(f.Limit))
	if f.Open {
		q.Where("resolution = ''")
	}
	if !f.Run.IsZero() {
		q.Where("run_id = ?", f.Run)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Difference](ctx, tx, q)
}

// Reconciliations are a page, the newest first.
func Reconciliations(ctx context.Context, tx *pg.Tx, after RunID, limit int) ([]Reconciliation, error) {
	q := tx.Select("payout_run", `id, account_id, from_day, to_day, source, rows, fresh, ours, theirs, differing, at, by`).Order("id DESC").Limit(int64(limit))
	if !after.IsZero() {
		q.Where("id < ?", after)
	}
	return pg.Find[Reconciliation](ctx, tx, q)
}

// OpenDifferences counts what waits for a person.
func OpenDifferences(ctx context.Context, tx *pg.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from payout_difference where tenant_id = $1 and resolution = ''`, tx.Tenant()).Scan(&n)
	return n, err
}

// Check proves for doctor that what was paid by transfers is what their
// withdrawals say, and the journal with them.
func Check(ctx context.Context, tx *pg.Tx) (findings []string, err error) {
	type sum struct {
		Withdrawal withdrawal.ID `db:"withdrawal_id"`
		Paid       int64         `db:"paid"`
		Open       bool          `db:"open"`
	}
	var after withdrawal.ID
	for {
		page, err := pg.Collect[sum](ctx, tx, `
			select withdrawal_id, coalesce(sum(amount) filter (where state = 'paid'), 0)::bigint as paid, bool_or(trouble = 'contradiction') as open
			  from payout_transfer where tenant_id = $1 and ($2::uuid is null or withdrawal_id > $2) group by withdrawal_id order by withdrawal_id limit 1000`, tx.Tenant(), after)
		if err != nil || len(page) == 0 {
			return findings, err
		}
		for _, p := range page {
			w, err := withdrawal.Get(ctx, tx, p.Withdrawal)
			if err != nil {
				return findings, err
			}
			byHand := w.Method == withdrawal.Manual
			if w.State == withdrawal.Paid && p.Paid != w.Net && !byHand {
				findings = append(findings, w.ID.String()+": paid as a withdrawal, and its transfers paid another amount")
			}
			if w.State != withdrawal.Paid && p.Paid == w.Net && !p.Open {
				findings = append(findings, w.ID.String()+": its transfers were paid, and the withdrawal was not")
			}
		}
		after = page[len(page)-1].Withdrawal
	}
}
