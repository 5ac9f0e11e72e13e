package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// watching lets PostgreSQL count its statements, when profiles are wanted.
func (o Options) watching() []string {
	if o.Profile == "" {
		return nil
	}
	return []string{"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on", "pg_stat_statements.max=2000"}
}

// profiled runs a scenario and, when profiles are wanted, writes what cost how
// much: the product's own profile is a file that `go tool pprof` reads.
func (p *place) profiled(ctx context.Context, s scenario) ([]Figure, error) {
	p.measuring = s.name
	if p.Profile == "" {
		return s.run(ctx, p)
	}
	if _, err := p.owner.Exec(ctx, "create extension if not exists pg_stat_statements"); err != nil {
		return nil, err
	}
	if err := p.restart(ctx); err != nil { // a profile of its own
		return nil, err
	}
	if _, err := p.owner.Exec(ctx, "select pg_stat_statements_reset()"); err != nil {
		return nil, err
	}
	figures, err := s.run(ctx, p)
	if err != nil {
		return figures, err
	}
	return figures, p.writeStatements(ctx)
}

func (p *place) profileOf(what, extension string) string {
	return filepath.Join(p.Profile, fmt.Sprintf("%s-%s-%d.%s", p.measuring, what, time.Now().UnixMilli(), extension))
}

// writeStatements lists what PostgreSQL did, the dearest first.
func (p *place) writeStatements(ctx context.Context) error {
	rows, err := p.owner.Query(ctx, `
		select format('%s calls  %s ms exec  %s ms plan  %s rows  %s buffers  %s B wal  %s FPI  %s', s.calls, round(s.total_exec_time::numeric, 1),
		              round(s.total_plan_time::numeric, 1), s.rows, s.shared_blks_hit + s.shared_blks_read, s.wal_bytes, s.wal_fpi,
		              regexp_replace(s.query, '\s+', ' ', 'g'))
		  from pg_stat_statements s join pg_roles r on r.oid = s.userid where r.rolname like 'fenli%'
		 order by s.total_exec_time + s.total_plan_time desc`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		out.WriteString(line + "\n")
	}
	if rows.Err() != nil {
		return rows.Err()
	}
	return os.WriteFile(p.profileOf("statements", "txt"), []byte(out.String()), 0o644)
}
