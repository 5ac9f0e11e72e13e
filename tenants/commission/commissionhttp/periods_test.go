package commissionhttp_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission/commissionhttp"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func TestPeriods(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.ProposePool(t, d.A, `{"share": "0.10", "mode": "weights", "basis": "paid", "grades": {"L1": "1"}}`)
	d.Do(t, d.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := d.Distributors.Enlist(ctx, tx, distributor.Enlistment{ExternalID: "x", Name: "x", Grade: "L1", State: distributor.Active})
		return err
	})
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	local := pgtest.Start.In(zone)
	path := "/periods/" + local.Format("2006-01")

	d.Refused(409, "commission.period_open", "", "POST", path+"/close", "finance@a", "")
	d.Refused(404, "commission.period_unknown", "", "GET", path, "finance@a", "")
	d.Clock.Set(time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone))
	d.Refused(404, "commission.period_unknown", "", "POST", "/periods/soon/close", "finance@a", "")
	d.Read(403, "POST", path+"/close", "support@a", "", nil)

	var closed commissionhttp.PeriodDetail
	d.Strategy.AfterClose = func(out *strategyv1.ClosePeriodResponse) { out.GetClosed().Awards[0].Amount = 9999 }
	d.Read(200, "POST", path+"/close", "finance@a", "", &closed)
	if closed.State != "held" || closed.Code != "commission.rail_period_cap" || closed.Awards == nil || len(closed.Awards) != 0 {
		t.Errorf("%+v", closed)
	}
	d.Strategy.AfterClose = nil
	for _, role := range []string{"finance", "manager", "owner"} { // the first closes, the others hear the same
		d.Read(200, "POST", path+"/close", role+"@a", "", &closed, "Accept-Language", "zh-CN")
		if closed.State != "closed" || closed.Total.Minor != 1000 || closed.Total.Currency != "CNY" || len(closed.Awards) != 1 || len(closed.Declined) != 3 ||
			closed.Awards[0].Payee.ExternalID != "x" || closed.Awards[0].Why != "分红池 10.00，等级 L1 权重 100%，全体权重合计 100%" {
			t.Fatalf("%+v", closed)
		}
	}
	var page httpapi.Page[commissionhttp.Period]
	d.Get("/periods?limit=1", "manager@a", &page)
	if len(page.Items) != 1 || page.Items[0].State != "closed" || page.Items[0].Total.Minor != 1000 || page.NextCursor != "" {
		t.Errorf("%+v", page)
	}
	d.Get("/periods", "manager@b", &page)
	if len(page.Items) != 0 {
		t.Errorf("store B sees %+v", page.Items)
	}
	d.Refused(404, "commission.period_unknown", "", "GET", path, "owner@b", "")
	d.MustBalance(t)
}
