package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Doorbell tells whoever listens, in this process and in others, that a store
// has work. It is a hint: a ring may be lost, come twice, or come late, and a
// sweep finds the work anyway. So ringing never fails and never waits.
type Doorbell struct {
	client  *Client
	channel string
	house   string // names this doorbell among the processes, so that it does not answer itself
	log     *slog.Logger

	mu        sync.Mutex
	listeners map[*listener]struct{}

	outbox *pile // rings on their way to other processes
	stop   context.CancelFunc
	idle   sync.WaitGroup
}

// lane is the channel every process listens to.
const lane = "fenli:lane"

// NewDoorbell hangs up a doorbell. A nil client rings in this process only.
// Close takes it down.
func NewDoorbell(client *Client, log *slog.Logger) *Doorbell { return newDoorbell(client, lane, log) }

func newDoorbell(client *Client, channel string, log *slog.Logger) *Doorbell {
	if log == nil {
		log = slog.Default()
	}
	ctx, stop := context.WithCancel(context.Background())
	d := &Doorbell{
		client: client, channel: channel, house: rand.Text(), log: log,
		listeners: map[*listener]struct{}{}, outbox: newPile(), stop: stop,
	}
	if client != nil {
		d.idle.Go(func() { d.send(ctx) })
		d.idle.Go(func() { d.receive(ctx) })
	}
	return d
}

// Ring says that the tenant has work.
func (d *Doorbell) Ring(_ context.Context, tenant string) {
	d.announce(tenant)
	if d.client != nil {
		d.outbox.add(tenant)
	}
}

// Listen returns the tenants that have rung, each once until it is received.
// The channel is closed when ctx ends.
func (d *Doorbell) Listen(ctx context.Context) <-chan string {
	l := &listener{heard: newPile()}
	d.mu.Lock()
	d.listeners[l] = struct{}{}
	d.mu.Unlock()

	out := make(chan string)
	go func() {
		defer close(out)
		defer d.forget(l)
		for {
			for _, tenant := range l.heard.take() {
				select {
				case out <- tenant:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-l.heard.filled:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// Close stops the exchange with other processes. Listeners end with their own context.
func (d *Doorbell) Close() {
	d.stop()
	d.idle.Wait()
}

type listener struct{ heard *pile }

func (d *Doorbell) forget(l *listener) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.listeners, l)
}

func (d *Doorbell) announce(tenant string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for l := range d.listeners {
		l.heard.add(tenant)
	}
}

// send publishes what has rung. While Redis is away the rings are dropped:
// telling the others late is the sweep's work.
func (d *Doorbell) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.outbox.filled:
		}
		for _, tenant := range d.outbox.take() {
			if err := d.client.Publish(ctx, d.channel, d.house+" "+tenant).Err(); err != nil && ctx.Err() == nil {
				d.log.WarnContext(ctx, "the doorbell does not reach other processes; their sweep will find the work", "error", err)
				d.outbox.take()
				wait(ctx, time.Second)
				break
			}
		}
	}
}

// receive announces what other processes ring, and returns to it whenever Redis comes back.
func (d *Doorbell) receive(ctx context.Context) {
	for ctx.Err() == nil {
		subscription := d.client.Subscribe(ctx, d.channel)
		// Only closing the line wakes a reader: it does not watch its context.
		hangUp := context.AfterFunc(ctx, func() { _ = subscription.Close() })
		err := d.hear(ctx, subscription)
		hangUp()
		if ctx.Err() == nil {
			d.log.WarnContext(ctx, "the doorbell does not hear other processes; the sweep will find their work", "error", err)
		}
		_ = subscription.Close()
		wait(ctx, time.Second)
	}
}

// hear listens until the line breaks. A line that is silent for long is asked
// once whether it still exists: a vanished host says nothing.
func (d *Doorbell) hear(ctx context.Context, subscription *goredis.PubSub) error {
	const silence = 15 * time.Second
	asked := false
	for {
		heard, err := subscription.ReceiveTimeout(ctx, silence)
		var network net.Error
		switch {
		case err == nil:
			asked = false
			if message, ok := heard.(*goredis.Message); ok {
				d.heardFromOthers(message.Payload)
			}
		case !asked && errors.As(err, &network) && network.Timeout():
			asked = true
			if err := subscription.Ping(ctx); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

func (d *Doorbell) heardFromOthers(payload string) {
	house, tenant, ok := strings.Cut(payload, " ")
	if ok && house != d.house {
		d.announce(tenant)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// pile collects names until somebody takes them. A name that is already there
// is not added again, so a slow reader costs one entry per store at most.
type pile struct {
	mu     sync.Mutex
	names  []string
	known  map[string]struct{}
	filled chan struct{} // has a token when there may be something to take
}

func newPile() *pile {
	return &pile{known: map[string]struct{}{}, filled: make(chan struct{}, 1)}
}

func (p *pile) add(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.known[name]; there {
		return
	}
	p.known[name] = struct{}{}
	p.names = append(p.names, name)
	select {
	case p.filled <- struct{}{}:
	default:
	}
}

func (p *pile) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	names := p.names
	p.names = nil
	clear(p.known)
	return names
}
