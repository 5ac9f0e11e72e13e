package payout_test

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// backup keeps every row of every table of the business, as JSON.
func (s *till) backup() map[string][]string {
	s.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.db.OwnerURL)
	s.must(err)
	defer conn.Close(ctx)
	kept := map[string][]string{}
	for _, table := range s.tables(ctx, conn) {
		rows, err := conn.Query(ctx, "select to_jsonb(t)::text from only "+table+" t")
		s.must(err)
		kept[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		s.must(err)
	}
	return kept
}

// restore makes the database what it was.
func (s *till) restore(kept map[string][]string) {
	s.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.db.OwnerURL)
	s.must(err)
	defer conn.Close(ctx)
	tx, err := conn.Begin(ctx)
	s.must(err)
	_, err = tx.Exec(ctx, "set local session_replication_role = replica")
	s.must(err)
	tables := s.tables(ctx, conn)
	_, err = tx.Exec(ctx, "truncate "+strings.Join(tables, ", ")+" cascade")
	s.must(err)
	for table, rows := range kept {
		var columns string
		s.must(tx.QueryRow(ctx, `select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
			table).Scan(&columns))
		for _, row := range rows {
			_, err = tx.Exec(ctx, "insert into "+table+" ("+columns+") overriding system value select "+columns+" from jsonb_populate_record(null::"+table+", $1::jsonb)", row)
			s.must(err)
		}
	}
	s.must(tx.Commit(ctx))
}

// tables are those with rows of their own: partitions, not what they are parts of.
func (s *till) tables(ctx context.Context, conn *pgx.Conn) []string {
	s.t.Helper()
	rows, err := conn.Query(ctx, `
		select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'goose%' and c.relname not like 'river%'
		 order by c.relname`)
	s.must(err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	s.must(err)
	return list
}
