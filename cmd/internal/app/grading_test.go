package app

import (
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/rbac"
)

// TestGrading goes the whole way: a store agrees to what a real strategy wants
// to know, orders come in by the public door, a day passes, and whoever has
// sold enough is promoted, with the evidence for everybody to read.
func TestGrading(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	s := w.openShop("climbs", "爬坡店")
	w.install(buildStrategy(t, "grader"))

	refused := w.ask(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens[rbac.Owner], "", object{"strategy": "grader", "config": object{}}, nil})
	if p := refused.problem(); refused.status != 422 || p.Code != "program.new_facts" || p.Field != "consent" || p.Args["facts"] != "period.team" {
		t.Fatalf("%d %s", refused.status, refused.body)
	}
	var made struct{ Consent []string }
	s.merchant("POST", "/program/revisions", object{"strategy": "grader", "config": object{}, "consent": []string{"period.team"}}, &made)
	if len(made.Consent) != 1 || made.Consent[0] != "period.team" {
		t.Errorf("%+v", made)
	}
	s.later(time.Second)

	s.open("PUT", "/distributors/boss", object{"name": "boss"}, nil)
	s.open("PUT", "/distributors/seller", object{"name": "seller", "upline_external_id": "boss"}, nil)
	s.open("PUT", "/distributors/idle", object{"name": "idle"}, nil)
	s.open("POST", "/orders", reported("O1", "b", "seller", 12_000), nil)

	var preview struct{ Members, Promoted int }
	s.merchant("POST", "/grading/preview", nil, &preview)
	if preview.Members != 3 || preview.Promoted != 2 {
		t.Errorf("%+v", preview)
	}
	s.later(24 * time.Hour)
	var changes struct {
		Items []struct {
			Member   struct{ Name string }
			From, To string
			Why      string
			Evidence []struct {
				What            string
				Unit            string
				Current, Target int64
			}
		}
	}
	s.merchant("GET", "/grading/changes", nil, &changes)
	if len(changes.Items) != 2 {
		t.Fatalf("%+v", changes)
	}
	for _, c := range changes.Items { // the boss by the team's sales
		if c.Member.Name == "idle" || c.From != "normal" || c.To != "senior" || c.Why != "销售额达标" ||
			len(c.Evidence) != 1 || c.Evidence[0].What != "本人与团队销售额" || c.Evidence[0].Current != 12_000 || c.Evidence[0].Unit != "money" {
			t.Errorf("%+v", c)
		}
	}
	var people struct {
		Items []struct{ Name, Grade string }
	}
	s.merchant("GET", "/distributors?grade=senior", nil, &people)
	if len(people.Items) != 2 {
		t.Errorf("%+v", people)
	}
	s.later(48 * time.Hour)
	s.merchant("GET", "/grading/changes", nil, &changes)
	if len(changes.Items) != 2 {
		t.Errorf("graded again: %+v", changes)
	}
}
