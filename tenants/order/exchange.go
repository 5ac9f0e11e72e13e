package order

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// SourceExchange is where the order of a difference comes from that a buyer has
// paid more.
const SourceExchange = "exchange"

type exchangeKind struct{}

func (exchangeKind) Prefix() string { return "exc" }

// ExchangeID is an exchange's id.
type ExchangeID = id.Of[exchangeKind]

// ExchangeRequest replaces the goods of a line of a paid order, or corrects its
// price.
type ExchangeRequest struct {
	ExternalID string `json:"external_id"`
	Line       string `json:"line"`
	SKU        string `json:"sku,omitempty"` // what comes instead; "": the same again
	Difference int64  `json:"difference"`    // what the buyer pays more; below zero what they get back
	PriceOnly  bool   `json:"price_only,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// Exchange is a replacement, or a corrected price. The order's lines stay as
// they were placed.
type Exchange struct {
	ID         ExchangeID
	OrderID    ID
	ExternalID string
	Line       string
	SKU        string
	Difference int64
	RefundID   RefundID // zero unless the difference was given back
	ExtraID    ID       // zero unless it was paid: the order that holds it
	PriceOnly  bool
	Reason     string
	OccurredAt time.Time
	BodyHash   []byte
}

// Exchange moves what an order gives to the goods that come instead: awards
// stay, those that are not settled wait for the receipt of the replacement, and
// only the difference in price changes anything. What the buyer gets back is a
// refund of the line; what they pay more is an order of its own behind the same
// people and under the same programme. A correction of the price sends nothing,
// so nothing waits. The same external id with the same content is the same
// exchange.
func (s *Service) Exchange(ctx context.Context, tx *pg.Tx, o ID, r ExchangeRequest) (Exchange, error) {
	locked, err := lockOne(ctx, tx, o)
	if err != nil {
		return Exchange{}, err
	}
	hash := hashOf(r)
	past, err := ExchangesOf(ctx, tx, o)
	if err != nil {
		return Exchange{}, err
	}
	for _, p := range past {
		if p.ExternalID == r.ExternalID {
			if !bytes.Equal(p.BodyHash, hash) {
				return Exchange{}, errExchangeReused.With("external_id", r.ExternalID).At("external_id")
			}
			return p, nil
		}
	}
	at := slices.IndexFunc(locked.Lines, func(l Line) bool { return l.ID == r.Line })
	if err := checkExchange(locked, at, r); err != nil {
		return Exchange{}, err
	}
	made := Exchange{ID: id.New[exchangeKind](tx.Now()), OrderID: o, ExternalID: r.ExternalID, Line: r.Line, SKU: r.SKU,
		Difference: r.Difference, PriceOnly: r.PriceOnly, Reason: r.Reason, OccurredAt: tx.Now(), BodyHash: hash}
	switch {
	case r.Difference < 0:
		back := RefundRequest{ExternalID: "exchange " + r.ExternalID, Amount: -r.Difference, Line: r.Line, Reason: r.Reason}
		f, err := s.refundLocked(ctx, tx, locked, back, hashOf(back))
		if err != nil {
			return Exchange{}, err
		}
		made.RefundID = f.ID
		locked.Refunded += f.Amount
	case r.Difference > 0:
		if made.ExtraID, err = s.extra(ctx, tx, locked, locked.Lines[at], r); err != nil {
			return Exchange{}, err
		}
	}
	if !r.PriceOnly {
		if err := s.sendAgain(ctx, tx, locked); err != nil {
			return Exchange{}, err
		}
	}
	return made, insertExchange(ctx, tx, made)
}

func checkExchange(o Order, at int, r ExchangeRequest) error {
	switch {
	case o.PaidAt.IsZero():
		return errNotPaid
	case r.ExternalID == "":
		return errNoExternalID.At("external_id")
	case at < 0:
		return errUnknownLine.With("line", r.Line).At("line")
	case r.PriceOnly && r.Difference == 0:
		return errNoDifference.At("difference")
	case r.Difference > money.MaxMinor || r.Difference < -money.MaxMinor:
		return errTooLarge.At("difference")
	case o.Goods == o.Refunded:
		return errAllBack
	}
	return nil
}

// sendAgain lets the order wait for the receipt of what was sent instead.
func (s *Service) sendAgain(ctx context.Context, tx *pg.Tx, o Order) error {
	rev, err := s.programs.Revision(ctx, tx, o.Revision)
	if err != nil {
		return err
	}
	o.ShippedAt, o.ReceivedAt = tx.Now(), time.Time{}
	if err := save(ctx, tx, o); err != nil {
		return err
	}
	if err := dropDue(ctx, tx, o.ID, autoReceive); err != nil {
		return err
	}
	setDue(tx, o.ID, autoReceive, o.ShippedAt.Add(time.Duration(rev.Settings.AutoReceiveDays)*24*time.Hour))
	s.note(tx, o.ID)
	return nil
}

// extra is the order of what the buyer has paid more: of the same people, under
// the same programme, however old. Of a corrected price the goods are where
// they are.
func (s *Service) extra(ctx context.Context, tx *pg.Tx, o Order, of Line, r ExchangeRequest) (ID, error) {
	line := Line{ID: "1", SKU: of.SKU, Title: of.Title, Category: of.Category, Qty: 1, UnitPrice: r.Difference, Net: r.Difference, Cost: -1, Distribution: of.Distribution}
	if r.SKU != "" {
		line.SKU, line.Title = r.SKU, ""
	}
	x := Order{
		ID: id.New[kind](tx.Now()), Month: tx.Month(), Source: SourceExchange, ExternalID: o.ID.String() + " " + r.ExternalID, Buyer: o.Buyer,
		Seller: o.Seller, Channel: o.Channel, Revision: o.Revision, Goods: r.Difference, Lines: Lines{line}, Chain: o.Chain, Region: o.Region,
		Posts: o.Posts, PlacedAt: tx.Now(), PaidAt: tx.Now(), bodyHash: hashOf(r),
	}
	if err := insertAll(ctx, tx, []Order{x}); err != nil {
		return ID{}, err
	}
	if r.PriceOnly && !o.ReceivedAt.IsZero() {
		return x.ID, s.receiveLocked(ctx, tx, x, tx.Now())
	}
	return x.ID, s.sendAgain(ctx, tx, x)
}

const exchangeColumns = `id, order_id, external_id, line, sku, difference, coalesce(refund_id, $3::uuid) as refund_id,
	coalesce(extra_id, $3::uuid) as extra_id, price_only, reason, occurred_at, body_hash`

// ExchangesOf reads an order's exchanges, the oldest first.
func ExchangesOf(ctx context.Context, tx *pg.Tx, o ID) ([]Exchange, error) {
	list, err := pg.Collect[Exchange](ctx, tx, `
		select `+exchangeColumns+` from order_exchange where tenant_id = $1 and order_id = $2 order by id`, tx.Tenant(), o, "00000000-0000-0000-0000-000000000000")
	if err != nil {
		return nil, fmt.Errorf("order: read exchanges: %w", err)
	}
	return list, nil
}

func insertExchange(ctx context.Context, tx *pg.Tx, x Exchange) error {
	_, err := tx.Exec(ctx, `
		insert into order_exchange (tenant_id, order_id, id, external_id, body_hash, line, sku, difference, refund_id, extra_id, price_only, reason, occurred_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		tx.Tenant(), x.OrderID, x.ID, x.ExternalID, x.BodyHash, x.Line, x.SKU, x.Difference, x.RefundID, x.ExtraID, x.PriceOnly, x.Reason, x.OccurredAt)
	if err != nil {
		return fmt.Errorf("order: insert exchange: %w", err)
	}
	return nil
}
