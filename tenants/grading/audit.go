package grading

import (
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// violation is a broken rail: an answer that is wrong. Nobody's grade changes.
type violation struct {
	code string // "grading.rail_grade"
	note string
}

// maxEvidence bounds what one decision may be held against.
const maxEvidence = 20

// audit holds an answer against the rails. It returns nil for a sound one.
func audit(q *strategyv1.EvaluateTierRequest, a *strategyv1.EvaluateTierResponse) *violation {
	if got, want := len(a.GetDecisions()), len(q.GetMembers()); got != want {
		return &violation{"plugin.malformed_answer", fmt.Sprintf("%d decisions for %d members", got, want)}
	}
	for i, d := range a.GetDecisions() {
		if int(d.GetMember()) != i {
			return &violation{"plugin.malformed_answer", fmt.Sprintf("decision %d is about member %d", i, d.GetMember())}
		}
		if v := auditDecision(q, q.GetMembers()[i].GetDid().GetGrade(), d); v != nil {
			v.note = fmt.Sprintf("member %d: %s", i, v.note)
			return v
		}
	}
	return nil
}

func auditDecision(q *strategyv1.EvaluateTierRequest, grade string, d *strategyv1.TierDecision) *violation {
	switch out := d.GetOutcome().(type) {
	case *strategyv1.TierDecision_Failed:
		return nil // nothing else of it is looked at
	case *strategyv1.TierDecision_Keep:
		if out.Keep.GetWhy().GetKey() == "" {
			return &violation{"grading.rail_no_reason", "kept without a reason"}
		}
	case *strategyv1.TierDecision_Change:
		switch {
		case !slices.Contains(q.GetGrades(), out.Change.GetTo()):
			return &violation{"grading.rail_grade", fmt.Sprintf("%q is no grade of the store", out.Change.GetTo())}
		case out.Change.GetTo() == grade:
			return &violation{"grading.rail_grade", fmt.Sprintf("changed to %q, which they have", grade)}
		case out.Change.GetWhy().GetKey() == "":
			return &violation{"grading.rail_no_reason", "changed without a reason"}
		}
	default:
		return &violation{"plugin.malformed_answer", "a decision without an outcome"}
	}
	if next := d.GetNext(); next != nil && !slices.Contains(q.GetGrades(), next.GetGrade()) {
		return &violation{"grading.rail_grade", fmt.Sprintf("%q is no grade of the store", next.GetGrade())}
	}
	return auditEvidence(slices.Concat(d.GetEvidence(), d.GetNext().GetMissing()))
}

func auditEvidence(list []*strategyv1.Evidence) *violation {
	if len(list) > maxEvidence {
		return &violation{"grading.rail_evidence", fmt.Sprintf("%d pieces of evidence", len(list))}
	}
	for _, e := range list {
		switch {
		case e.GetWhat().GetKey() == "" || e.GetUnit() == strategyv1.Unit_UNIT_UNSPECIFIED:
			return &violation{"grading.rail_evidence", "a number that says neither what it is nor in which unit"}
		case e.GetTarget() < 0, e.GetTarget() > money.MaxMinor, e.GetCurrent() > money.MaxMinor, e.GetCurrent() < -money.MaxMinor:
			return &violation{"grading.rail_evidence", fmt.Sprintf("%d of %d is out of range", e.GetCurrent(), e.GetTarget())}
		}
	}
	return nil
}

// above tells which of two grades stands higher; one that the programme no
// longer has stands below all.
func above(grades []string, a, b string) bool {
	return slices.Index(grades, a) > slices.Index(grades, b)
}
