package ledgerhttp

import (
	"bytes"
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
)

type file struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

// exportMost is how many entries one file holds; whoever wants more asks again
// behind the last number.
const exportMost = 20_000

func (h *handlers) export(ctx context.Context, in *struct {
	Format string `query:"format" enum:"csv,jsonl" default:"csv"`
	After  int64  `query:"after" minimum:"0" doc:"Begin behind this number"`
	Limit  int    `query:"limit" minimum:"1" maximum:"20000" default:"20000" doc:"A shorter file is the last"`
}) (*file, error) {
	var all []ledger.Sealed
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		all, err = ledger.Read(ctx, tx, in.After, min(in.Limit, exportMost))
		return err
	})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	kind := ledger.CSV
	mime := "text/csv; charset=utf-8"
	if in.Format == "jsonl" {
		kind, mime = ledger.JSONLines, "application/x-ndjson"
	}
	if err := ledger.Export(&b, kind, true, all); err != nil {
		return nil, err
	}
	return &file{mime, fmt.Sprintf(`attachment; filename="journal-%d.%s"`, in.After+1, in.Format), b.Bytes()}, nil
}
