package strategy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type config struct {
	Rates strategy.Rates `json:"rates,omitempty" title:"比例" title_en:"Rates" max_items:"3"`
}

type evaluate = func(config, strategy.Order, *strategy.Awards) error

// plugin is a strategy of one function that may see the lines and the chain.
func plugin(f evaluate) strategy.Plugin[config] {
	return strategy.Plugin[config]{
		ID: "trial", Version: "1.0.0", Evaluate: f,
		Needs:   []strategy.Need{strategy.Lines.For("needs_lines"), strategy.Chain.For("needs_chain"), strategy.Invitee.For("needs_invitee")},
		Locales: strategy.Locales{"zh-CN": {"title": "试"}, "en": {"title": "Trial"}},
	}
}

func order() *strategyv1.Order {
	return &strategyv1.Order{
		Currency: "CNY", MinorDigits: 2,
		Lines: []*strategyv1.Line{{Sku: "X", Quantity: 1, Net: 9999}, {Sku: "Y", Quantity: 2, Net: 0}},
		Chain: []*strategyv1.Member{{Handle: "a", Level: 1}, {Handle: "b", Level: 2}, {Handle: "c", Level: 3}},
		Roles: []*strategyv1.Role{{Name: "invitee", Handle: "i"}, {Name: "team_lead", Handle: "t"}},
	}
}

func ask(t *testing.T, f evaluate, o *strategyv1.Order, rules *strategyv1.Rules) *strategyv1.Decision {
	t.Helper()
	out, err := plugin(f).Server().Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: []byte(`{}`), Rules: rules, Orders: []*strategyv1.Order{o}})
	if err != nil || len(out.Decisions) != 1 {
		t.Fatal(out, err)
	}
	return out.Decisions[0]
}

func declined(list []*strategyv1.Declined) map[int32]string {
	keys := map[int32]string{}
	for _, d := range list {
		keys[d.Recipient] = d.Why.Key
	}
	return keys
}

func TestAwards(t *testing.T) {
	t.Parallel()
	t.Run("WhoeverGetsNothingIsNamed", func(t *testing.T) {
		t.Parallel()
		d := ask(t, func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.PayRate(o.Chain()[0], o.Lines()[0], 100_000).Because("rate")
			out.Decline(o.Chain()[1], "not_now")
			return nil
		}, order(), nil)
		want := map[int32]string{1: "not_now", 2: "sdk.no_award", 3: "sdk.no_award"} // the team lead is not declared, so not named
		if got := declined(d.GetPaid().GetDeclined()); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("want %v, got %v", want, got)
		}
	})
	t.Run("AnAwardOfZeroBecomesAReason", func(t *testing.T) {
		t.Parallel()
		d := ask(t, func(_ config, o strategy.Order, out *strategy.Awards) error {
			a, b, c := o.Chain()[0], o.Chain()[1], o.Chain()[2]
			out.PayRate(a, o.Lines()[0], 1).Because("rate")
			out.PayRate(b, o.Lines()[0], 0).Because("rate")
			out.PayRate(c, o.Lines()[1], 100_000).Because("rate")
			invitee, _ := o.Role(strategy.Invitee)
			out.Pay(invitee, o.Lines()[0], 0).Because("fixed")
			return nil
		}, order(), nil)
		want := map[int32]string{0: "sdk.rounded_to_zero", 1: "sdk.rate_zero", 2: "sdk.base_zero", 3: "sdk.amount_zero"}
		if got := declined(d.GetNoCommission().GetDeclined()); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("want %v, got %v", want, d)
		}
	})
	t.Run("OneReasonSharedByAllIsTheOrdersReason", func(t *testing.T) {
		t.Parallel()
		d := ask(t, func(config, strategy.Order, *strategy.Awards) error { return nil }, order(), nil)
		if n := d.GetNoCommission(); n.GetWhy().GetKey() != "sdk.no_award" || len(n.Declined) != 0 {
			t.Errorf("got %v", d)
		}
	})
	t.Run("NobodyBehindTheOrder", func(t *testing.T) {
		t.Parallel()
		d := ask(t, func(config, strategy.Order, *strategy.Awards) error { return nil }, &strategyv1.Order{}, nil)
		if d.GetNoCommission().GetWhy().GetKey() != "sdk.nobody_behind" {
			t.Errorf("got %v", d)
		}
	})
	t.Run("MembersBeyondTheLevelsAreNeitherSeenNorNamed", func(t *testing.T) {
		t.Parallel()
		d := ask(t, func(_ config, o strategy.Order, out *strategy.Awards) error {
			for l, m := range o.Each() {
				out.PayRate(m, l, 100_000).Because("rate")
			}
			return nil
		}, order(), &strategyv1.Rules{Levels: 1})
		if len(d.GetPaid().GetAwards()) != 1 || len(d.GetPaid().GetDeclined()) != 1 || d.GetPaid().Declined[0].Recipient != 3 {
			t.Errorf("got %v", d)
		}
	})
	t.Run("AreRoundedAsTheStoreRounds", func(t *testing.T) {
		t.Parallel()
		half := func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.PayRate(o.Chain()[0], o.Lines()[0], 100_000, 1_500_000).Because("rate")
			return nil
		}
		down := ask(t, half, order(), nil).GetPaid().Awards[0]
		up := ask(t, half, order(), &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_HALF_UP}).GetPaid().Awards[0]
		if down.Amount != 1499 || up.Amount != 1500 || up.Base != 9999 || up.RatePpm != 150_000 {
			t.Errorf("got %v and %v", down, up)
		}
	})
	t.Run("ComeInTheSameOrderHoweverTheyWerePaid", func(t *testing.T) {
		t.Parallel()
		pay := func(first, second int) evaluate {
			return func(_ config, o strategy.Order, out *strategy.Awards) error {
				out.Pay(o.Chain()[first], o.Lines()[0], 5).Because("k")
				out.Pay(o.Chain()[second], o.Lines()[0], 5).Because("k")
				out.PayOrder(o.Chain()[0], 7).Because("k")
				return nil
			}
		}
		if a, b := ask(t, pay(0, 1), order(), nil), ask(t, pay(1, 0), order(), nil); !proto.Equal(a, b) {
			t.Errorf("%v\n%v", a, b)
		}
	})
}

func TestFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		evaluate evaluate
		code     string
	}{
		"APanic": {func(_ config, o strategy.Order, _ *strategy.Awards) error {
			_ = o.Chain()[9]
			return nil
		}, "strategy.panicked"},
		"AnError":   {func(config, strategy.Order, *strategy.Awards) error { return fmt.Errorf("no") }, "strategy.failed"},
		"AnOwnCode": {func(config, strategy.Order, *strategy.Awards) error { return strategy.Fail("trial.no", "%d", 1) }, "trial.no"},
		"AnUndeclaredFact": {func(_ config, o strategy.Order, _ *strategy.Awards) error {
			_ = o.Lines()[0].Category()
			return nil
		}, "strategy.undeclared_fact"},
		"AnUndeclaredRole": {func(_ config, o strategy.Order, _ *strategy.Awards) error {
			o.Role(strategy.TeamLead)
			return nil
		}, "strategy.undeclared_fact"},
		"ANegativeAmount": {func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.Pay(o.Chain()[0], o.Lines()[0], -1)
			return nil
		}, "strategy.negative_amount"},
		"AnAmountBeyondInt64": {func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.PayShare(o.Chain()[0], o.Lines()[0], 1<<62, 5_000_000)
			return nil
		}, "strategy.amount_out_of_range"},
		"PayingAndSayingNobodyEarns": {func(_ config, o strategy.Order, out *strategy.Awards) error {
			out.Pay(o.Chain()[0], o.Lines()[0], 1)
			out.None("nothing")
			return nil
		}, "strategy.contradiction"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if d := ask(t, c.evaluate, order(), nil); d.GetFailed().GetCode() != c.code {
				t.Errorf("want %s, got %v", c.code, d)
			}
		})
	}
	t.Run("StaysWithItsOwnOrder", func(t *testing.T) {
		t.Parallel()
		poison := order()
		poison.Seq = 13
		s := plugin(func(_ config, o strategy.Order, out *strategy.Awards) error {
			if o.Seq() == 13 {
				panic("poison")
			}
			out.Pay(o.Chain()[0], o.Lines()[0], 1).Because("k")
			return nil
		}).Server()
		out, err := s.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{order(), poison, order()}})
		if err != nil || out.Decisions[0].GetPaid() == nil || out.Decisions[1].GetFailed() == nil || out.Decisions[2].GetPaid() == nil {
			t.Error(out, err)
		}
	})
	t.Run("OfTheConfigurationFailsEveryOrder", func(t *testing.T) {
		t.Parallel()
		s := plugin(func(config, strategy.Order, *strategy.Awards) error { return nil }).Server()
		out, err := s.Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: []byte(`{"rate":["0.1"]}`), Orders: []*strategyv1.Order{order()}})
		if err != nil || out.Decisions[0].GetFailed().GetCode() != "strategy.config_invalid" {
			t.Error(out, err)
		}
	})
}

type rich struct {
	Base   strategy.Rates        `json:"base" title:"基础" title_en:"Base" max_items:"3" min_items:"1"`
	Grades map[string]money.Rate `json:"grades,omitempty" title:"等级" title_en:"Grades" keys:"grade"`
	Peer   *peer                 `json:"peer" title:"平级" title_en:"Peer"`
	From   time.Time             `json:"from,omitzero" title:"起" title_en:"From"`
	Mode   string                `json:"mode,omitempty" title:"方式" title_en:"Mode" enum:"a,b" words:"a=甲/First,b=乙/Second"`
	Levels []int                 `json:"levels,omitempty" title:"级" title_en:"Levels" min:"1" max:"3"`
	Fixed  int64                 `json:"fixed,omitempty" title:"固定" title_en:"Fixed" widget:"money"`
	On     bool                  `json:"on,omitempty" title:"开" title_en:"On"`
}

type peer struct {
	Rate money.Rate `json:"rate" title:"比例" title_en:"Rate"`
}

