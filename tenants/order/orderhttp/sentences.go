package orderhttp

import "strings"

// sentences are what the timeline and the reasons say, zh-CN and en.
var sentences = map[string][2]string{
	"reason.bound":              {"客户在锁客有效期内", "the customer was bound to them"},
	"reason.honoured":           {"客户已成为分销员，原锁客保护期未满", "the buyer has joined, and the old bind was still protected"},
	"reason.touched":            {"客户通过其链接下单", "the buyer came by their link"},
	"reason.taken":              {"锁客保护期已过，客户通过新链接下单", "the bind was out of protection and the buyer came by another link"},
	"reason.self":               {"分销员本人购买，按其上级链计佣", "a distributor bought, through their own chain"},
	"reason.no_touch":           {"客户没有打开过任何推广链接", "the buyer had opened nobody's link"},
	"reason.bind_expired":       {"锁客已过期", "the bind had expired"},
	"reason.touch_expired":      {"打开链接的时间过久，已失效", "the touch was too long ago"},
	"reason.not_new":            {"本店只锁定新客，而该客户已下过单", "the store binds new customers alone, and this one had bought before"},
	"reason.distributor_banned": {"原分销员已被封禁，客户已释放", "the distributor was banned and the customer released"},
	"reason.distributor_left":   {"原分销员已退出，客户已释放", "the distributor had left and the customer was released"},
	"reason.dead_link":          {"链接的主人不在推广", "the owner of the link was not selling"},

	"touch.bound":      {"打开链接，完成锁客", "opened the link and was bound"},
	"touch.renewed":    {"再次打开链接，有效期重新计算", "opened the link again; validity starts anew"},
	"touch.taken":      {"打开链接，改为由其锁客", "opened the link and was taken over"},
	"touch.waits":      {"打开链接，下单或付款后锁客", "opened the link; the first order or payment will bind"},
	"touch.challenges": {"打开链接，通过它付款即改为由其锁客", "opened the link; paying through it takes the customer over"},
	"touch.protected":  {"打开链接，但客户仍在他人的保护期内", "opened the link, but another's protection holds"},
	"touch.kept":       {"打开链接，但客户仍属于他人", "opened the link, but the customer stays another's"},
	"touch.not_new":    {"打开链接，但本店只锁定新客", "opened the link, but the store binds new customers alone"},
	"touch.self":       {"打开了自己的链接", "opened their own link"},
	"touch.downline":   {"打开了自己下级的链接", "opened the link of somebody in their own team"},
	"touch.own_chain":  {"分销员按自己的上级链购买", "a distributor buys through their own chain"},
	"touch.dead_link":  {"打开链接，但其主人不在推广", "opened the link of somebody who is not selling"},

	"bind.touch":   {"锁客：打开链接", "bound by opening the link"},
	"bind.taken":   {"锁客：从他人处取得", "bound by taking over"},
	"bind.order":   {"锁客：首次下单", "bound by the first order"},
	"bind.payment": {"锁客：首次付款", "bound by the first payment"},

	"order.placed":   {"下单", "placed"},
	"order.paid":     {"已付款", "paid"},
	"order.shipped":  {"已发货", "shipped"},
	"order.received": {"已收货", "received"},
	"order.closed":   {"已关闭", "closed"},
	"order.refunded": {"退款", "refunded"},
}

func say(key, lang string) string {
	s, known := sentences[key]
	switch {
	case !known:
		return key
	case strings.HasPrefix(lang, "zh"):
		return s[0]
	}
	return s[1]
}
