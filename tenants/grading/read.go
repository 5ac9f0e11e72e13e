package grading

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

var (
	errNotGrading = fault.New(fault.Conflict, "grading.not_graded", "当前佣金方案不评定等级", "the programme in force does not grade its members")
	errUndecided  = fault.New(fault.Unavailable, "grading.undecided", "策略暂时无法评定：{reason}", "the strategy cannot grade for now: {reason}")
)

// Preview tells what grading would do now. Nothing is written. It returns those
// whose grade would change or who could not be decided, and how many were asked
// about. Errors: grading.not_graded; grading.undecided when the strategy does
// not answer or its answer breaks a rail.
func (s *Service) Preview(ctx context.Context, tenant tenancy.ID, lang string) (moving []Verdict, asked int, err error) {
	q, err := s.now(ctx, tenant, nil)
	if err != nil {
		return nil, 0, err
	}
	all, err := s.verdicts(ctx, tenant, q, lang)
	for _, v := range all {
		if v.To != "" || v.Failed != "" {
			moving = append(moving, v)
		}
	}
	return moving, len(all), err
}

// Mine tells what the strategy says of one member now: their evidence and what
// the next grade takes. Grades is false when the programme does not grade; then
// only the present grade is told.
func (s *Service) Mine(ctx context.Context, tenant tenancy.ID, who distributor.ID, lang string) (v Verdict, grades bool, err error) {
	q, err := s.now(ctx, tenant, []distributor.ID{who})
	if fault.Of(err).Code == "grading.not_graded" || err == nil && len(q.members) == 0 {
		err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
			m, err := distributor.Get(ctx, tx, who)
			v.From = m.Grade
			return err
		})
		return v, false, err
	}
	if err != nil {
		return v, false, err
	}
	all, err := s.verdicts(ctx, tenant, q, lang)
	if err != nil {
		return v, true, err
	}
	return all[0], true, nil
}

// now asks as if the present instant were a day's end.
func (s *Service) now(ctx context.Context, tenant tenancy.ID, only []distributor.ID) (q *question, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		q, err = s.question(ctx, tx, tx.Now().Add(time.Microsecond), zone, only)
		if err == nil && q == nil {
			err = errNotGrading
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.ask(ctx, q)
	return q, nil
}

func (s *Service) verdicts(ctx context.Context, tenant tenancy.ID, q *question, lang string) (all []Verdict, err error) {
	if q.broken != nil {
		return nil, errUndecided.With("reason", say(q.broken.code, lang))
	}
	who := make([]distributor.ID, len(q.members))
	for i, m := range q.members {
		who[i] = m.ID
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		labels, err := distributor.Labels(ctx, tx, who)
		for i, d := range q.answer.GetDecisions() {
			v := verdict(q.artifact.Description, d, lang)
			v.Member, v.From = labels[q.members[i].ID], q.members[i].Grade
			v.Promoted = v.To != "" && above(q.request.GetGrades(), v.To, v.From)
			all = append(all, v)
		}
		return err
	})
	return all, err
}

// verdict writes a decision in the words of the strategy that made it.
func verdict(d *strategyv1.DescribeResponse, t *strategyv1.TierDecision, lang string) Verdict {
	v := Verdict{Evidence: evidence(d, t.GetEvidence(), lang)}
	switch out := t.GetOutcome().(type) {
	case *strategyv1.TierDecision_Keep:
		v.Why = program.Sentence(d, out.Keep.GetWhy(), lang)
	case *strategyv1.TierDecision_Change:
		v.To, v.Why = out.Change.GetTo(), program.Sentence(d, out.Change.GetWhy(), lang)
	case *strategyv1.TierDecision_Failed:
		v.Failed, v.Why = out.Failed.GetCode(), say(out.Failed.GetCode(), lang)
	}
	if next := t.GetNext(); next != nil {
		v.Next = &Next{next.GetGrade(), evidence(d, next.GetMissing(), lang)}
	}
	return v
}

func evidence(d *strategyv1.DescribeResponse, list []*strategyv1.Evidence, lang string) []Evidence {
	all := make([]Evidence, len(list))
	for i, e := range list {
		all[i] = Evidence{program.Sentence(d, e.GetWhat(), lang), e.GetUnit() == strategyv1.Unit_UNIT_MONEY, e.GetCurrent(), e.GetTarget()}
	}
	return all
}

// Status tells where the store's grading stands.
func (s *Service) Status(ctx context.Context, tx *pg.Tx, lang string) (st Status, err error) {
	rev, err := s.programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return st, err
	}
	artifact, err := s.programs.Artifact(ctx, tx, rev.Artifact)
	if err != nil {
		return st, err
	}
	st.Grades = artifact.Description.GetGradesMembers()
	due, _, err := readDue(ctx, tx, "")
	if err != nil {
		return st, err
	}
	st.DueAt, st.Code = due.DueAt, due.Reason
	if due.Reason != "" {
		st.Reason = say(due.Reason, lang)
	}
	st.Last, err = lastRun(ctx, tx)
	return st, err
}

