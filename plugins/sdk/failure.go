package strategy

import (
	"fmt"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Failure says that an order cannot be decided, with a code for machines. An
// Evaluate that returns one leaves the order waiting, visibly; any other error
// becomes the code "strategy.failed".
type Failure struct {
	Code      string // "strategy.config_missing_grade"
	Message   string
	Retryable bool // another try may succeed without a change of anything
}

func (f Failure) Error() string { return f.Code + ": " + f.Message }

func (f Failure) wire() *strategyv1.Failed {
	return &strategyv1.Failed{Code: f.Code, Message: f.Message, Retryable: f.Retryable}
}

// Fail makes a [Failure].
func Fail(code, format string, args ...any) error {
	return Failure{Code: code, Message: fmt.Sprintf(format, args...)}
}
