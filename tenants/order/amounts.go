package order

import (
	"fmt"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// price computes what is paid for each line: its own discount first, then its
// part of the order's discount by largest remainder in proportion to what its
// own discount left.
func price(lines Lines, discount int64) (Lines, error) {
	weights := make([]int64, len(lines))
	var goods int64
	for i, l := range lines {
		at := func(field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }
		switch {
		case l.Qty <= 0:
			return nil, errQuantity.At(at("qty"))
		case l.UnitPrice < 0:
			return nil, errNegative.At(at("unit_price"))
		case l.Discount < 0:
			return nil, errNegative.At(at("discount"))
		}
		gross, err := money.MulDiv(l.UnitPrice, l.Qty, 1, money.Floor)
		if err != nil || gross > money.MaxMinor {
			return nil, errTooLarge.At(at("unit_price"))
		}
		if l.Discount > gross {
			return nil, errDiscount.At(at("discount"))
		}
		weights[i] = gross - l.Discount
		if goods += weights[i]; goods > money.MaxMinor {
			return nil, errTooLarge.At("lines")
		}
	}
	switch {
	case discount < 0:
		return nil, errNegative.At("discount")
	case discount > goods:
		return nil, errDiscount.At("discount")
	}
	parts, err := money.Split(discount, weights)
	if err != nil {
		return nil, fmt.Errorf("order: spread the discount: %w", err)
	}
	priced := make(Lines, len(lines))
	for i, l := range lines {
		l.Discount += parts[i]
		l.Net = weights[i] - parts[i]
		priced[i] = l
	}
	return priced, nil
}

func (ls Lines) goods() (sum int64) {
	for _, l := range ls {
		sum += l.Net
	}
	return sum
}

// spread divides a refund over what is left of the lines: all of it on the
// named line, or over all in proportion, by largest remainder.
func spread(amount int64, line string, lines Lines, left []int64) ([]int64, error) {
	var total int64
	for _, n := range left {
		total += n
	}
	if line == "" {
		if amount > total {
			return nil, errAboveRemaining.With("remaining", total).At("amount")
		}
		parts, err := money.Split(amount, left)
		if err != nil {
			return nil, fmt.Errorf("order: spread a refund: %w", err)
		}
		return parts, nil
	}
	parts := make([]int64, len(lines))
	for i, l := range lines {
		if l.ID != line {
			continue
		}
		if amount > left[i] {
			return nil, errAboveRemaining.With("remaining", left[i]).At("amount")
		}
		parts[i] = amount
		return parts, nil
	}
	return nil, errUnknownLine.With("line", line).At("line")
}
