package withdrawal

import "github.com/fenli-io/fenli/plugins/sdk/money"

// mostParts is into how many transfers one request may be cut.
const mostParts = 20

// sizes are the gross amounts of the transfers of a request: one, or as many
// as the method's limit asks for, of nearly the same size so that none is
// too small to be sent.
func (r Rules) sizes(m Method, amount int64) ([]int64, error) {
	limit := r.PerTransfer[m]
	if limit <= 0 || amount <= limit {
		return []int64{amount}, nil
	}
	n := (amount + limit - 1) / limit
	if !r.Split || n > mostParts {
		most := limit
		if r.Split {
			most = limit * mostParts
		}
		return nil, ErrAboveTransfer.With("maximum", r.text(most))
	}
	weights := make([]int64, n)
	for i := range weights {
		weights[i] = 1
	}
	return money.Split(amount, weights)
}
