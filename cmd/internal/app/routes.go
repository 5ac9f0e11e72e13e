package app

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/paper"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/adjustment/adjustmenthttp"
	"github.com/fenli-io/fenli/tenants/attribution/attributionhttp"
	"github.com/fenli-io/fenli/tenants/catalog"
	"github.com/fenli-io/fenli/tenants/catalog/cataloghttp"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/commission/commissionhttp"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/dispute/disputehttp"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/distributor/distributorhttp"
	"github.com/fenli-io/fenli/tenants/grading/gradinghttp"
	"github.com/fenli-io/fenli/tenants/insight"
	"github.com/fenli-io/fenli/tenants/insight/insighthttp"
	"github.com/fenli-io/fenli/tenants/leaderboard/leaderboardhttp"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/ledger/ledgerhttp"
	"github.com/fenli-io/fenli/tenants/marketplace/marketplacehttp"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/order/orderhttp"
	"github.com/fenli-io/fenli/tenants/payee/payeehttp"
	"github.com/fenli-io/fenli/tenants/payer/payerhttp"
	"github.com/fenli-io/fenli/tenants/payout/payouthttp"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
	"github.com/fenli-io/fenli/tenants/registry/registryhttp"
	"github.com/fenli-io/fenli/tenants/settlement/settlementhttp"
	"github.com/fenli-io/fenli/tenants/trial/trialhttp"
	"github.com/fenli-io/fenli/tenants/withdrawal"
	"github.com/fenli-io/fenli/tenants/withdrawal/withdrawalhttp"
)

// openRoutes registers every slice's operations.
func (a *App) openRoutes(cfg Config) {
	registryhttp.Routes(a.HTTP, a.Registry, a.Clockwork.Settle)
	distributorhttp.Routes(a.HTTP, a.DB, a.Distributors, a.Programs, a.Registry, distributorhttp.Outside{Sales: a.soldLately, Link: a.linkOf(cfg)})
	ledgerhttp.Routes(a.HTTP, a.DB, a.Journal)
	cataloghttp.Routes(a.HTTP, a.DB, a.Registry, a.earn)
	attributionhttp.Routes(a.HTTP, a.DB, a.Attribution, a.Programs, order.RulesOf, a.boughtBy)
	orderhttp.Routes(a.HTTP, orderhttp.Config{DB: a.DB, Orders: a.Orders, Currency: a.currency, Earned: commissionhttp.Earned})
	marketplacehttp.Routes(a.HTTP, a.Marketplace, processes{a.Host})
	programhttp.Routes(a.HTTP, a.DB, a.Programs, commissionhttp.Gate(a.Commission))
	commissionhttp.Routes(a.HTTP, commissionhttp.Config{DB: a.DB, Commission: a.Commission, Orders: a.Orders, Programs: a.Programs, Currency: a.currency})
	trialhttp.Routes(a.HTTP, trialhttp.Config{DB: a.DB, Trials: a.Trials, Commission: a.Commission, Programs: a.Programs, Currency: a.currency})
	disputehttp.Routes(a.HTTP, a.DB, replays{a.Commission})
	gradinghttp.Routes(a.HTTP, gradinghttp.Config{DB: a.DB, Grading: a.Grading, Currency: a.currency})
	leaderboardhttp.Routes(a.HTTP, a.DB, a.Boards)
	settlementhttp.Routes(a.HTTP, settlementhttp.Config{DB: a.DB, Settlement: a.Settlement, Commission: a.Commission, Fonts: paper.NewFonts(cfg.PDFFont),
		Store: a.storeFacts, Reasons: reasonsByHand})
	payeehttp.Routes(a.HTTP, a.DB, a.Payees)
	payerhttp.Routes(a.HTTP, a.DB, storeMoney{a.Registry}.Money)
	adjustmenthttp.Routes(a.HTTP, a.DB, a.Adjustments, storeMoney{a.Registry})
	withdrawalhttp.Routes(a.HTTP, a.DB, a.Withdrawals)
	payouthttp.Routes(a.HTTP, a.DB, a.Payouts, a.payoutPages())
	a.openSimulatedPage()
	insighthttp.Routes(a.HTTP, a.DB, a.Registry)
	a.openPages()
}

// storeFacts is how a store is called, its currency and in whose days it lives.
func (a *App) storeFacts(ctx context.Context, tx *pg.Tx) (string, string, *time.Location, error) {
	store, err := a.Registry.Here(ctx, tx)
	return store.Name, store.Currency, store.Location(), err
}

