package wechat

import (
	"time"

	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Options are the installation's, not the merchant's.
type Options struct {
	Timeout time.Duration
	// Simulator is where accounts go that are marked as simulated.
	Simulator string
}

// Kind is WeChat Pay as a way to pay out.
func Kind(o Options) payout.Kind {
	return payout.Kind{
		Method:  withdrawal.WeChat,
		Cancels: true,
		Fields: []payout.Field{
			{Name: "mch_id", Zh: "商户号", En: "Merchant number", Required: true},
			{Name: "app_id", Zh: "AppID（小程序或公众号）", En: "AppID of the mini-program or official account", Required: true},
			{Name: "serial_no", Zh: "商户证书序列号", En: "Serial of the merchant's certificate", Required: true},
			{Name: "private_key", Zh: "商户私钥（PEM）", En: "Merchant's private key (PEM)", Required: true, Secret: true, Long: true},
			{Name: "api_v3_key", Zh: "APIv3 密钥（32 位）", En: "APIv3 key (32 characters)", Required: true, Secret: true},
			{Name: "public_key_id", Zh: "微信支付公钥 ID（公钥模式）", En: "WeChat Pay public key id (public-key mode)"},
			{Name: "public_key", Zh: "微信支付公钥（PEM）", En: "WeChat Pay public key (PEM)", Long: true},
			{Name: "scene", Zh: "转账场景 ID（默认 1005 佣金报酬）", En: "Transfer scene (1005 by default)"},
			{Name: "job", Zh: "岗位类型（场景报备）", En: "Job, as reported for the scene"},
			{Name: "reward", Zh: "报酬说明（场景报备）", En: "Reward, as reported for the scene"},
		},
		Open: func(s payout.Settings) (payout.Provider, error) {
			return New(Config{
				MchID: s["mch_id"], AppID: s["app_id"], SerialNo: s["serial_no"], PrivateKey: s["private_key"], APIv3Key: s["api_v3_key"],
				PublicKeyID: s["public_key_id"], PublicKey: s["public_key"], Scene: s["scene"], Job: s["job"], Reward: s["reward"],
				BaseURL: o.base(s), Timeout: o.Timeout,
			})
		},
	}
}

// base is the simulator for simulated accounts; "" is WeChat Pay itself.
func (o Options) base(s payout.Settings) string {
	if s[payout.SimulatedName] == "true" {
		if o.Simulator == "" {
			return "http://no-simulator.invalid" // pretended money never becomes real
		}
		return o.Simulator
	}
	return ""
}
