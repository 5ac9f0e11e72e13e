package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/registry"
)

type ledgerCommand struct {
	Verify ledgerVerify `cmd:"" help:"Make every hash and every balance again."`
	Heads  ledgerHeads  `cmd:"" help:"Print where every store's journal stood, to be kept outside."`
	Export ledgerExport `cmd:"" help:"Write a store's journal with its numbers and hashes."`
}

type ledgerVerify struct {
	Store string `help:"The store's address; without it, every store."`
	After string `help:"Go on behind this store: the last that an interrupted run said was done."`
	From  string `help:"Begin with what was sealed on this day of the store: 2026-03-01. What is before is taken as it says it is."`
	To    string `help:"End with what was sealed on this day."`
	Heads string `type:"existingfile" help:"A file of heads that were kept outside (fenli ledger heads)."`
}

func (ledgerVerify) Help() string {
	return `Makes the hash of every entry again from the movement itself, holds it against the seals and
against heads that were kept, looks for movements without a number, and sums every balance
from its movements. It sees each store at one instant and blocks nobody. What it finds is
printed, the first bad entry first; the exit status is 1 when there is any.`
}

var errRewritten = errors.New("the journal is not what was sealed")

func (c ledgerVerify) Run(ctx context.Context) error {
	for _, day := range []string{c.From, c.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return fmt.Errorf("%q is no day: 2026-03-01", day)
		}
	}
	kept, err := readKept(c.Heads)
	if err != nil {
		return err
	}
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	defer l.Close()
	stores, findings, begun := 0, 0, c.After == ""
	err = eachStore(ctx, l, c.Store, func(store registry.Store) error {
		if !begun {
			begun = store.Slug == c.After
			return nil
		}
		stores++
		n, err := c.verify(ctx, l, store, kept[store.Slug])
		findings += n
		delete(kept, store.Slug)
		return err
	})
	if err != nil {
		return err
	}
	if c.Store == "" && c.After == "" {
		for slug := range kept {
			findings++
			fmt.Printf("FOUND %s: heads were kept of this store, and there is none\n", slug)
		}
	}
	fmt.Printf("%d stores verified, %d findings\n", stores, findings)
	if !begun {
		return fmt.Errorf("there is no store %q to go on behind", c.After)
	}
	if findings > 0 {
		return errRewritten
	}
	return nil
}

func (c ledgerVerify) verify(ctx context.Context, l *local, store registry.Store, kept []ledger.Head) (findings int, err error) {
	r, err := l.Journal.Verify(ctx, store.ID, ledger.Audit{From: c.From, To: c.To, Kept: kept, Progress: func(n int64) {
		fmt.Fprintf(os.Stderr, "\r%s: %d entries", store.Slug, n)
	}})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", store.Slug, err)
	}
	for _, f := range r.Findings {
		fmt.Printf("FOUND %s: %s\n", store.Slug, f)
	}
	fmt.Printf("%s: %d entries, %d kept heads compared, head %d %s\n", store.Slug, r.Entries, len(kept), r.Head.Number, r.Head.Hash)
	return len(r.Findings), nil
}

func readKept(path string) (map[string][]ledger.Head, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ledger.ReadHeads(f)
}

// eachStore visits one store, or all of them in an order that does not change.
func eachStore(ctx context.Context, l *local, slug string, visit func(registry.Store) error) error {
	if slug != "" {
		store, err := l.Registry.BySlug(ctx, slug)
		if err != nil {
			return err
		}
		return visit(store)
	}
	for before := (tenancy.ID{}); ; {
		page, err := l.Registry.Stores(ctx, before, 100)
		if err != nil {
			return err
		}
		for _, store := range page {
			if err := visit(store); err != nil {
				return err
			}
			before = store.ID
		}
		if len(page) < 100 {
			return nil
		}
	}
}

type ledgerHeads struct {
	Date string `help:"A day of each store; without it, each store's yesterday."`
}

func (ledgerHeads) Help() string {
	return `Prints a line of JSON for every store that has entries: its journal's number and hash at the
end of the day. Kept where nobody with the database's password can write, they prove that nothing
before them was rewritten: fenli ledger verify --heads FILE. Files may be put together with cat.`
}

func (c ledgerHeads) Run(ctx context.Context) error {
	var day time.Time
	if c.Date != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, c.Date); err != nil {
			return fmt.Errorf("%q is no day: 2026-03-01", c.Date)
		}
	}
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	defer l.Close()
	lines := json.NewEncoder(os.Stdout)
	return eachStore(ctx, l, "", func(store registry.Store) error {
		var head ledger.Head
		err := l.DB.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) (err error) {
			on := day
			if on.IsZero() {
				if on, err = l.Journal.Yesterday(ctx, tx); err != nil {
					return err
				}
			}
			head, err = l.Journal.HeadOn(ctx, tx, on)
			return err
		})
		if err != nil || head.Number == 0 {
			return err
		}
		return lines.Encode(ledger.KeptHead{Store: store.Slug, Day: head.Day, Number: head.Number, Hash: head.Hash, KeptAt: clock.Real()})
	})
}

type ledgerExport struct {
	Store  string `required:"" help:"The store's address."`
	After  int64  `help:"Begin behind this number."`
	Format string `enum:"csv,jsonl" default:"csv" help:"csv or jsonl."`
}

func (ledgerExport) Help() string {
	return `Writes every entry with its number and hash to the standard output. The hash of an entry is
SHA-256 of the 32 bytes of the hash before it and the entry's line: number, id, kind, party, asset,
source, target, amount, ref and recorded_at with tabs between them and a line feed. Before the first
stands SHA-256 of "fenli ledger " and the store's UUID.`
}

// exportAtOnce is how many entries one read takes.
const exportAtOnce = 10_000

func (c ledgerExport) Run(ctx context.Context) error {
	l, store, err := startFor(ctx, c.Store)
	if err != nil {
		return err
	}
	defer l.Close()
	out := bufio.NewWriter(os.Stdout)
	for after, header := c.After, true; ; header = false {
		var part []ledger.Sealed
		err := l.DB.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) (err error) {
			part, err = ledger.Read(ctx, tx, after, exportAtOnce)
			return err
		})
		if err != nil {
			return err
		}
		if err := ledger.Export(out, ledger.Format(c.Format), header, part); err != nil {
			return err
		}
		if len(part) < exportAtOnce {
			return out.Flush()
		}
		after = part[len(part)-1].Number
	}
}
