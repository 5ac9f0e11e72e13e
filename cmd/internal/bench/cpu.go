package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticksPerSecond is USER_HZ, which Linux has fixed at 100 for every program.
const ticksPerSecond = 100

// usage is the CPU time of everything that serves.
type usage struct{ app, postgres, redis, strategies time.Duration }

func (u usage) total() time.Duration { return u.app + u.postgres + u.redis + u.strategies }

func (u usage) since(before usage) usage {
	return usage{u.app - before.app, u.postgres - before.postgres, u.redis - before.redis, u.strategies - before.strategies}
}

func (u usage) less(idle usage, share float64) usage {
	off := func(d time.Duration) time.Duration { return time.Duration(float64(d) * share) }
	return usage{u.app - off(idle.app), u.postgres - off(idle.postgres), u.redis - off(idle.redis), u.strategies - off(idle.strategies)}
}

func (u usage) plus(o usage) usage {
	return usage{u.app + o.app, u.postgres + o.postgres, u.redis + o.redis, u.strategies + o.strategies}
}

func (u usage) share(of float64) usage { return usage{}.plus(u).less(u, 1-of) }

// perOrder is CPU milliseconds an order, and where they went.
func (u usage) perOrder(name string, orders int) Figure {
	each := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 / float64(max(orders, 1)) }
	return figure(name, each(u.total()), "CPU-ms/order").noting(fmt.Sprintf("%d orders; app %.2f, postgres %.2f, redis %.2f, strategies %.2f",
		orders, each(u.app), each(u.postgres), each(u.redis), each(u.strategies)))
}

// stat is one process as /proc tells it.
type stat struct {
	pid, parent int
	own         time.Duration
	reaped      time.Duration // of children that have ended
}

func readStat(pid int) (s stat, ok bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return s, false
	}
	_, rest, _ := bytes.Cut(b, []byte(") ")) // a name may hold spaces
	f := strings.Fields(string(rest))
	if len(f) < 15 {
		return s, false
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64)
		return time.Duration(n) * time.Second / ticksPerSecond
	}
	parent, _ := strconv.Atoi(f[1])
	return stat{pid: pid, parent: parent, own: ticks(11) + ticks(12), reaped: ticks(13) + ticks(14)}, true
}

// processes is every process by its parent.
func processes() map[int][]stat {
	all := map[int][]stat{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, d := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(d))
		if s, ok := readStat(pid); ok {
			all[s.parent] = append(all[s.parent], s)
		}
	}
	return all
}

// below sums a process's descendants, without itself.
func below(all map[int][]stat, pid int) (sum time.Duration) {
	for _, c := range all[pid] {
		sum += c.own + c.reaped + below(all, c.pid)
	}
	return sum
}

// used reads the CPU time of the product and its servers so far.
func (p *place) used() usage {
	all := processes()
	whole := func(pid int) time.Duration {
		s, _ := readStat(pid)
		return s.own + s.reaped + below(all, pid)
	}
	app, _ := readStat(p.server.Process.Pid)
	return usage{app: app.own, strategies: app.reaped + below(all, app.pid), postgres: whole(p.postgres), redis: whole(p.redis)}
}

// memory reads a value of /proc/PID/status in MB.
func memory(pid int, field string) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 64)
			return kb / 1024
		}
	}
	return 0
}
