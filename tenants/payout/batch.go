package payout

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

type batchKind struct{}

func (batchKind) Prefix() string { return "pyb" }

// BatchID is a batch's id, "pyb_…".
type BatchID = id.Of[batchKind]

// ParseBatchID reads "pyb_…".
func ParseBatchID(s string) (BatchID, error) { return id.Parse[batchKind](s) }

// Batch is a file that a person carries to the bank: the same bytes whenever
// it is fetched.
type Batch struct {
	ID        BatchID   `db:"id"`
	Account   AccountID `db:"account_id"`
	Transfers int       `db:"transfers"`
	Total     int64     `db:"total"`
	MadeAt    time.Time `db:"made_at"`
	MadeBy    string    `db:"made_by"`
}

// Filer is a provider that is a person with a file.
type Filer interface {
	// File writes the orders down as the bank reads them.
	File(orders []Order) ([]byte, error)
	// ReadReturn reads what the bank says of them.
	ReadReturn(file []byte) ([]Answer, error)
}

// Faults of batches.
var (
	ErrNothingQueued = fault.New(fault.Conflict, "payout.nothing_queued",
		"没有等待打款的提现", "nothing waits to be paid this way")
	ErrNoFile = fault.New(fault.Conflict, "payout.no_file",
		"该打款方式没有批量文件", "this method has no files")
	ErrBatchUnknown = fault.New(fault.NotFound, "payout.batch_unknown",
		"没有这个批次", "there is no such batch")
)

// batchAtOnce bounds one file.
const batchAtOnce = 1000

// TakeBatch takes what is queued of a method on its way in one file. Whoever
// may not be paid now stays behind.
func (s *Service) TakeBatch(ctx context.Context, tx *pg.Tx, method withdrawal.Method, by string) (Batch, error) {
	desk, err := lockDesk(ctx, tx)
	if err != nil {
		return Batch{}, err
	}
	if desk.Hold != "" {
		return Batch{}, ErrHeld.With("reason", desk.Hold)
	}
	a, err := activeAccount(ctx, tx, method)
	if err != nil {
		return Batch{}, err
	}
	d, err := s.desk(tx, a)
	if err != nil {
		return Batch{}, err
	}
	filer, files := d.provider.(Filer)
	if !files {
		return Batch{}, ErrNoFile
	}
	b, err := s.fill(ctx, tx, d, filer, by)
	if err != nil {
		return b, err
	}
	desk.Sent += int64(b.Transfers)
	tenant := tx.Tenant()
	tx.AfterCommit(func() { s.raise(context.WithoutCancel(ctx), tenant, desk.Sent) })
	return b, saveDesk(ctx, tx, desk)
}

// raise remembers outside of the database what was sent.
func (s *Service) raise(ctx context.Context, tenant tenancy.ID, sent int64) {
	if s.Marks == nil {
		return
	}
	if err := s.Marks.Raise(ctx, tenant, sent); err != nil {
		s.Log.WarnContext(ctx, "payout: the mark outside was not raised", "store", tenant.String(), "error", err.Error())
	}
}

func (s *Service) fill(ctx context.Context, tx *pg.Tx, d desk, filer Filer, by string) (Batch, error) {
	queued, err := pg.Column[ID](ctx, tx, `
		select id from payout_transfer where tenant_id = $1 and account_id = $2 and state = 'queued' order by id limit $3`, tx.Tenant(), d.ID, batchAtOnce)
	if err != nil {
		return Batch{}, err
	}
	b := Batch{ID: id.New[batchKind](tx.Now()), Account: d.ID, MadeAt: tx.Now(), MadeBy: by}
	var orders []Order
	var taken []Transfer
	for _, which := range queued {
		t, err := s.send(ctx, tx, which)
		if err != nil {
			return b, err
		}
		if t.State != Sending {
			continue
		}
		o, err := s.order(ctx, tx, t, d)
		if err != nil {
			return b, err
		}
		r, err := d.provider.Prepare(ctx, o)
		var wrong *fault.Error
		if errors.As(err, &wrong) {
			if _, err := s.advance(ctx, tx, which, Answer{Standing: Refused, Code: wrong.Code, Words: wrong.Sentence("zh")}, "prepare"); err != nil {
				return b, err
			}
			continue
		}
		if err != nil {
			return b, err
		}
		if err := s.keep(ctx, tx, t.ID, r); err != nil {
			return b, err
		}
		orders, taken = append(orders, o), append(taken, t)
		b.Transfers, b.Total = b.Transfers+1, b.Total+t.Amount
	}
	if len(orders) == 0 {
		return b, ErrNothingQueued
	}
	file, err := filer.File(orders)
	if err != nil {
		return b, err
	}
	if err := s.insertBatch(ctx, tx, b, file); err != nil {
		return b, err
	}
	now := tx.Now()
	for _, t := range taken {
		t.Batch, t.SentAt, t.Submits, t.Asked, t.Standing, t.ChangedAt = &b.ID, &now, 1, "batch", Processing, now
		if err := saveTransfer(ctx, tx, t); err != nil {
			return b, err
		}
		if err := addStep(ctx, tx, t, by, "batch", b.ID.String()); err != nil {
			return b, err
		}
	}
	return b, nil
}

