package commission

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

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
	Artifact  []byte
	Facts     int
	Record    []byte
	Request   []byte // of before there were records, as the next two
	Answer    []byte
	Granted   json.RawMessage
	DecidedAt time.Time
	Guard     int
}

const decisionColumns = "order_id, month, seq, outcome, reason, revision, artifact, record, request, answer, granted, decided_at, guard, facts"

func (r decisionRow) decision() (*decision, error) {
	d := &decision{order: r.OrderID, month: r.Month, seq: r.Seq, outcome: r.Outcome, reason: r.Reason, revision: r.Revision,
		artifact: hex.EncodeToString(r.Artifact), decidedAt: r.DecidedAt, guard: r.Guard, facts: r.Facts}
	var err error
	if r.Record != nil {
		err = d.recall(r.Record)
	} else {
		err = d.recallParts(r.Request, r.Answer, r.Granted)
	}
	if err != nil {
		return nil, fmt.Errorf("commission: the decision about %s: %w", r.OrderID, err)
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
	outcomes, reasons, revisions := make([]string, n), make([]string, n), make([]int32, n)
	artifacts, records := make([][]byte, n), make([][]byte, n)
	for i, d := range list {
		months[i], ids[i], seqs[i], outcomes[i], reasons[i] = d.month, d.order, d.seq, d.outcome, d.reason
		revisions[i] = int32(d.revision)
		var err error
		if artifacts[i], err = hex.DecodeString(d.artifact); err != nil {
			return fmt.Errorf("commission: the artifact of %s: %w", d.order, err)
		}
		if records[i], err = d.record(); err != nil {
			return err
		}
	}
	tx.Later("commission: store decisions", `
		insert into commission_decision (tenant_id, month, order_id, seq, outcome, reason, revision, artifact, guard, facts, record, decided_at)
		select $1, m, o, s, c, r, v, a, $2, $3, q, $4
		  from unnest($5::date[], $6::uuid[], $7::bigint[], $8::text[], $9::text[], $10::int[], $11::bytea[], $12::bytea[])
		       as x(m, o, s, c, r, v, a, q)`,
		tx.Tenant(), guardVersion, factsVersion, tx.Now(), months, ids, seqs, outcomes, reasons, revisions, artifacts, records)
	return nil
}
