package commission

import (
	"context"
	"encoding/json"

	"github.com/klauspost/compress/zstd"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/order"
)

// Dictionaries are those that stored decisions may need.
var Dictionaries = dictionaries

// InParts is a stored record as programs before there were records, and
// dictionaries, stored it: three columns, each compressed alone.
func InParts(record []byte) (request, answer []byte, granted string, err error) {
	var d decision
	if err := d.recall(record); err != nil {
		return nil, nil, "", err
	}
	g, err := json.Marshal(d.grants)
	if err != nil || d.request == nil {
		return nil, nil, string(g), err
	}
	old, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, nil, "", err
	}
	return old.EncodeAll(canonical(d.request), nil), old.EncodeAll(canonical(d.answer), nil), string(g), nil
}

// StoredBytes is what is read about one order, in the form that is compared.
func StoredBytes(ctx context.Context, tx *pg.Tx, which order.ID) (request, answer []byte, granted string, err error) {
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return nil, nil, "", err
	}
	found, err := readDecisions(ctx, tx, []order.Order{o})
	if err != nil {
		return nil, nil, "", err
	}
	d := found[which]
	g, err := json.Marshal(d.grants)
	if d.request != nil {
		request, answer = canonical(d.request), canonical(d.answer)
	}
	return request, answer, string(g), err
}
