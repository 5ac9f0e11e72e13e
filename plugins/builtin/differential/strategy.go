// Package differential 极差 pays each next higher grade of the chain its own
// rate less the highest rate below it, so that a team's payouts sum to sales ×
// the top rate reached. Somebody of the same grade as the holder of that
// highest rate may get a same-grade bonus 平级奖 instead: a share of the
// holder's rounded award, or of sales.
package differential

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Grades map[string]money.Rate `json:"grades" title:"各等级比例" title_en:"Rate of each grade" keys:"grade"`
	Peer   *Peer                 `json:"peer" title:"平级奖" title_en:"Same-grade bonus"`
}

// Peer is the same-grade bonus.
type Peer struct {
	Rate money.Rate `json:"rate" title:"比例" title_en:"Rate"`
	Of   string     `json:"of,omitempty" title:"按什么计算" title_en:"Share of" help:"peer_income：平级者的佣金；sales：商品实付" help_en:"peer_income: the peer's award; sales: what was paid" enum:"peer_income,sales" words:"peer_income=平级者的佣金/The peer's award,sales=商品实付/What was paid"`
	Max  int        `json:"max" title:"最多几人" title_en:"At most this many people" min:"1" max:"2"`
}

// Strategy is "differential". It sees the three positions of the chain.
var Strategy = strategy.Plugin[Config]{
	ID: "differential", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"), strategy.Grade.For("needs_grade"),
	},
	Locales:      sentences,
	Evaluate:     evaluate,
	CanRecompute: true,
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	for _, line := range o.Lines() {
		climb := climb{config: c, line: line, out: out}
		for _, member := range o.Chain() {
			climb.step(member)
		}
	}
	return nil
}

// climb walks up the chain with one line. The holder is whoever reached the
// highest rate so far.
type climb struct {
	config  Config
	line    strategy.Line
	out     *strategy.Awards
	highest money.Rate
	grade   string // the holder's
	award   int64  // the holder's, rounded
	peers   int    // how many got a same-grade bonus from this holder
}

func (s *climb) step(member strategy.Member) {
	rate, known := s.config.Grades[member.Grade()]
	switch {
	case !known:
		s.out.Decline(member, "grade_without_rate", "grade", member.Grade())
	case rate > s.highest:
		paid := s.out.PayRate(member, s.line, rate-s.highest)
		paid.Because("difference", "grade", member.Grade(), "rate", rate, "below", s.highest)
		s.highest, s.grade, s.award, s.peers = rate, member.Grade(), paid.Amount(), 0
	case rate == 0:
		s.out.Decline(member, "grade_rate_zero", "grade", member.Grade())
	case member.Grade() == s.grade:
		s.peer(member)
	default:
		s.out.Decline(member, "not_higher", "grade", member.Grade(), "rate", rate, "below", s.highest)
	}
}

func (s *climb) peer(member strategy.Member) {
	peer := s.config.Peer
	if peer == nil || s.peers == peer.Max {
		s.out.Decline(member, "no_peer_bonus", "grade", member.Grade())
		return
	}
	s.peers++
	base, reason := s.award, "peer_income"
	if peer.Of == "sales" {
		base, reason = s.line.Net(), "peer_sales"
	}
	s.out.PayShare(member, s.line, base, peer.Rate).Kind("peer").Because(reason, "grade", member.Grade(), "rate", peer.Rate)
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":              "极差",
		"summary":            "等级越高比例越高，上级只拿与下级最高比例的差额；同级可另设平级奖",
		"needs_lines":        "按每件商品的实付金额计算佣金",
		"needs_chain":        "知道这笔订单由谁推广、上级是谁",
		"needs_grade":        "按下单时的等级决定比例",
		"difference":         "等级 {grade}，{rate}，减去下级已有的 {below}",
		"peer_income":        "与 {grade} 平级，平级佣金的 {rate}",
		"peer_sales":         "与 {grade} 平级，实付金额的 {rate}",
		"grade_without_rate": "等级“{grade}”没有设置比例",
		"grade_rate_zero":    "等级“{grade}”的比例为 0",
		"not_higher":         "等级 {grade} 的 {rate} 不高于下级已有的 {below}",
		"no_peer_bonus":      "与下级同为 {grade}，没有平级奖或名额已满",
	},
	"en": {
		"title":              "Grade differential",
		"summary":            "Higher grades have higher rates and earn what is above the highest rate below them; a bonus for equals is optional",
		"needs_lines":        "to share what was paid for each line",
		"needs_chain":        "to know who sold it and who stands behind them",
		"needs_grade":        "to choose the rate of the grade held when the order was placed",
		"difference":         "grade {grade}, {rate} less the {below} already reached below",
		"peer_income":        "same grade {grade}, {rate} of the peer's award",
		"peer_sales":         "same grade {grade}, {rate} of what was paid",
		"grade_without_rate": "grade {grade} has no rate",
		"grade_rate_zero":    "the rate of grade {grade} is 0",
		"not_higher":         "the {rate} of grade {grade} is not above the {below} already reached below",
		"no_peer_bonus":      "the same grade {grade} as below, with no same-grade bonus or none left",
	},
}
