package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	portAttempts  = 8
	startPatience = time.Minute // recovery after a power cut takes a while
)

var errEnded = errors.New("the server ended during its start")

// attempt is how to start a server on a port that may be taken meanwhile.
type attempt struct {
	launch func(port int) (*process, error)
	ready  func(server *process, port int) error // errEnded when it gave up
	stop   step                                  // for a server that does not get ready
	taken  string                                // what its last words hold when the port was taken
}

// onFreePort tries free ports until the server has one for itself.
func onFreePort(a attempt) (*process, int, error) {
	var lastWords string
	for range portAttempts {
		port, err := machine.port()
		if err != nil {
			return nil, 0, err
		}
		server, err := a.launch(port)
		if err != nil {
			return nil, 0, err
		}
		err = a.ready(server, port)
		if err == nil {
			return server, port, nil
		}
		lastWords = server.lastWords()
		_ = server.stop(a.stop)
		if !errors.Is(err, errEnded) {
			return nil, 0, err
		}
		if !strings.Contains(lastWords, a.taken) {
			return nil, 0, fmt.Errorf("%w: %s", err, lastWords)
		}
	}
	return nil, 0, fmt.Errorf("no free port after %d attempts: %s", portAttempts, lastWords)
}

// await waits until the server is ready, errEnded when it ends before.
func (p *process) await(ctx context.Context, name string, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		if ready(ctx) {
			return nil
		}
		select {
		case <-p.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("%s does not get ready: %w", name, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