// keep seals the exact bytes of a request.
func (s *Service) keep(ctx context.Context, tx *pg.Tx, which ID, r Request) error {
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	sealed, err := s.box.Seal(plain, sealedFor(tx, "request", which.UUID()))
	if err != nil {
		return err
	}
	return keepRequest(ctx, tx, which, sealed)
}

func (s *Service) insertBatch(ctx context.Context, tx *pg.Tx, b Batch, file []byte) error {
	sealed, err := s.box.Seal(file, sealedFor(tx, "batch", b.ID.UUID()))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into payout_batch (tenant_id, id, account_id, transfers, total, file, made_at, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Tenant(), b.ID, b.Account, b.Transfers, b.Total, sealed, b.MadeAt, b.MadeBy)
	return err
}

// BatchFile is the file of a batch, as it was made.
func (s *Service) BatchFile(ctx context.Context, tx *pg.Tx, which BatchID) ([]byte, error) {
	var sealed []byte
	err := tx.QueryRow(ctx, `select file from payout_batch where tenant_id = $1 and id = $2`, tx.Tenant(), which).Scan(&sealed)
	if errors.Is(err, pg.ErrNoRows) {
		return nil, ErrBatchUnknown
	}
	if err != nil {
		return nil, err
	}
	return s.box.Open(sealed, sealedFor(tx, "batch", which.UUID()))
}

// Batches are a page of the store's, the newest first.
func Batches(ctx context.Context, tx *pg.Tx, after BatchID, limit int) ([]Batch, error) {
	q := tx.Select("payout_batch", `id, account_id, transfers, total, made_at, made_by`).Order("id DESC").Limit(int64(limit))
	if !after.IsZero() {
		q.Where("id < ?", after)
	}
	return pg.Find[Batch](ctx, tx, q)
}

// Returned is what a file that came back from the bank has changed.
type Returned struct{ Paid, Failed, Unknown, Unclear int }

// TakeReturn lets the bank's file advance the transfers it names.
func (s *Service) TakeReturn(ctx context.Context, tx *pg.Tx, account AccountID, file []byte, by string) (r Returned, err error) {
	a, err := getAccount(ctx, tx, account)
	if err != nil {
		return r, err
	}
	d, err := s.desk(tx, a)
	if err != nil {
		return r, err
	}
	filer, files := d.provider.(Filer)
	if !files {
		return r, ErrNoFile
	}
	answers, err := filer.ReadReturn(file)
	if err != nil {
		return r, err
	}
	for _, answer := range answers {
		t, err := ByNumber(ctx, tx, answer.Number)
		if errors.Is(err, ErrUnknown) || err == nil && t.Account != account {
			r.Unknown++
			continue
		}
		if err != nil {
			return r, err
		}
		after, err := s.advance(ctx, tx, t.ID, answer, by)
		switch {
		case err != nil:
			return r, err
		case after.State == Done && answer.Standing == Paid:
			r.Paid++
		case after.State == Broken && answer.Standing == Failed:
			r.Failed++
		default:
			r.Unclear++
		}
	}
	return r, nil
}

// waits reports whether somebody may not be paid just now.
func waits(err error) bool {
	return errors.Is(err, payee.ErrPaused) || errors.Is(err, withdrawal.ErrNotAllowed) || errors.Is(err, withdrawal.ErrNothingLeft)
}
