package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
)

const maxQty = 100_000

// Price reads what the lines cost now. The fault names the line: unknown SKU,
// not on sale, bad quantity. It takes nothing from the stock.
func Price(ctx context.Context, tx *pg.Tx, lines []Line) ([]PricedLine, error) {
	codes, _, err := total(lines)
	if err != nil {
		return nil, err
	}
	found, err := readPrices(ctx, tx, codes)
	if err != nil {
		return nil, err
	}
	priced := make([]PricedLine, len(lines))
	for i, l := range lines {
		row, known := found[l.SKU]
		if !known {
			return nil, ErrUnknownSKU.At(field(i, "sku")).With("sku", l.SKU)
		}
		if row.State != Listed {
			return nil, ErrUnlisted.At(field(i, "sku")).With("title", row.Title)
		}
		priced[i] = row.PricedLine
		priced[i].Qty = l.Qty
	}
	return priced, nil
}

// Reserve takes the lines from the stock: all of them, or none and
// [ErrOutOfStock] with the line. Two at once wait for each other in the order
// of SKU codes, so they cannot block one another.
func Reserve(ctx context.Context, tx *pg.Tx, lines []Line) error {
	codes, sums, err := total(lines)
	if err != nil {
		return err
	}
	stock, err := lockStock(ctx, tx, codes)
	if err != nil {
		return err
	}
	for i, code := range codes {
		left, known := stock[code]
		switch {
		case !known:
			return ErrUnknownSKU.At(field(lineOf(lines, code), "sku")).With("sku", code)
		case left.Stock < sums[i]:
			return ErrOutOfStock.At(field(lineOf(lines, code), "qty")).With("title", left.Title).With("stock", left.Stock)
		}
	}
	return addStock(ctx, tx, codes, sums, -1)
}

// Return puts the lines back. SKUs that are gone from the catalogue are left
// out: their orders keep their facts.
func Return(ctx context.Context, tx *pg.Tx, lines []Line) error {
	codes, sums, err := total(lines)
	if err != nil {
		return err
	}
	if _, err := lockStock(ctx, tx, codes); err != nil {
		return err
	}
	return addStock(ctx, tx, codes, sums, 1)
}

// total sums the quantities per SKU, ordered by code.
func total(lines []Line) (codes []string, sums []int, err error) {
	wanted := map[string]int{}
	for i, l := range lines {
		if l.Qty < 1 || l.Qty > maxQty {
			return nil, nil, ErrBadQuantity.At(field(i, "qty"))
		}
		if _, seen := wanted[l.SKU]; !seen {
			codes = append(codes, l.SKU)
		}
		wanted[l.SKU] += l.Qty
	}
	slices.Sort(codes)
	for _, c := range codes {
		sums = append(sums, wanted[c])
	}
	return codes, sums, nil
}

func lineOf(lines []Line, code string) int {
	return slices.IndexFunc(lines, func(l Line) bool { return l.SKU == code })
}

func field(i int, name string) string { return fmt.Sprintf("lines[%d].%s", i, name) }

func skuField(i int, name string) string { return fmt.Sprintf("skus[%d].%s", i, name) }