// reasonsByHand is why somebody was given money or lost it by hand: adjustments,
// and what was forfeited and restored.
func reasonsByHand(ctx context.Context, tx *pg.Tx, causes []settlementhttp.Cause) (map[settlementhttp.Cause]string, error) {
	refs := make([]ledger.Ref, len(causes))
	for i, c := range causes {
		refs[i] = c.Ref
	}
	adjusted, err := adjustment.Reasons(ctx, tx, refs)
	if err != nil {
		return nil, err
	}
	forfeited, err := withdrawal.ForfeitReasons(ctx, tx, refs)
	all := make(map[settlementhttp.Cause]string, len(causes))
	for _, c := range causes {
		all[c] = adjusted[c.Ref]
		if why, lost := forfeited[c.Ref]; lost {
			all[c] = why[0]
			if c.Kind == "book_bonus" {
				all[c] = why[1]
			}
		}
	}
	return all, err
}

// payoutPages tells the slice whether there is a simulator, and where.
func (a *App) payoutPages() payouthttp.Config {
	if a.simulated == nil {
		return payouthttp.Config{}
	}
	return payouthttp.Config{Simulate: a.simulated.merchant, Confirm: confirmPath}
}

func (a *App) currency(ctx context.Context, tx *pg.Tx) (string, error) {
	store, err := a.Registry.Here(ctx, tx)
	return store.Currency, err
}

// earn is 预计赚: what a distributor would get for one of each SKU.
func (a *App) earn(ctx context.Context, tenant tenancy.ID, who string, products []catalog.Product) (map[string]int64, error) {
	var seller distributor.ID
	if err := seller.Scan(who); err != nil {
		return nil, err
	}
	return a.Commission.Earn(ctx, tenant, seller, products)
}

// soldLately is each distributor's last 30 days.
func (a *App) soldLately(ctx context.Context, tx *pg.Tx, who []distributor.ID) (map[distributor.ID]distributorhttp.Sales, error) {
	store, err := a.Registry.Here(ctx, tx)
	if err != nil {
		return nil, err
	}
	sums, err := insight.SoldLately(ctx, tx, store.Location(), 30, who)
	if err != nil {
		return nil, err
	}
	all := make(map[distributor.ID]distributorhttp.Sales, len(sums))
	for m, s := range sums {
		all[m] = distributorhttp.Sales(s)
	}
	return all, nil
}

// boughtBy is what each customer has bought.
func (a *App) boughtBy(ctx context.Context, tx *pg.Tx, who []customer.ID) (map[customer.ID]attributionhttp.Purchases, error) {
	store, err := a.Registry.Here(ctx, tx)
	if err != nil {
		return nil, err
	}
	bought, err := insight.BoughtBy(ctx, tx, who)
	all := make(map[customer.ID]attributionhttp.Purchases, len(bought))
	for id, b := range bought {
		all[id] = attributionhttp.Purchases{Orders: b.Orders, Spent: money.Amount{Minor: b.Net, Currency: store.Currency}, First: b.First}
	}
	return all, err
}

// linkOf is the address of a store's shop with a distributor's code.
func (a *App) linkOf(cfg Config) func(context.Context, tenancy.ID, string) (shop, recruit string, err error) {
	return func(ctx context.Context, tenant tenancy.ID, code string) (string, string, error) {
		store, err := a.Registry.ByID(ctx, tenant)
		if err != nil {
			return "", "", err
		}
		base := cfg.PublicURL(store.Slug)
		return base + "/#/?code=" + code, base + "/#/pages/join/index?code=" + code, nil
	}
}

// PublicURL is where a store's shop is.
func (c Config) PublicURL(slug string) string {
	scheme, port := "http", c.Port
	if port == "443" {
		scheme = "https"
	}
	if port == "" || port == "80" || port == "443" {
		return scheme + "://" + slug + "." + c.BaseDomain
	}
	return scheme + "://" + slug + "." + c.BaseDomain + ":" + port
}

// replays is the engine of decisions as disputes see it.
type replays struct{ commission *commission.Service }

func (r replays) Replay(ctx context.Context, tenant tenancy.ID, which order.ID) (equal bool, differs []string, err error) {
	again, err := r.commission.Replay(ctx, tenant, which)
	for _, d := range again.Differs {
		differs = append(differs, d.What+": "+d.Was+" → "+d.Now)
	}
	return again.Equal(), differs, err
}
