package payout_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/payee"
	. "github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/wechatsim"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// M5: withdrawals against a provider that does everything wrong, by a process
// that is killed with SIGKILL around the writing of any state. Both books are
// equal to the fen, and nobody was paid twice.
func TestKills_BothBooksAreEqualToTheFen(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 1, func(t *testing.T, seed uint64) {
		n := soak.Size(150, 5000)
		s := open(t)
		draw := soak.Rand(seed, 1)
		s.sim.Faults = script(seed)
		w := s.hire(soak.Size(50, 400))
		defer w.fire()
		amounts := map[withdrawal.ID]int64{}
		s.Service.Address = "http://" + w.addr
		for i := range n {
			amount := int64(30 + draw.IntN(300_000))
			who := s.member(i, amount)
			amounts[s.approved(who, amount).ID] = amount
		}
		w.start()
		open := int64(n)
		for round := 0; open > 0 && round < 600; round++ {
			w.settle()
			if draw.IntN(2) == 0 {
				s.sim.ConfirmAll()
			}
			s.sim.Deliver()
			if round == 3 {
				s.cancelSome()
			}
			steps := []time.Duration{20 * time.Second, time.Minute, 5 * time.Minute, 20 * time.Minute, time.Hour}
			w.advance(steps[draw.IntN(len(steps))])
			open = s.db.Int(t, `select count(*) from withdrawal_request where state not in ('paid', 'failed', 'cancelled')`)
		}
		if open > 0 {
			t.Errorf("%d withdrawals have not ended: %s", open, s.unended())
		}
		bills := s.sim.Bills()
		numbers := map[withdrawal.ID]bool{}
		for _, b := range bills {
			which, ours := WithdrawalOf(b.OutBillNo)
			if !ours || numbers[which] || b.Amount != amounts[which] {
				t.Errorf("a second number, or another amount: %+v", b)
			}
			numbers[which] = true
		}
		s.sameBooks()
		paid := s.db.Int(t, `select count(*) from payout_transfer where state = 'paid'`)
		t.Logf("%d withdrawals, %d paid, %d kills", n, paid, w.kills)
		if w.kills < 10 || paid < int64(n)/2 {
			t.Errorf("too little happened: %d kills, %d paid", w.kills, paid)
		}
	})
}

// unended tells how those stand that have not ended.
func (s *till) unended() string {
	var lines []string
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) (err error) {
		lines, err = pg.Column[string](ctx, tx, `
			select count(*) || ' x ' || concat_ws('/', state, standing, asked, code, left(words, 60), trouble, cancel_by, submits > 1) || ', such as ' || min(number)
			  from payout_transfer where tenant_id = $1 and state not in ('paid', 'failed', 'cancelled', 'void')
			 group by state, standing, asked, code, left(words, 60), trouble, cancel_by, submits > 1`, tx.Tenant())
		return err
	}))
	for i := range lines {
		number := lines[i][strings.LastIndex(lines[i], " ")+1:]
		s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
			t, err := ByNumber(ctx, tx, number)
			if err != nil {
				return err
			}
			steps, err := History(ctx, tx, t.ID)
			for _, st := range steps {
				lines[i] += fmt.Sprintf("\n\t%s %s %s %s %s", st.Source, st.Standing, st.State, st.Code, st.Words)
			}
			lines[i] += " " + number
			return err
		}))
	}
	for _, b := range s.sim.Bills() {
		for i := range lines {
			if strings.HasSuffix(lines[i], b.OutBillNo) {
				lines[i] += fmt.Sprintf(" (there %s %s)", b.State, b.FailReason)
			}
		}
	}
	return strings.Join(lines, "; ")
}

// script gives each number a fault of its own, and some calls another one.
func script(seed uint64) func(wechatsim.Call) wechatsim.Fault {
	rotations := 0
	return func(c wechatsim.Call) wechatsim.Fault {
		h := fnv.New64a()
		fmt.Fprint(h, seed, c.OutBillNo)
		f := wechatsim.All[h.Sum64()%uint64(len(wechatsim.All))]
		if f == wechatsim.RotateCertificates && c.Op == "transfer" && c.Nth == 1 {
			if rotations++; rotations > 2 {
				return wechatsim.None
			}
		}
		switch {
		case c.Op == "transfer" && c.Nth == 1:
			return f
		case c.Op == "bill" || c.Op == "certificates" || c.Op == "file":
			return wechatsim.None
		}
		fmt.Fprint(h, c.Op, c.Nth)
		if x := h.Sum64() % 100; x < 12 {
			return []wechatsim.Fault{wechatsim.DropAfter, wechatsim.DropBefore, wechatsim.ErrorAfter, wechatsim.UnknownCode, wechatsim.UnknownState,
				wechatsim.RateLimit, wechatsim.WrongSignature, wechatsim.Truncated}[x%8]
		}
		return wechatsim.None
	}
}

// cancelSome wants some transfers back whose payees are about to confirm.
func (s *till) cancelSome() {
	for _, b := range s.sim.Bills() {
		if b.State != "WAIT_USER_CONFIRM" || len(b.OutBillNo)%2 == 0 || b.Amount%5 != 0 {
			continue
		}
		err := s.within(func(ctx context.Context, tx *pg.Tx) error {
			t, err := ByNumber(ctx, tx, b.OutBillNo)
			if err != nil || t.State != Awaiting {
				return err
			}
			_, err = s.WantCancel(ctx, tx, t.ID, "staff:1")
			return err
		})
		s.must(err)
	}
}