// Changes lists changes, the newest first: one member's, or everybody's for a
// zero member; below an id for the next page.
func (s *Service) Changes(ctx context.Context, tx *pg.Tx, who distributor.ID, before ChangeID, limit int, lang string) ([]Change, error) {
	rows, err := listChanges(ctx, tx, who, before, limit)
	if err != nil {
		return nil, err
	}
	members := make([]distributor.ID, len(rows))
	for i, r := range rows {
		members[i] = r.MemberID
	}
	labels, err := distributor.Labels(ctx, tx, members)
	if err != nil {
		return nil, err
	}
	list := make([]Change, len(rows))
	for i, r := range rows {
		artifact, err := s.programs.Artifact(ctx, tx, r.Artifact)
		if err != nil {
			return nil, err
		}
		d := new(strategyv1.TierDecision)
		if err := proto.Unmarshal(r.Decision, d); err != nil {
			return nil, fmt.Errorf("grading: decision %s: %w", r.ID, err)
		}
		v := verdict(artifact.Description, d, lang)
		v.Member, v.From, v.Promoted = labels[r.MemberID], r.FromGrade, r.Promoted
		list[i] = Change{r.ID, r.Day, r.ChangedAt.UTC(), artifact.Strategy, artifact.Version, r.Artifact, r.Revision, v}
	}
	return list, nil
}

// Tasks tells how far a member is with the strategy's tasks of the running
// month. A strategy without tasks has none. Error: grading.undecided.
func (s *Service) Tasks(ctx context.Context, tenant tenancy.ID, who distributor.ID, lang string) (t Tasks, err error) {
	var request *strategyv1.IncentivesRequest
	var artifact program.Artifact
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		currency, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		y, m, _ := tx.Now().In(zone).Date()
		t.From, t.To, t.AsOf = time.Date(y, m, 1, 0, 0, 0, 0, zone).UTC(), time.Date(y, m+1, 1, 0, 0, 0, 0, zone).UTC(), tx.Now()
		t.Period = fmt.Sprintf("%04d-%02d", y, m)
		rev, err := s.programs.InForce(ctx, tx, tx.Now())
		if err != nil {
			return err
		}
		if artifact, err = s.programs.Artifact(ctx, tx, rev.Artifact); err != nil || !artifact.Description.GetHasIncentives() {
			return err
		}
		did, err := s.commission.Deeds(ctx, tx, rev, commission.Span{From: t.From, To: t.AsOf.Add(time.Microsecond), AsOf: t.AsOf, Zone: zone}, []distributor.ID{who})
		if err != nil || len(did.Members) == 0 {
			return err
		}
		request = &strategyv1.IncentivesRequest{Config: rev.Config, Rules: rev.Settings.Rules(), Currency: currency, MinorDigits: int32(money.Digits(currency)),
			Period: &strategyv1.Period{Key: t.Period, FromMs: t.From.UnixMilli(), ToMs: t.To.UnixMilli()}, AsOfMs: t.AsOf.UnixMilli(), Sales: did.Store,
			Members: []*strategyv1.PeriodMember{did.Members[0].Did}}
		return nil
	})
	if err != nil || request == nil {
		return t, err
	}
	answer, err := s.strategies.Incentives(ctx, artifact.SHA256, request)
	switch {
	case err != nil:
		return t, errUndecided.With("reason", say("plugin.unavailable", lang)).Because(err)
	case answer.GetFailed() != nil:
		return t, errUndecided.With("reason", say(answer.GetFailed().GetCode(), lang))
	}
	for _, p := range answer.GetProgress() {
		if p.GetMember() == 0 && p.GetReward().GetAmount() >= 0 && p.GetReward().GetPoints() >= 0 {
			t.Items = append(t.Items, task(artifact.Description, p, lang))
		}
	}
	slices.SortStableFunc(t.Items, func(a, b Task) int { return strings.Compare(a.Key, b.Key) })
	return t, nil
}

func task(d *strategyv1.DescribeResponse, p *strategyv1.Progress, lang string) Task {
	t := Task{Key: p.GetKey(), Title: program.Sentence(d, p.GetTitle(), lang), Money: p.GetUnit() == strategyv1.Unit_UNIT_MONEY,
		Current: p.GetCurrent(), Target: p.GetTarget(), Amount: p.GetReward().GetAmount(), Points: p.GetReward().GetPoints()}
	if badge := p.GetReward().GetBadge(); badge != "" {
		t.Badge = program.Sentence(d, &strategyv1.Why{Key: badge}, lang)
	}
	return t
}

// What the host itself says; a strategy brings its own sentences.
var sentences = map[string][2]string{
	"grading.rail_grade":      {"策略给出的等级不在本店等级之列", "the strategy named a grade that the store does not have"},
	"grading.rail_no_reason":  {"策略没有说明理由", "the strategy gave no reason"},
	"grading.rail_evidence":   {"策略给出的依据无效", "the strategy's evidence makes no sense"},
	"plugin.unavailable":      {"策略进程暂时不可用，稍后自动重试", "the strategy is not available; it will be tried again"},
	"plugin.crashed":          {"策略评定时崩溃", "the strategy crashes over these members"},
	"plugin.timeout":          {"策略没有在规定时间内答复", "the strategy did not answer in time"},
	"plugin.too_large":        {"请求或答复过大", "the question or the answer is too large"},
	"plugin.malformed_answer": {"策略的答复格式有误", "the strategy's answer is malformed"},
	"plugin.error":            {"策略返回了错误", "the strategy answered with an error"},
}

func say(code, lang string) string {
	s, known := sentences[code]
	if !known {
		s = [2]string{"策略无法评定（" + code + "）", "the strategy cannot decide (" + code + ")"}
	}
	if strings.HasPrefix(lang, "zh") {
		return s[0]
	}
	return s[1]
}
