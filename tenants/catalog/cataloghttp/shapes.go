package cataloghttp

import (
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/catalog"
)

// Product is a product as the console sees it.
type Product struct {
	ID          catalog.ID    `json:"id"`
	Title       string        `json:"title"`
	Category    string        `json:"category"`
	Description string        `json:"description"`
	Picture     string        `json:"picture"`
	State       catalog.State `json:"state" enum:"listed,unlisted,archived"`
	Distributed bool          `json:"distributed" doc:"Whether it pays commission"`
	CreatedAt   time.Time     `json:"created_at"`
	SKUs        []SKU         `json:"skus"`
}

// SKU is one thing that can be bought, with what it costs the merchant.
type SKU struct {
	Code  string        `json:"code"`
	Title string        `json:"title"`
	Price money.Amount  `json:"price"`
	Cost  *money.Amount `json:"cost"`
	Stock int           `json:"stock"`
}

func productShape(p catalog.Product, currency string) Product {
	skus := make([]SKU, len(p.SKUs))
	for i, s := range p.SKUs {
		skus[i] = skuShape(s, currency)
	}
	return Product{p.ID, p.Title, p.Category, p.Description, p.Picture, p.State, p.Distributed, p.CreatedAt, skus}
}

func skuShape(s catalog.SKU, currency string) SKU {
	return SKU{s.Code, s.Title, money.Amount{Minor: s.Price, Currency: currency}, optional(s.Cost, currency), s.Stock}
}

func optional(minor *int64, currency string) *money.Amount {
	if minor == nil {
		return nil
	}
	return &money.Amount{Minor: *minor, Currency: currency}
}

// WindowItem is a product as buyers see it: no cost, and what the distributor
// who looks would earn.
type WindowItem struct {
	ID          catalog.ID    `json:"id"`
	Title       string        `json:"title"`
	Category    string        `json:"category"`
	Description string        `json:"description"`
	Picture     string        `json:"picture"`
	Price       money.Amount  `json:"price" doc:"Of the cheapest SKU"`
	Stock       int           `json:"stock" doc:"Of all SKUs"`
	Earn        *money.Amount `json:"earn" doc:"Expected commission on the cheapest SKU; null for buyers"`
	SKUs        []WindowSKU   `json:"skus"`
}

// WindowSKU is a SKU as buyers see it.
type WindowSKU struct {
	Code  string        `json:"code"`
	Title string        `json:"title"`
	Price money.Amount  `json:"price"`
	Stock int           `json:"stock"`
	Earn  *money.Amount `json:"earn"`
}

func windowShape(p catalog.Product, currency string, earns map[string]int64) WindowItem {
	w := WindowItem{ID: p.ID, Title: p.Title, Category: p.Category, Description: p.Description, Picture: p.Picture, SKUs: []WindowSKU{}}
	for i, s := range p.SKUs { // the cheapest first
		var earn *money.Amount
		if minor, known := earns[s.Code]; known && p.Distributed {
			earn = &money.Amount{Minor: minor, Currency: currency}
		}
		price := money.Amount{Minor: s.Price, Currency: currency}
		if i == 0 {
			w.Price, w.Earn = price, earn
		}
		w.Stock += s.Stock
		w.SKUs = append(w.SKUs, WindowSKU{s.Code, s.Title, price, s.Stock, earn})
	}
	return w
}

// ProductChange is a product as the merchant writes it down.
type ProductChange struct {
	Title       string      `json:"title" minLength:"1" maxLength:"200"`
	Category    string      `json:"category" required:"false" maxLength:"200" doc:"A path: tea/green"`
	Description string      `json:"description" required:"false" maxLength:"50000"`
	Picture     string      `json:"picture" required:"false" maxLength:"400000" doc:"https address, path of this site or data:image"`
	Distributed *bool       `json:"distributed" required:"false" doc:"Whether it pays commission; true unless said"`
	SKUs        []SKUChange `json:"skus" minItems:"1" maxItems:"200"`
}

// SKUChange is one SKU of it. The stock counts for a SKU that is new.
type SKUChange struct {
	Code  string        `json:"code" minLength:"1" maxLength:"64"`
	Title string        `json:"title" required:"false" maxLength:"200"`
	Price money.Amount  `json:"price"`
	Cost  *money.Amount `json:"cost" required:"false"`
	Stock int           `json:"stock" required:"false" minimum:"0"`
}

var errForeignCurrency = fault.New(fault.Invalid, "money.foreign_currency",
	"本店只使用 {currency}", "this store uses {currency} alone")

func (c ProductChange) draft(currency string) (catalog.Draft, error) {
	d := catalog.Draft{Title: c.Title, Category: c.Category, Description: c.Description, Picture: c.Picture, Distributed: c.Distributed == nil || *c.Distributed}
	for i, s := range c.SKUs {
		if s.Price.Currency != currency {
			return d, errForeignCurrency.With("currency", currency).At(skuField(i, "price"))
		}
		sku := catalog.SKU{Code: s.Code, Title: s.Title, Price: s.Price.Minor, Stock: s.Stock}
		if s.Cost != nil {
			if s.Cost.Currency != currency {
				return d, errForeignCurrency.With("currency", currency).At(skuField(i, "cost"))
			}
			sku.Cost = &s.Cost.Minor
		}
		d.SKUs = append(d.SKUs, sku)
	}
	return d, nil
}
