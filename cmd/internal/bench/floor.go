package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ServeFloor is the least a server could do with an order and still have it
// after a power cut: decode it and insert it. It runs as a process of its own.
func ServeFloor(ctx context.Context, addr, databaseURL string) error {
	db, err := pgxpool.New(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	server := &http.Server{Addr: addr, ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var order struct {
			ExternalID string `json:"external_id"`
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &order)
		}
		if err == nil && order.ExternalID != "" {
			_, err = db.Exec(r.Context(), "insert into bench_floor (external_id, body) values ($1, $2)", order.ExternalID, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
	})}
	go func() { <-ctx.Done(); _ = server.Close() }()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bareFloor measures it under the load that the product gets.
func (p *place) bareFloor(ctx context.Context, long time.Duration) (r round, err error) {
	database, err := p.floorDatabase(ctx)
	if err != nil {
		return r, err
	}
	addr, err := freeAddress()
	if err != nil {
		return r, err
	}
	cmd := exec.Command(p.Binary, "bench-floor", addr)
	cmd.Env = append(p.env, "DATABASE_URL="+database)
	if err := cmd.Start(); err != nil {
		return r, err
	}
	defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() }()
	at := "http://" + addr
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		res, err := http.Get(at)
		if err == nil {
			_ = res.Body.Close()
			break
		}
		if time.Now().After(end) {
			return r, err
		}
	}
	begun, before := time.Now(), p.used()
	process, _ := readStat(cmd.Process.Pid)
	if r.orders, err = p.floorLoad(ctx, at, long); err != nil {
		return r, err
	}
	after, _ := readStat(cmd.Process.Pid)
	r.took, r.cpu = time.Since(begun), usage{app: after.own - process.own, postgres: p.used().since(before).postgres}
	return r, nil
}

// floorDatabase is one beside the product's, so that the doctor does not meet
// the floors' tables.
func (p *place) floorDatabase(ctx context.Context) (string, error) {
	address, err := url.Parse(p.servers.OwnerURL)
	if err != nil {
		return "", err
	}
	address.Path = "/floor"
	if there, err := p.number(ctx, "select count(*) from pg_database where datname = 'floor'"); err != nil || there == 1 {
		return address.String(), err
	}
	if _, err := p.owner.Exec(ctx, "create database floor"); err != nil {
		return "", err
	}
	db, err := pgx.Connect(ctx, address.String())
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close(ctx) }()
	_, err = db.Exec(ctx, "create table bench_floor (id bigint generated always as identity primary key, external_id text not null, body bytea not null)")
	return address.String(), err
}

func (p *place) floorLoad(ctx context.Context, at string, long time.Duration) (orders int, err error) {
	s := &shop{}
	var done, bad atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(begun) < long && ctx.Err() == nil {
				res, err := web.Post(at, "application/json", bytes.NewReader(s.next(2)))
				if err != nil || res.StatusCode != http.StatusCreated {
					bad.Add(1)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				done.Add(1)
			}
		})
	}
	all.Wait()
	if bad.Load() > 0 {
		return 0, fmt.Errorf("the floor failed %d times", bad.Load())
	}
	return int(done.Load()), nil
}

func externalOf(order []byte) string {
	var o struct {
		ExternalID string `json:"external_id"`
	}
	_ = json.Unmarshal(order, &o)
	return o.ExternalID
}

// figureIn reads the number behind a label of a tool's output.
func figureIn(out, label string) (float64, error) {
	_, rest, found := strings.Cut(out, label)
	if !found {
		return 0, fmt.Errorf("no %q in %q", label, out)
	}
	return strconv.ParseFloat(strings.Fields(rest)[0], 64)
}
