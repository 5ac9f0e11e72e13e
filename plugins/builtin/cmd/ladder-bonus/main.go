// Command ladder-bonus is the strategy of the same name as a plugin process.
package main

import (
	"github.com/fenli-io/fenli/plugins/builtin/ladderbonus"
	strategy "github.com/fenli-io/fenli/plugins/sdk"
)

func main() { strategy.Serve(ladderbonus.Strategy) }
