package catalog

import "github.com/fenli-io/fenli/platform/fault"

// What callers may be told.
var (
	ErrUnknown = fault.New(fault.NotFound, "catalog.unknown",
		"没有这个商品", "there is no such product")
	ErrUnknownSKU = fault.New(fault.Invalid, "catalog.unknown_sku",
		"没有 SKU {sku}", "there is no SKU {sku}")
	ErrUnlisted = fault.New(fault.Conflict, "catalog.unlisted",
		"{title} 已下架", "{title} is not on sale")
	ErrOutOfStock = fault.New(fault.Conflict, "catalog.out_of_stock",
		"{title} 库存不足，仅剩 {stock} 件", "{title} is short of stock: {stock} left")
	ErrBadQuantity = fault.New(fault.Invalid, "catalog.bad_quantity",
		"数量须在 1 到 100000 之间", "a quantity is between 1 and 100000")
	ErrTitleMissing = fault.New(fault.Invalid, "catalog.title_missing",
		"请填写商品名称", "a title is required")
	ErrNoSKU = fault.New(fault.Invalid, "catalog.no_sku",
		"商品至少要有一个 SKU", "a product needs at least one SKU")
	ErrBadSKU = fault.New(fault.Invalid, "catalog.bad_sku",
		"SKU 编码不能为空、不能重复，且不超过 64 个字符", "a SKU code is present, unique and at most 64 characters")
	ErrSKUTaken = fault.New(fault.Conflict, "catalog.sku_taken",
		"SKU {sku} 已属于另一个商品", "the SKU {sku} belongs to another product")
	ErrBadAmount = fault.New(fault.Invalid, "catalog.bad_amount",
		"价格、成本与库存不能为负，也不能过大", "price, cost and stock must not be negative or too large")
	ErrArchived = fault.New(fault.Conflict, "catalog.archived",
		"商品已归档", "the product is archived")
)
