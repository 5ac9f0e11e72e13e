// Package groupbuy pays for a group-buy that succeeded: the inviter, who is
// level 1, and an invitee who is a distributor too.
package groupbuy

import (
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings form.
type Config struct {
	Inviter money.Rate `json:"inviter" title:"邀请人比例" title_en:"Inviter's rate"`
	Invitee money.Rate `json:"invitee" title:"被邀请人比例" title_en:"Invitee's rate" help:"只给身份为分销员的买家；普通买家用优惠券或积分" help_en:"For a buyer who is a distributor; others get a coupon or points elsewhere"`
}

// Strategy is "group-buy".
var Strategy = strategy.Plugin[Config]{
	ID: "group-buy", Version: "1.0.0",
	Needs: []strategy.Need{
		strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"),
		strategy.Invitee.For("needs_invitee"), strategy.GroupBuyResult.For("needs_group_buy"),
	},
	Locales:      sentences,
	Evaluate:     evaluate,
	CanRecompute: true,
}

func evaluate(c Config, o strategy.Order, out *strategy.Awards) error {
	switch o.GroupBuy() {
	case strategy.NoGroupBuy:
		out.None("not_a_group_buy")
	case strategy.GroupFailed:
		out.None("group_failed")
	case strategy.GroupOpen: // the host asks once the result is known
		return strategy.Failure{Code: "group_buy.undecided", Message: "the group-buy has no result yet", Retryable: true}
	case strategy.GroupSucceeded:
		pay(c, o, out)
	}
	return nil
}

func pay(c Config, o strategy.Order, out *strategy.Awards) {
	for line, member := range o.Each() {
		if member.Level() == 1 {
			out.PayRate(member, line, c.Inviter).Kind("inviter").Because("inviter", "rate", c.Inviter)
		} else {
			out.Decline(member, "inviter_alone")
		}
	}
	invitee, found := o.Role(strategy.Invitee)
	if !found {
		return
	}
	for _, line := range o.Lines() {
		out.PayRate(invitee, line, c.Invitee).Because("invitee", "rate", c.Invitee)
	}
}

var sentences = strategy.Locales{
	"zh-CN": {
		"title":           "拼团",
		"summary":         "拼团成功后，邀请人和身份为分销员的被邀请人各得一份",
		"needs_lines":     "按每件商品的实付金额计算佣金",
		"needs_chain":     "知道谁发出邀请",
		"needs_invitee":   "知道被邀请的买家是不是分销员",
		"needs_group_buy": "知道拼团是否成功",
		"inviter":         "邀请参团，{rate}",
		"invitee":         "受邀参团，{rate}",
		"inviter_alone":   "拼团佣金只给邀请人和被邀请人",
		"group_failed":    "拼团没有成功",
		"not_a_group_buy": "这不是拼团订单",
	},
	"en": {
		"title":           "Group-buy",
		"summary":         "Once a group-buy succeeds, the inviter earns, and an invitee who is a distributor",
		"needs_lines":     "to share what was paid for each line",
		"needs_chain":     "to know who invited",
		"needs_invitee":   "to know whether the invited buyer is a distributor",
		"needs_group_buy": "to know whether the group succeeded",
		"inviter":         "invited to the group, {rate}",
		"invitee":         "joined the group, {rate}",
		"inviter_alone":   "a group-buy pays the inviter and the invitee alone",
		"group_failed":    "the group-buy failed",
		"not_a_group_buy": "this order is not a group-buy",
	},
}
