package compose

import (
	"slices"
	"strings"
	"time"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
)

// When is the conditions of a rule; all that are given must hold.
type When struct {
	SKUs       []string  `json:"skus,omitempty" title:"商品" title_en:"Products" keys:"sku"`
	Categories []string  `json:"categories,omitempty" title:"类目（含下级）" title_en:"Categories and what is below" keys:"category"`
	Channels   []string  `json:"channels,omitempty" title:"渠道" title_en:"Channels" keys:"channel"`
	Regions    []string  `json:"regions,omitempty" title:"收货地区（含下级）" title_en:"Regions and what is below" help:"按店铺的写法：广东/深圳，或行政区划代码 440300、4403" help_en:"As the store writes them: 广东/深圳, or a code such as 440300 or 4403"`
	Grades     []string  `json:"grades,omitempty" title:"得佣人的等级" title_en:"Grades of who earns" keys:"grade"`
	FirstOrder *bool     `json:"first_order" title:"是否买家首单" title_en:"The buyer's first order"`
	MinTotal   int64     `json:"min_total,omitempty" title:"订单商品金额满" title_en:"Goods of the order come to" widget:"money"`
	From       time.Time `json:"from,omitzero" title:"开始" title_en:"From"`
	To         time.Time `json:"to,omitzero" title:"结束（不含）" title_en:"Until (not included)"`
}

// facts is one person and one line of an order.
type facts struct {
	order strategy.Order
	line  strategy.Line
	who   person
	total int64
}

func (w When) holds(f facts) bool {
	at := f.order.CampaignTime()
	switch {
	case len(w.SKUs) > 0 && !slices.Contains(w.SKUs, f.line.SKU()),
		len(w.Categories) > 0 && !slices.ContainsFunc(w.Categories, func(c string) bool { return within(f.line.Category(), c) }),
		len(w.Channels) > 0 && !slices.Contains(w.Channels, f.order.Channel()),
		len(w.Regions) > 0 && !slices.ContainsFunc(w.Regions, func(r string) bool { return inRegion(f.order.Region(), r) }),
		len(w.Grades) > 0 && !slices.Contains(w.Grades, f.who.grade),
		w.FirstOrder != nil && *w.FirstOrder != f.order.FirstOrder(),
		f.total < w.MinTotal,
		!w.From.IsZero() && at.Before(w.From),
		!w.To.IsZero() && !at.Before(w.To):
		return false
	}
	return true
}

// within tells whether a path is another or lies below it: "tea/green" is
// within "tea", "teapot" is not.
func within(path, above string) bool {
	return path == above || above != "" && strings.HasPrefix(path, above+"/")
}

// inRegion is within, and a code of digits holds every code that begins with
// it, its own trailing pairs of zeros left out: 440300 lies in 44 and 440000.
func inRegion(region, above string) bool {
	if within(region, above) {
		return true
	}
	if !digits(region) || !digits(above) {
		return false
	}
	for len(above) > 2 && strings.HasSuffix(above, "00") {
		above = above[:len(above)-2]
	}
	return strings.HasPrefix(region, above)
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