func TestConfig(t *testing.T) {
	t.Parallel()
	s := strategy.Plugin[rich]{ID: "rich", Version: "1.0.0", Locales: strategy.Locales{"zh-CN": {}, "en": {}}}.Server()
	problems := func(config string) []string {
		out, err := s.ValidateConfig(context.Background(), &strategyv1.ValidateConfigRequest{Config: []byte(config)})
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, p := range out.Problems {
			list = append(list, p.Path+" "+p.Why.Key)
		}
		return list
	}
	for config, want := range map[string]string{
		`{"base":["0.1"]}`: "",
		`{"base":["0"]}`:   "",
		`{"base":["0.1"],"grades":{"a/b":"0.1"},"peer":{"rate":"0.1"},"from":"2026-11-11T00:00:00+08:00","mode":"a","levels":[1],"fixed":5,"on":true}`: "",
		`{"base":["0.1"],"peer":null}`:                  "",
		`{}`:                                            "/base sdk.missing_field",
		`{"base":[]}`:                                   "/base sdk.wrong_value",
		`{"Base":["0.1"]}`:                              "/Base sdk.unknown_field,/base sdk.missing_field",
		`{"base":["0.1"],"base":["0.2"]}`:               "/base sdk.duplicate_field",
		`{"base":[0.1]}`:                                "/base/0 sdk.wrong_value",
		`{"base":["0.1234567"]}`:                        "/base/0 sdk.wrong_value",
		`{"base":["0","0","0","0"]}`:                    "/base sdk.wrong_value",
		`{"base":["0.1"],"grades":{"a/b":"x"}}`:         "/grades/a~1b sdk.wrong_value",
		`{"base":["0.1"],"peer":{"rate":"0","of":"x"}}`: "/peer/of sdk.unknown_field",
		`{"base":["0.1"],"peer":{}}`:                    "/peer/rate sdk.missing_field",
		`{"base":["0.1"],"from":"yesterday"}`:           "/from sdk.wrong_value",
		`{"base":["0.1"],"mode":"c"}`:                   "/mode sdk.wrong_value",
		`{"base":["0.1"],"levels":[4]}`:                 "/levels/0 sdk.wrong_value",
		`{"base":["0.1"],"fixed":-1}`:                   "/fixed sdk.wrong_value",
		`{"base":["0.1"],"fixed":1.5}`:                  "/fixed sdk.wrong_value",
		`{"base":["0.1"],"on":null}`:                    "/on sdk.wrong_value",
		"{\"base\":[\"0.1\"],\"\xff\":1}":               " sdk.not_json",
		`{"base":["0.1"]} x`:                            " sdk.not_json",
		strings.Repeat(" ", 70_000):                     " sdk.too_large",
		strings.Repeat("[", 5_000):                      " sdk.not_json",
	} {
		if got := strings.Join(problems(config), ","); got != want {
			t.Errorf("%.80s: want %q, got %q", config, want, got)
		}
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	p := strategy.Plugin[rich]{Default: rich{Mode: "a"}, Locales: strategy.Locales{"zh-CN": {"title": "全"}, "en": {"title": "All"}}}
	var s struct {
		Title      string                     `json:"title"`
		TitleEn    string                     `json:"x-title-en"`
		Required   []string                   `json:"required"`
		Order      []string                   `json:"x-order"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(p.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Title != "全" || s.TitleEn != "All" || fmt.Sprint(s.Required) != "[base]" || s.Order[0] != "base" || len(s.Order) != 8 {
		t.Errorf("got %+v", s)
	}
	for name, want := range map[string]string{
		"base": `"x-widget":"rate-list"`, "grades": `"x-keys":"grade"`, "from": `"x-widget":"datetime"`,
		"fixed": `"x-widget":"money"`, "mode": `"default":"a","enum":["a","b"],"title":"方式","type":"string","x-enum-titles":{"a":{"en":"First","zh":"甲"},"b":{"en":"Second","zh":"乙"}}`, "peer": `"additionalProperties":false`,
	} {
		if !strings.Contains(string(s.Properties[name]), want) {
			t.Errorf("%s lacks %s: %s", name, want, s.Properties[name])
		}
	}
}

func TestDefaultIsNotSharedBetweenConfigurations(t *testing.T) {
	t.Parallel()
	p := plugin(func(c config, o strategy.Order, out *strategy.Awards) error {
		out.PayRate(o.Chain()[0], o.Lines()[0], c.Rates[0]).Because("k")
		c.Rates[0] = 900_000
		return nil
	})
	p.Default = config{Rates: strategy.Rates{100_000}}
	p.Server()
	for range 2 {
		out, err := p.Server().Evaluate(context.Background(), &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{order()}})
		if err != nil || out.Decisions[0].GetPaid().GetAwards()[0].Amount != 999 {
			t.Fatal(out, err)
		}
	}
}

// Authors carry what the SDK carries, so it stays small.
func TestModuleHasFourDirectDependencies(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "\t") && !strings.Contains(line, "// indirect") {
			direct++
		}
	}
	if direct != 4 {
		t.Errorf("go.mod names %d direct dependencies", direct)
	}
}
