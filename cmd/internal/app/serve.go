package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/platform/telemetry"
)

// graceful is how long requests and jobs in hand may take to end.
const graceful = 20 * time.Second

// heapRoom is how far the heap may grow, in per cent of what is in use, before
// it is swept. A server's is small: at Go's 100 it would be swept every few
// orders.
const heapRoom = 300

// Serve answers on the listener and works in the background, as the role says,
// until ctx ends or something fails. Then it takes no more work, lets what is
// in hand end, and returns.
func (a *App) Serve(ctx context.Context, ln net.Listener) error {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(heapRoom))
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := a.HTTP.Fiber().Listener(ln); err != nil && !errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("app: %w", err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		err := a.HTTP.Fiber().ShutdownWithTimeout(graceful)
		_ = ln.Close() // a shutdown that overtakes the start of Fiber would leave it listening
		return err
	})
	for _, follow := range a.everywhere {
		group.Go(func() error { return untilCancelled(ctx, follow) })
	}
	if a.Role.works() {
		for _, work := range a.background {
			group.Go(func() error { return untilCancelled(ctx, work) })
		}
		group.Go(func() error { return a.runJobs(ctx) })
	}
	a.Log.Info("serving", "role", a.Role, "address", ln.Addr().String(), "operations", len(a.HTTP.Operations()))
	err := group.Wait()
	a.Log.Info("stopped")
	return err
}

// runJobs starts the queue on a context of its own, so that the end of ctx
// stops it gently.
func (a *App) runJobs(ctx context.Context) error {
	if err := a.Jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	return a.Jobs.Stop(stopping)
}

func untilCancelled(ctx context.Context, work func(context.Context) error) error {
	if err := work(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// openPlainRoutes are for machines around us: no audience, no document.
func (a *App) openPlainRoutes() {
	f := a.HTTP.Fiber()
	f.Get("/healthz", adaptor.HTTPHandler(a.Health.LiveHandler()))
	f.Get("/readyz", adaptor.HTTPHandler(a.Health.ReadyHandler()))
	f.Get("/metrics", a.privateOnly, adaptor.HTTPHandler(a.Metrics.Handler()))
}

// privateOnly answers to neighbours: figures of the business are not for the
// public. The address is the connection's, not a header's.
func (a *App) privateOnly(c *fiber.Ctx) error {
	ip := c.Context().RemoteIP()
	if !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsUnspecified() {
		return fiber.ErrNotFound
	}
	return c.Next()
}

// observe counts requests and their seconds by operation; neither stores nor
// people are labels.
func observe(m telemetry.Metrics) func(operation string, status int, took time.Duration) {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "fenli_http_request_seconds",
		Help:    "Time to answer, by operation and status.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 10),
	}, []string{"operation", "status"})
	m.MustRegister(seconds)
	return func(operation string, status int, took time.Duration) {
		seconds.WithLabelValues(operation, strconv.Itoa(status)).Observe(took.Seconds())
	}
}
