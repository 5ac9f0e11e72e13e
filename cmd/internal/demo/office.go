package demo

import (
	"context"
	"encoding/json"
	"time"
)

// office is what a store's people have on their desks: a bonus that one gave,
// a question that a distributor asked, last month's orders tried under another
// programme, and a candidate that runs in the shadow.
func (f *filler) office(ctx context.Context) error {
	for _, do := range []func(context.Context) error{f.bonus, f.disputes, f.trials} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) bonus(ctx context.Context) error {
	return f.merchant.Call(ctx, "POST", "/adjustments", object{"distributor_id": f.sellerID, "kind": "bonus", "amount": f.money(2000), "cause": "service",
		"reason": "周末到店帮忙打包（示例）", "not_recruiting": true}, nil, "Idempotency-Key", f.nextID())
}

func (f *filler) disputes(ctx context.Context) error {
	var mine struct {
		Items []struct {
			OrderID string `json:"order_id"`
		} `json:"items"`
	}
	if err := f.seller.Call(ctx, "GET", "/me/awards?limit=1", nil, &mine); err != nil {
		return err
	}
	for _, award := range mine.Items {
		err := f.seller.Call(ctx, "POST", "/me/disputes", object{"order_id": award.OrderID, "text": "这一单我以为是按活动价算佣金的，能帮我看看吗？（示例）"}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) trials(ctx context.Context) error {
	idea := object{"strategy": f.Strategy, "config": json.RawMessage(f.Idea), "title": "提高一档试试（示例）"}
	if err := f.merchant.Call(ctx, "POST", "/trials/shadows", idea, nil); err != nil {
		return err
	}
	idea["from"], idea["to"] = f.now.Add(-days*24*time.Hour), f.now
	return f.merchant.Call(ctx, "POST", "/trials/backtests", idea, nil)
}
