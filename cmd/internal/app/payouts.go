package app

import (
	"context"
	"errors"
	"net"
	"strconv"

	goredis "github.com/redis/go-redis/v9"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/alipay"
	"github.com/fenli-io/fenli/tenants/payout/bankfile"
	"github.com/fenli-io/fenli/tenants/payout/wechat"
)

// openPayouts builds the slice that calls providers. What it calls in a demo
// is a simulator in this process.
func (a *App) openPayouts(cfg Config, box *secret.Box) error {
	if cfg.Sandbox {
		sim, err := openSimulated(cfg.Dir)
		if err != nil {
			return err
		}
		a.simulated = sim
		a.closers = append(a.closers, sim.close)
	}
	a.Payouts = payout.New(a.DB, payout.Config{
		Box: box, Withdrawals: a.Withdrawals, Payees: a.Payees,
		Kinds: []payout.Kind{wechat.Kind(wechat.Options{Simulator: a.simulated.url()}), alipay.Kind(alipay.Options{}), bankfile.Kind()},
		Money: func(ctx context.Context, tx *pg.Tx) (string, string, error) {
			store, err := a.Registry.Here(ctx, tx)
			return store.Currency, store.Name, err
		},
		Address: cfg.hookAddress(),
		Marks:   marks{a.Redis},
		Alarm: func(tenant tenancy.ID, t payout.Transfer) {
			a.Log.Error("a payout needs a person", "store", tenant.String(), "payout", t.ID.String(), "number", t.Number, "trouble", t.Trouble)
		},
		Log: a.Log,
	})
	a.Withdrawals.FollowApproved(a.Payouts.Enlist)
	return nil
}

// hookAddress is where providers reach this installation: any host leads to
// /hooks.
func (c Config) hookAddress() string {
	switch {
	case c.Port == "":
		return ""
	case c.Sandbox:
		return "http://" + net.JoinHostPort("127.0.0.1", c.Port)
	case c.Port == "443":
		return "https://" + c.BaseDomain
	}
	return "http://" + net.JoinHostPort(c.BaseDomain, c.Port)
}

// marks remembers in Redis how many transfers a store has sent: a restore of
// the database does not reach it, and losing Redis loses only that warning.
type marks struct{ client *redis.Client }

func (m marks) key(tenant tenancy.ID) string { return redis.Key(tenant, "payout", "sent") }

// raise keeps the greater of two numbers.
var raise = goredis.NewScript(`
local was = tonumber(redis.call('get', KEYS[1]) or '0')
if tonumber(ARGV[1]) > was then redis.call('set', KEYS[1], ARGV[1]) end
return 1`)

func (m marks) Raise(ctx context.Context, tenant tenancy.ID, sent int64) error {
	return raise.Run(ctx, m.client, []string{m.key(tenant)}, strconv.FormatInt(sent, 10)).Err()
}

func (m marks) Read(ctx context.Context, tenant tenancy.ID) (int64, error) {
	sent, err := m.client.Get(ctx, m.key(tenant)).Int64()
	if errors.Is(err, goredis.Nil) {
		return 0, nil
	}
	return sent, err
}

// HoldPayouts stops the payouts of every store that has an account: the
// operator says that the database was restored.
func (a *App) HoldPayouts(ctx context.Context) (stores int, err error) {
	var all []tenancy.ID
	err = a.DB.Platform(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		all, err = payout.StoresPaying(ctx, tx, clock.Real())
		return err
	})
	for _, tenant := range all {
		if err == nil {
			err = a.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
				_, err := a.Payouts.Hold(ctx, tx, payout.Restored, "--restored", "operator")
				return err
			})
		}
	}
	return len(all), err
}
