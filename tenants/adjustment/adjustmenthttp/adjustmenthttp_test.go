package adjustmenthttp_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/adjustment/adjustmenthttp"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func TestAdjustments_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	door := apitest.Open(t, s.Database, rbac.Allow, func(_ context.Context, c *httpapi.Caller, name string) error {
		if name != "" {
			c.Distributor = team[name].UUID()
		}
		return nil
	})
	adjustmenthttp.Routes(door.Server, s.DB, adjustment.New(storetest.Yuan), storetest.Yuan)
	bonus := func(amount int) string {
		return fmt.Sprintf(`{"distributor_id": %q, "kind": "bonus", "amount": {"amount": %d, "currency": "CNY"}, "cause": "service", "reason": "值班", "note": "内部", "not_recruiting": true}`, team["a"], amount)
	}
	var first, again adjustmenthttp.Adjustment
	door.Read(201, "POST", "/adjustments", "finance@a", bonus(500), &first, "Idempotency-Key", "k1")
	door.Read(201, "POST", "/adjustments", "finance@a", bonus(500), &again, "Idempotency-Key", "k1")
	if first.ID != again.ID || s.Balance(t, s.A, team["a"]).Available != 500 {
		t.Errorf("the same key gave twice: %+v, %+v", first, again)
	}
	door.Refused(422, "idempotency.key_reused", "", "POST", "/adjustments", "finance@a", bonus(501), "Idempotency-Key", "k1")
	door.Refused(400, "idempotency.key_required", "", "POST", "/adjustments", "finance@a", bonus(501))
	door.Refused(403, "request.forbidden", "", "POST", "/adjustments", "support@a", bonus(501), "Idempotency-Key", "k2")
	door.Refused(403, "request.forbidden", "", "PUT", "/adjustment-rules", "finance@a", `{"budget": {"amount": 0, "currency": "CNY"}, "second_above": {"amount": 600, "currency": "CNY"}}`)
	door.Read(200, "PUT", "/adjustment-rules", "owner@a", `{"budget": {"amount": 5000, "currency": "CNY"}, "second_above": {"amount": 600, "currency": "CNY"}}`, nil)

	var outlook adjustmenthttp.Outlook
	door.Read(200, "POST", "/adjustments/preview", "finance@a", bonus(700), &outlook)
	if !outlook.NeedsSecond || outlook.After.Available.Minor != 1200 || outlook.Budget.Left.Minor != 4500 {
		t.Errorf("%+v", outlook)
	}
	var waits adjustmenthttp.Adjustment
	door.Read(201, "POST", "/adjustments", "finance@a", bonus(700), &waits, "Idempotency-Key", "k3")
	door.Refused(409, "adjustment.same_person", "", "POST", "/adjustments/"+waits.ID.String()+"/approve", "finance@a", "")
	door.Refused(404, "adjustment.unknown", "", "POST", "/adjustments/"+waits.ID.String()+"/approve", "owner@b", "")
	door.Read(200, "POST", "/adjustments/"+waits.ID.String()+"/approve", "owner@a", "", &waits)
	var mine httpapi.Page[adjustmenthttp.Adjustment]
	door.Get("store:/me/adjustments", "distributor:a@a", &mine)
	if len(mine.Items) != 2 || mine.Items[0].Reason != "值班" || mine.Items[0].Note != "" || mine.Items[0].ProposedBy != "" {
		t.Errorf("a distributor reads the reason and not the note: %+v", mine)
	}
	door.Get("store:/me/adjustments", "distributor:b@a", &mine)
	if len(mine.Items) != 0 {
		t.Errorf("%+v", mine)
	}
	s.MustBalance(t)
}
