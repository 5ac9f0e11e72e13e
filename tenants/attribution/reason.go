package attribution

import "strings"

// What verdicts and reasons say to people, in Chinese and in English.
var verdictSentences = map[Verdict][2]string{
	Binds:      {"已成为该分销员的客户", "is this distributor's customer now"},
	Renews:     {"仍是该分销员的客户，有效期已更新", "stays this distributor's customer; validity starts again"},
	Takes:      {"已过保护期，改为该分销员的客户", "was out of protection and is this distributor's customer now"},
	Waits:      {"下单或付款后成为该分销员的客户", "becomes this distributor's customer with the first order or payment"},
	Challenges: {"已过保护期，通过此链接付款后改为该分销员的客户", "is out of protection: paying through this link makes them this distributor's customer"},
	Protected:  {"仍在原分销员的保护期内", "is under another distributor's protection"},
	Kept:       {"仍是原分销员的客户", "stays another distributor's customer"},
	NotNew:     {"本店只绑定新客户", "the store binds new customers alone"},
	Self:       {"不能成为自己的客户", "nobody is their own customer"},
	Downline:   {"不能成为自己下级的客户", "nobody is a customer of their own team"},
	OwnChain:   {"分销员按自己的上级链购买", "a distributor buys through their own chain"},
	DeadLink:   {"该推广链接已失效", "the link leads to nobody"},
}

var reasonSentences = map[Reason][2]string{
	BehindBound:    {"客户已绑定该分销员", "the customer is bound to this distributor"},
	BehindHonoured: {"客户已成为分销员，原绑定在保护期内仍有效", "the customer has joined; the old bind runs until its protection ends"},
	BehindTouched:  {"客户通过该分销员的链接下单", "the customer came through this distributor's link"},
	BehindTaken:    {"原绑定已过保护期，客户通过该分销员的链接下单", "the old bind was out of protection and the order came through this distributor's link"},
	BehindSelf:     {"分销员自购，按自己的上级链", "a distributor's own purchase follows their own chain"},
	NobodyTouched:  {"客户没有通过任何分销员的链接", "the customer came through nobody's link"},
	NobodyExpired:  {"绑定已过有效期", "the bind had expired"},
	NobodyLate:     {"推广链接的有效期已过", "the touch was too long ago"},
	NobodyNew:      {"本店只绑定新客户", "the store binds new customers alone"},
	NobodyBanned:   {"原分销员已被禁用，客户已释放", "the distributor was banned and the customer released"},
	NobodyLeft:     {"原分销员已退出，客户已释放", "the distributor has left and the customer was released"},
	NobodyDeadLink: {"该推广链接已失效", "the link leads to nobody"},
}

// Sentence says the verdict of a touch in the language, "zh…" or English.
func (v Verdict) Sentence(lang string) string { return inLanguage(verdictSentences[v], lang) }

// Sentence says why somebody, or nobody, stands behind an order.
func (r Reason) Sentence(lang string) string { return inLanguage(reasonSentences[r], lang) }

func inLanguage(s [2]string, lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return s[0]
	}
	return s[1]
}
