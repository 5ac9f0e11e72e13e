package disputehttp_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/dispute/disputehttp"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type engine map[order.ID][]string

func (e engine) Replay(_ context.Context, _ tenancy.ID, which order.ID) (bool, []string, error) {
	return len(e[which]) == 0, e[which], nil
}

func TestDisputes_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	sold := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	door := apitest.Open(t, s.Database, rbac.Allow, func(_ context.Context, c *httpapi.Caller, name string) error {
		if name != "" {
			c.Distributor = team[name].UUID()
		}
		return nil
	})
	disputehttp.Routes(door.Server, s.DB, engine{sold: {"answer"}})

	post := func(path, token string, body map[string]any, into any) {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		want := 200
		if path == "store:/me/disputes" {
			want = 201
		}
		door.Read(want, "POST", path, token, string(raw), into)
	}
	var mine disputehttp.Detail
	post("store:/me/disputes", "distributor:a@a", map[string]any{"order_id": sold, "text": " 应该更多 "}, &mine)
	if mine.State != "open" || mine.OrderExternalID != "O1" || len(mine.History) != 1 || mine.History[0].Text != "应该更多" {
		t.Fatalf("%+v", mine)
	}
	var queue httpapi.Page[disputehttp.Dispute]
	door.Get("/disputes?state=open", "support@a", &queue)
	if len(queue.Items) != 1 || queue.Items[0].Distributor.Name != "a" {
		t.Errorf("%+v", queue)
	}
	var replay disputehttp.Replay
	door.Get("/disputes/"+mine.ID.String()+"/replay", "support@a", &replay)
	if !replay.Available || replay.Equal || len(replay.Differs) != 1 {
		t.Errorf("%+v", replay)
	}
	var answered disputehttp.Detail
	post("/disputes/"+mine.ID.String()+"/answer", "support@a", map[string]any{"outcome": "rejected", "text": "按普通等级计"}, &answered)
	if answered.State != "answered" || answered.History[1].Actor == "" {
		t.Errorf("%+v", answered)
	}
	door.Get("store:/me/disputes/"+mine.ID.String(), "distributor:a@a", &mine)
	if mine.Outcome != "rejected" || mine.History[1].Actor != "" {
		t.Errorf("a distributor does not learn who of the staff: %+v", mine)
	}
	post("store:/me/disputes/"+mine.ID.String()+"/replies", "distributor:a@a", map[string]any{"text": "再看看"}, &mine)
	post("/disputes/"+mine.ID.String()+"/close", "support@a", map[string]any{}, &answered)
	if mine.State != "open" || answered.State != "closed" || len(answered.History) != 4 {
		t.Errorf("%+v %+v", mine, answered)
	}
	door.Refused(404, "dispute.unknown", "", "GET", "store:/me/disputes/"+mine.ID.String(), "distributor:b@a", "")
	door.Refused(404, "dispute.unknown", "", "GET", "/disputes/"+mine.ID.String(), "owner@b", "")
	door.Refused(403, "request.forbidden", "", "POST", "/disputes/"+mine.ID.String()+"/answer", "distributor:a@a", `{"outcome": "upheld", "text": "x"}`)
	var b httpapi.Page[disputehttp.Dispute]
	door.Get("store:/me/disputes", "distributor:b@a", &b)
	if len(b.Items) != 0 {
		t.Errorf("%+v", b)
	}
}
