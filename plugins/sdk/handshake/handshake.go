// Package handshake is what a strategy process and its host agree on before
// the first call. Both sides import it; an author never needs it.
package handshake

import (
	"context"
	"errors"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const (
	// Name is what a strategy is dispensed under.
	Name = "strategy"
	// MaxMessage bounds one message in either direction, in bytes.
	MaxMessage = 8 << 20
	// MaxConfig bounds one configuration, in bytes.
	MaxConfig = 64 << 10
)

// Config is the version of the protocol and the cookie that keeps people from
// starting a strategy by hand. The cookie is no secret and protects nothing.
var Config = plugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "FENLI_STRATEGY",
	MagicCookieValue: "fenli.strategy.v1",
}

// Strategy carries the contract over go-plugin. A strategy process sets
// Serves; the host leaves it empty and dispenses a StrategyClient.
type Strategy struct {
	plugin.NetRPCUnsupportedPlugin
	Serves strategyv1.StrategyServer
}

// GRPCServer registers the strategy with the process's gRPC server.
func (s Strategy) GRPCServer(_ *plugin.GRPCBroker, to *grpc.Server) error {
	if s.Serves == nil {
		return errors.New("handshake: no strategy to serve")
	}
	strategyv1.RegisterStrategyServer(to, s.Serves)
	return nil
}

// GRPCClient is the host's end: a strategyv1.StrategyClient.
func (Strategy) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return strategyv1.NewStrategyClient(conn), nil
}
