package catalog

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
)

const columns = `id, title, category, description, picture, state, distributed, created_at`

// Get reads a product with its SKUs; [ErrUnknown] when the store has none of
// that id.
func Get(ctx context.Context, tx *pg.Tx, product ID) (Product, error) {
	return one(ctx, tx, `select `+columns+` from catalog_product where tenant_id = $1 and id = $2`, product)
}

func lockProduct(ctx context.Context, tx *pg.Tx, product ID) (Product, error) {
	return one(ctx, tx, `select `+columns+` from catalog_product where tenant_id = $1 and id = $2 for no key update`, product)
}

func one(ctx context.Context, tx *pg.Tx, sql string, product ID) (Product, error) {
	p, err := pg.CollectOne[Product](ctx, tx, sql, tx.Tenant(), product)
	if errors.Is(err, pg.ErrNoRows) {
		return p, ErrUnknown
	}
	if err != nil {
		return p, err
	}
	list := []Product{p}
	err = readSKUs(ctx, tx, list)
	return list[0], err
}

// Filter chooses products of a list; empty fields choose all.
type Filter struct {
	State    State
	Category string // the path or anything below it
	Query    string // part of a title or SKU code
	After    ID     // the last id of the page before
	Limit    int
}

// List reads a page of products with their SKUs, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Product, error) {
	q := tx.Select("catalog_product p", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if f.Category != "" {
		q.Where("category = ?0 or starts_with(category, ?0 || '/')", f.Category)
	}
	if f.Query != "" {
		q.Where(`strpos(lower(title), lower(?0)) > 0 or exists (
			select 1 from catalog_sku s where s.tenant_id = ?1 and s.product_id = p.id and strpos(lower(s.code), lower(?0)) > 0)`, f.Query, tx.Tenant())
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	list, err := pg.Find[Product](ctx, tx, q)
	if err != nil {
		return nil, err
	}
	return list, readSKUs(ctx, tx, list)
}

// Categories lists the paths on sale.
func Categories(ctx context.Context, tx *pg.Tx) ([]string, error) {
	return pg.Column[string](ctx, tx, `
		select distinct category from catalog_product where tenant_id = $1 and state = 'listed' and category <> '' order by category`, tx.Tenant())
}

func readSKUs(ctx context.Context, tx *pg.Tx, into []Product) error {
	place := make(map[ID]int, len(into))
	products := make([]ID, len(into))
	for i, p := range into {
		place[p.ID], products[i] = i, p.ID
	}
	rows, err := pg.Collect[SKU](ctx, tx, `
		select code, product_id, title, price, cost, stock from catalog_sku
		 where tenant_id = $1 and product_id = any($2::uuid[]) order by price, code`, tx.Tenant(), products)
	for _, s := range rows {
		p := &into[place[s.ProductID]]
		p.SKUs = append(p.SKUs, s)
	}
	return err
}

func saveProduct(ctx context.Context, tx *pg.Tx, p Product) error {
	_, err := tx.Exec(ctx, `
		insert into catalog_product (tenant_id, id, title, category, description, picture, state, distributed, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (tenant_id, id) do update
		   set title = excluded.title, category = excluded.category, description = excluded.description,
		       picture = excluded.picture, state = excluded.state, distributed = excluded.distributed`,
		tx.Tenant(), p.ID, p.Title, p.Category, p.Description, p.Picture, string(p.State), p.Distributed, p.CreatedAt)
	return err
}

// saveSKU writes everything but the stock of a SKU that exists: an edit of the
// page must not undo what was sold meanwhile.
func saveSKU(ctx context.Context, tx *pg.Tx, s SKU) (mine bool, err error) {
	n, err := tx.Exec(ctx, `
		insert into catalog_sku (tenant_id, code, product_id, title, price, cost, stock)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (tenant_id, code) do update
		   set title = excluded.title, price = excluded.price, cost = excluded.cost
		 where catalog_sku.product_id = excluded.product_id`,
		tx.Tenant(), s.Code, s.ProductID, s.Title, s.Price, s.Cost, s.Stock)
	return n == 1, err
}

func dropSKUsExcept(ctx context.Context, tx *pg.Tx, product ID, codes []string) error {
	_, err := tx.Exec(ctx, `delete from catalog_sku where tenant_id = $1 and product_id = $2 and not code = any($3::text[])`, tx.Tenant(), product, codes)
	return err
}

type priceRow struct {
	PricedLine
	State State
}

func readPrices(ctx context.Context, tx *pg.Tx, codes []string) (map[string]priceRow, error) {
	return askPrices(tx, codes)(ctx)
}

func askPrices(tx *pg.Tx, codes []string) func(context.Context) (map[string]priceRow, error) {
	asked := pg.Ask[struct {
		Code        string `db:"code"`
		Product     ID     `db:"product_id"`
		Title       string `db:"title"`
		Category    string `db:"category"`
		Price       int64  `db:"price"`
		Cost        *int64 `db:"cost"`
		Distributed bool   `db:"distributed"`
		State       State  `db:"state"`
	}](tx, `
		select s.code, s.product_id, concat_ws(' · ', p.title, nullif(s.title, '')) as title, p.category, s.price, s.cost, p.distributed, p.state
		  from catalog_sku s join catalog_product p on p.tenant_id = $1 and p.id = s.product_id
		 where s.tenant_id = $1 and s.code = any($2::text[])`, tx.Tenant(), codes)
	return func(ctx context.Context) (map[string]priceRow, error) {
		rows, err := asked.All(ctx)
		found := make(map[string]priceRow, len(rows))
		for _, r := range rows {
			found[r.Code] = priceRow{PricedLine{SKU: r.Code, Product: r.Product, Title: r.Title, Category: r.Category,
				UnitPrice: r.Price, Cost: r.Cost, Distributed: r.Distributed}, r.State}
		}
		return found, err
	}
}

// AskKnown asks which of the SKU codes the catalogue has, on sale or not: for
// orders that come from elsewhere with their own prices. Nobody waits before
// the answer is wanted.
func AskKnown(tx *pg.Tx, codes []string) func(context.Context) (map[string]PricedLine, error) {
	asked := askPrices(tx, codes)
	return func(ctx context.Context) (map[string]PricedLine, error) {
		found, err := asked(ctx)
		known := make(map[string]PricedLine, len(found))
		for code, r := range found {
			known[code] = r.PricedLine
		}
		return known, err
	}
}

func lockStock(ctx context.Context, tx *pg.Tx, codes []string) (map[string]SKU, error) {
	rows, err := pg.Collect[SKU](ctx, tx, `
		select code, product_id, title, price, cost, stock from catalog_sku
		 where tenant_id = $1 and code = any($2::text[]) order by code collate "C" for no key update`, tx.Tenant(), codes)
	stock := make(map[string]SKU, len(rows))
	for _, s := range rows {
		if s.Title == "" {
			s.Title = s.Code
		}
		stock[s.Code] = s
	}
	return stock, err
}

func addStock(ctx context.Context, tx *pg.Tx, codes []string, sums []int, sign int) error {
	_, err := tx.Exec(ctx, `
		update catalog_sku s set stock = s.stock + $4 * d.qty
		  from unnest($2::text[], $3::int[]) d (code, qty)
		 where s.tenant_id = $1 and s.code = d.code`, tx.Tenant(), codes, sums, sign)
	return err
}