// worker is the process that pays and is killed.
type worker struct {
	s     *till
	cmd   *exec.Cmd
	gone  chan struct{}
	addr  string
	clock string
	job   job
	kills int
}

// job is what a worker is told.
type job struct {
	URL       string
	Store     string
	Key       []byte
	Addr      string
	Clock     string
	Simulator string
	Deadly    int // one in about so many writes
}

const workerEnv = "FENLI_PAYOUT_WORKER"

func (s *till) hire(deadly int) *worker {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	addr := ln.Addr().String()
	s.must(ln.Close())
	w := &worker{s: s, addr: addr, clock: filepath.Join(s.t.(*testing.T).TempDir(), "clock")}
	w.job = job{URL: s.db.AppURL, Store: s.db.A.String(), Key: s.key, Addr: addr, Clock: w.clock, Simulator: s.url, Deadly: deadly}
	w.advance(0)
	return w
}

func (w *worker) start() {
	told, err := json.Marshal(w.job)
	w.s.must(err)
	self, err := os.Executable()
	w.s.must(err)
	w.cmd = exec.Command(self)
	w.cmd.Env = append(os.Environ(), workerEnv+"="+string(told))
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	w.cmd.Stdout, w.cmd.Stderr = io.Discard, &w.s.log
	w.s.must(w.cmd.Start())
	w.gone = make(chan struct{})
	go func(c *exec.Cmd, gone chan struct{}) { _ = c.Wait(); close(gone) }(w.cmd, w.gone)
}

func (w *worker) fire() {
	if w.cmd != nil {
		_ = w.cmd.Process.Kill()
		<-w.gone
	}
}

// settle waits until nothing is due, and starts the worker as often as it dies.
func (w *worker) settle() {
	w.s.t.Helper()
	for end := time.Now().Add(4 * time.Minute); ; time.Sleep(30 * time.Millisecond) {
		select {
		case <-w.gone:
			if !w.cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
				w.s.t.Fatalf("the worker ended by itself: %s\n%s", w.cmd.ProcessState, w.s.log.text.String())
			}
			w.kills++
			w.start()
		default:
		}
		if w.s.db.Int(w.s.t, `select count(*) from payout_due where due_at <= $1`, w.s.now()) == 0 {
			return
		}
		if time.Now().After(end) {
			w.s.t.Fatalf("it is not done with what is due:\n%s", w.s.log.text.String())
		}
	}
}

func (w *worker) advance(d time.Duration) {
	w.s.db.Clock.Advance(d)
	next := w.clock + ".next"
	w.s.must(os.WriteFile(next, []byte(strconv.FormatInt(w.s.now().UnixMicro(), 10)), 0o600))
	w.s.must(os.Rename(next, w.clock))
}

// fileClock is the parent's clock.
type fileClock string

func (f fileClock) Now(context.Context, tenancy.ID) (time.Time, error) {
	raw, err := os.ReadFile(string(f))
	if err != nil {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt(string(raw), 10, 64)
	return time.UnixMicro(micros).UTC(), err
}

// killer ends its own process around a write of a state: before the
// statement, after it, before the commit or after it.
type killer struct{ deadly int }

type writeKey struct{}

func (k killer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	sql := strings.TrimSpace(q.SQL)
	write := strings.HasPrefix(sql, "update payout_") || strings.HasPrefix(sql, "insert into payout_") || strings.HasPrefix(sql, "update withdrawal_") ||
		strings.HasPrefix(sql, "insert into ledger_") || sql == "commit"
	if write {
		k.maybe()
	}
	return context.WithValue(ctx, writeKey{}, write)
}

func (k killer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if write, _ := ctx.Value(writeKey{}).(bool); write {
		k.maybe()
	}
}

func (k killer) maybe() {
	if rand.IntN(2*k.deadly*4) == 0 { // about eight chances a write of a state
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// work is the worker's whole life.
func work() {
	var j job
	if err := json.Unmarshal([]byte(os.Getenv(workerEnv)), &j); err != nil {
		panic(err)
	}
	ctx := context.Background()
	store, err := tenancy.Parse(j.Store)
	if err != nil {
		panic(err)
	}
	db, err := pg.Open(ctx, j.URL, fileClock(j.Clock), pg.MaxConns(10), pg.Tracer(killer{deadly: j.Deadly}))
	if err != nil {
		panic(err)
	}
	box, err := secret.NewBox(j.Key)
	if err != nil {
		panic(err)
	}
	s := New(db, Config{
		Box: box, Payees: payee.New(box), Kinds: kinds(j.Simulator), Address: "http://" + j.Addr, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Withdrawals: withdrawal.New(db, func(context.Context, *pg.Tx) (withdrawal.Rules, error) {
			return withdrawal.Rules{Currency: "CNY", Zone: time.UTC}, nil
		}),
		Money: func(context.Context, *pg.Tx) (string, string, error) { return "CNY", "测试店", nil },
	})
	go func() {
		panic(http.ListenAndServe(j.Addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
			hook := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
			if err := s.Hear(r.Context(), store, hook, r.Header, body); err != nil {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})))
	}()
	for {
		if _, err := s.Run(ctx, store); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
