package commission

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

const (
	outcomePaid = "paid"
	outcomeNone = "none"
)

// decision is what was decided about one order, for ever: the request that the
// strategy saw, its answer, and what the host made of it.
type decision struct {
	order     order.ID
	month     time.Time
	seq       int64
	outcome   string
	reason    string // when the host decided without asking
	revision  int
	artifact  string // "" when nobody was asked
	facts     int    // version of what facts meant then
	request   *strategyv1.EvaluateRequest
	answer    *strategyv1.Decision
	grants    grants
	decidedAt time.Time
	guard     int  // version of the rails and caps
	isNew     bool // made in this round
}

type decisionRow struct {
	OrderID   order.ID
	Month     time.Time
	Seq       int64
	Outcome   string
	Reason    string
	Revision  int
	Artifact  string
	Facts     int
	Request   []byte
	Answer    []byte
	Granted   json.RawMessage
	DecidedAt time.Time
	Guard     int
}

const decisionColumns = "order_id, month, seq, outcome, reason, revision, artifact, request, answer, granted, decided_at, guard, facts"

func (r decisionRow) decision() (*decision, error) {
	d := &decision{order: r.OrderID, month: r.Month, seq: r.Seq, outcome: r.Outcome, reason: r.Reason, revision: r.Revision,
		artifact: r.Artifact, decidedAt: r.DecidedAt, guard: r.Guard, facts: r.Facts}
	if err := json.Unmarshal(r.Granted, &d.grants); err != nil {
		return nil, fmt.Errorf("commission: grants of %s: %w", r.OrderID, err)
	}
	if len(r.Request) > 0 {
		d.request = new(strategyv1.EvaluateRequest)
		if err := unpack(r.Request, d.request); err != nil {
			return nil, fmt.Errorf("commission: request of %s: %w", r.OrderID, err)
		}
	}
	if len(r.Answer) > 0 {
		d.answer = new(strategyv1.Decision)
		if err := unpack(r.Answer, d.answer); err != nil {
			return nil, fmt.Errorf("commission: answer of %s: %w", r.OrderID, err)
		}
	}
	return d, nil
}

// readDecisions finds the decisions of orders, if they have one. The month is
// part of the key, so that each partition is asked for its own.
func readDecisions(ctx context.Context, tx *pg.Tx, orders []order.Order) (map[order.ID]*decision, error) {
	byMonth := map[time.Time][]order.ID{}
	for _, o := range orders {
		byMonth[o.Month] = append(byMonth[o.Month], o.ID)
	}
	found := make(map[order.ID]*decision, len(orders))
	for month, ids := range byMonth {
		rows, err := pg.Collect[decisionRow](ctx, tx, `
			select `+decisionColumns+` from commission_decision
			 where tenant_id = $1 and month = $2::date and order_id = any($3::uuid[])`, tx.Tenant(), month, ids)
		if err != nil {
			return nil, fmt.Errorf("commission: read decisions: %w", err)
		}
		for _, r := range rows {
			if found[r.OrderID], err = r.decision(); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func insertDecisions(tx *pg.Tx, list []*decision) error {
	if len(list) == 0 {
		return nil
	}
	n := len(list)
	months, ids, seqs := make([]time.Time, n), make([]order.ID, n), make([]int64, n)
	outcomes, reasons, artifacts, granted := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	revisions, requests, answers := make([]int32, n), make([][]byte, n), make([][]byte, n)
	for i, d := range list {
		months[i], ids[i], seqs[i], outcomes[i], reasons[i], artifacts[i] = d.month, d.order, d.seq, d.outcome, d.reason, d.artifact
		revisions[i] = int32(d.revision)
		g, err := json.Marshal(d.grants)
		if err != nil {
			return fmt.Errorf("commission: %w", err)
		}
		granted[i] = string(g)
		if d.request != nil {
			requests[i], answers[i] = pack(d.request), pack(d.answer)
		}
	}
	tx.Later("commission: store decisions", `
		insert into commission_decision (tenant_id, month, order_id, seq, outcome, reason, revision, artifact, guard, facts,
		                                 request, answer, granted, decided_at)
		select $1, m, o, s, c, r, v, a, $2, $3, q, w, g::json, $4
		  from unnest($5::date[], $6::uuid[], $7::bigint[], $8::text[], $9::text[], $10::int[], $11::text[], $12::bytea[], $13::bytea[], $14::text[])
		       as x(m, o, s, c, r, v, a, q, w, g)`,
		tx.Tenant(), guardVersion, factsVersion, tx.Now(),
		months, ids, seqs, outcomes, reasons, revisions, artifacts, requests, answers, granted)
	return nil
}

// The encoder and decoder are safe for concurrent use in these forms.
var (
	encoder, _ = zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	decoder, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
)

// pack is the stored form: deterministic protobuf, compressed.
func pack(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("commission: %T does not marshal: %v", m, err)) // it has come over the wire
	}
	return encoder.EncodeAll(b, nil)
}

func unpack(b []byte, into proto.Message) error {
	raw, err := decoder.DecodeAll(b, nil)
	if err != nil {
		return err
	}
	return proto.Unmarshal(raw, into)
}
