package gradinghttp_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/grading/gradinghttp"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

func open(t *testing.T) (*storetest.Stores, *apitest.Door) {
	t.Helper()
	s := storetest.Open(t)
	s.Install(t, &storetest.Scripted{ID: "climb", Facts: []string{program.FactChain},
		Decide: func([]byte, *strategyv1.Order) *strategyv1.Decision { return storetest.PaysNobody() },
		Tier: func(r *strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierResponse {
			out := &strategyv1.EvaluateTierResponse{}
			for i, m := range r.GetMembers() {
				sales := &strategyv1.Evidence{What: &strategyv1.Why{Key: "sales"}, Unit: strategyv1.Unit_UNIT_MONEY, Current: m.GetDid().GetSales().GetPaid(), Target: 500}
				d := &strategyv1.TierDecision{Member: int32(i), Evidence: []*strategyv1.Evidence{sales}, Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: storetest.Because()}},
					Next: &strategyv1.NextGrade{Grade: "senior", Missing: []*strategyv1.Evidence{sales}}}
				if sales.Current >= sales.Target && m.GetDid().GetGrade() == "normal" {
					d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: "senior", Why: storetest.Because()}}
				}
				out.Decisions = append(out.Decisions, d)
			}
			return out
		},
		Tasks: func(r *strategyv1.IncentivesRequest) *strategyv1.IncentivesResponse {
			return &strategyv1.IncentivesResponse{Progress: []*strategyv1.Progress{{Key: "k", Title: &strategyv1.Why{Key: "task"}, Unit: strategyv1.Unit_UNIT_MONEY,
				Current: r.GetMembers()[0].GetSales().GetPaid(), Target: 1000, Reward: &strategyv1.Reward{Amount: 300}}}}
		}})
	s.ProposeStrategy(t, s.A, "climb", `{}`, nil)
	s.Clock.Advance(time.Second)
	door := apitest.Open(t, s.Database, rbac.Allow, storetest.Buyer(s.DB))
	gradinghttp.Routes(door.Server, gradinghttp.Config{DB: s.DB, Grading: s.Grading, Currency: func(context.Context, *pg.Tx) (string, error) { return "CNY", nil }})
	return s, door
}

func TestGrading(t *testing.T) {
	t.Parallel()
	s, d := open(t)
	team := s.Team(t, s.A, "b", "a")
	s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: team["a"], Nets: []int64{700}})
	s.Work(t, s.A)

	var p gradinghttp.Preview
	d.Read(200, "POST", "/grading/preview", "manager@a", "", &p)
	if p.Members != 2 || p.Promoted != 1 || len(p.Items) != 1 || p.Items[0].Member.Name != "a" || p.Items[0].Evidence[0].Currency != "CNY" {
		t.Errorf("%+v", p)
	}
	var mine gradinghttp.Grade
	d.Get("store:/me/grade", "distributor:b@a", &mine)
	if mine.Grade != "normal" || !mine.Graded || mine.Next == nil || mine.Next.Grade != "senior" || mine.Next.Missing[0].Target != 500 || mine.Why != "earned" {
		t.Errorf("%+v", mine)
	}
	var tasks gradinghttp.Tasks
	d.Get("store:/me/tasks", "distributor:a@a", &tasks)
	if len(tasks.Items) != 1 || tasks.Items[0].Current != 700 || tasks.Items[0].Done || tasks.Items[0].Reward.Amount.Minor != 300 || tasks.Period != "2026-03" {
		t.Errorf("%+v", tasks)
	}

	s.Clock.Advance(24 * time.Hour)
	if n, err := s.Grading.Run(t.Context(), s.A); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	var list httpapi.Page[gradinghttp.Change]
	d.Get("/grading/changes?member_id="+team["a"].String(), "support@a", &list)
	if len(list.Items) != 1 || list.Items[0].To != "senior" || list.Items[0].Day != "2026-03-01" || list.Items[0].Why != "earned" || list.Items[0].Strategy != "climb" {
		t.Errorf("%+v", list)
	}
	d.Get("/grading/changes?member_id="+team["b"].String(), "support@a", &list)
	if len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
	var st gradinghttp.Status
	d.Get("/grading", "support@a", &st)
	if !st.Grades || st.Last == nil || st.Last.Promoted != 1 || st.Waits != nil {
		t.Errorf("%+v", st)
	}
	d.Get("/grading/changes", "support@b", &list)
	if len(list.Items) != 0 {
		t.Errorf("another store sees %+v", list)
	}
	for _, c := range []struct {
		method, path, who string
		status            int
	}{
		{"POST", "/grading/preview", "support@a", 403},
		{"POST", "/grading/preview", "manager@b", 409}, // three-level does not grade
		{"GET", "/grading/changes?member_id=nobody", "support@a", 422},
		{"GET", "store:/me/grade", "buyer:lin@a", 403},
	} {
		if status, problem := d.Call(c.method, c.path, c.who, ""); status != c.status {
			t.Errorf("%s %s as %s: %d %v", c.method, c.path, c.who, status, problem)
		}
	}
}
