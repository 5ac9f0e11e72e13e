package catalog

import (
	"context"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
)

// maxAmount keeps prices within what JSON numbers carry exactly.
const maxAmount = 1<<53 - 1

// Draft is a product as the merchant writes it down.
type Draft struct {
	Title       string
	Category    string
	Description string
	Picture     string
	Distributed bool
	SKUs        []SKU // Stock counts for new SKUs alone; see Restock
}

// Create puts a product on sale.
func Create(ctx context.Context, tx *pg.Tx, d Draft) (Product, error) {
	return save(ctx, tx, Product{ID: id.New[kind](tx.Now()), State: Listed, CreatedAt: tx.Now()}, d)
}

// Edit rewrites a product. SKUs that the draft leaves out are removed; the
// stock of those that stay is not touched.
func Edit(ctx context.Context, tx *pg.Tx, product ID, d Draft) (Product, error) {
	p, err := lockProduct(ctx, tx, product)
	if err != nil {
		return p, err
	}
	if p.State == Archived {
		return p, ErrArchived
	}
	return save(ctx, tx, p, d)
}

func save(ctx context.Context, tx *pg.Tx, p Product, d Draft) (Product, error) {
	if err := d.check(); err != nil {
		return p, err
	}
	p.Title, p.Category, p.Description, p.Picture, p.Distributed = d.Title, d.Category, d.Description, d.Picture, d.Distributed
	if err := saveProduct(ctx, tx, p); err != nil {
		return p, err
	}
	codes := make([]string, len(d.SKUs))
	for i, s := range d.SKUs {
		codes[i] = s.Code
		s.ProductID = p.ID
		mine, err := saveSKU(ctx, tx, s)
		if err != nil {
			return p, err
		}
		if !mine {
			return p, ErrSKUTaken.At(skuField(i, "code")).With("sku", s.Code)
		}
	}
	if err := dropSKUsExcept(ctx, tx, p.ID, codes); err != nil {
		return p, err
	}
	return Get(ctx, tx, p.ID)
}

func (d Draft) check() error {
	if d.Title == "" {
		return ErrTitleMissing.At("title")
	}
	if len(d.SKUs) == 0 {
		return ErrNoSKU.At("skus")
	}
	seen := map[string]bool{}
	for i, s := range d.SKUs {
		switch {
		case s.Code == "" || len(s.Code) > 64 || seen[s.Code]:
			return ErrBadSKU.At(skuField(i, "code"))
		case s.Price < 0 || s.Price > maxAmount:
			return ErrBadAmount.At(skuField(i, "price"))
		case s.Cost != nil && (*s.Cost < 0 || *s.Cost > maxAmount):
			return ErrBadAmount.At(skuField(i, "cost"))
		case s.Stock < 0 || s.Stock > maxStock:
			return ErrBadAmount.At(skuField(i, "stock"))
		}
		seen[s.Code] = true
	}
	return nil
}

// SetState lists, unlists or archives a product. An archived one stays so.
func SetState(ctx context.Context, tx *pg.Tx, product ID, to State) (Product, error) {
	p, err := lockProduct(ctx, tx, product)
	if err != nil || p.State == to {
		return p, err
	}
	if p.State == Archived {
		return p, ErrArchived
	}
	p.State = to
	return p, saveProduct(ctx, tx, p)
}

// maxStock fits the column with room for what comes back.
const maxStock = 1_000_000_000

// Restock adds to a SKU's stock, or takes from it with a negative delta.
func Restock(ctx context.Context, tx *pg.Tx, code string, delta int) (SKU, error) {
	stock, err := lockStock(ctx, tx, []string{code})
	if err != nil {
		return SKU{}, err
	}
	sku, known := stock[code]
	switch {
	case !known:
		return sku, ErrUnknown
	case delta > maxStock || delta < -maxStock || sku.Stock+delta > maxStock:
		return sku, ErrBadAmount.At("delta")
	case sku.Stock+delta < 0:
		return sku, ErrOutOfStock.At("delta").With("title", sku.Title).With("stock", sku.Stock)
	}
	sku.Stock += delta
	return sku, addStock(ctx, tx, []string{code}, []int{delta}, 1)
}
